"""People and groups as Graph objects, and who may see what of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.domain.people import Group, Membership, User
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.odata import Expand, validate_select
from chalicelib.routes.graph.odata_match import Kind
from chalicelib.routes.http import Call

USER_TYPE = "#microsoft.graph.user"
GROUP_TYPE = "#microsoft.graph.group"
KNOWN_OF_USER: dict[str, Kind] = {
    "id": "string",
    "displayname": "string",
    "userprincipalname": "string",
    "mail": "string",
    "usertype": "string",
    "externaluserstate": "string",
    "department": "string",
    "jobtitle": "string",
    "surname": "string",
    "givenname": "string",
    "createddatetime": "datetime",
    "accountenabled": "bool",
    "signinactivity/lastsignindatetime": "datetime",
    "signinactivity/lastnoninteractivesignindatetime": "datetime",
    "signinactivity/lastsuccessfulsignindatetime": "datetime",
}
KNOWN_OF_GROUP: dict[str, Kind] = {"id": "string", "displayname": "string", "description": "string"}
KNOWN_OF_MEMBER: dict[str, Kind] = {**KNOWN_OF_USER, "description": "string"}
USER_PROPERTIES = frozenset(
    {
        "id",
        "displayName",
        "userPrincipalName",
        "mail",
        "userType",
        "externalUserState",
        "accountEnabled",
        "createdDateTime",
        "department",
        "jobTitle",
        "surname",
        "givenName",
        "signInActivity",
    }
)
GROUP_PROPERTIES = frozenset({"id", "displayName", "description", "createdDateTime"})
_INVITATIONS = {"pending": "PendingAcceptance", "accepted": "Accepted"}


def user_objects(call: Call, users: Sequence[User]) -> list[dict[str, Any]]:
    """People in their order, each with what this caller may see of them."""
    return [_user(user, _sees_account(call, user)) for user in users]


def manager_objects(call: Call, managers: Sequence[User]) -> list[dict[str, Any]]:
    """Managers in their order, with their type, as Graph gives directory objects."""
    return [_typed(USER_TYPE, obj) for obj in user_objects(call, managers)]


def expand_managers(call: Call, users: Sequence[User], item: Expand) -> list[dict[str, Any] | None]:
    """The manager of each person, None for nobody. Raises InvalidInput for options inside it we do not have."""
    validate_select(item.select, USER_PROPERTIES)
    validate_select((inner.name for inner in item.expand), (), "$expand")
    found = call.services.people.users({user.manager_id for user in users} - {""})
    objects = dict(zip(found, manager_objects(call, list(found.values())), strict=True))
    return [objects.get(user.manager_id) for user in users]


def group_objects(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Groups in their order."""
    return [
        {
            "id": group.id,
            "displayName": group.display_name,
            "description": group.description or None,
            "createdDateTime": stamp(group.created),
        }
        for group in groups
    ]


def member_objects(call: Call, members: Sequence[Membership]) -> list[dict[str, Any]]:
    """Members in their order, people and groups; of one that has gone only the id is known."""
    people = call.services.people
    users = people.users(member.member_id for member in members if member.member_kind == "user")
    inner = [people.group(member.member_id) for member in members if member.member_kind == "group"]
    known = {obj["id"]: _typed(USER_TYPE, obj) for obj in user_objects(call, list(users.values()))}
    known |= {obj["id"]: _typed(GROUP_TYPE, obj) for obj in group_objects([one for one in inner if one])}
    types = {"user": USER_TYPE, "group": GROUP_TYPE}
    return [
        known.get(member.member_id) or _typed(types[member.member_kind], {"id": member.member_id}) for member in members
    ]


def _sees_account(call: Call, user: User) -> bool:
    """Account state and sign-ins are for the person and for whoever holds a role, whichever it is."""
    return user.id == call.person.id or call.actor.looks_at_people


def _typed(kind: str, obj: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": kind, **obj}


def _user(user: User, account: bool) -> dict[str, Any]:
    obj: dict[str, Any] = {
        "id": user.id,
        "displayName": user.display_name,
        "userPrincipalName": user.principal_name,
        "mail": user.mail or None,
        "userType": user.user_type,
        "externalUserState": _INVITATIONS.get(user.invitation),
        "createdDateTime": stamp(user.created),
        "department": user.department or None,
        "jobTitle": user.job_title or None,
        "surname": user.surname or None,
        "givenName": user.given_name or None,
    }
    if account:
        obj["accountEnabled"] = user.enabled
        if user.last_seen or user.never_signed_in:  # absent: nothing is known (G21)
            obj["signInActivity"] = {
                "lastSignInDateTime": stamp(user.last_sign_in),
                "lastNonInteractiveSignInDateTime": stamp(user.seen.non_interactive),
                "lastSuccessfulSignInDateTime": stamp(user.last_seen),  # failures are not told of
            }
    return obj
