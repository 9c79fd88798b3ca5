"""Connections to systems outside, as administrators configure them, try them and take them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.connections import (
    CONTROL,
    NAME,
    RESERVED,
    Connection,
    ConnectorKind,
    complete,
    problems,
    users_of,
)
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, ReviewError
from chalicelib.domain.people import Actor, Right
from chalicelib.domain.resources import Resource
from chalicelib.usecases.ports import Checks, Create, Delete, Save, Services, able
from chalicelib.usecases.roles import groups_around

CATEGORY = "EntitlementManagement"
LONGEST_NAME = 80
_MOST_PROBLEM = 500
_SHOWN = 100  # resources that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionDraft:
    """A connection as asked for; None is left as it is."""

    name: str
    kind: str
    display_name: str | None = None
    settings: Mapping[str, str] | None = None


def require_administrator(actor: Actor) -> None:
    """Raises Forbidden."""
    if not actor.is_administrator:
        raise Forbidden("Only administrators configure connections.")


def usable_connections(services: Services, actor: Actor) -> list[Connection]:
    """The connections whose resources somebody may put into their catalogs; all for auditors. Raises Forbidden."""
    owns = any(actor.scopes(Right.OWN_CATALOG, kind) for kind in ("catalog", "package"))
    if not (actor.reads_everything or owns):
        raise Forbidden("Only administrators, auditors and the owners of catalogs see the connections.")
    found = services.connections.list_connections()
    return found if actor.reads_everything else [one for one in found if may_use(services, actor, one)]


def may_use(services: Services, actor: Actor, connection: Connection) -> bool:
    """May they put resources of this connection into a catalog they own (R172)?"""
    named = users_of(connection)
    if actor.is_administrator or "*" in named or actor.principal_name.lower() in named:
        return True
    return any(ids.is_guid(one) for one in named) and not named.isdisjoint(groups_around(services, actor.id))


def find_connection(services: Services, actor: Actor, name: str) -> Connection:
    """One connection. Raises Forbidden, NotFound."""
    if not actor.reads_everything:
        raise Forbidden("Only administrators and auditors look at a connection.")
    found = services.connections.connection(name)
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def resources_of(services: Services, name: str) -> tuple[Resource, ...]:
    """Some of the resources a connection reaches, a hundred at most."""
    return services.entitlements.resources_of_connector(name, _SHOWN, None).items


def create_connection(
    services: Services, actor: Actor, now: datetime, operation: str, draft: ConnectionDraft, retried: bool = False
) -> Connection:
    """Configure a connection, and try it.

    Raises Forbidden, InvalidInput naming the member or setting, Conflict (there is one of this name; with `retried`
    and the same contents it is given instead).
    """
    require_administrator(actor)
    if not NAME.fullmatch(draft.name) or draft.name in RESERVED:
        raise InvalidInput("Must be 3 to 40 of a-z, 0-9 and -, begin with a letter, and not be reserved.", "name")
    kind = _kind(services, draft.kind)
    made = Connection(
        name=draft.name,
        kind=kind.kind,
        display_name=_display_name(draft.display_name or kind.display_name),
        settings=_settings(kind, draft.settings or {}),
        created=now,
        modified=now,
    )
    made = _tried(services, made, now)
    try:
        services.writer.commit(operation, Create(made), Create(_event(now, actor, "Add connection", made, operation)))
    except Conflict as problem:
        held = services.connections.connection(made.name)
        if held and retried and _same(held, made):
            return held
        raise Conflict("There is a connection of this name already.", "name") from problem
    services.connectors.forget(made.name)
    return replace(made, version=1)


def change_connection(
    services: Services, actor: Actor, now: datetime, operation: str, draft: ConnectionDraft
) -> Connection:
    """Change what a connection is called or how it is configured, and try it. Settings are replaced as a whole.

    Raises Forbidden, NotFound, InvalidInput naming the setting, Conflict (somebody else changed it meanwhile).
    """
    require_administrator(actor)
    held = find_connection(services, actor, draft.name)
    kind = _kind(services, held.kind)
    wanted = replace(
        held,
        display_name=held.display_name if draft.display_name is None else _display_name(draft.display_name),
        settings=held.settings if draft.settings is None else _settings(kind, draft.settings),
    )
    if wanted == held:
        return held
    changed = _tried(services, replace(wanted, modified=now), now)
    recorded = _event(now, actor, "Update connection", changed, operation, _differences(held, changed))
    services.writer.commit(operation, Save(changed), Create(recorded))
    services.connectors.forget(changed.name)
    return replace(changed, version=held.version + 1)


def delete_connection(services: Services, actor: Actor, now: datetime, operation: str, name: str) -> None:
    """Take a connection away. Raises Forbidden, NotFound, Conflict (a resource or another connection uses it)."""
    require_administrator(actor)
    held = find_connection(services, actor, name)
    users = [one.display_name for one in resources_of(services, name)]
    users += [one.display_name for one in services.connections.list_connections() if name in one.settings.values()]
    if users:
        raise Conflict(f"These use the connection: {', '.join(users[:5])}. Take them out first.")
    services.writer.commit(operation, Delete(held), Create(_event(now, actor, "Delete connection", held, operation)))
    services.connectors.forget(name)


def check_connection(services: Services, actor: Actor, now: datetime, operation: str, name: str) -> Connection:
    """Try a connection by harmless calls, and note what is wrong. Raises Forbidden, NotFound."""
    require_administrator(actor)
    tried = _tried(services, find_connection(services, actor, name), now)
    try:
        services.writer.commit(operation, Save(tried))
    except Conflict:
        return find_connection(services, actor, name)  # changed, and tried, by somebody else this moment
    return replace(tried, version=tried.version + 1)


def _tried(services: Services, connection: Connection, now: datetime) -> Connection:
    """The connection with what is wrong with it now. Raises InvalidInput for settings it can never work with."""
    connector = services.connectors.make(connection)
    checks = able(connector, Checks)
    if checks is None:
        return connection
    try:
        wrong = " ".join(checks.check())
    except ReviewError as problem:
        wrong = problem.message
    return replace(connection, checked=now, problem=wrong[:_MOST_PROBLEM])


def _kind(services: Services, wanted: str) -> ConnectorKind:
    kinds = {one.kind: one for one in services.connectors.kinds()}
    if wanted not in kinds:
        raise InvalidInput(f"Must be one of: {', '.join(sorted(kinds))}.", "kind")
    return kinds[wanted]


def _settings(kind: ConnectorKind, settings: Mapping[str, str]) -> dict[str, str]:
    """The settings with their defaults. Raises InvalidInput naming the first that is wrong, and how many more are."""
    wrong = problems(kind, settings)
    if wrong:
        name, sentence = wrong[0]
        more = f" Wrong too: {', '.join(other for other, _ in wrong[1:])}." if wrong[1:] else ""
        raise InvalidInput(f"{sentence}{more}", f"settings/{name[:64]}")
    return complete(kind, settings)


def _display_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or CONTROL.search(name):
        raise InvalidInput(
            f"Must have 1 to {LONGEST_NAME} characters, none of them a control character.", "displayName"
        )
    return name


def _same(one: Connection, other: Connection) -> bool:
    return (one.kind, one.display_name, one.settings) == (other.kind, other.display_name, other.settings)


def _differences(before: Connection, after: Connection) -> dict[str, list[str]]:
    """What an event says about a change: settings hold no secrets, so that they may be told."""
    pairs = {"displayName": (before.display_name, after.display_name)}
    for name in sorted({*before.settings, *after.settings}):
        pairs[f"settings/{name}"] = (before.settings.get(name, ""), after.settings.get(name, ""))
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def _event(
    now: datetime,
    actor: Actor,
    activity: str,
    connection: Connection,
    operation: str,
    changes: dict[str, list[str]] | None = None,
) -> AuditEvent:
    details = {"kind": connection.kind, "displayName": connection.display_name}
    target = ("connection", connection.name)
    return event(now, actor, CATEGORY, activity, target, operation, changes=changes, details=details)
