"""What comes with every change of a person, whoever makes it: the unique name, the audit event, and who has to look
again (running reviews that lost a reviewer or found one, mails that can be delivered now)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.agenda import LOST, REACHABLE, Due
from chalicelib.domain.audit import event
from chalicelib.domain.people import Actor, PrincipalName, User
from chalicelib.domain.person_rows import differences
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services
from chalicelib.usecases.tell import address

CATEGORY = "UserManagement"


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, when, as which operation, and what their audit events tell besides. `due`: the instant of the
    agenda rows, the same when the work is repeated."""

    actor: Actor
    now: datetime
    operation: str
    details: Mapping[str, Any]
    due: datetime


@dataclass(frozen=True, slots=True)
class PersonChange:
    """The changes to commit together. `reviewing`: they may review now and could not before, or the other way;
    `reachable`: mails reach them otherwise than before."""

    writes: tuple[Change, ...]
    reviewing: bool = False
    reachable: bool = False

    def send_hints(self, services: Services, user_id: str) -> None:
        """Have what follows looked at now. Repeatable; the agenda rows count."""
        if self.reachable:
            services.queue.send(REACHABLE, user_id)
        if self.reviewing:
            services.queue.send(LOST, user_id)


def person_change(writing: Writing, before: User | None, after: User, name_missing: bool = False) -> PersonChange:
    """A new person (`before` None) or one who is changed. `name_missing`: the principal name is written, too,
    though it is no other than before."""
    renamed = before is None or before.principal_name.lower() != after.principal_name.lower()
    writes: list[Change] = [Save(after) if before else Create(after)]
    if renamed or name_missing:
        writes.append(Create(PrincipalName(name=after.principal_name.lower(), user_id=after.id)))
    if before and renamed:
        writes.append(Drop(PrincipalName(name=before.principal_name.lower(), user_id=after.id)))
    reviewing = before is not None and before.can_take_part != after.can_take_part
    if reviewing:
        writes.append(Put(Due(when=writing.due, kind=LOST, id=after.id)))
    reachable = before is not None and _reached_otherwise(before, after)
    if reachable:
        writes.append(Put(Due(when=writing.due, kind=REACHABLE, id=after.id)))
    writes += _recorded(writing, before, after)
    return PersonChange(tuple(writes), reviewing, reachable)


def _reached_otherwise(before: User, after: User) -> bool:
    accepted = before.invitation == "pending" and after.invitation == "accepted"
    return accepted or address(before) != address(after)


def _recorded(writing: Writing, before: User | None, after: User) -> list[Change]:
    """The audit event; none when only the freshness of a sign-in was written."""
    told, untold = differences(before, after)
    if not told and not untold:
        return []
    activity, target = "Update user" if before else "Add user", ("user", after.id)
    details = {**writing.details, "properties": untold}
    actor, now, operation = writing.actor, writing.now, writing.operation
    return [Create(event(now, actor, CATEGORY, activity, target, operation, changes=told, details=details))]
