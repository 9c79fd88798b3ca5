"""Making groups and filling them."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM, Actor, Group, Membership
from chalicelib.usecases.ports import Create, Services, Unchanged

_CATEGORY = "GroupManagement"


def create_group(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    display_name: str,
    description: str = "",
    kind: str = "",
) -> Group:
    """A new, empty group; its id follows from the operation. Raises Forbidden, InvalidInput."""
    _check(actor)
    if not display_name.strip():
        raise errors.InvalidInput("A group needs a name.", "displayName")
    group = Group(
        id=ids.guid("group", operation), display_name=display_name, description=description, kind=kind, created=now
    )
    recorded = event(now, actor, _CATEGORY, "Add group", ("group", group.id), operation)
    services.writer.commit(operation, Create(group), Create(recorded))
    return group


def add_member(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    group_id: str,
    member_id: str,
    member_kind: str = "user",
) -> Membership:
    """Put a person (`user`) or a group (`group`) into a group.

    Raises Forbidden, NotFound for an unknown group, InvalidInput for an unknown member, Conflict for one that
    is in it already.
    """
    _check(actor)
    if member_id == group_id:
        raise errors.InvalidInput("A group cannot be in itself.", "memberId")
    people = services.people
    group = people.group(group_id)
    if group is None:
        raise errors.NotFound("There is no such group.")
    member = people.group(member_id) if member_kind == "group" else people.user(member_id)
    if member is None:
        raise errors.InvalidInput("There is no such person or group.", "memberId")
    membership = Membership(group_id=group_id, member_id=member_id, member_kind=member_kind)
    details = {"memberId": member_id, "memberKind": member_kind}
    recorded = event(now, actor, _CATEGORY, "Add member to group", ("group", group_id), operation, details=details)
    services.writer.commit(operation, Unchanged(group), Unchanged(member), Create(membership), Create(recorded))
    return membership


def _check(actor: Actor) -> None:
    if actor is not SYSTEM and not actor.is_administrator:
        raise errors.Forbidden("Only administrators change groups.")
