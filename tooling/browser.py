"""Finds the Chromium that the browser tests drive."""

import os
import shutil
import sys

from tooling import debian

DEBIAN_CHROMIUM = "/usr/bin/chromium"


def find_browser() -> str:
    """The browser's full path: Debian's Chromium, the one named in the environment, or Debian's installed now."""
    if os.access(DEBIAN_CHROMIUM, os.X_OK):
        return DEBIAN_CHROMIUM
    if given := os.environ.get("FREESLOT_TEST_BROWSER"):
        return shutil.which(given) or sys.exit(f"FREESLOT_TEST_BROWSER names no program: {given}")
    if debian.can_install():
        debian.install("chromium")
        return DEBIAN_CHROMIUM
    sys.exit("No browser found: install Chromium (Debian: apt-get install chromium) or set FREESLOT_TEST_BROWSER.")
