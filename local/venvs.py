"""The virtual environments: made when missing, updated when their requirements changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.state import read_json, write_json

ROOT = Path(__file__).resolve().parent.parent


class VenvError(Exception):
    """An environment cannot be made; the message says what failed."""


@dataclass(frozen=True)
class Venv:
    """A virtual environment in the checkout; `stamp` remembers which requirements it satisfies."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def _stamp(self) -> Path:
        return self.folder / "requirements.json"

    def ensure(self, requirements: str) -> None:
        """Make sure a requirements file of the checkout is installed. Raises VenvError."""
        if self._satisfies(requirements):
            return
        with _lock(self.folder):
            if not self._satisfies(requirements):
                self._install(requirements)

    def _satisfies(self, requirements: str) -> bool:
        stamps = read_json(self._stamp)
        return self.python.exists() and bool(stamps) and stamps.get(requirements) == fingerprint(requirements)

    def _install(self, requirements: str) -> None:
        print(f"Installing {requirements} into {self.folder.name} ...", file=sys.stderr, flush=True)
        if not self._usable():
            shutil.rmtree(self.folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(self.folder)])
        pip = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        _run([*pip, "-r", str(ROOT / requirements)])
        stamps = read_json(self._stamp) or {}
        write_json(self._stamp, stamps | {name: fingerprint(name) for name in included(requirements)})

    def _usable(self) -> bool:
        """Has it pip, and the Python version dev.py was started with?"""
        if not self.python.exists():
            return False
        probe = "import pip, sys; print(sys.version_info[:2])"
        found = subprocess.run([self.python, "-c", probe], capture_output=True, text=True, check=False)
        return found.stdout.strip() == str(sys.version_info[:2])


PRODUCT = Venv(ROOT / ".venv")
EMULATOR = Venv(ROOT / ".venv-emulator")
SCANNER = Venv(
    ROOT / ".venv-package"
)  # of the template alone: its linter and a security scanner, which pin old versions
HOSTILE = Venv(ROOT / ".venv-microburst")  # of the tests alone: a network that fails on demand


def packages_of(venv: Venv) -> Path:
    """Where an environment keeps its packages."""
    return venv.folder / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages"


def included(requirements: str) -> list[str]:
    """The requirements file and those it includes with `-r`."""
    lines = (ROOT / requirements).read_text(encoding="utf-8").splitlines()
    return [requirements, *(line.split(maxsplit=1)[1].strip() for line in lines if line.startswith("-r "))]


def fingerprint(requirements: str) -> str:
    """Changes when a requirements file, one it includes, or the Python version does."""
    texts = [(ROOT / name).read_bytes() for name in included(requirements)]
    return hashlib.sha256(b"\0".join([repr(sys.version_info[:2]).encode(), *texts])).hexdigest()


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Only one dev.py at a time works on an environment; others wait."""
    (ROOT / ".state").mkdir(exist_ok=True)
    descriptor = os.open(ROOT / ".state" / f"{folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, stdout=sys.stderr)
    if done.returncode:
        raise VenvError(f"`{' '.join(command)}` failed with status {done.returncode}.")
