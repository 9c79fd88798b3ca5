"""An instance of the product for one purpose: started on a free port with its own data, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from local.client import Client, Failure
from local.venvs import ROOT

START_SECONDS = 180.0
STOP_SECONDS = 60.0


@contextlib.contextmanager
def instance(folder: Path, *options: str) -> Iterator[Client]:
    """Run `dev.py run` with its state in `folder`; a client of it. Raises Failure when it does not get ready."""
    log = folder / "instance.log"
    command = [sys.executable, str(ROOT / "dev.py"), "run", "--port", "0", "--state", str(folder / "state"), *options]
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=told)
        try:
            yield Client(_address(process))
        except Exception:
            print(f"\nThe instance said:\n{_end_of(log)}", file=sys.stderr)  # the folder is gone in a moment
            raise
        finally:
            _end(process)


def _address(process: subprocess.Popen[bytes]) -> str:
    """The address of the line READY. Raises Failure when it does not come."""
    assert process.stdout is not None
    limit, text = time.monotonic() + START_SECONDS, b""
    while (left := limit - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            break
        # Not readline(): half a line would block it beyond the limit.
        part = os.read(process.stdout.fileno(), 4096)
        if not part:
            break
        text += part
        for line in text.decode(errors="replace").split("\n")[:-1]:
            if line.startswith("READY "):
                return line.removeprefix("READY ").strip()
    raise Failure("The instance did not get ready.")


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop it gracefully, so that its emulator ends with it; by force only after a minute."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
