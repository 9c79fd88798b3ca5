"""Finds Chromium for the tests and pictures of the portal, and installs Debian's where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "ACCESS_REVIEWS_CHROMIUM"  # the path of a Chromium to use instead of those looked for
REQUIRED = "ACCESS_REVIEWS_BROWSER_REQUIRED"  # set (not empty): browser tests fail instead of being skipped
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-core", "fonts-noto-color-emoji")
MISSING = f"There is no Chromium. Install it (Debian: apt-get install chromium), or name one in {VARIABLE}."


def find() -> str:
    """The path of a Chromium on this machine, "" when there is none."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return chosen if Path(chosen).is_file() else ""
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), str(MAC) if MAC.is_file() else "")


def required() -> bool:
    """Must there be a browser, as on the machine that decides what is released?"""
    return bool(os.environ.get(REQUIRED))


def ensure() -> str:
    """Install Chromium where it is missing and the machine lets us (Debian or Ubuntu, as root); the path, or ""."""
    found = find()
    if not found and not os.environ.get(VARIABLE) and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium ...", file=sys.stderr, flush=True)
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *PACKAGES)
        found = find()
    if not found:
        print(f"{MISSING} Tests in a browser are left out.", file=sys.stderr, flush=True)
    return found


def _apt(*arguments: str) -> None:
    """Failures are told by apt-get itself; whether there is a browser now is looked at afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"]  # a new machine may still be busy
    subprocess.run(["apt-get", "-q", *patience, *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
