"""Signed messages between systems, as the Standard Webhooks scheme signs them: HMAC-SHA256 over `id.timestamp.body`.

A secret is written `whsec_` and then 24 to 64 bytes in base64. While it is changed there are two, separated by a
space or a line break: we sign with both, and either is good for what is signed by others.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from chalicelib.domain.errors import InvalidInput, Unauthenticated

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = 300  # seconds a message may be old, or ahead of our clock
_PREFIX, _VERSION = "whsec_", "v1"
_LEAST, _MOST = 24, 64  # bytes of a secret
_MOST_SIGNATURES = 20
_REFUSED = "The message is not signed as this connection's secret signs, or its time is not now."


def secrets_of(text: str) -> tuple[bytes, ...]:
    """The secrets written in a text, the newest first. Raises InvalidInput, which never repeats any of it."""
    found = tuple(_secret(word) for word in text.split())
    if not found:
        raise InvalidInput("The secret is empty.")
    return found


def _secret(word: str) -> bytes:
    try:
        secret = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not word.startswith(_PREFIX) or not _LEAST <= len(secret) <= _MOST:
        raise InvalidInput(f"A secret is {_PREFIX} followed by {_LEAST} to {_MOST} bytes in base64.")
    return secret


def signed(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message. `timestamp` in seconds since 1970."""
    signatures = " ".join(_signature(secret, message_id, str(timestamp), body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: signatures}


def check(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, real: float) -> None:
    """Raises Unauthenticated unless one of the secrets signed this message within five minutes of `real` (seconds
    since 1970). It never says which of the two was wrong."""
    message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    given = headers.get(SIGNATURE, "").split(" ")[:_MOST_SIGNATURES]
    good = [_signature(secret, message_id, timestamp, body).encode() for secret in secrets]
    # Every pair is compared, so that the time it takes tells nothing.
    fits = sum(hmac.compare_digest(one, other.encode()) for one in good for other in given)
    now = timestamp.isascii() and timestamp.isdigit() and abs(real - int(timestamp[:15])) <= TOLERANCE
    if not fits or not now or not message_id:
        raise Unauthenticated(_REFUSED)


def _signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return f"{_VERSION},{base64.b64encode(hmac.new(secret, content, sha256).digest()).decode()}"
