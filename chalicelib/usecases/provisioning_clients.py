"""Provisioning clients: who may keep people and groups here over SCIM. A token is shown once and kept as a hash."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import errors, ids
from chalicelib.domain.attempts import REMEMBERED, Attempt, Repeat
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import Actor
from chalicelib.domain.provisioning import (
    LONGEST_LIFE,
    LONGEST_NAME,
    MOST_CLIENTS,
    MOST_OVERLAP,
    USED_EVERY,
    ClientUse,
    ProvisioningClient,
    Secret,
    client_of,
    hash_of,
    new_token,
    rotated,
)
from chalicelib.domain.sources import SourceKind, source_id
from chalicelib.usecases.attempts import NO_REPEAT
from chalicelib.usecases.manage_sources import SourceDraft, change_source
from chalicelib.usecases.ports import Create, Delete, Drop, Put, Save, Services
from chalicelib.usecases.sources import succeeded

CATEGORY, KIND = "ApplicationManagement", "provisioningClient"
NO_SECRET = hash_of("")


@dataclass(frozen=True, slots=True)
class Listed:
    """A client with its last use, to the hour."""

    client: ProvisioningClient
    used: datetime | None


def require_administrator(actor: Actor) -> None:
    """Raises Forbidden for everybody but administrators."""
    if not actor.is_administrator:
        raise errors.Forbidden("Only administrators manage provisioning clients.")


def authenticate(services: Services, token: str, now: datetime) -> ProvisioningClient:
    """The client a token belongs to. Raises Unauthenticated, in the same words whatever is wrong."""
    client_id = client_of(token)
    client = services.provisioning.client(client_id) if client_id else None
    if client is None:
        _nobody(token, now)
    elif client.accepts(token, now):
        return client
    raise errors.Unauthenticated("This is no valid token of a provisioning client.")


def _nobody(token: str, now: datetime) -> None:
    """As much work as with a client, so that time does not tell whether there is one."""
    nobody = Secret(hash=NO_SECRET, created=now, ends=now)
    ProvisioningClient(id="", display_name="", created=now, created_by="", secrets=(nobody,)).accepts(token, now)


def used(services: Services, client: ProvisioningClient, now: datetime) -> None:
    """Note that a client asked for something, at most once an hour, and that its data is fresh."""
    succeeded(services, SourceKind.SCIM, client.id, client.display_name)
    last = services.provisioning.last_used([client.id]).get(client.id)
    if last is None or now - last >= USED_EVERY:
        services.writer.put_all([ClientUse(client_id=client.id, used=now)])


def list_clients(services: Services, actor: Actor) -> list[Listed]:
    """Every client, the newest first. For administrators and auditors. Raises Forbidden."""
    if not actor.reads_everything:
        raise errors.Forbidden("Only administrators and auditors see provisioning clients.")
    clients = services.provisioning.clients()
    last = services.provisioning.last_used(one.id for one in clients)
    return [Listed(one, last.get(one.id)) for one in sorted(clients, key=lambda one: one.created, reverse=True)]


def create_client(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    name: str,
    ends: datetime | None = None,
    repeat: Repeat = NO_REPEAT,
) -> tuple[ProvisioningClient, str]:
    """A new client and its token, which is told only now: a repeated request gives the client it made a new token.

    Raises Forbidden, InvalidInput, Conflict (50 there are).
    """
    require_administrator(actor)
    name = _name(name)
    _check_end(ends, now)
    known = services.reviews.attempt(actor.id, repeat.asked) if repeat.retried and repeat.asked else None
    if known is not None and now - known.made < REMEMBERED:
        return rotate_client(services, actor, now, operation, known.subject_id, 0, ends)
    if len(services.provisioning.clients()) >= MOST_CLIENTS:
        raise errors.Conflict(f"There are {MOST_CLIENTS} provisioning clients. Delete one first.")
    client_id = ids.guid(KIND, operation)
    token = _token(services, client_id)
    secret = Secret(hash=hash_of(token), created=now, ends=ends)
    client = ProvisioningClient(id=client_id, display_name=name, created=now, created_by=actor.id, secrets=(secret,))
    recorded = _event(now, actor, "Add provisioning client", operation, client, {"expires": _text(ends)})
    asked = (
        [Put(Attempt(actor_id=actor.id, asked=repeat.asked, subject_id=client.id, made=now))] if repeat.asked else []
    )
    services.writer.commit(operation, Create(client), Create(recorded), *asked)
    return client, token


def rotate_client(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    client_id: str,
    overlap_hours: int = 24,
    ends: datetime | None = None,
) -> tuple[ProvisioningClient, str]:
    """Give a client a new token; the old one works for `overlap_hours` (0 to 168) more.

    Raises Forbidden, NotFound, InvalidInput, Conflict (somebody else did so this moment).
    """
    require_administrator(actor)
    if not 0 <= overlap_hours <= MOST_OVERLAP:
        raise errors.InvalidInput(f"Must be 0 to {MOST_OVERLAP} hours.", "overlapHours")
    _check_end(ends, now)
    client = find_client(services, client_id)
    token = _token(services, client.id)
    after = rotated(client, token, now, timedelta(hours=overlap_hours), ends)
    told = {"overlapHours": str(overlap_hours), "expires": _text(ends)}
    recorded = _event(now, actor, "Rotate provisioning client token", operation, client, told)
    services.writer.commit(operation, Save(after), Create(recorded))
    return after, token


def delete_client(services: Services, actor: Actor, now: datetime, operation: str, client_id: str) -> None:
    """Delete a client: its tokens work no more at once; whom it brought stays. Raises Forbidden, NotFound."""
    require_administrator(actor)
    client = find_client(services, client_id)
    source = source_id(SourceKind.SCIM, client.id)
    with suppress(errors.NotFound, errors.Conflict):  # it never brought anything, or does so this moment
        # First, for a client that is gone cannot be deleted again: openings would wait for its source for ever.
        change_source(services, actor, now, f"{operation}:source", source, SourceDraft(retired=True))
    recorded = _event(now, actor, "Delete provisioning client", operation, client, {})
    services.writer.commit(operation, Delete(client), Drop(ClientUse(client_id=client.id, used=now)), Create(recorded))


def find_client(services: Services, client_id: str) -> ProvisioningClient:
    """A client by id. Raises NotFound."""
    found = services.provisioning.client(client_id) if ids.is_guid(client_id) else None
    if found is None:
        raise errors.NotFound("There is no such provisioning client.")
    return found


def _token(services: Services, client_id: str) -> str:
    return new_token(client_id, *(services.clock.new_id() for _ in range(3)))  # 122 random bits each


def _name(text: str) -> str:
    name = text.strip()
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        raise errors.InvalidInput(f"Needs 1 to {LONGEST_NAME} characters that can be printed.", "displayName")
    return name


def _check_end(ends: datetime | None, now: datetime) -> None:
    if ends is not None and not now < ends < now + LONGEST_LIFE:
        raise errors.InvalidInput("Must lie in the future, within ten years.", "expirationDateTime")


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _event(
    now: datetime, actor: Actor, activity: str, operation: str, client: ProvisioningClient, told: dict[str, str]
) -> AuditEvent:
    details = {name: value for name, value in {"displayName": client.display_name, **told}.items() if value}
    return event(now, actor, CATEGORY, activity, (KIND, client.id), operation, details=details)
