"""microburst between the product and an emulator: faults on demand, each of them on record."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local.emulator import free_port
from local.venvs import HOSTILE

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_START_SECONDS = 30.0
Rule = dict[str, Any]


@dataclass(frozen=True)
class Network:
    """A proxy and its rules. The first rule that matches and is due decides what becomes of a call."""

    url: str

    def rules(self, *rules: Rule) -> None:
        """These faults from now on, and no others."""
        self._ask("POST", "rules", list(rules))

    def events(self) -> list[dict[str, Any]]:
        """Every fault since the start: service, operation, action."""
        return list(self._ask("GET", "fired?limit=100000"))

    def requests(self) -> int:
        """How many calls passed, well or not."""
        return int(self._ask("GET", "stats")["requests"]["total"])

    def _ask(self, method: str, path: str, body: Sequence[Rule] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}/_microburst/{path}", data, headers, method=method)
        with _DIRECT.open(asked, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def network(upstream: str) -> Iterator[Network]:
    """A network in front of an emulator, without faults yet. Skips the test where it cannot be had."""
    if not HOSTILE.python.exists():
        pytest.skip("microburst's environment is missing: `python3 dev.py test` makes it where PyPI can be reached")
    port = free_port()
    command = [HOSTILE.folder / "bin" / "microburst", "--upstream", upstream, "--port", str(port), "--no-resign"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = Network(f"http://127.0.0.1:{port}")
        _await(found, process)
        yield found
    finally:
        process.terminate()
        process.wait()


def _await(found: Network, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        try:
            found.requests()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("microburst does not answer")
