"""/Groups: the groups an identity provider keeps here. A PATCH of members reads and writes only those it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from chalice.app import Blueprint, Response

from chalicelib.domain import errors
from chalicelib.domain.people import Group, Membership
from chalicelib.routes.scim.calls import (
    OBJECT,
    SHOWN,
    ScimCall,
    answered,
    empty,
    leaves_out,
    resource,
    route,
    shown,
)
from chalicelib.routes.scim.crowds import group_object, group_of, patch_of
from chalicelib.routes.scim.faults import InvalidFilter, TooMany
from chalicelib.routes.scim.listing import Listing, Source, listed
from chalicelib.routes.scim.patching import operations
from chalicelib.routes.scim.paths import Compare, Expression
from chalicelib.routes.scim.people import etag
from chalicelib.routes.scim.schemas import GROUP, Json
from chalicelib.routes.scim.users import CHANGING, PAGING
from chalicelib.usecases.ports import Page
from chalicelib.usecases.provision_groups import (
    MOST_MEMBERS,
    change_group,
    delete_group,
    find_group,
    members_of,
    provision_group,
)

door = Blueprint(__name__)
PATH = "/Groups"
ONE = PATH + "/{id}"
INDEXED = "id eq, displayName eq or sw, externalId eq, members eq"


@route(door, "GET", PATH, query=(*PAGING, *SHOWN), gives=OBJECT, refuses=(501,))
def list_groups(call: ScimCall) -> Response:
    """Every group, or those the filter finds, by number."""
    return answered(listed(call, _listing(call)))


@route(door, "POST", PATH + "/.search", gives=OBJECT, refuses=(501,))
def search_groups(call: ScimCall) -> Response:
    """The same with the options in the body."""
    asked = call.searching()
    return answered(listed(asked, _listing(asked)))


@route(door, "GET", ONE, query=SHOWN, gives={200: OBJECT, 304: None}, headers=("If-None-Match",))
def show_group(call: ScimCall, id: str) -> Response:
    """One group by id."""
    found = find_group(call.services, id)
    if call.knows(found.version):
        return empty(304, {"ETag": etag(found.version)})
    return resource(call, _whole(call, found), GROUP)


@route(door, "POST", PATH, query=SHOWN, gives={201: OBJECT})
def create_group(call: ScimCall) -> Response:
    """A new group with its members."""
    made = provision_group(call.services, call.by, call.now, call.operation, group_of(call.object(), whole=False))
    return resource(call, _as_far_as_can_be(call, made), GROUP, 201)


@route(door, "PUT", ONE, query=SHOWN, gives=OBJECT, headers=CHANGING, refuses=(412,))
def replace_group(call: ScimCall, id: str) -> Response:
    """Replace a group and all its members."""
    wish, version = group_of(call.object(), whole=True), call.wanted_version()
    made = change_group(call.services, call.by, call.now, call.operation, id, wish, version)
    return resource(call, _as_far_as_can_be(call, made), GROUP)


@route(door, "PATCH", ONE, query=SHOWN, gives=None, headers=CHANGING, refuses=(412,))
def patch_group(call: ScimCall, id: str) -> Response:
    """Change a group's name or some of its members. Answers without a body: a group may have thousands of members."""
    wish, version = patch_of(operations(call.object(), GROUP)), call.wanted_version()
    made = change_group(call.services, call.by, call.now, call.operation, id, wish, version)
    return empty(204, {"ETag": etag(made.version)})


@route(door, "DELETE", ONE, gives=None, headers=CHANGING, refuses=(412,))
def delete_one(call: ScimCall, id: str) -> Response:
    """Delete a group; its members stay."""
    delete_group(call.services, call.by, call.now, call.operation, id, call.wanted_version())
    return empty()


def _whole(call: ScimCall, found: Group) -> Json:
    """A group with its members, unless they are not asked for. Raises TooMany."""
    members = None if leaves_out(call, "members", GROUP) else _members(call, found)
    return group_object(found, members, call.by, call.base)


def _as_far_as_can_be(call: ScimCall, found: Group) -> Json:
    """What was just written, without the members when they are too many for an answer."""
    try:
        return _whole(call, found)
    except TooMany:
        return group_object(found, None, call.by, call.base)


def _members(call: ScimCall, found: Group) -> list[Membership]:
    try:
        return members_of(call.services, found.id)
    except errors.TooLarge as problem:
        raise TooMany(problem.message, "members") from problem


def _listing(call: ScimCall) -> Listing[Group]:
    services, base = call.services, call.base

    def present(found: Sequence[Group]) -> list[Json]:
        told, left = [], MOST_MEMBERS
        for one in found:
            whole = _whole(call, one)
            left -= len(whole.get("members", ()))
            if left < 0:
                raise TooMany("These groups have too many members: use excludedAttributes=members.", "members")
            told.append(shown(call, whole, GROUP))
        return told

    def prepared(found: Sequence[Group], wanted: Expression) -> list[Json]:
        """For the filter: of the members only those it names."""
        named = list(_named_members(wanted))
        told = []
        for one in found:
            members = services.provisioning.memberships(one.id, named).values() if named else None
            told.append(group_object(one, members, call.by, base))
        return told

    return Listing(
        schema=GROUP,
        all=services.people.list_groups,
        count=services.provisioning.count_groups,
        show=present,
        narrow=partial(_narrowed, call),
        indexed=INDEXED,
        prepared=prepared,
    )


def _named_members(wanted: Expression) -> Iterator[str]:
    """The members a filter compares with. Raises InvalidFilter for other comparisons of members."""
    if not isinstance(wanted, Compare):
        for part in wanted.parts:
            yield from _named_members(part)
    elif wanted.path.only is not None and wanted.path.attribute and wanted.path.attribute.name == "members":
        yield from (one for one in _values(wanted.path.only))
    elif wanted.path.attribute is not None and wanted.path.attribute.name == "members":
        if wanted.operator != "eq" or not isinstance(wanted.value, str) or wanted.path.part not in ("", "value"):
            raise InvalidFilter("Groups are found by members eq with a member's id.", "filter")
        yield wanted.value


def _values(only: Expression) -> Iterator[str]:
    parts = (only,) if isinstance(only, Compare) else only.parts
    for one in parts:
        if not isinstance(one, Compare):
            yield from _values(one)
        elif one.operator == "eq" and isinstance(one.value, str):
            yield one.value


def _narrowed(call: ScimCall, same: dict[str, str], starts: dict[str, str]) -> Source[Group] | None:
    services = call.services
    wanted: list[str] | None = None
    if "id" in same:
        wanted = [same["id"]]
    elif "externalId" in same:
        wanted = [services.provisioning.object_of(call.by.id, "group", same["externalId"]) or ""]
    elif {"members", "members.value"} & same.keys():
        wanted = services.people.groups_of(same.get("members") or same["members.value"])
    if wanted is not None:
        groups = tuple(found for one in wanted if (found := services.people.group(one)))
        return lambda _limit, _after: Page(groups)
    start = same.get("displayName") or starts.get("displayName")
    return partial(services.provisioning.groups_by_name, start) if start else None
