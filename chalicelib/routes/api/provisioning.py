"""Provisioning clients, for administrators: who keeps people and groups here over SCIM, and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from chalice.app import Blueprint

from chalicelib.domain.provisioning import MOST_OVERLAP, ProvisioningClient
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.paging import address_of
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.responses import SCIM_ROOT
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Instant, Listed, Text
from chalicelib.usecases.erase_person import erase_person
from chalicelib.usecases.provisioning_clients import create_client, delete_client, list_clients, rotate_client

door = Blueprint(__name__)
CLIENTS = "/api/v1/provisioning-clients"
CLIENT = CLIENTS + "/{client_id}"
Zoned = Annotated[datetime, msgspec.Meta(tz=True)]
PERSON = "/api/v1/people/{person_id}"


class NewClient(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A client to be made; its token ends at `expirationDateTime`, or never."""

    display_name: str
    expiration_date_time: Zoned | None = None


class Rotation(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """How long the present token works beside the new one, and when the new one ends."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=MOST_OVERLAP)] = 24
    expiration_date_time: Zoned | None = None


class Client(Shape, kw_only=True):
    """A provisioning client. `token` is there only in the answer that made it; `previousTokenEndDateTime` is when the
    token before it stops working. `lastUsedDateTime` is to the hour."""

    id: str
    display_name: str
    created_date_time: Instant
    created_by: str
    last_used_date_time: Instant | None
    token_created_date_time: Instant
    token_expiration_date_time: Instant | None
    previous_token_end_date_time: Instant | None
    token: Text = msgspec.UNSET
    address: str


@route(door, "GET", CLIENTS, gives=Listed[Client])
def list_all(call: Call) -> Answer:
    """The provisioning clients, the newest first."""
    found = list_clients(call.services, call.actor)
    return {"value": [_shown(call, one.client, one.used) for one in found]}


@route(door, "POST", CLIENTS, takes=NewClient, headers=("Retry-Attempt",), gives={201: Client})
def create(call: Call) -> Answer:
    """Make a client. Its token is told now and never again."""
    name, ends = call.body.display_name, call.body.expiration_date_time
    made, token = create_client(call.services, call.actor, call.now, call.operation, name, ends, call.repeat())
    return Created(_shown(call, made, None) | {"token": token})


@route(door, "POST", CLIENT + "/rotate", takes=Rotation, gives=Client)
def rotate(call: Call, client_id: str) -> Answer:
    """Give a client a new token, told only now; the present one works for 24 more hours, or `overlapHours`."""
    body = call.body
    made, token = rotate_client(
        call.services,
        call.actor,
        call.now,
        call.operation,
        client_id,
        body.overlap_hours,
        body.expiration_date_time,
    )
    return _shown(call, made, None) | {"token": token}


@route(door, "DELETE", CLIENT, gives=None)
def delete(call: Call, client_id: str) -> Answer:
    """Delete a client: its tokens stop working at once; the people and groups it brought stay."""
    delete_client(call.services, call.actor, call.now, call.operation, client_id)
    return None


@route(door, "DELETE", PERSON, gives=None)
def erase(call: Call, person_id: str) -> Answer:
    """Begin to erase a person: at once they can do nothing, then their access ends, then what tells who they were
    goes. Audit trail and proofs stay valid: they hold ids."""
    erase_person(call.services, call.actor, call.now, call.operation, person_id)
    return None


def _shown(call: Call, client: ProvisioningClient, used: datetime | None) -> dict[str, Any]:
    present, previous = client.secrets[0], client.secrets[1:]
    path = call.request_path
    return {
        "id": client.id,
        "displayName": client.display_name,
        "createdDateTime": stamp(client.created),
        "createdBy": client.created_by,
        "lastUsedDateTime": stamp(used),
        "tokenCreatedDateTime": stamp(present.created),
        "tokenExpirationDateTime": stamp(present.ends),
        "previousTokenEndDateTime": stamp(previous[0].ends) if previous else None,
        "address": address_of(call.headers, path[: path.find("/api/v1/")] + SCIM_ROOT + "v2"),
    }
