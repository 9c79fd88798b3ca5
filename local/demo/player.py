"""Plays steps against an instance and tells them: requests by a person, the clock, mails, checks."""

from __future__ import annotations

import csv
import io
import json
import textwrap
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

from local.client import Client, Failure

WIDTH = 100
TICK_SECONDS = 660.0
SETTLE_SECONDS = 5.0


class Unexpected(Exception):
    """Something is not as the story says; the message names what was expected and what was found."""


class Player:
    """Somebody at the keyboard; requests are the administrator's unless another person is named."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._tokens: dict[str, str] = {}

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        print(f"\n{title}\n{'-' * len(title)}", flush=True)

    def tell(self, text: str) -> None:
        """One step, in a sentence; an indented one stays indented."""
        indent = " " * (len(text) - len(text.lstrip()))
        print(textwrap.fill(text, WIDTH, subsequent_indent=indent), flush=True)

    def quote(self, text: str) -> None:
        """Words of a mail."""
        for line in text.strip().splitlines():
            print(textwrap.fill(line, WIDTH, initial_indent="  | ", subsequent_indent="  | ") or "  |", flush=True)

    def check(self, holds: bool, expected: str, found: Any) -> None:
        """Raises Unexpected unless it holds."""
        if not holds:
            raise Unexpected(f"expected that {expected}; found {json.dumps(found, default=str)[:1500]}")

    def send(self, method: str, path: str, body: Any = None, who: str = "admin") -> Any:
        """One request; the JSON answer, None when it is empty. Raises Failure for a refusal."""
        headers = {"Authorization": f"Bearer {self._token(who)}", "Accept": "application/json"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        return self.client.send(method, self._address(path), data, headers)

    def get(self, path: str, who: str = "admin") -> Any:
        """GET."""
        return self.send("GET", path, who=who)

    def download(self, path: str, who: str = "admin") -> bytes:
        """What an address leads to, as it is."""
        return self.client.fetch("GET", self._address(path), headers={"Authorization": f"Bearer {self._token(who)}"})

    def settled(self, path: str, member: str, wanted: str, who: str = "admin") -> str:
        """A member of an object, read again for some seconds until it is as wanted: a process may remember the
        former state of a review for a moment."""
        limit = time.monotonic() + SETTLE_SECONDS
        while (found := str(self.get(path, who)[member])) != wanted and time.monotonic() < limit:
            time.sleep(0.2)
        return found

    def post(self, path: str, body: Any, who: str = "admin") -> Any:
        """POST."""
        return self.send("POST", path, body, who)

    def table(self, path: str, who: str = "admin") -> list[dict[str, str]]:
        """The rows of a CSV file, by column."""
        headers = {"Authorization": f"Bearer {self._token(who)}"}
        text = self.client.fetch("GET", self._address(path), headers=headers).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def all(self, path: str, who: str = "admin") -> list[dict[str, Any]]:
        """Every object of a list, page after page."""
        found: list[dict[str, Any]] = []
        while path:
            page = self.get(path, who)
            found += page["value"]
            path = page.get("@odata.nextLink") or page.get("nextLink", "")
        return found

    def exactly(self, number: int, path: str, what: str) -> list[dict[str, Any]]:
        """A list of that many objects. Raises Unexpected for more or fewer."""
        found = self.all(path)
        self.check(len(found) == number, f"there is exactly {number} {what}", found)
        return found

    def refused(self, method: str, path: str, body: Any, who: str) -> str:
        """The message with which a request is refused. Raises Unexpected when it is not."""
        try:
            answer = self.send(method, path, body, who)
        except Failure as problem:
            return str(problem)
        raise Unexpected(f"expected that {method} {path} is refused; the answer was {answer}")

    def mails(self) -> list[dict[str, Any]]:
        """Every mail sent so far, oldest first."""
        found: list[dict[str, Any]] = self.client.get("/_local/mails")
        return found

    def now(self) -> datetime:
        """The product's time, UTC."""
        return datetime.fromisoformat(self.client.get("/_local/clock")["now"])

    def move_to(self, moment: datetime) -> None:
        """Set the product's time and let everything that is due happen."""
        self.client.post("/_local/clock", {"set": moment.isoformat()})
        self.tick()

    def tick(self) -> None:
        """Fire the timers and wait until nothing is left to do."""
        done = self.client.post("/_local/tick", {}, seconds=TICK_SECONDS)
        self.check(done["finished"] and not done["failedMessages"], "all work is done", done)

    def _address(self, path: str) -> str:
        if path.startswith("http"):
            return path
        return self.client.url + quote(path, safe="/?&=$()'@,:%")

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = self.client.post("/_local/token", {"who": who})["token"]
        return self._tokens[who]
