"""Runs MiniStack in its own virtual environment, and saves what it holds while it runs.

MiniStack alone saves only on a graceful stop and forgets table streams. Here the process also

- forks every few seconds when something was written: the copy writes the state files while the original goes on
  serving. Requests are handled on the event loop and so is the fork, so the copy is never in mid-request;
- keeps unread stream records with the tables, so that counters are not left behind;
- answers for IAM Identity Center, which MiniStack lacks (`local/identity_center.py`);
- ends gracefully when the launcher has gone, however it went;
- holds a lock on the state until it and its last copy have ended.

The launcher sends SIGUSR1 when the first data stand: before that nothing is worth keeping, half a seed least.
"""

from __future__ import annotations

import asyncio
import copy
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAVE_SECONDS = float(os.environ.get("EMULATOR_SAVE_SECONDS", "10"))
SAVER_LIMIT_SECONDS = 120
READS = (b"get", b"query", b"scan", b"batchget", b"describe", b"list", b"receive", b"transactget")


def hold_lock(folder: Path) -> int:
    """Lock the state for the life of this process and its forks; waits for a former one. Returns the descriptor."""
    descriptor = os.open(folder / "emulator.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def keep_streams(tables: Any) -> None:
    """Make the DynamoDB module save and restore its stream records together with its tables."""
    save, restore = tables.get_state, tables.load_persisted_state

    def get_state() -> dict[str, Any]:
        return {**save(), "stream_records": copy.copy(tables._stream_records)}

    def load_persisted_state(data: dict[str, Any]) -> None:
        records = data.pop("stream_records", None)
        restore(data)
        if records:
            tables._stream_records.update(records)

    tables.get_state, tables.load_persisted_state = get_state, load_persisted_state


def add_identity_center(emulator: Any) -> None:
    """Have the emulator answer for IAM Identity Center too, and save it with the rest."""
    sys.path.append(str(Path(__file__).parents[1]))  # at the end: nothing of ours hides a library
    from ministack.core.persistence import load_state

    from local import identity_center

    center, build = identity_center.IdentityCenter(), emulator._build_persistence_save_dict
    if kept := load_state(identity_center.STATE):
        center.load_persisted_state(kept)
    emulator._build_persistence_save_dict = lambda: build() | {identity_center.STATE: center.get_state}
    emulator.app = center.wrap(emulator.app)


def writes(scope: dict[str, Any]) -> bool:
    """May this request change state? Unknown ones count as writes."""
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
        return False
    target = dict(scope.get("headers", ())).get(b"x-amz-target", b"")
    return not target.rpartition(b".")[2].lower().startswith(READS)


class Saver:
    """Decides when to fork a copy that saves, one at a time."""

    def __init__(self, save: Callable[[], None]) -> None:
        self._save = save
        self._changed = False
        self._child = 0
        self._ended = False
        self.now = threading.Event()

    def wrap(self, application: Any) -> Any:
        """The ASGI application, noticing writes."""

        async def noticing(scope: Any, receive: Any, send: Any) -> None:
            await application(scope, receive, send)
            self._changed = self._changed or writes(scope)

        return noticing

    def watch(self, loop_of: Callable[[], asyncio.AbstractEventLoop | None]) -> None:
        """Wait for the first SIGUSR1, then fork on the event loop whenever something changed; never returns."""
        self.now.wait()
        while True:
            loop = loop_of()
            if loop and self._changed and self._idle():
                loop.call_soon_threadsafe(self._fork)
            self.now.clear()
            self.now.wait(SAVE_SECONDS)

    def finish(self) -> None:
        """Fork no more and wait for a copy at work, so that it cannot overwrite what is saved after it."""
        self._ended = True
        self._idle(0)

    def _idle(self, options: int = os.WNOHANG) -> bool:
        try:
            if self._child and os.waitpid(self._child, options) == (0, 0):
                return False
        except ChildProcessError:  # the other thread was told first
            return True
        self._child = 0
        return True

    def _fork(self) -> None:
        if self._ended:
            return
        self._changed = False
        self._child = os.fork()
        if self._child:
            return
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.alarm(SAVER_LIMIT_SECONDS)
        try:
            self._save()
        finally:
            os._exit(0)


def follow(parent: int) -> None:
    """End this process as SIGTERM would once the launcher `parent` has gone."""
    while os.getppid() == parent:
        time.sleep(0.25)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until SIGTERM; then save everything and leave the file `stopped` behind."""
    folder = Path(os.environ["STATE_DIR"])
    saver: list[Saver] = []
    signal.signal(signal.SIGUSR1, lambda *_: saver[0].now.set() if saver else None)
    hold_lock(folder)
    (folder / "stopped").unlink(missing_ok=True)

    from ministack import app as emulator
    from ministack.core.persistence import save_all
    from ministack.services import dynamodb

    keep_streams(dynamodb)
    add_identity_center(emulator)
    saver.append(Saver(lambda: save_all(emulator._build_persistence_save_dict())))

    def save_at_end(services: dict[str, Any]) -> None:
        saver[0].finish()
        save_all(services)

    emulator.save_all = save_at_end
    emulator.app = saver[0].wrap(emulator.app)
    threading.Thread(target=follow, args=(int(os.environ["EMULATOR_LAUNCHER"]),), daemon=True).start()
    threading.Thread(target=saver[0].watch, args=(lambda: emulator._MAIN_LOOP,), daemon=True).start()
    try:
        emulator.main()
    except SystemExit as ended:
        if ended.code:
            raise
    (folder / "stopped").touch()


if __name__ == "__main__":
    main()
