"""The OpenID Connect provider of the local stage, so that the portal signs in here exactly as in production.

Authorization code with PKCE, and the checks a good provider makes; the ID tokens are those of the emulator's Cognito
pool. In place of a password one picks a person. Never deployed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlencode

from local.replies import Reply, json_reply, redirect

ROOT = "/_local/sign-in"
BACK, OUT = "/signed-in", "/signed-out"
HOSTS = ("127.0.0.1", "localhost")
CODE_SECONDS = 60.0
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # S256: 32 bytes in base64url
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1


class Tokens(Protocol):
    """The pool behind the provider: ID, access and refresh token under OAuth's names."""

    client_id: str

    def sign_in(self, who: str, nonce: str) -> dict[str, Any]:
        """Tokens for a person (a principal name)."""

    def renew(self, refresh_token: str) -> dict[str, Any]:
        """Tokens for a refresh token. Raises LookupError for one that is none."""


class BadRequest(Exception):
    """The request cannot be trusted to come from the portal; the person is told, nobody is redirected."""


@dataclass(frozen=True)
class Wanted:
    """An authorization request, as OAuth names its members."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    prompt: str = ""

    def back(self, **answer: str) -> str:
        """The address that brings an answer to the portal."""
        return f"{self.redirect_uri}?{urlencode({**answer, 'state': self.state})}"


@dataclass(frozen=True)
class _Granted:
    wanted: Wanted
    who: str
    expiry: float


class Provider:
    """Knows which codes are out. `port` is the instance's own: only its portal may come here."""

    def __init__(self, tokens: Tokens, port: int, real: Callable[[], float] = time.time) -> None:
        self._tokens = tokens
        self._port = port
        self._real = real
        self._codes: dict[str, _Granted] = {}
        self._lock = Lock()

    @property
    def client_id(self) -> str:
        """The one client there is."""
        return self._tokens.client_id

    def wanted(self, query: Mapping[str, str]) -> Wanted | Reply:
        """The request to `authorize`, or the answer that tells the portal what is wrong with it.

        Raises BadRequest when it may not be told: another client, or an address that is not the portal's."""
        if query.get("client_id") != self.client_id:
            raise BadRequest("The application that sent you here is not known.")
        if not self._own(query.get("redirect_uri", ""), BACK):
            raise BadRequest("The application that sent you here is not the portal of this instance.")
        names = ("redirect_uri", "state", "nonce", "code_challenge", "prompt")
        wanted = Wanted(**{name: query.get(name, "") for name in names})
        if query.get("response_type") != "code":
            return redirect(wanted.back(error="unsupported_response_type"))
        if "openid" not in query.get("scope", "").split():
            return redirect(wanted.back(error="invalid_scope"))
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(wanted.code_challenge):
            return redirect(wanted.back(error="invalid_request", error_description="PKCE with S256 is needed."))
        return wanted

    def grant(self, wanted: Wanted, who: str) -> str:
        """The address that brings a fresh code for a person to the portal."""
        code, now = secrets.token_urlsafe(32), self._real()
        with self._lock:
            self._codes = {one: held for one, held in self._codes.items() if held.expiry > now}
            self._codes[code] = _Granted(wanted, who, now + CODE_SECONDS)
        return wanted.back(code=code)

    def token(self, form: Mapping[str, str]) -> Reply:
        """The tokens for a code or a refresh token; OAuth's error otherwise. A code works once, right or wrong."""
        if form.get("client_id") != self.client_id:
            return _refusal("invalid_client")
        if form.get("grant_type") == "refresh_token":
            try:
                return json_reply(self._tokens.renew(form.get("refresh_token", "")))
            except LookupError:
                return _refusal("invalid_grant")
        if form.get("grant_type") != "authorization_code":
            return _refusal("unsupported_grant_type")
        with self._lock:
            held = self._codes.pop(form.get("code", ""), None)
        if held is None or held.expiry <= self._real() or form.get("redirect_uri") != held.wanted.redirect_uri:
            return _refusal("invalid_grant")
        if not _proves(form.get("code_verifier", ""), held.wanted.code_challenge):
            return _refusal("invalid_grant")
        return json_reply(self._tokens.sign_in(held.who, held.wanted.nonce))

    def after_sign_out(self, query: Mapping[str, str]) -> str:
        """Where to go after signing out: where the portal asked, if that is the portal."""
        asked = query.get("post_logout_redirect_uri", "")
        return asked if self._own(asked, OUT) else OUT

    def _own(self, address: str, path: str) -> bool:
        """Is it exactly this path of this instance?"""
        return address in [f"http://{host}:{self._port}{path}" for host in HOSTS]


def _proves(verifier: str, challenge: str) -> bool:
    """Is this the verifier the challenge was made of (RFC 7636, S256)?"""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(digest, challenge)


def _refusal(code: str) -> Reply:
    return json_reply({"error": code}, 400)
