"""What lies under /_local: the levers of the local stage, which no deployment has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chalicelib.usecases.ports import Services
from local import provisioning
from local.clock import OffsetClock
from local.durations import instant, span
from local.handlers import report
from local.mails import Mailbox
from local.pages import Pages
from local.replies import Refused, Reply, error, json_reply
from local.signin import Nobody, SignIn
from local.workers import Workers

Gateway = Callable[[str, str, Mapping[str, str]], tuple[int, str]]
PAGE = "/v1.0/users?$top=100"


@dataclass(frozen=True)
class Levers:
    """The running instance as its developer moves it. `call` asks the product itself: method, path, headers."""

    clock: OffsetClock
    workers: Workers
    mailbox: Mailbox
    signin: SignIn
    pages: Pages
    services: Callable[[], Services]
    call: Gateway

    def handle(self, method: str, path: str, query: Mapping[str, str], body: bytes, cookie: str = "") -> Reply:
        """Answer a request under /_local; every failure is an error answer."""
        name = path.removeprefix("/_local/")
        try:
            page = self.pages.answer(method, name, query, body, cookie)
            if page is not None:
                return page
            lever = self._levers().get((method, name))
            return json_reply(lever(query, _object(body))) if lever else _unknown()
        except Refused as refused:
            return refused.reply
        except Nobody as problem:
            return error(404, "ResourceNotFound", str(problem.args[0]))
        except ValueError as problem:
            return error(400, "BadRequest", str(problem))
        except Exception as problem:  # noqa: BLE001 - the developer sees it here and in the log
            report(f"{method} {path} failed.", problem)
            return error(500, "InternalServerError", f"{type(problem).__name__}: {problem}")

    def _levers(self) -> dict[tuple[str, str], Callable[[Mapping[str, str], dict[str, Any]], Any]]:
        return {
            ("GET", "health"): lambda _query, _body: self._health(),
            ("GET", "clock"): lambda _query, _body: self._time(),
            ("POST", "clock"): lambda _query, body: self._move(body),
            ("POST", "tick"): lambda _query, _body: self.workers.tick(),
            ("GET", "mails"): lambda query, _body: self.mailbox.list(query.get("to", "")),
            ("GET", "users"): lambda _query, _body: self._users(),
            ("POST", "token"): lambda _query, body: self._token(body),
        }

    def _health(self) -> dict[str, Any]:
        """That it runs, and where the emulator is, for whoever wants to look at what lies there."""
        return {"status": "ok", "emulator": self.services().settings.endpoint_url}

    def _time(self) -> dict[str, Any]:
        now = self.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"now": now, "offsetSeconds": int(self.clock.offset.total_seconds())}

    def _move(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{advance: "3d"}`, `{set: ISO}` or `{reset: true}`."""
        match body:
            case {"advance": str(text), **more} if not more:
                self.clock.advance(span(text))
            case {"set": str(text), **more} if not more:
                self.clock.set(instant(text))
            case {"reset": True, **more} if not more:
                self.clock.reset()
            case _:
                raise ValueError('Send {"advance": "3d"}, {"set": "2026-03-02T09:00:00Z"} or {"reset": true}.')
        return self._time()

    def _token(self, body: dict[str, Any]) -> dict[str, str]:
        who = body.get("who")
        if not isinstance(who, str) or not who:
            raise ValueError("`who` must be an id, a principal name, `admin`, `auditor` or `scim`.")
        if who == provisioning.WHO:
            return {"token": provisioning.provisioning_token(self.services())}
        return {"token": self.signin.token(self.services(), who)}

    def _users(self) -> list[dict[str, Any]]:
        """Everybody as the product's own API shows them to the administrator."""
        headers = {"Authorization": f"Bearer {self.signin.token(self.services(), 'admin')}"}
        users: list[dict[str, Any]] = []
        path = PAGE
        while path:
            status, text = self.call("GET", path, headers)
            if status != 200:
                raise Refused(502, "BadGateway", f"The product answered {status}: {text[:500]}")
            page = json.loads(text)
            users += page["value"]
            following = urlsplit(page.get("@odata.nextLink", ""))
            path = f"/v1.0/{following.path.partition('/v1.0/')[2]}?{following.query}" if following.query else ""
        return users


def _unknown() -> Reply:
    return error(404, "ResourceNotFound", "There is no such lever.")


def _object(body: bytes) -> dict[str, Any]:
    found = json.loads(body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("The body must be a JSON object.")
    return found
