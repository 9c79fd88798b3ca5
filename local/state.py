"""The state directory: one launcher at a time, small JSON files written whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

OURS = (
    "emulator",
    "objects",
    "clock.json",
    "secrets.json",
    "sign-in.json",
    "running.json",
    "seeded.json",
    "mails.jsonl",
    "emulator.log",
)


class Busy(Exception):
    """Another launcher uses this state directory."""


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file in one step; readable by its owner only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read_json(path: Path) -> Any:
    """The object in a JSON file; None when the file is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


class State:
    """A locked state directory. Use as a context manager; raises Busy when somebody else has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = -1

    def __enter__(self) -> State:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self.folder / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(self._lock)
            raise Busy(self._who_is_there()) from problem
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def _who_is_there(self) -> str:
        """What to tell somebody who wants a state that is in use."""
        other = read_json(self.path("running.json")) or {}
        where = (
            f" at http://127.0.0.1:{other['port']} (process {other['pid']})" if {"port", "pid"} <= other.keys() else ""
        )
        return (
            f"Another instance is running{where} with the state in {self.folder}. "
            "Use that one, or start a second with --state DIR and --port."
        )

    def path(self, name: str) -> Path:
        """A file of the state."""
        return self.folder / name

    def clear(self) -> None:
        """Remove what the local stage wrote, and nothing else that may lie in the directory."""
        for name in OURS:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Remove one file or folder of the state, if it is there."""
        path = self.path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
