"""People and groups as Graph objects, and who may see what of a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.people import Group, Membership, User
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


def user_objects(call: Call, users: Sequence[User], *, with_manager: bool = False) -> list[dict[str, Any]]:
    """People in their order, each with what this caller may see of them, and their manager if asked for."""
    objects = [_user(user, _sees_account(call, user)) for user in users]
    if with_manager:
        managers = call.services.people.users(user.manager_id for user in users)
        for obj, user in zip(objects, users, strict=True):
            manager = managers.get(user.manager_id)
            obj["manager"] = (
                _typed(USER_TYPE, _user(manager, _sees_account(call, manager))) if manager else None
            )
    return objects


def manager_object(call: Call, manager: User) -> dict[str, Any]:
    """A manager on their own address."""
    return _typed(USER_TYPE, _user(manager, _sees_account(call, manager)))


def group_objects(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Groups in their order."""
    return [
        {
            "id": group.id,
            "displayName": group.display_name,
            "description": group.description or None,
            "createdDateTime": _instant(group.created),
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
        known.get(member.member_id) or _typed(types[member.member_kind], {"id": member.member_id})
        for member in members
    ]


def _sees_account(call: Call, user: User) -> bool:
    """Account state and sign-ins are for the person and for whoever holds a role, whichever it is."""
    return user.id == call.person.id or bool(call.actor.roles)


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
        "createdDateTime": _instant(user.created),
        "department": user.department or None,
        "jobTitle": user.job_title or None,
        "surname": user.surname or None,
        "givenName": user.given_name or None,
    }
    if account:
        obj["accountEnabled"] = user.enabled
        obj["signInActivity"] = _sign_ins(user)
    return obj


def _sign_ins(user: User) -> dict[str, Any] | None:
    """Null: nothing is known. With a null inside: known to have never signed in (G21)."""
    if user.last_sign_in is None and not user.never_signed_in:
        return None
    return {"lastSignInDateTime": _instant(user.last_sign_in)}


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
