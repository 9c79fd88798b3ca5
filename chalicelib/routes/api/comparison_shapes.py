"""What the comparison of a review with the systems outside answers."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from chalicelib.routes.api.adoption_shapes import NamedConnection, OutsideMember
from chalicelib.routes.shapes import Answer, Count, MomentOrNull, Text


class ComparedResource(Answer, kw_only=True):
    """A resource outside."""

    origin_id: str
    display_name: str


class ComparedTarget(Answer, kw_only=True):
    """One right of the package, compared. `matched` of the `members` have an assignment that is reviewed here,
    `heldOtherwise` another one. A `problem` says why it was not compared: that is never "nobody has access"."""

    number: Count
    connection: NamedConnection
    resource: ComparedResource
    role: str
    as_of_date_time: MomentOrNull
    members: Count
    matched: Count
    held_otherwise: Count
    missing: Count
    extra: Count
    problem: str | None


class ComparedAssignment(Answer, kw_only=True):
    """An assignment as it is by now."""

    id: str
    state: str


class ComparedPerson(Answer, kw_only=True):
    """A person; one who was erased has no names."""

    id: str
    display_name: str | None
    user_principal_name: str | None


class ComparedDifference(Answer, kw_only=True):
    """A member without an assignment (`missing`), or an assignment without membership (`extra`), of a target.
    `settled`: assigned, or ended, since."""

    difference: Literal["missing", "extra"]
    target: Count
    member: OutsideMember | None
    person: ComparedPerson | None
    assignment: ComparedAssignment | None
    settled: bool


class ReviewComparison(Answer, kw_only=True):
    """What the opening found; `comparedDateTime` is null for a review that was not compared, or not yet."""

    compared_date_time: MomentOrNull
    missing: Count
    extra: Count
    not_compared: Count
    targets: list[ComparedTarget]
    value: list[ComparedDifference]
    next_link: Text = UNSET
