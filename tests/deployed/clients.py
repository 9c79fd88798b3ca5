"""Clients that call without a pause while something is done to the deployment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deployed.stack import Stack
from tests.world import Reply

CATALOGS = "/v1.0/identityGovernance/entitlementManagement/catalogs"


# MiniStack kills a function that is under way when it is updated, and may start one half unpacked; Lambda does neither.
KILLED = ("Worker process", "Worker init failed")
MOST_ATTEMPTS = 10
PAUSE = 0.1


class Callers:
    """What every answer was, by what was asked. `killed` requests were cut off by the emulator and sent again."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._over = stack, threading.Event()
        self.answers: list[tuple[str, Reply]] = []
        self.killed = 0

    def read(self) -> None:
        """Lists, again and again."""
        while not self._over.wait(PAUSE):
            for path in ("/v1.0/users", CATALOGS, "/openapi.json"):
                self._ask("GET", path)

    def write(self) -> None:
        """A new catalog each time."""
        number = 0
        while not self._over.wait(PAUSE):
            number += 1
            self._ask("POST", CATALOGS, {"displayName": f"Catalog {number}"})

    def _ask(self, method: str, path: str, body: object = None) -> None:
        reply = self._stack.call(method, path, body)
        for attempt in range(1, MOST_ATTEMPTS):
            if not any(what in reply.text for what in KILLED):
                break
            self.killed += 1  # a client of Graph tries again after 502, and says which attempt it is
            time.sleep(PAUSE)
            reply = self._stack.call(method, path, body, retry_attempt=str(attempt))
        self.answers.append((f"{method} {path}", reply))

    @property
    def written(self) -> int:
        """How many catalogs were made, as the answers say."""
        return sum(asked.startswith("POST") and reply.status == 201 for asked, reply in self.answers)

    @property
    def failed(self) -> list[tuple[str, Reply]]:
        """Requests that did not succeed."""
        return [(asked, reply) for asked, reply in self.answers if reply.status >= 300]

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Two of them call for as long as this lasts."""
        threads = [threading.Thread(target=one) for one in (self.read, self.write)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
