"""Connections to systems outside, and the address their late answers come to."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.connections import BUILT_IN, Connection, ConnectorKind
from chalicelib.domain.exchanges import ExchangeState
from chalicelib.routes.api.connection_shapes import Callback, ChangedConnector, Connector, Kind, NewConnector
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.shapes import Listed, Nothing
from chalicelib.usecases.manage_connections import (
    ConnectionDraft,
    change_connection,
    check_connection,
    create_connection,
    delete_connection,
    find_connection,
    require_administrator,
    resources_of,
    usable_connections,
)
from chalicelib.usecases.take_callback import Said, check_signature, take_callback

door = Blueprint(__name__)
CONNECTORS = "/api/v1/connectors"
ONE = CONNECTORS + "/{name}"
CALLBACKS = "/api/v1/connector-callbacks"
_MOST_CALLBACK = 65_536


@route(door, "GET", CONNECTORS, gives=Listed[Connector])
def list_connectors(call: Call) -> Answer:
    """Every connection, the built-in one first; for administrators, auditors and the owners of catalogs."""
    found = usable_connections(call.services, call.actor)
    recorded = _object(BUILT_IN, BUILT_IN, "Recorded only") | {"builtIn": True}
    if call.actor.reads_everything:
        return {"value": [recorded, *(_connector(call, one) for one in found)]}
    return {"value": [recorded, *(_named(one) for one in found)]}


@route(door, "GET", CONNECTORS + "/kinds", gives=Listed[Kind])
def list_kinds(call: Call) -> Answer:
    """What one can connect, and the settings each kind asks for; for administrators."""
    require_administrator(call.actor)
    return {"value": [_kind(one) for one in call.services.connectors.kinds()]}


@route(door, "GET", ONE, gives=Connector)
def show_connector(call: Call, name: str) -> Answer:
    """One connection with up to a hundred of the resources it reaches; for administrators and auditors."""
    return _whole(call, find_connection(call.services, call.actor, name))


@route(door, "POST", CONNECTORS, takes=NewConnector, gives={201: Connector}, headers=("Retry-Attempt",))
def post_connector(call: Call) -> Answer:
    """Configure a connection. It is tried at once: `problem` says what is wrong."""
    body: NewConnector = call.body
    name = body.display_name or None
    draft = ConnectionDraft(name=body.name, kind=body.kind, display_name=name, settings=body.settings)
    made = create_connection(call.services, call.actor, call.now, call.operation, draft, call.retried)
    return Created(_whole(call, made))


@route(door, "PATCH", ONE, takes=ChangedConnector, gives=Connector, refuses=(409,))
def patch_connector(call: Call, name: str) -> Answer:
    """Change a connection's display name or settings; it is tried at once. Functions that are running follow within a
    minute."""
    body: ChangedConnector = call.body
    draft = ConnectionDraft(name=name, kind="", display_name=body.display_name, settings=body.settings)
    return _whole(call, change_connection(call.services, call.actor, call.now, call.operation, draft))


@route(door, "DELETE", ONE, gives=None, refuses=(409,))
def remove_connector(call: Call, name: str) -> Answer:
    """Take a connection away that nothing uses."""
    delete_connection(call.services, call.actor, call.now, call.operation, name)
    return None


@route(door, "POST", ONE + "/check", takes=Nothing, gives=Connector)
def post_check(call: Call, name: str) -> Answer:
    """Try a connection by calls that change nothing."""
    return _whole(call, check_connection(call.services, call.actor, call.now, call.operation, name))


@route(
    door,
    "POST",
    CALLBACKS + "/{name}",
    public=True,
    takes=Callback,
    gives=None,
    headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    refuses=(401, 404, 409),
)
def post_callback(call: Call, name: str) -> Answer:
    """What became of an operation that a webhook answered with `pending`. No bearer token: the message is signed with
    the connection's callback secret, as Standard Webhooks says, within five minutes of now."""
    check_signature(call.services, name, call.headers, call.raw_body(_MOST_CALLBACK))
    body: Callback = call.body
    said = Said(operation_id=body.operation_id, state=ExchangeState(body.status), reason=body.reason)
    take_callback(call.services, name, said)
    return None


def _named(found: Connection) -> dict[str, Any]:
    return _object(found.name, found.kind, found.display_name)


def _object(name: str, kind: str, display_name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "kind": kind, "displayName": display_name, "builtIn": False}


def _connector(call: Call, found: Connection) -> dict[str, Any]:
    return _named(found) | {
        "settings": found.settings,
        "createdDateTime": stamp(found.created),
        "modifiedDateTime": stamp(found.modified),
        "checkedDateTime": stamp(found.checked),
        "problem": found.problem or None,
        "resourceCount": call.services.entitlements.count_resources_of_connector(found.name),
    }


def _whole(call: Call, found: Connection) -> dict[str, Any]:
    body = _connector(call, found)
    body["resources"] = [
        {"id": one.id, "displayName": one.display_name, "catalogId": one.catalog_id}
        for one in resources_of(call.services, found.name)
    ]
    if "callbackSecret" in found.settings:
        body["callbackUrl"] = f"{call.services.settings.portal_url.rstrip('/')}{CALLBACKS}/{found.name}"
    return body


def _kind(found: ConnectorKind) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "displayName": found.display_name,
        "description": found.description,
        "settings": [
            {
                "name": one.name,
                "label": one.label,
                "help": one.help,
                "example": one.example,
                "required": one.required and not one.default,
                "pattern": one.pattern,
                "choices": list(one.choices),
                "default": one.default,
                "secret": one.secret,
                "lines": one.lines,
                "connection": one.connection,
            }
            for one in found.settings
        ],
        "capabilities": list(found.capabilities),
    }
