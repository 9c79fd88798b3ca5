"""Starts and stops the AWS emulator, and finds out how it ended the last time."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from local.venvs import EMULATOR

CHILD = Path(__file__).with_name("emulator_child.py")
LOCAL_KEY = "local"  # access key and secret of whoever speaks to the emulator
START_SECONDS = 30.0
STOP_SECONDS = 60.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class EmulatorError(Exception):
    """The emulator cannot be used; the message says why and where to look."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def set_aside_if_damaged(folder: Path, stamp: str) -> str:
    """Move emulator state that is not readable out of the way; returns what to tell, or "" when all is well."""
    for file in sorted(folder.glob("*.json")):
        try:
            with file.open(encoding="utf-8") as content:
                json.load(content)
        except (OSError, ValueError) as problem:
            aside = folder.with_name(f"{folder.name}.damaged-{stamp}")
            folder.rename(aside)
            return f"The saved state is damaged ({file.name}: {problem}). It was moved to {aside}; starting empty."
    return ""


def last_save(folder: Path) -> datetime | None:
    """When the tables were last saved; None when they never were."""
    try:
        return datetime.fromtimestamp((folder / "dynamodb.json").stat().st_mtime, UTC)
    except OSError:
        return None


def saved_at_end(folder: Path) -> bool:
    """Did the last emulator save everything before it ended?"""
    return (folder / "stopped").exists()


def await_former(folder: Path, seconds: float = 30.0) -> None:
    """Wait until a former emulator and its copies have let go of the state; end it by force if they do not."""
    if not folder.exists():
        return
    descriptor = os.open(folder / "emulator.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked_within(descriptor, seconds):
            _end_by_force(int(os.read(descriptor, 20) or b"0"))
            if not _locked_within(descriptor, 5.0):
                raise EmulatorError(f"A former emulator still uses {folder}. End it, then start again.")
    finally:
        os.close(descriptor)


def _locked_within(descriptor: int, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > limit:
                return False
            time.sleep(0.1)


def _end_by_force(pid: int) -> None:
    """Kill a former emulator, only if the process of that id still is one."""
    if pid > 1 and CHILD.name in _command_of(pid):
        os.kill(pid, signal.SIGKILL)


def _command_of(pid: int) -> str:
    """The command line of a process, "" when there is none."""
    if Path("/proc/self/cmdline").exists():  # Linux, where small systems have no ps
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            return ""
    ps = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout


class Emulator:
    """One MiniStack process over a state folder: tables, queues and so on in `folder`, bucket files in `objects`."""

    def __init__(self, folder: Path, objects: Path, log: Path) -> None:
        self._folder = folder
        self._objects = objects
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> str:
        """Start and wait until it answers; returns its address. Raises EmulatorError."""
        if not EMULATOR.python.exists():
            raise EmulatorError("The emulator's virtual environment is missing; `python3 dev.py run` creates it.")
        self._folder.mkdir(parents=True, exist_ok=True)
        await_former(self._folder)
        self._objects.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [EMULATOR.python, "-P", CHILD],
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_health()
        return self.url

    def _environment(self, port: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ACCESS_REVIEWS_"))}
        return kept | {
            "AWS_ACCESS_KEY_ID": LOCAL_KEY,  # it checks signed links to the bucket, for which it must know the key
            "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
            "GATEWAY_HOST": "127.0.0.1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._objects),
            "TMPDIR": str(self._folder),
            "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "EMULATOR_LAUNCHER": str(os.getpid()),
        }

    def _await_health(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while self.alive():
            try:
                with _DIRECT.open(f"{self.url}/_ministack/health", timeout=1):
                    return
            except (OSError, urllib.error.URLError):
                if time.monotonic() > limit:
                    self.stop()
                    raise EmulatorError(f"The emulator does not answer; see {self._log}.") from None
                time.sleep(0.05)
        raise EmulatorError(f"The emulator ended while starting; see {self._log}.")

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    def alive(self) -> bool:
        """Is the process running?"""
        return self._process is not None and self._process.poll() is None

    def save(self) -> None:
        """Ask for a save now, and from now on whenever something changed."""
        if self.alive():
            os.kill(self.pid, signal.SIGUSR1)

    def stop(self) -> bool:
        """End it gracefully, which saves everything; False when that failed and changes were lost."""
        if self._process is None:
            return True
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return saved_at_end(self._folder)
