"""Provisioning clients: the identity providers that keep people and groups here over SCIM, and their tokens."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import ids

PREFIX = "scim_"
_ID_DIGITS = 32
_TOKEN_LENGTH = len(PREFIX) + _ID_DIGITS + 64
USED_EVERY = timedelta(hours=1)
"""The last use of a client is written at most this often."""
MOST_OVERLAP = 168  # hours
LONGEST_LIFE = timedelta(days=3_653)  # of a token
MOST_CLIENTS = 50
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A token as it is kept: only its hash. `ends` None never ends by itself."""

    hash: str
    created: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisioningClient:
    """One identity provider. The first secret is the present one; a second one still works until it ends."""

    id: str
    display_name: str
    created: datetime
    created_by: str
    secrets: tuple[Secret, ...]
    version: int = 0

    def accepts(self, token: str, now: datetime) -> bool:
        """Is this one of the client's tokens, and still good? Compared in constant time."""
        given = hash_of(token)
        found = [one for one in self.secrets if hmac.compare_digest(one.hash, given)]
        return any(one.ends is None or now < one.ends for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUse:
    """When a client last asked for anything, to the hour."""

    client_id: str
    used: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """Keeps a client's own id of a person (`kind` user) or group unique, and finds whom it means."""

    client_id: str
    kind: str
    value: str
    object_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedManager:
    """Somebody whose manager was named by a client as `reference` (lower case) before there was such a person."""

    reference: str
    user_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPosition:
    """Where a client's list goes on: its objects from number `start` (from 1) follow `cursor`; `total` counts all.
    `asked` tells the list, `until` (real seconds since 1970) how long this is trusted."""

    client_id: str
    asked: str
    start: int
    cursor: str
    total: int
    until: float
    version: int = 0


def new_token(client_id: str, *random: str) -> str:
    """A token of a client: its id and 256 bits made of `random` texts, which together have more."""
    return f"{PREFIX}{ids.bare(client_id)}{ids.digest('token', *random)}"


def client_of(token: str) -> str | None:
    """The id of the client a token says it belongs to; None for anything that is no token of ours."""
    if not token.startswith(PREFIX) or len(token) != _TOKEN_LENGTH:
        return None
    client_id = ids.guid_of(token[len(PREFIX) : len(PREFIX) + _ID_DIGITS])
    return client_id if ids.is_guid(client_id) else None


def hash_of(token: str) -> str:
    """The stored form of a token. It is random, so that a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def rotated(
    client: ProvisioningClient, token: str, now: datetime, overlap: timedelta, ends: datetime | None
) -> ProvisioningClient:
    """The client with a new token; the present one works until `overlap` is over, all older ones no more."""
    present = client.secrets[0]
    last = now + overlap if present.ends is None else min(present.ends, now + overlap)
    kept = (replace(present, ends=last),) if last > now else ()
    return replace(client, secrets=(Secret(hash=hash_of(token), created=now, ends=ends), *kept))
