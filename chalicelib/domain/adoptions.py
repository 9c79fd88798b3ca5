"""Adopting what exists: groups outside become packages, and who is in them gets assignments that record it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.packages import ReviewSettings
from chalicelib.domain.resources import ResourceRole

MOST_GROUPS = 2_000  # in one adoption
POLICY_NAME = "Adopted"
_MEMBER = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be adopted. `groups` and `members` are ids of the system outside; no groups: all it lists, no
    members: everybody in them. `policy_id` pins the policy, and so the package, of a single group. `lifted` are people
    whose denial in a review is not to count any more (G27)."""

    connection: str
    groups: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    catalog_id: str = ""
    policy_id: str = ""
    create_people: bool = False
    lifted: tuple[str, ...] = ()
    review: ReviewSettings | None = None


class Outcome(StrEnum):
    """What became of a member, or would become of one in a preview; `UNCHANGED` are counted and not listed.

    `NO_MEMBER` is an assignment whose person is in the group no more: it is shown and never ended by itself.
    """

    UNMATCHED = "unmatched"
    DENIED = "denied"
    FAILED = "failed"
    NO_MEMBER = "noMember"
    HELD_OTHERWISE = "heldOtherwise"
    ASSIGNED = "assigned"
    UNCHANGED = "unchanged"


LISTED = tuple(one for one in Outcome if one is not Outcome.UNCHANGED)  # what needs somebody comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionBegun:
    """Lists an adoption among the others; its job has the rest."""

    created: datetime
    job_id: str
    version: int = 0


def role_to_adopt(roles: Sequence[ResourceRole]) -> ResourceRole | None:
    """The role whose holders are the members: `Member`, or the only one there is; None when it is not clear."""
    named = [role for role in roles if role.display_name.lower() == _MEMBER]
    if len(named) == 1:
        return named[0]
    return roles[0] if len(roles) == 1 else None
