"""Installs packages of Debian or Ubuntu, quietly, when that is possible."""

import os
import shutil
import subprocess
import sys


def can_install() -> bool:
    """Only root on a Debian-like system can."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, instead: str = "") -> None:
    """Installs the packages; asks for fresh package lists only when the ones there do not do.

    Where that fails it stops with the reason and, if there is one, what can be done `instead`.
    """
    print(f"Installing {', '.join(packages)}", file=sys.stderr)
    if _apt_get("install", "--yes", "--no-install-recommends", *packages).returncode == 0:
        return
    _apt_get("update")
    tried = _apt_get("install", "--yes", "--no-install-recommends", *packages)
    if tried.returncode != 0:
        reason = " ".join(tried.stderr.split())
        sys.exit(f"apt-get could not install {', '.join(packages)} ({reason}). {instead}".rstrip())


def _apt_get(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
