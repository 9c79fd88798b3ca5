"""Assignments and the requests that alone create, change and end them (R35-R45)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.resources import Right


class AssignmentState(StrEnum):
    """Graph's assignment states (R42)."""

    DELIVERING = "delivering"
    PARTIALLY_DELIVERED = "partiallyDelivered"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    DELIVERY_FAILED = "deliveryFailed"


ACTIVE = frozenset({AssignmentState.DELIVERED, AssignmentState.PARTIALLY_DELIVERED})  # G7


class RequestType(StrEnum):
    """Graph's request types (R35) that this release makes."""

    ADMIN_ADD = "adminAdd"
    ADMIN_UPDATE = "adminUpdate"
    ADMIN_REMOVE = "adminRemove"
    SYSTEM_REMOVE = "systemRemove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the world outside still owes an assignment: rights to grant and to revoke (R9, R11).

    `granted` counts the rights confirmed so far. `leaving` are those that a read at `left` did not find any more and
    that another one has to miss. `attempts` counts failures, `looks` how often somebody outside was found not to have
    done yet what they took on. `due` is the key of its agenda row; None: given up, until somebody asks to reprocess it
    (R40). `request_id` is the request whose state follows.
    """

    grant: tuple[Right, ...] = ()
    revoke: tuple[Right, ...] = ()
    leaving: tuple[Right, ...] = ()
    left: datetime | None = None
    granted: int = 0
    request_id: str = ""
    began: datetime
    attempts: int = 0
    looks: int = 0
    due: datetime | None = None
    error: str = ""

    @property
    def to_end(self) -> tuple[Right, ...]:
        """The rights that are to go, those seen absent once included."""
        return (*self.revoke, *self.leaving)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person's hold on a package through a policy. Never deleted, only ended.

    `starts` in the future means scheduled; `ends` None means without end. `expired` is when it truly ended.
    `delivery` is None when nothing is owed. `former_policies` are those it was moved away from (G34): a review of
    one of them may still hold its item.
    """

    id: str
    policy_id: str
    package_id: str
    target_id: str
    state: AssignmentState = AssignmentState.DELIVERED
    status: str = ""
    created: datetime
    starts: datetime
    ends: datetime | None = None
    expired: datetime | None = None
    delivery: Delivery | None = None
    former_policies: tuple[str, ...] = ()
    version: int = 0

    @property
    def ran_out(self) -> bool:
        """Did it end by its own end, and not because somebody ended it?"""
        return self.expired is not None and self.expired == self.ends

    def active_at(self, now: datetime) -> bool:
        """Is this one of the assignments a review covers (G7): delivered, begun and not over?"""
        return self.state in ACTIVE and self.starts <= now and (self.ends is None or self.ends > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The review and item by which a review took a package from somebody, and since when."""

    instance_id: str
    item_id: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The one live assignment of a person to a package: makes a second one impossible.

    `denied`: a review ended that assignment, and no rule gives the package back while this row says so (G27). It goes
    when the denial is lifted, and is replaced when somebody assigns the package by hand or undoes the removal."""

    target_id: str
    package_id: str
    assignment_id: str
    denied: Denied | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where an assignment lies that is not with the policy its id names any more (G34): its id stays valid."""

    assignment_id: str
    policy_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """In this minute (UTC, whole) something about an assignment is to be looked at: it begins, it runs out, or it
    was ended while a review holds an item of it. Only a hint: what is done follows from the assignment as it
    stands then, so that a timer nobody needs any more does no harm."""

    minute: datetime
    assignment_id: str
    version: int = 0


def minute_of(moment: datetime) -> datetime:
    """The whole minute at which `moment` has passed: the moment itself, or the next minute."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRequest:
    """The record of one change to an assignment. `instance_id` and `item_id` are set by a review (G26)."""

    id: str
    type: RequestType
    state: str
    status: str = ""
    assignment_id: str
    policy_id: str
    package_id: str
    target_id: str
    requestor_id: str = ""
    justification: str = ""
    created: datetime
    completed: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    instance_id: str = ""
    item_id: str = ""
    version: int = 0
