"""A group as SCIM's Group, and a Group, or a PATCH of one, as what a client wants of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.people import Group, Membership
from chalicelib.domain.provisioning import ProvisioningClient
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.scim.faults import InvalidFilter
from chalicelib.routes.scim.patching import Operation
from chalicelib.routes.scim.paths import Compare, Expression
from chalicelib.routes.scim.people import etag
from chalicelib.routes.scim.schemas import GROUP, Json
from chalicelib.usecases.provision_groups import GroupWish

KINDS = {"user": "User", "group": "Group"}


def group_object(group: Group, members: Iterable[Membership] | None, client: ProvisioningClient, base: str) -> Json:
    """A group as this client sees it; without `members` they are not told."""
    found: Json = {
        "schemas": [GROUP],
        "id": group.id,
        "displayName": group.display_name,
        "meta": {
            "resourceType": "Group",
            "created": stamp(group.created),
            "lastModified": stamp(group.modified or group.created),
            "location": f"{base}/Groups/{group.id}",
            "version": etag(group.version),
        },
    }
    if group.external_id(client.id):
        found["externalId"] = group.external_id(client.id)
    if members is not None:
        listed = [_member(one, base) for one in members]
        found |= {"members": listed} if listed else {}
    return found


def _member(one: Membership, base: str) -> Json:
    kind = KINDS[one.member_kind]
    return {"value": one.member_id, "$ref": f"{base}/{kind}s/{one.member_id}", "type": kind}


def group_of(given: Json, whole: bool) -> GroupWish:
    """What an object makes of a group; `whole`: what it does not have is cleared. Raises InvalidInput."""
    names = {name.lower(): value for name, value in given.items()}
    cleared = "" if whole else None
    members = names.get("members")
    return GroupWish(
        display_name=_text(names.get("displayname"), "displayName") or "",
        external_id=_text(names.get("externalid"), "externalId") or cleared,
        members=tuple(_ids(members)) if members is not None or whole else None,
    )


def patch_of(changes: Sequence[Operation]) -> GroupWish:
    """What the operations make of a group, members one by one: no other member is looked at. Raises InvalidInput."""
    name: str | None = None
    external: str | None = None
    members: tuple[str, ...] | None = None
    moved: dict[str, bool] = {}  # who comes (True) and goes, the last operation wins
    for one in changes:
        attribute = one.path.attribute.name if one.path.attribute else ""
        if attribute == "displayName":
            name = _text(_bare(one), "displayName") or ""
        elif attribute == "externalId":
            external = _text(_bare(one), "externalId") or ""
        elif attribute == "members" and _replaces(one):
            members, moved = tuple(_ids(one.value if one.op == "replace" else None)), {}
        elif attribute == "members":
            moved |= dict.fromkeys(_chosen(one), one.op != "remove")
    return GroupWish(
        display_name=name,
        external_id=external,
        members=members,
        add=tuple(member for member, comes in moved.items() if comes),
        remove=tuple(member for member, comes in moved.items() if not comes),
    )


def _replaces(one: Operation) -> bool:
    """Does the operation set all members, or take all away?"""
    return one.path.only is None and (one.op == "replace" or (one.op == "remove" and one.value is None))


def _chosen(one: Operation) -> Iterator[str]:
    if one.path.only is not None:
        yield from named_values(one.path.only)
    else:
        yield from _ids(one.value)


def named_values(only: Expression) -> Iterator[str]:
    """The members that `members[value eq "…" or value eq "…"]` names. Raises InvalidFilter for anything else."""
    parts = (only,) if isinstance(only, Compare) else only.parts if only.word == "or" else ()
    for part in parts:
        if not isinstance(part, Compare) or not _names_member(part):
            parts = ()
            break
        yield str(part.value)
    if not parts:
        raise InvalidFilter('Members are chosen by value eq "…", joined with or.', "path")


def _names_member(part: Compare) -> bool:
    attribute = part.path.attribute
    return attribute is not None and attribute.name == "value" and part.operator == "eq" and isinstance(part.value, str)


def _ids(value: Any) -> Iterator[str]:
    """The ids in a list of members, a member, or a bare id."""
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        found = one.get("value") if isinstance(one, dict) else one
        if not isinstance(found, str) or not found:
            raise InvalidInput("Each member needs the id of a person or group as its value.", "members")
        yield found


def _bare(one: Operation) -> Any:
    """The value of a simple attribute, which older clients wrap in a list and an object."""
    value = None if one.op == "remove" else one.value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("value") if isinstance(value, dict) else value


def _text(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text.", name)
    return value
