"""What an OpenID Connect issuer must be able to do for the portal to sign people in with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_WANTED = {
    "response_types_supported": ("code", "It has no authorization code flow."),
    "code_challenge_methods_supported": ("S256", "It has no PKCE with S256."),
}


def lacking(told: Mapping[str, Any], keys: Any, issuer: str) -> Iterator[str]:
    """What is missing, by an issuer's description and its keys. A member of the description that is not there says
    nothing: it may be left out (OpenID Connect Discovery 3)."""
    if told.get("issuer") != issuer:
        yield f"It calls itself {told.get('issuer')!r}: OidcIssuer must be exactly that, to the last slash."
    for name in ("authorization_endpoint", "token_endpoint"):
        if not str(told.get(name, "")).startswith("https://"):
            yield f"It names no https address as {name}."
    for name, (wanted, words) in _WANTED.items():
        if wanted not in told.get(name, [wanted]):
            yield words
    if not any(isinstance(one, dict) and one.get("kty") in ("RSA", "EC") for one in keys):
        yield "It publishes no RSA or EC key; ID tokens must be signed RS256 or ES256."
