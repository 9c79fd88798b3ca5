"""People and groups, in the shape of Graph's /users and /groups. Everybody who is signed in may read them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.people import Group, Membership, User
from chalicelib.routes import http
from chalicelib.routes.declared import COUNTED, LIST, SORTED, Named
from chalicelib.routes.graph.lists import Expander, collection, single
from chalicelib.routes.graph.odata_match import Filter, Term
from chalicelib.routes.graph.people_objects import (
    GROUP_PROPERTIES,
    KNOWN_OF_GROUP,
    KNOWN_OF_MEMBER,
    KNOWN_OF_USER,
    USER_PROPERTIES,
    expand_managers,
    group_objects,
    manager_objects,
    member_objects,
    user_objects,
)
from chalicelib.routes.graph.shapes import DirectoryObject
from chalicelib.routes.graph.walking import Source, listed
from chalicelib.routes.http import Answer, Call
from chalicelib.routes.shapes import Collection
from chalicelib.usecases.ports import People

door = Blueprint(__name__)

ONE = ("$select", "$expand")
MEMBERS = Collection[DirectoryObject]
USER_ORDERS = ("id", "displayname", "userprincipalname", "department", "createddatetime")
GROUP_ORDERS = ("id", "displayname", "createddatetime")
USERS_INDEXED = (
    "id eq '...', id in ('...'), userPrincipalName eq '...', userPrincipalName in ('...'), "
    "startswith(userPrincipalName,'...'), displayName eq '...', startswith(displayName,'...')"
)
GROUPS_INDEXED = "id eq '...', id in ('...')"
MEMBER_KINDS = {
    "graph.user": "user",
    "microsoft.graph.user": "user",
    "graph.group": "group",
    "microsoft.graph.group": "group",
}


@http.route(door, "GET", "/v1.0/me", query=ONE, gives=DirectoryObject)
def me(call: Call) -> Answer:
    """The caller."""
    # The first administrator may sign in before there is a directory.
    return _one_user(call, call.services.people.user(call.person.id) or call.person)


@http.route(door, "GET", "/v1.0/users", query=(*SORTED, "$expand"), gives=Collection[DirectoryObject])
def users(call: Call) -> Answer:
    """Everybody, or whom the filter finds."""
    return _users(call, count_only=False)


@http.route(door, "GET", "/v1.0/users/{id}", query=ONE, gives=DirectoryObject, named=(COUNTED,))
def user(call: Call, id: str) -> Answer:
    """One person by id or principal name, or `$count`."""
    return _users(call, count_only=True) if id == "$count" else _one_user(call, _person(call, id))


@http.route(door, "GET", "/v1.0/users/{id}/manager", query=("$select",), gives=DirectoryObject)
def manager(call: Call, id: str) -> Answer:
    """A person's manager."""
    manager_id = _person(call, id).manager_id
    found = call.services.people.user(manager_id) if manager_id else None
    if found is None:
        raise errors.NotFound("This person has no manager.")
    present = partial(manager_objects, call)
    return single(call, found, context="directoryObjects", properties=USER_PROPERTIES, present=present)


@http.route(door, "GET", "/v1.0/groups", query=SORTED, gives=Collection[DirectoryObject])
def groups(call: Call) -> Answer:
    """Every group, or those the filter finds."""
    return _groups(call, count_only=False)


@http.route(door, "GET", "/v1.0/groups/{id}", query=("$select",), gives=DirectoryObject, named=(COUNTED,))
def group(call: Call, id: str) -> Answer:
    """One group, or `$count`."""
    if id == "$count":
        return _groups(call, count_only=True)
    found = _group(call, id)
    return single(call, found, context="groups", properties=GROUP_PROPERTIES, present=group_objects)


@http.route(door, "GET", "/v1.0/groups/{id}/members", query=LIST, gives=MEMBERS)
def members(call: Call, id: str) -> Answer:
    """The direct members of a group, people and groups."""
    return _members(call, _group(call, id))


@http.route(
    door,
    "GET",
    "/v1.0/groups/{id}/members/{member}",
    query=LIST,
    gives=MEMBERS,
    named=(COUNTED, Named("graph.user", LIST, MEMBERS), Named("graph.group", LIST, MEMBERS)),
)
def members_narrowed(call: Call, id: str, member: str) -> Answer:
    """How many members (`$count`), or those of one type (`graph.user`, `graph.group`)."""
    found = _group(call, id)
    if member == "$count":
        return _members(call, found, count_only=True)
    if member not in MEMBER_KINDS:
        raise errors.NotFound("Here are only $count, graph.user and graph.group.")
    return _members(call, found, where=lambda one: one.member_kind == MEMBER_KINDS[member])


def _person(call: Call, key: str) -> User:
    """The person an address names by id or principal name. Raises NotFound."""
    people = call.services.people
    found = people.user_by_principal_name(key) if "@" in key else people.user(key.lower())
    if found is None:
        raise errors.NotFound("There is no such person.")
    return found


def _group(call: Call, key: str) -> Group:
    found = call.services.people.group(key.lower())
    if found is None:
        raise errors.NotFound("There is no such group.")
    return found


def _one_user(call: Call, found: User) -> Answer:
    return single(
        call,
        found,
        context="users",
        properties=USER_PROPERTIES,
        present=partial(user_objects, call),
        expandable=_expandable(call),
    )


def _users(call: Call, count_only: bool) -> Answer:
    people = call.services.people
    return collection(
        call,
        context="users",
        known=KNOWN_OF_USER,
        source=people.list_users,
        present=partial(user_objects, call),
        properties=USER_PROPERTIES,
        expandable=_expandable(call),
        orderable=USER_ORDERS,
        narrower=partial(_narrower_users, people),
        indexed=USERS_INDEXED,
        count_only=count_only,
    )


def _groups(call: Call, count_only: bool) -> Answer:
    people = call.services.people
    return collection(
        call,
        context="groups",
        known=KNOWN_OF_GROUP,
        source=people.list_groups,
        present=group_objects,
        properties=GROUP_PROPERTIES,
        orderable=GROUP_ORDERS,
        narrower=partial(_narrower_groups, people),
        indexed=GROUPS_INDEXED,
        count_only=count_only,
    )


def _members(
    call: Call, found: Group, *, where: Callable[[Membership], bool] | None = None, count_only: bool = False
) -> Answer:
    return collection(
        call,
        context="directoryObjects",
        known=KNOWN_OF_MEMBER,
        source=partial(call.services.people.members, found.id),
        present=partial(member_objects, call),
        properties=USER_PROPERTIES | GROUP_PROPERTIES,
        where=where,
        count_only=count_only,
    )


def _expandable(call: Call) -> dict[str, Expander[User]]:
    return {"manager": partial(expand_managers, call)}


def _named(chosen: Filter, path: str) -> list[str] | None:
    """The values, lower case, that a filter allows for a property; None when it may have others."""
    root = chosen.root
    same = chosen.equalities().get(path)
    if isinstance(root, Term) and root.path == path and root.operator == "in":
        return [str(value).lower() for value in root.values]
    return [same.lower()] if isinstance(same, str) else None


def _narrower_users(people: People, chosen: Filter) -> Source[User] | None:
    """The shortest list that has every match, if an index gives one."""
    wanted = _named(chosen, "id")
    names = _named(chosen, "userprincipalname")
    if wanted is None and names is not None:
        holders = people.ids_by_principal_names(names)
        wanted = [holders[name] for name in names if name in holders]
    if wanted is not None:
        found = people.users(wanted)
        return listed([found[user_id] for user_id in dict.fromkeys(wanted) if user_id in found])
    starts: dict[str, Any] = chosen.prefixes() | chosen.equalities()
    if starts.get("displayname"):
        return partial(people.users_by_display_name, str(starts["displayname"]))
    if starts.get("userprincipalname"):
        return partial(people.users_by_principal_name, str(starts["userprincipalname"]))
    return None


def _narrower_groups(people: People, chosen: Filter) -> Source[Group] | None:
    wanted = _named(chosen, "id")
    if wanted is None:
        return None
    return listed([found for key in dict.fromkeys(wanted) if (found := people.group(key))])
