"""A receiver of webhooks that a test scripts: who holds what, how it answers, and what it was sent."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalicelib.domain.signatures import check, secrets_of

SECRET, CALLBACK_SECRET = (f"whsec_{base64.b64encode(bytes([value]) * 32).decode()}" for value in (7, 8))


@dataclass
class Receiver:
    """`answers` are given first, in order, as (status, headers, body); then it does what it is told. `later`: changes
    are accepted and wait for `settle`; `deaf`: they are accepted and forgotten; `lose`: done, and
    never answered; `slow`: answered too late; `inert`: nothing is done at all."""

    port: int = 0
    held: set[tuple[str, str]] = field(default_factory=set)
    known: set[str] = field(default_factory=lambda: {"ann@example.com"})
    sent: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    always: tuple[int, dict[str, str], bytes] | None = None
    later: bool = False
    deaf: bool = False
    inert: bool = False
    lose: bool = False
    slow: bool = False
    deleted: bool = False
    real: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """What comes back for a message."""
        check(secrets_of(SECRET), headers, body, self.real)
        self.headers.append(headers)
        self.bodies.append(body)
        message = json.loads(body)
        self.sent.append(message)
        if self.inert:
            return 200, {}, b""
        if self.always or self.answers:
            return self.always or self.answers.pop(0)
        status, told = self._told(message)
        return status, {}, json.dumps(told).encode()

    def settle(self) -> None:
        """Do what was accepted."""
        for message in self.waiting:
            self._do(message)
        self.waiting = []

    def _told(self, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        operation = message["operation"]
        if operation == "check":
            return 200, {}
        if self.deleted:
            return 404, {"status": "gone"}
        if operation == "lookUp":
            return 200, {"displayName": "Payroll", "roles": [{"originId": "clerk", "displayName": "Clerk"}]}
        if operation == "verify":
            return 200, {"held": _key(message) in self.held}
        if operation == "grant" and message["person"]["userPrincipalName"] not in self.known:
            return 422, {"status": "unknownPerson"}
        if self.later:
            self.waiting.append(message)
            return 202, {"status": "pending"}
        if not self.deaf:
            self._do(message)
        return 200, {"status": "done"}

    def _do(self, message: dict[str, Any]) -> None:
        (self.held.add if message["operation"] == "grant" else self.held.discard)(_key(message))


def _key(message: dict[str, Any]) -> tuple[str, str]:
    return message["right"]["roleOriginId"], message["person"]["userPrincipalName"]


@contextmanager
def receiving(real: float = 1_000_000.0) -> Iterator[Receiver]:
    """A receiver that is up. `real`: what its clock says, in seconds since 1970."""
    receiver, over = Receiver(real=real), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, headers, told = receiver.answer({k.lower(): v for k, v in self.headers.items()}, body)
            if receiver.slow:
                over.wait(5)
            if receiver.slow or receiver.lose:
                return self.close()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        def close(self) -> None:
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
