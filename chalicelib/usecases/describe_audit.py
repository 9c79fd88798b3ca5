"""Audit events as they are shown: Graph's directoryAudit, with names looked up now (R162).

Events hold ids only. Whoever and whatever is gone keeps its events and is shown by its id alone (R164).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.people import SYSTEM, User
from chalicelib.usecases.ports import Services

_TYPES = {"user": "User", "group": "Group"}  # Graph's names of target types; ours follow as they are


def described(services: Services, events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """The events as JSON objects; one batch read for all people and one for each kind of target."""
    people = services.people.users(
        person for one in events for person in (one.actor_id, one.on_behalf_of, _person_in(one)) if person
    )
    names = _names(services, events)
    names |= {person.id: person.display_name for person in people.values()}
    return [_described(one, people, names) for one in events]


def _person_in(one: AuditEvent) -> str:
    return one.target_id if one.target_kind == "user" else str(one.details.get("person", ""))


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
        "initiatedBy": _initiator(one.actor_id, people),
        "targetResources": [target, about] if person else [target],
        "additionalDetails": [{"key": key, "value": _text(value)} for key, value in one.details.items()],
    }
    if one.on_behalf_of:
        shown["onBehalfOf"] = _initiator(one.on_behalf_of, people)["user"]
    return shown


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


def _names(services: Services, events: Sequence[AuditEvent]) -> dict[str, str]:
    """What the targets other than people are called, for those that are still there."""
    wanted: dict[str, set[str]] = {}
    for one in events:
        wanted.setdefault(one.target_kind, set()).add(one.target_id)
    entitlements, reviews = services.entitlements, services.reviews
    packages = entitlements.packages(wanted.get("accessPackage", ()))
    policies = entitlements.policies(wanted.get("assignmentPolicy", ()))
    series = reviews.definitions(wanted.get("reviewDefinition", ()))
    instances = reviews.instances(wanted.get("reviewInstance", ()))
    catalogs = [entitlements.catalog(catalog_id) for catalog_id in wanted.get("catalog", ())]
    groups = [services.people.group(group_id) for group_id in wanted.get("group", ())]
    named = [*packages.values(), *policies.values(), *series.values(), *catalogs, *groups]
    found = {one.id: one.display_name for one in named if one}
    return found | {one.id: one.name for one in instances.values()}
