"""Asks a running instance over HTTP. Standard library only; never through a proxy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """No instance, or an error answer; the message is for the developer."""


class Client:
    """One instance, by its address."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Failure(f"{url!r} is no address such as http://127.0.0.1:8000.")
        self.url = url.rstrip("/")

    def get(self, path: str, token: str = "", **query: str) -> Any:
        """GET, the JSON answer. Raises Failure."""
        suffix = f"?{urlencode(query)}" if query else ""
        return self.send("GET", f"{self.url}{path}{suffix}", headers=_bearer(token))

    def post(self, path: str, body: Any, token: str = "", seconds: float = 60) -> Any:
        """POST of JSON, the JSON answer. Raises Failure."""
        headers = {"Content-Type": "application/json", **_bearer(token)}
        return self.send("POST", f"{self.url}{path}", json.dumps(body).encode(), headers, seconds)

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = 60,
    ) -> Any:
        """One request; the JSON answer, None when it is empty. Raises Failure."""
        text = self.fetch(method, url, body, headers, seconds)
        try:
            return json.loads(text) if text.strip() else None
        except ValueError as problem:
            raise Failure(f"What answers at {self.url} is not this product.") from problem

    def fetch(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = 60,
    ) -> bytes:
        """One request; the answer as it came. Raises Failure."""
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
        try:
            with _DIRECT.open(request, timeout=seconds) as answer:
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as problem:
            raise Failure(_message(problem.code, problem.read())) from problem
        except (OSError, HTTPException) as problem:
            reason = getattr(problem, "reason", problem)
            told = f"Nothing answers at {self.url} ({reason}). Start it: python3 dev.py run; or name another: --url."
            raise Failure(told) from problem


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _message(status: int, body: bytes) -> str:
    """The message of an error answer in Graph's shape, or the status and the start of the text."""
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"Answer {status}: {body[:300].decode(errors='replace')}"
