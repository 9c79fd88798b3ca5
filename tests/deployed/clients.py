"""Clients that call without a pause while something is done to the deployment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deployed.stack import Stack
from tests.world import Reply

CATALOGS = "/v1.0/identityGovernance/entitlementManagement/catalogs"


class Callers:
    """What every answer was, by what was asked."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._over = stack, threading.Event()
        self.answers: list[tuple[str, Reply]] = []

    def read(self) -> None:
        """Lists, again and again."""
        while not self._over.is_set():
            for path in ("/v1.0/users", CATALOGS, "/openapi.json"):
                self._ask("GET", path)

    def write(self) -> None:
        """A new catalog each time."""
        number = 0
        while not self._over.is_set():
            number += 1
            self._ask("POST", CATALOGS, {"displayName": f"Catalog {number}"})

    def _ask(self, method: str, path: str, body: object = None) -> None:
        self.answers.append((f"{method} {path}", self._stack.call(method, path, body)))

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
