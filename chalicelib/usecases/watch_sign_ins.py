"""Sign-ins that AWS tells of by itself: CloudTrail's events, and the trigger of a Cognito user pool."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.cloud_trail import SOURCES, TrailSignIn, sign_in_of
from chalicelib.domain.sign_ins import LONGEST_RESOURCE, SignIn
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases.ports import Services
from chalicelib.usecases.sign_ins import Origin, Taken, Told, take_in

LOG = logging.getLogger("access_reviews")
_AMONG = 2  # people whose name begins so: one is found, two tell nothing


def take_trail_event(services: Services, detail: Mapping[str, Any]) -> Taken | None:
    """Take in a CloudTrail event; None when it tells of no sign-in. One of somebody unknown still shows that the
    source works."""
    found = sign_in_of(detail)
    if found is None:
        return None
    origin = Origin(SourceKind.CLOUD_TRAIL, found.source, SOURCES[found.source])
    sign_in = SignIn(at=found.at, resource=found.resource[:LONGEST_RESOURCE])
    user_id, name = _person(services, found)
    (result,) = take_in(services, origin, [Told(user_id=user_id, name=name, sign_in=sign_in)], found.at)
    if result is Taken.UNKNOWN:
        LOG.info("a sign-in to %s of somebody the directory does not know", SOURCES[found.source])
    return result


def _person(services: Services, found: TrailSignIn) -> tuple[str, str]:
    """Whose it is: an id, or a principal name. A user name without @ is the beginning of exactly one."""
    name = found.name
    if not name and found.store_user:
        name = services.identities.user_name(found.store_id, found.store_user)
    if not name or "@" in name:
        return "", name
    users = services.people.users_by_principal_name(f"{name}@", _AMONG, None).items
    return (users[0].id, "") if len(users) == 1 else ("", name)


def take_cognito_trigger(services: Services, event: Mapping[str, Any]) -> Taken | None:
    """Take in what Cognito tells after an authentication; None for any other trigger. The person is found by the
    e-mail address of the pool, or else by its user name; the app client is the resource."""
    if not str(event.get("triggerSource", "")).startswith("PostAuthentication"):
        return None
    pool, attributes = str(event.get("userPoolId", "")), event.get("request", {}).get("userAttributes", {})
    name = str(attributes.get("email") or event.get("userName", ""))
    resource = str(event.get("callerContext", {}).get("clientId", ""))
    origin = Origin(SourceKind.SIGN_INS, f"cognito {pool}".lower(), f"Cognito {pool}")
    sign_in = SignIn(at=services.clock.now(), resource=resource[:LONGEST_RESOURCE])
    return take_in(services, origin, [Told(name=name, sign_in=sign_in)])[0]
