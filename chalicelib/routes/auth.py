"""Who is calling: bearer token, then person of the directory, then roles. Each step is cached for a short while.
And where people sign in, which the browser has to know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.domain import errors, ids
from chalicelib.domain.people import Actor, Role, User
from chalicelib.settings import Settings
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import first_administrator, roles_of

if TYPE_CHECKING:
    from chalicelib.aws.openid import Endpoints, Issuer
    from chalicelib.aws.tokens import TokenVerifier

PERSON_SECONDS = 60.0  # a disabled account is refused after a minute at the latest
ROLE_SECONDS = 5.0
ANYONE = User(id=ids.NOBODY, display_name="", principal_name="")
_people: dict[str, tuple[float, User]] = {}
_roles: dict[str, tuple[float, frozenset[tuple[Role, str]]]] = {}
_seen: dict[str, float] = {}


def forget() -> None:
    """Empty the caches, for tests and after the directory changed under our hands."""
    _people.clear()
    _roles.clear()
    _seen.clear()


def first_in(seconds: float, services: Services, what: str) -> bool:
    """Is this the first time in so many seconds that this process is asked about `what`?"""
    real = services.clock.real()
    if _seen.get(what, 0.0) > real:
        return False
    _seen[what] = real + seconds
    return True


@cache
def _verifier(issuer: str, audience: str, keys_url: str) -> TokenVerifier:
    from chalicelib.aws.tokens import TokenVerifier  # cryptography costs 46 ms of cold start

    return TokenVerifier(issuer, audience, keys_url)


@cache
def _issuer(chosen: Settings) -> Issuer:
    from chalicelib.aws.openid import Endpoints, Issuer  # most requests never ask where to sign in

    given = Endpoints(
        authorization=chosen.oidc_authorization_url,
        token=chosen.oidc_token_url,
        end_session=chosen.oidc_end_session_url,
        keys=chosen.oidc_keys_url,
    )
    return Issuer(chosen.oidc_issuer, given)


def endpoints(services: Services) -> Endpoints:
    """Where people sign in and out, and where tokens come from. Raises Unavailable while the issuer cannot be read."""
    return _issuer(services.settings).endpoints(services.clock.real())


def token_origin(services: Services) -> str:
    """The origin the browser fetches tokens from, for a Content Security Policy; "" when it is the portal's own.

    While the issuer cannot be read it is the issuer's own origin, which is right for most.
    """
    try:
        address = endpoints(services).token
    except errors.Unavailable:
        address = services.settings.oidc_issuer
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _keys_url(services: Services) -> str:
    """Where the issuer publishes its keys; "" for the usual place when it cannot be asked."""
    try:
        return services.settings.oidc_keys_url or endpoints(services).keys
    except errors.Unavailable:
        return ""


def bearer(headers: Mapping[str, str]) -> str:
    """The bearer token of a request. Raises Unauthenticated."""
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.Unauthenticated("A bearer token is needed: Authorization: Bearer <token>.")
    return token.strip()


def person(services: Services, headers: Mapping[str, str]) -> User:
    """The person a request comes from. Raises Unauthenticated."""
    token = bearer(headers)
    chosen = services.settings
    verifier = _verifier(chosen.oidc_issuer, chosen.oidc_audience, _keys_url(services))
    claims = verifier.verify(token, services.clock.real())
    name = str(claims.get(chosen.oidc_claim) or "").lower()
    if not name:
        raise errors.Unauthenticated(f"The token has no claim {chosen.oidc_claim!r}.")
    return _known(services, name)


def _known(services: Services, name: str) -> User:
    real = services.clock.real()
    cached = _people.get(name)
    if cached and cached[0] > real:
        return cached[1]
    found = services.people.user_by_principal_name(name)
    if found is None and name == services.settings.first_administrator.lower():
        found = first_administrator(services)
    if found is None:
        raise errors.NotInDirectory(f"Nobody in the directory has the principal name {name}.")
    if not found.enabled:
        raise errors.AccountDisabled("This account is disabled.")
    _people[name] = (real + PERSON_SECONDS, found)
    return found


def with_roles(services: Services, user: User) -> Actor:
    """The caller as an actor with roles."""
    real = services.clock.real()
    cached = _roles.get(user.id)
    if cached is None or cached[0] <= real:
        cached = (real + ROLE_SECONDS, roles_of(services, user))
        _roles[user.id] = cached
    return Actor(user.id, user.principal_name, user.display_name, cached[1])
