"""Which software this is: what seals and packs say of it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

VERSION = "0.1.0"


@cache
def source_hash() -> str:
    """The hash of this very software. Read once a process, only where somebody asks."""
    return hash_of(Path(__file__).parent)


def hash_of(home: Path) -> str:
    """The hash of every Python file of the product, names included: `sha256sum` of each, sorted by path, hashed. `home`
    is the folder `chalicelib` of a checkout or of an artefact; `dev.py package` tells it of what it made."""
    files = sorted(home.rglob("*.py"), key=lambda one: one.relative_to(home).as_posix())
    lines = (f"{sha256(one.read_bytes()).hexdigest()}  {one.relative_to(home).as_posix()}\n" for one in files)
    return sha256("".join(lines).encode()).hexdigest()
