"""Bearer tokens: OpenID Connect ID tokens, verified with the keys their issuer publishes."""

from __future__ import annotations

import hashlib
import json
import math
import urllib.request
from collections import OrderedDict
from collections.abc import Callable
from http.client import HTTPException
from threading import Lock
from typing import Any

from chalicelib.domain.errors import Unauthenticated

LEEWAY = 60.0  # seconds two clocks may differ
KEYS_LIVE = 3_600.0
KEYS_PAUSE = 30.0  # between two reads of the key set, however many unknown keys are presented
MOST_REMEMBERED = 1_000
MOST_CHARACTERS = 16_384
_TIME_OUT = 3.0
_MOST_BYTES = 1_000_000
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
_UNCHECKED = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss")}  # done here, against `now`

Claims = dict[str, object]


def read_address(url: str) -> bytes:
    """What lies at an http(s): or data: address, up to a megabyte. Raises OSError."""
    with urllib.request.urlopen(url, timeout=_TIME_OUT) as answer:
        content: bytes = answer.read(_MOST_BYTES)
    return content


class TokenVerifier:
    """Verifies ID tokens of one issuer for one audience, RS256 and ES256 only.

    Keys are remembered for an hour, verified tokens until they expire.
    """

    def __init__(
        self, issuer: str, audience: str, keys_url: str = "", fetch: Callable[[str], bytes] = read_address
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys_url = keys_url or issuer.rstrip("/") + "/.well-known/jwks.json"
        self._fetch = fetch
        self._keys: dict[str, tuple[str, Any]] = {}
        self._loaded = self._tried = -math.inf
        self._verified: OrderedDict[str, tuple[float, Claims]] = OrderedDict()
        self._lock = Lock()

    def verify(self, token: str, now: float) -> Claims:
        """The claims of a valid token; `now` is in seconds since 1970. Raises Unauthenticated."""
        fingerprint = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        remembered = self._recall(fingerprint, now)
        if remembered is not None:
            return dict(remembered)
        claims = self._signed(token, now)
        expiry = self._check(claims, now)
        self._remember(fingerprint, expiry, claims)
        return dict(claims)

    def _signed(self, token: str, now: float) -> Claims:
        """The claims, once the signature holds."""
        import jwt  # cryptography costs 46 ms of cold start

        if len(token) > MOST_CHARACTERS:
            raise Unauthenticated("The token is too long.")
        try:
            algorithm, key = self._key(jwt.get_unverified_header(token).get("kid"), now)
            claims: Claims = jwt.decode(token, key, algorithms=[algorithm], options=_UNCHECKED)  # type: ignore[arg-type]
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as problem:
            # PyJWT's messages may quote the token: neither they nor the cause leave this place.
            raise Unauthenticated(f"The token cannot be verified ({type(problem).__name__}).") from None
        return claims

    def _check(self, claims: Claims, now: float) -> float:
        """Check who the token is from and for, and when it holds; returns its expiry."""
        audiences = claims.get("aud")
        if claims.get("iss") != self._issuer:
            raise Unauthenticated("The token comes from another issuer.")
        if self._audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise Unauthenticated("The token is meant for another application.")
        if claims.get("token_use", "id") != "id":
            raise Unauthenticated("An ID token is needed, not an access token.")
        expiry = _seconds(claims, "exp")
        if expiry is None or now >= expiry + LEEWAY:
            raise Unauthenticated("The token has expired.")
        for name in ("nbf", "iat"):
            if (_seconds(claims, name) or 0.0) > now + LEEWAY:
                raise Unauthenticated("The token is not valid yet.")
        return expiry

    def _key(self, kid: object, now: float) -> tuple[str, Any]:
        """The algorithm and key of a key id, reading the key set when it is unknown or an hour old."""
        if (kid not in self._keys or not self._fresh(now)) and abs(now - self._tried) >= KEYS_PAUSE:
            self._tried = now
            self._keys = self._read_keys()
            self._loaded = now
        if kid not in self._keys or not self._fresh(now):
            raise Unauthenticated("The token is signed with a key its issuer does not publish.")
        return self._keys[str(kid)]

    def _fresh(self, now: float) -> bool:
        return abs(now - self._loaded) < KEYS_LIVE

    def _read_keys(self) -> dict[str, tuple[str, Any]]:
        try:
            published = json.loads(self._fetch(self._keys_url))["keys"]
            return dict(found for entry in published if (found := _usable(entry)))
        except (OSError, HTTPException, ValueError, TypeError, KeyError, RecursionError):
            raise Unauthenticated("The keys of the token's issuer cannot be read. Try again in a moment.") from None

    def _recall(self, fingerprint: str, now: float) -> Claims | None:
        with self._lock:
            expiry, claims = self._verified.get(fingerprint, (-math.inf, {}))
            if now >= expiry:
                self._verified.pop(fingerprint, None)
                return None
            self._verified.move_to_end(fingerprint)
            return claims

    def _remember(self, fingerprint: str, expiry: float, claims: Claims) -> None:
        with self._lock:
            self._verified[fingerprint] = (expiry, claims)
            while len(self._verified) > MOST_REMEMBERED:
                self._verified.popitem(last=False)


def _usable(entry: object) -> tuple[str, tuple[str, Any]] | None:
    """The id, algorithm and key of an entry of a key set; None for keys of other kinds."""
    import jwt

    if not isinstance(entry, dict):
        return None
    algorithm = _ALGORITHMS.get(entry.get("kty", ""))
    kid = entry.get("kid")
    if not isinstance(kid, str) or algorithm is None or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", algorithm) != algorithm:
        return None
    try:
        return kid, (algorithm, jwt.PyJWK.from_dict(entry, algorithm=algorithm))
    except jwt.PyJWTError:
        return None


def _seconds(claims: Claims, name: str) -> float | None:
    """A claim that is an instant, None without it. Raises Unauthenticated for anything but a number."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        raise Unauthenticated(f"The token's claim {name} is not an instant.")
    return float(value)
