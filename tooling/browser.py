"""Finds the Chromium that the browser tests drive, and sees that Playwright's own driver can run."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tooling import debian

DEBIAN_CHROMIUM = "/usr/bin/chromium"


def find_browser() -> str:
    """The browser's full path: Debian's Chromium, the one named in the environment, or Debian's installed now."""
    _need_driver()
    if os.access(DEBIAN_CHROMIUM, os.X_OK):
        return DEBIAN_CHROMIUM
    if given := os.environ.get("FREESLOT_TEST_BROWSER"):
        return shutil.which(given) or sys.exit(f"FREESLOT_TEST_BROWSER names no program: {given}")
    if debian.can_install():
        debian.install("chromium", instead="Name another Chromium in FREESLOT_TEST_BROWSER.")
        return DEBIAN_CHROMIUM
    sys.exit("No browser found: install Chromium (Debian: apt-get install chromium) or set FREESLOT_TEST_BROWSER.")


def _need_driver() -> None:
    """The Node inside Playwright's package wants one library that a bare Debian does not have."""
    if not _driver_runs() and debian.can_install():
        debian.install("libatomic1")
    if not _driver_runs():
        sys.exit("Playwright's driver does not run here: install its library (Debian: apt-get install libatomic1).")


def _driver_runs() -> bool:
    spec = find_spec("playwright")
    node = Path(spec.origin).parent / "driver" / "node" if spec and spec.origin else Path("node")
    try:
        return subprocess.run([node, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False
