"""People and groups, in the shape of Graph's /users and /groups. Everybody who is signed in may read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.people import Group, User
from chalicelib.routes import http
from chalicelib.routes.graph import lists, odata
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.people_objects import (
    GROUP_PROPERTIES,
    KNOWN_OF_GROUP,
    KNOWN_OF_MEMBER,
    KNOWN_OF_USER,
    USER_PROPERTIES,
    group_objects,
    manager_object,
    member_objects,
    user_objects,
)
from chalicelib.routes.http import Answer, Call
from chalicelib.usecases.ports import Page, People

door = Blueprint(__name__)

EXPANDABLE = frozenset({"manager"})
USER_ORDERS = frozenset({"displayname", "userprincipalname", "createddatetime"})
GROUP_ORDERS = frozenset({"displayname", "createddatetime"})
USERS_SERVED = (
    "id eq '...'",
    "userPrincipalName eq '...'",
    "displayName eq '...'",
    "startswith(displayName,'...')",
    "startswith(userPrincipalName,'...')",
)
GROUPS_SERVED = ("id eq '...'",)


@http.route(door, "GET", "/v1.0/me")
def me(call: Call) -> Answer:
    """The caller."""
    return _one_user(call, call.person)


@http.route(door, "GET", "/v1.0/users")
def users(call: Call) -> Answer:
    """Everybody, or whom the filter finds."""
    query = lists.asked(call, KNOWN_OF_USER, expandable=EXPANDABLE, orderable=USER_ORDERS)
    return lists.collection(
        call,
        context="users",
        known=KNOWN_OF_USER,
        source=_users_source(call.services.people, query.filter),
        present=partial(user_objects, call, with_manager=bool(query.expand)),
        expandable=EXPANDABLE,
        orderable=USER_ORDERS,
        selectable=USER_PROPERTIES,
        served=USERS_SERVED,
    )


@http.route(door, "GET", "/v1.0/users/{id}")
def user(call: Call, id: str) -> Answer:
    """One person by id or principal name, or `$count`."""
    if id != "$count":
        return _one_user(call, _person(call, id))
    chosen = odata.parse_query(call.query, {"$filter"}, KNOWN_OF_USER).filter
    return lists.count_text(
        call,
        known=KNOWN_OF_USER,
        source=_users_source(call.services.people, chosen),
        present=partial(user_objects, call),
        served=USERS_SERVED,
    )


@http.route(door, "GET", "/v1.0/users/{id}/manager")
def manager(call: Call, id: str) -> Answer:
    """A person's manager."""
    query = _options(call, USER_PROPERTIES)
    found = call.services.people.user(_person(call, id).manager_id)
    if found is None:
        raise errors.NotFound("This person has no manager.")
    return _single("directoryObjects", manager_object(call, found), query)


@http.route(door, "GET", "/v1.0/groups")
def groups(call: Call) -> Answer:
    """Every group, or those the filter finds."""
    chosen = lists.asked(call, KNOWN_OF_GROUP, orderable=GROUP_ORDERS).filter
    return lists.collection(
        call,
        context="groups",
        known=KNOWN_OF_GROUP,
        source=_groups_source(call.services.people, chosen),
        present=group_objects,
        orderable=GROUP_ORDERS,
        selectable=GROUP_PROPERTIES,
        served=GROUPS_SERVED,
    )


@http.route(door, "GET", "/v1.0/groups/{id}")
def group(call: Call, id: str) -> Answer:
    """One group, or `$count`."""
    if id != "$count":
        query = _options(call, GROUP_PROPERTIES)
        return _single("groups", group_objects([_group(call, id)])[0], query)
    chosen = odata.parse_query(call.query, {"$filter"}, KNOWN_OF_GROUP).filter
    return lists.count_text(
        call,
        known=KNOWN_OF_GROUP,
        source=_groups_source(call.services.people, chosen),
        present=group_objects,
        served=GROUPS_SERVED,
    )


@http.route(door, "GET", "/v1.0/groups/{id}/members")
def members(call: Call, id: str) -> Answer:
    """The direct members of a group, people and groups."""
    return lists.collection(
        call,
        context="directoryObjects",
        known=KNOWN_OF_MEMBER,
        source=partial(call.services.people.members, _group(call, id).id),
        present=partial(member_objects, call),
        selectable=USER_PROPERTIES | GROUP_PROPERTIES,
    )


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
    query = _options(call, USER_PROPERTIES, EXPANDABLE)
    (obj,) = user_objects(call, [found], with_manager=bool(query.expand))
    return _single("users", obj, query)


def _options(call: Call, properties: frozenset[str], expandable: frozenset[str] = frozenset()) -> odata.Query:
    """The query options of a single object. Raises InvalidInput."""
    query = odata.parse_query(call.query, {"$select", "$expand"} if expandable else {"$select"})
    odata.validate_select(query.select, properties)
    odata.validate_select((item.name for item in query.expand), expandable, "$expand")
    return query


def _single(context: str, obj: dict[str, Any], query: odata.Query) -> dict[str, Any]:
    chosen = odata.apply_select(obj, query.select, query.expand)
    return {"@odata.context": f"$metadata#{context}/$entity", **chosen}


def _users_source(people: People, chosen: Filter | None) -> lists.Source[User]:
    """The narrowest list that holds every match."""
    if chosen is None:
        return people.list_users
    same = {path: value for path, value in chosen.equalities().items() if isinstance(value, str)}
    starts = chosen.prefixes()
    if "id" in same:
        return _only(people.user(same["id"].lower()))
    if "userprincipalname" in same:
        return _only(people.user_by_principal_name(same["userprincipalname"]))
    name = same.get("displayname") or starts.get("displayname")
    if name:
        return partial(people.users_by_display_name, name)
    return partial(people.users_by_principal_name, starts.get("userprincipalname", ""))


def _groups_source(people: People, chosen: Filter | None) -> lists.Source[Group]:
    wanted = chosen.equalities().get("id") if chosen else None
    return _only(people.group(wanted.lower())) if isinstance(wanted, str) else people.list_groups


def _only(found: Any) -> lists.Source[Any]:
    """A list of one, or of nobody."""
    held: Sequence[Any] = () if found is None else (found,)
    return lambda limit, after: Page(tuple(held))
