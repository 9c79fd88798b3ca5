"""Groups as an identity provider keeps them over SCIM. Members are rows of their own: adding one to a group of
thousands writes that row and the group's own, and reads no other member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM, Actor, Group, Membership
from chalicelib.domain.provisioning import ProvisioningClient
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Change, Create, Delete, Drop, Put, Save, Services
from chalicelib.usecases.provision_people import LONGEST, TRIES, actor_of, external_id_changes, require_free
from chalicelib.usecases.roles import taking_roles

CATEGORY, GROUP = "GroupManagement", "group"
EMPTIED = "groupGone"  # agenda kind: a group was deleted, its memberships follow
_IN_ONE_COMMIT = 80
_PAGE = 1_000
MOST_MEMBERS = 10_000
"""So many members are answered, or replaced, at once; adding and removing single ones has no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWish:
    """What is to change of a group; None stays as it is. `members` replaces them all, before `add` and `remove`."""

    display_name: str | None = None
    external_id: str | None = None
    members: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Moves:
    """Who comes in, with the kind of member, and who goes."""

    add: tuple[tuple[str, str], ...]
    remove: tuple[str, ...]

    def chunks(self) -> Iterator[_Moves]:
        """As many as fit into one commit each; at least one, which may be empty."""
        yield _Moves(self.add[:_IN_ONE_COMMIT], () if self.add else self.remove[:_IN_ONE_COMMIT])
        for start in range(_IN_ONE_COMMIT, len(self.add), _IN_ONE_COMMIT):
            yield _Moves(self.add[start : start + _IN_ONE_COMMIT], ())
        for start in range(0 if self.add else _IN_ONE_COMMIT, len(self.remove), _IN_ONE_COMMIT):
            yield _Moves((), self.remove[start : start + _IN_ONE_COMMIT])


def find_group(services: Services, group_id: str) -> Group:
    """A group by id. Raises NotFound."""
    found = services.people.group(group_id) if ids.is_guid(group_id) else None
    if found is None:
        raise errors.NotFound("There is no such group.")
    return found


def members_of(services: Services, group_id: str) -> list[Membership]:
    """The direct members of a group. Raises TooLarge beyond 10,000."""
    page = services.people.members(group_id, _PAGE, None)
    found = list(page.items)
    while page.next is not None:
        if len(found) > MOST_MEMBERS:
            raise errors.TooLarge(f"The group has more than {MOST_MEMBERS} members: use excludedAttributes=members.")
        page = services.people.members(group_id, _PAGE, page.next)
        found += page.items
    return found


def provision_group(
    services: Services, client: ProvisioningClient, now: datetime, operation: str, wish: GroupWish
) -> Group:
    """A new group with its members. Raises InvalidInput, Conflict (target externalId)."""
    group = Group(id=ids.guid("group", operation), display_name=_name(wish.display_name or ""), created=now)
    moves = _moves(services, group, replace(wish, members=None, add=(*(wish.members or ()), *wish.add)))
    return _write(services, client, now, operation, None, group, wish.external_id or "", moves)


def change_group(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    group_id: str,
    wish: GroupWish,
    version: int | None = None,
) -> Group:
    """Change a group. Many members come and go in several commits; repeating it ends the same way.

    Raises NotFound, InvalidInput, PreconditionFailed, Conflict (target externalId), Throttled.
    """
    for attempt in range(TRIES):
        before = find_group(services, group_id)
        if version is not None and before.version != version:
            raise errors.PreconditionFailed("The resource has another version. Read it again.")
        moves = _moves(services, before, wish)
        name = before.display_name if wish.display_name is None else _name(wish.display_name)
        held = before.external_id(client.id)
        wanted = held if wish.external_id is None else wish.external_id
        try:
            after = replace(before, display_name=name)
            return _write(services, client, now, f"{operation}:{attempt}", before, after, wanted, moves)
        except errors.Conflict as problem:
            if problem.target is not None:
                raise
    raise errors.Throttled("This group is being changed by somebody else. Try again in a moment.")


def _name(text: str) -> str:
    if not text.strip() or len(text) > LONGEST or not text.isprintable():
        raise errors.InvalidInput(f"Needs 1 to {LONGEST} characters that can be printed.", "displayName")
    return text


def _moves(services: Services, group: Group, wish: GroupWish) -> _Moves:
    """Who really comes and goes. Raises InvalidInput for members nobody knows."""
    wanted, remove = dict.fromkeys(wish.add), dict.fromkeys(wish.remove)
    if wish.members is not None:
        present = {one.member_id for one in members_of(services, group.id)} if group.version else set()
        wanted = dict.fromkeys([*wish.members, *wanted])
        remove |= dict.fromkeys(present - wanted.keys())
    elif wanted or remove:
        present = set(services.provisioning.memberships(group.id, [*wanted, *remove]))
    else:
        return _Moves((), ())
    if group.kind and (wanted or remove):
        raise errors.InvalidInput(
            "The members of this group are not set here: it is synchronised or dynamic.", "members"
        )
    coming = [one for one in wanted if one not in present and one not in wish.remove]
    return _Moves(tuple(_with_kinds(services, group, coming)), tuple(one for one in remove if one in present))


def _with_kinds(services: Services, group: Group, member_ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    people = services.people.users(one for one in member_ids if ids.is_guid(one))
    for one in member_ids:
        if one in people and people[one].leaving is None:
            yield one, "user"
        elif one != group.id and ids.is_guid(one) and services.people.group(one) is not None:
            yield one, GROUP
        else:
            raise errors.InvalidInput(f"There is no person or group {one[:64]!r} that could be a member.", "members")


def _write(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    before: Group | None,
    group: Group,
    external_id: str,
    moves: _Moves,
) -> Group:
    held = before.external_id(client.id) if before else ""
    require_free(services, client, GROUP, group.id, held, external_id)
    if (client.id, external_id) not in group.provisioned:
        others = tuple(pair for pair in group.provisioned if pair[0] != client.id)
        group = replace(group, provisioned=(*others, (client.id, external_id)))
    if before == group and not moves.add and not moves.remove:
        return group
    first: list[Change] = external_id_changes(client.id, GROUP, group.id, held, external_id)
    first += _told(now, actor_of(client), operation, before, group)
    for number, chunk in enumerate(moves.chunks()):
        part = replace(group, modified=now)
        recorded = _members_told(now, actor_of(client), f"{operation}:{number}", group.id, chunk)
        saved: Change = Save(part) if part.version else Create(part)
        services.writer.commit(f"{operation}:{number}", saved, *first, *_rows(group.id, chunk), *recorded)
        group, first = replace(part, version=part.version + 1), []
    return group


def _rows(group_id: str, moves: _Moves) -> Iterable[Change]:
    for member_id, kind in moves.add:
        yield Put(Membership(group_id=group_id, member_id=member_id, member_kind=kind))
    for member_id in moves.remove:
        yield Drop(Membership(group_id=group_id, member_id=member_id))


def _told(now: datetime, actor: Actor, operation: str, before: Group | None, after: Group) -> list[Change]:
    """The audit event of a new group, or of another name."""
    if before is not None and before.display_name == after.display_name:
        return []
    activity = "Update group" if before else "Add group"
    changes: dict[str, Any] = {"displayName": [before.display_name if before else "", after.display_name]}
    details = {"provisioningClient": actor.id}
    target = (GROUP, after.id)
    return [Create(event(now, actor, CATEGORY, activity, target, operation, changes=changes, details=details))]


def _members_told(now: datetime, actor: Actor, operation: str, group_id: str, moves: _Moves) -> list[Change]:
    found: list[Change] = []
    coming = [member_id for member_id, _ in moves.add]
    for activity, several in (("Add member to group", coming), ("Remove member from group", list(moves.remove))):
        if several:
            details: dict[str, Any] = {"provisioningClient": actor.id}
            details |= {"memberId": several[0]} if len(several) == 1 else {"memberIds": several}
            found.append(Create(event(now, actor, CATEGORY, activity, (GROUP, group_id), operation, details=details)))
    return found


def delete_group(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    group_id: str,
    version: int | None = None,
) -> None:
    """Delete a group with the roles it was given; its memberships follow. Raises NotFound, PreconditionFailed,
    Conflict (it makes the last administrators)."""
    group = find_group(services, group_id)
    if version is not None and group.version != version:
        raise errors.PreconditionFailed("The resource has another version. Read it again.")
    actor, target, details = actor_of(client), (GROUP, group_id), {"provisioningClient": client.id}
    changes: list[Change] = [Delete(group), Put(Due(when=now, kind=EMPTIED, id=group_id))]
    changes += taking_roles(services, actor, now, operation, group_id)
    for client_id, value in group.provisioned:
        changes += external_id_changes(client_id, GROUP, group_id, value, "")
    changes.append(Create(event(now, actor, CATEGORY, "Delete group", target, operation, details=details)))
    services.writer.commit(operation, *changes)
    services.queue.send(EMPTIED, group_id)


def empty_deleted(services: Services, group_id: str) -> None:
    """Remove what a deleted group left: its members, its place in other groups, roles. Repeatable; while something
    is left the agenda row stays."""
    rows, budget = due_now(services, EMPTIED, group_id), Budget(services.clock, services.settings.invocation_seconds)
    if services.people.group(group_id) is not None:
        return done(services, rows)
    operation = services.clock.new_id()
    while changes := taking_roles(services, SYSTEM, services.clock.now(), operation, group_id):
        services.writer.commit(operation, *changes)
        operation = services.clock.new_id()
    for outer in services.people.groups_of(group_id):
        services.writer.remove(Membership(group_id=outer, member_id=group_id, member_kind=GROUP))
    while budget.left():
        page = services.people.members(group_id, _PAGE, None)
        for one in page.items:
            if not budget.left():
                break
            services.writer.remove(one)
        if not page.items:
            return done(services, rows)
    services.queue.send(EMPTIED, group_id)
