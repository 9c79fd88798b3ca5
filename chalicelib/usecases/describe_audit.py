"""Audit events as they are shown: Graph's directoryAudit, with names looked up now (R162).

Events hold ids only. Whoever and whatever is gone keeps its events and is shown by its id alone (R164).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.people import SYSTEM, User
from chalicelib.usecases.ports import Services

_TYPES = {"user": "User", "group": "Group"}  # Graph's names of target types; ours follow as they are
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SERIES = ("reviewDefinition", "accessReview")
# What the details of an event refer to, by the name of the detail.
_REFERENCES = {
    "person": "user",
    "to": "user",
    "from": "user",
    "reviewer": "user",
    "memberId": "user",
    "actor": "user",
    "review": "reviewInstance",
    "accessPackage": "accessPackage",
    "assignmentPolicy": "assignmentPolicy",
    "catalog": "catalog",
    "group": "group",
    "resource": "resource",
}
_CLIENT = "provisioningClient"
_SCOPES = {"catalog": "catalog", "package": "accessPackage"}
_MOST_SINGLY = 50  # kinds without a batch read: beyond that many on a page ids are shown


def described(services: Services, events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """The events as JSON objects; one batch read for all people and one for each kind of object. `names` has the
    names of what an event's details and changes refer to."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in events:
        wanted["user"] |= {one.actor_id, one.on_behalf_of} - {""}
        for kind, found in ((one.target_kind, one.target_id), *_references(one)):
            wanted[kind].add(found)
    people = services.people.users(wanted["user"] - {SYSTEM.id})
    names = _names(services, wanted) | {person.id: person.display_name for person in people.values()}
    clients = _clients(services, events)
    names |= clients | _groups(services, wanted["group"] | (wanted["user"] - people.keys() - {SYSTEM.id, *clients}))
    return [_described(one, people, names) for one in events]


def _clients(services: Services, events: Sequence[AuditEvent]) -> dict[str, str]:
    """The provisioning clients there are, if one of the events is about or by one."""
    if not any(_CLIENT in (one.target_kind, *one.details) for one in events):
        return {}
    return {one.id: one.display_name for one in services.provisioning.clients()}


def _references(one: AuditEvent) -> Iterator[tuple[str, str]]:
    """The (kind, id) of everything an event's details and changes name; ids in changes are people's or groups'."""
    for name, value in one.details.items():
        scope, _, scoped = str(value).partition(":")
        if name == "scope" and scope in _SCOPES:
            yield _SCOPES[scope], scoped
        elif name == "memberIds":
            yield from (("user", member) for member in value)
        elif name in _REFERENCES and value:
            for found in value if isinstance(value, list) else [value]:
                yield _REFERENCES[name], str(found)
    for found in _GUID.findall(json.dumps(list(one.changes.values()), default=str)):
        yield "user", found


def _described(one: AuditEvent, people: dict[str, User], names: dict[str, str]) -> dict[str, Any]:
    target = {
        "type": _TYPES.get(one.target_kind, one.target_kind),
        "id": one.target_id,
        "displayName": names.get(one.target_id),
        "modifiedProperties": [
            {"displayName": name, "oldValue": _text(old), "newValue": _text(new)}
            for name, (old, new) in one.changes.items()
        ],
    }
    person = str(one.details.get("person", ""))
    about: dict[str, Any] = {"type": "User", "id": person, "displayName": names.get(person), "modifiedProperties": []}
    shown = {
        "id": one.id,
        "activityDateTime": _milliseconds(one.time),
        "category": one.category,
        "activityDisplayName": one.activity,
        "result": one.result,
        "initiatedBy": _client(one, names) or _initiator(one.actor_id, people),
        "targetResources": [target, about] if person else [target],
        "additionalDetails": [{"key": key, "value": _text(value)} for key, value in one.details.items()],
        "names": {found: names[found] for _, found in _references(one) if found in names},
    }
    if one.on_behalf_of:
        shown["onBehalfOf"] = _initiator(one.on_behalf_of, people)["user"]
    return shown


def _client(one: AuditEvent, names: dict[str, str]) -> dict[str, Any] | None:
    """The provisioning client that did it, if one did."""
    if one.details.get(_CLIENT) != one.actor_id:
        return None
    return {"app": {"displayName": names.get(one.actor_id, "Provisioning client"), "appId": one.actor_id}}


def _initiator(actor_id: str, people: dict[str, User]) -> dict[str, Any]:
    if actor_id == SYSTEM.id:
        return {"app": {"displayName": SYSTEM.display_name}}
    found = people.get(actor_id)
    name, principal = (found.display_name, found.principal_name) if found else (None, None)
    return {"user": {"id": actor_id, "displayName": name, "userPrincipalName": principal}}


def _text(value: Any) -> str | None:
    """Values as Graph gives them: text as it is, anything else as JSON text."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _milliseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _names(services: Services, wanted: dict[str, set[str]]) -> dict[str, str]:
    """What the objects other than people are called, for those that are still there. An assignment is called by its
    access package, a request by nothing."""
    entitlements, reviews = services.entitlements, services.reviews
    held = {one.id: one.package_id for one in entitlements.assignments(wanted["assignment"]).values()}
    packages = entitlements.packages(wanted["accessPackage"] | set(held.values()))
    policies = entitlements.policies(wanted["assignmentPolicy"])
    series = reviews.definitions({one for kind in _SERIES for one in wanted[kind]})
    instances = reviews.instances(wanted["reviewInstance"])
    catalogs = entitlements.catalogs(wanted["catalog"])
    resources = [entitlements.resource(one) for one in _few(wanted["resource"])]
    named = [*packages.values(), *policies.values(), *series.values(), *catalogs.values(), *resources]
    found = {one.id: one.display_name for one in named if one}
    found |= {one.id: one.name for one in instances.values()}
    return found | {one: found[package] for one, package in held.items() if package in found}


def _groups(services: Services, group_ids: set[str]) -> dict[str, str]:
    """Groups, and whoever was nobody: an id in a change may be either's."""
    groups = (services.people.group(one) for one in _few(group_ids))
    return {one.id: one.display_name for one in groups if one}


def _few(found: set[str]) -> list[str]:
    return sorted(found)[:_MOST_SINGLY]
