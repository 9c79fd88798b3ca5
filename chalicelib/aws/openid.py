"""Where an OpenID Connect issuer signs people in: given by the settings, or discovered from the issuer itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from http.client import HTTPException
from typing import Any

from chalicelib.aws.tokens import read_address
from chalicelib.domain.errors import Unavailable

LIVES = 3_600.0  # seconds what was discovered is remembered
PAUSE = 30.0  # between two tries while the issuer cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses of an issuer; "" for one it does not have. Those from the settings may be paths of our own host."""

    authorization: str = ""
    token: str = ""
    end_session: str = ""
    keys: str = ""


_NAMES = {
    "authorization": "authorization_endpoint",
    "token": "token_endpoint",
    "end_session": "end_session_endpoint",
    "keys": "jwks_uri",
}


class Issuer:
    """One issuer. What is `given` holds whatever it says; who gives authorization and token wants no discovery."""

    def __init__(self, issuer: str, given: Endpoints, fetch: Callable[[str], bytes] = read_address) -> None:
        self._issuer = issuer
        self._given = given
        self._fetch = fetch
        self._found: Endpoints | None = None
        self._loaded = self._tried = -math.inf

    def endpoints(self, now: float) -> Endpoints:
        """The issuer's addresses; `now` is in seconds since 1970. An issuer that cannot be read any more keeps those
        it had. Raises Unavailable when it never could."""
        if self._given.authorization and self._given.token:
            return self._given
        if abs(now - self._loaded) >= LIVES and abs(now - self._tried) >= PAUSE:
            self._tried = now
            found = self._discover()
            if found is not None:
                self._found, self._loaded = found, now
        if self._found is None:
            raise Unavailable("The sign-in service does not answer. Try again in a moment.")
        return self._found

    def _discover(self) -> Endpoints | None:
        try:
            told = json.loads(self._fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration"))
        except (OSError, HTTPException, ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or told.get("issuer") != self._issuer:
            return None  # OpenID Connect Discovery 4.3: somebody else's description
        found = Endpoints(
            **{one.name: getattr(self._given, one.name) or _address(told, one.name) for one in fields(Endpoints)}
        )
        return found if found.authorization and found.token else None


def _address(told: dict[str, Any], name: str) -> str:
    """An address of the description; "" unless it is one a browser can be sent to safely."""
    address = told.get(_NAMES[name])
    return address if isinstance(address, str) and address.startswith("https://") else ""
