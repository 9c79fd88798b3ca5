"""Who held which role of the product in a period: what an auditor asks about those who could have changed a review."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.people import Role, RoleEnded, RoleGrant

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """One role held by a person or group: `since` is None where that was not recorded, `until` while it is held."""

    role: Role
    scope: str
    principal_id: str
    principal_kind: str = "user"
    since: datetime | None = None
    until: datetime | None = None


def held_between(
    grants: Iterable[RoleGrant],
    ended: Iterable[RoleEnded],
    since: datetime,
    until: datetime,
    scopes: Collection[str] = ("",),
) -> tuple[Tenure, ...]:
    """The roles in these scopes that somebody held at some moment from `since` to `until`, by role and person.

    A role that was taken between the two reads of `grants` and `ended` is told once, as ended.
    """
    past = [
        Tenure(
            role=one.role,
            scope=one.scope,
            principal_id=one.principal_id,
            principal_kind=one.principal_kind,
            since=one.given,
            until=one.ended,
        )
        for one in ended
    ]
    gone = {(one.role, one.scope, one.principal_id, one.since) for one in past}
    present = [
        Tenure(
            role=one.role,
            scope=one.scope,
            principal_id=one.principal_id,
            principal_kind=one.principal_kind,
            since=one.created,
        )
        for one in grants
        if (one.role, one.scope, one.principal_id, one.created) not in gone
    ]
    within = [one for one in (*past, *present) if one.scope in scopes and _meets(one, since, until)]
    return tuple(sorted(within, key=lambda one: (one.role, one.scope, one.principal_id, one.since or _EVER)))


def _meets(tenure: Tenure, since: datetime, until: datetime) -> bool:
    began_in_time = tenure.since is None or tenure.since <= until
    return began_in_time and (tenure.until is None or tenure.until >= since)
