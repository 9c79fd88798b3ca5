"""The package of this checkout, made once for all processes of a test run."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest


def packaged(factory: pytest.TempPathFactory, architecture: str) -> Path:
    """The folder with `deployment.zip`, `template.json` and `package.json`. Others look at it too."""
    from infrastructure.package import package

    root = factory.getbasetemp()
    shared = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = shared / f"package-{architecture}"
    with (shared / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "package.json").exists():  # what is written last
            package(folder, architecture)
    return folder
