"""What the local stage's own addresses answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An error answer: status, code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.reply = error(status, code, message)


def json_reply(value: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode())


def error(status: int, code: str, message: str) -> Reply:
    """An error in Graph's shape."""
    return json_reply({"error": {"code": code, "message": message, "innerError": {}}}, status)


def redirect(address: str, cookie: str = "") -> Reply:
    """Go there with a GET, whatever the method was; `cookie` sets one."""
    return Reply(303, b"", "text/plain", {"Location": address} | ({"Set-Cookie": cookie} if cookie else {}))
