"""Paging: opaque signed cursors and the absolute link to the next page."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.domain.errors import InvalidCursor, InvalidInput

LIFE = timedelta(hours=24)
MIN_SECRET_BYTES = 16

_MAC_BYTES = hashlib.sha256().digest_size
_TOKEN = re.compile(r"[A-Za-z0-9_-]{44,4000}")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LOCAL_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_REFUSED = (
    "The $skiptoken was altered, or belongs to another caller or another query. "
    "Follow @odata.nextLink exactly as it was given, or start again without $skiptoken."
)
_EXPIRED = "The $skiptoken is older than 24 hours. Start again without $skiptoken."


@dataclass(frozen=True)
class Cursors:
    """Writes and reads page cursors; a cursor works for one caller and one query, for 24 hours.

    The payload is signed but not hidden. Raises ValueError for a secret shorter than 16 bytes.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError(f"The cursor secret needs at least {MIN_SECRET_BYTES} bytes.")

    def seal(self, payload: Mapping[str, Any], caller: str, query: str, now: datetime) -> str:
        """The cursor that brings `payload` (JSON types, up to 2,800 bytes) back; `now` has a zone."""
        expiry = int((now + LIFE).timestamp())
        body = json.dumps([expiry, payload], separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
        return _encode(self._signature(body, caller, query) + body)

    def open(self, token: str, caller: str, query: str, now: datetime) -> dict[str, Any]:
        """The payload of a cursor sealed for this caller and query.

        Raises InvalidCursor when it was altered, is for another caller or query, or is over 24 hours old.
        """
        raw = _decode(token)
        signature, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(signature, self._signature(body, caller, query)):
            raise InvalidCursor(_REFUSED, "$skiptoken")
        expiry, payload = json.loads(body)
        if now.timestamp() >= expiry:
            raise InvalidCursor(_EXPIRED, "$skiptoken")
        return dict(payload)

    def _signature(self, body: bytes, caller: str, query: str) -> bytes:
        # A JSON list keeps the parts apart; the first keeps these signatures out of any other use.
        signed = json.dumps(["page-cursor", caller, query, body.hex()]).encode()
        return hmac.new(self.secret, signed, hashlib.sha256).digest()


def query_text(params: Mapping[str, Sequence[str]]) -> str:
    """The query without `$skiptoken`, percent-encoded, in an order that does not depend on the transport."""
    pairs = [(name, value) for name in sorted(params) if name != "$skiptoken" for value in params[name]]
    return urlencode(pairs, safe="$", quote_via=quote, errors="replace")


def next_link(
    event_headers: Mapping[str, str],
    request_context_path: str,
    params: Mapping[str, Sequence[str]],
    token: str,
) -> str:
    """The absolute URL of the next page; `request_context_path` already holds the stage.

    Raises InvalidInput when the Host header is missing or malformed.
    """
    query = query_text(params)
    cursor = f"$skiptoken={quote(token, safe='')}"
    return f"{address_of(event_headers, request_context_path)}?{query + '&' if query else ''}{cursor}"


def address_of(event_headers: Mapping[str, str], request_context_path: str) -> str:
    """The absolute URL of a path that already holds the stage. Raises InvalidInput when the Host header is missing
    or malformed."""
    headers = {name.lower(): value for name, value in event_headers.items()}
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise InvalidInput("The request needs a Host header that names this service.", "Host")
    # Escapes already in the path stay as they are; a lone '%' becomes one.
    path = quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", request_context_path), safe=_PATH_SAFE)
    return f"{_scheme(headers, host)}://{host}{path}"


def _scheme(headers: Mapping[str, str], host: str) -> str:
    # Proxies may append theirs to the list; the first is the one the client used.
    forwarded = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    if forwarded in ("http", "https"):
        return forwarded
    return "http" if _LOCAL_HOST.fullmatch(host) else "https"


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(token: str) -> bytes:
    """The bytes of a token. Raises InvalidCursor unless it is exactly what `_encode` writes for them."""
    if not _TOKEN.fullmatch(token):
        raise InvalidCursor(_REFUSED, "$skiptoken")
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error as error:
        raise InvalidCursor(_REFUSED, "$skiptoken") from error
    # Unused bits of the last character decode to the same bytes: only one spelling may pass.
    if _encode(raw) != token:
        raise InvalidCursor(_REFUSED, "$skiptoken")
    return raw
