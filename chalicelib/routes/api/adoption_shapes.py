"""What adopting takes and answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.routes.graph.bodies import Id, ReviewBody
from chalicelib.routes.shapes import Answer, Count, Instant, MomentOrNull, Text

# An id of a system outside: no control characters, no blanks at its ends.
Outer = Annotated[str, Meta(max_length=1024, pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$")]
OutcomeName = Literal["unmatched", "denied", "failed", "noMember", "heldOtherwise", "assigned"]


class GroupToAdopt(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A group outside, by its id there."""

    origin_id: Outer


class AdoptionBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to adopt: groups of a connection by their ids there, or `"all"`. `catalogId`: where new packages go, a
    catalog named after the connection unless given. `members` and `assignmentPolicyId`: for a single group, only these
    members, into this policy. `liftDenials`: ids of people whom a review denied the access and who get it all the
    same. `reviewSettings` as a policy's: those of the policies that are made."""

    connection: Annotated[str, Meta(min_length=1, max_length=40)]
    groups: Annotated[list[GroupToAdopt], Meta(max_length=2000)] | Literal["all"]
    catalog_id: Id | None = None
    assignment_policy_id: Id | None = None
    members: Annotated[list[Outer], Meta(max_length=1000)] = []
    create_people: bool = False
    lift_denials: Annotated[list[Id], Meta(max_length=1000)] = []
    review_settings: ReviewBody | None = None


class AdoptionStarted(Answer, kw_only=True):
    """An adoption or a preview that was begun; `GET /api/v1/adoptions/{id}` tells how far it is."""

    id: str


class AdoptableConnection(Answer, kw_only=True):
    """A system outside whose groups can be adopted."""

    name: str
    display_name: str
    kind: str


class AdoptableGroup(Answer, kw_only=True):
    """A group outside, and a package that grants it already."""

    origin_id: str
    origin_system: str
    display_name: str
    description: str
    access_package_id: str | None


class NamedConnection(Answer, kw_only=True):
    """A connection by both its names."""

    name: str
    display_name: str


class AdoptionCounts(Answer, kw_only=True):
    """Members by what became of them, or would: their sum is `members`, beside `noMember`, which are assignments
    whose person is no member any more. `created`: people who were new to the directory, among the others."""

    members: Count
    assigned: Count
    unchanged: Count
    unmatched: Count
    denied: Count
    held_otherwise: Count
    failed: Count
    no_member: Count
    created: Count


class AdoptionTotals(AdoptionCounts, kw_only=True):
    """The same over all groups, with how many groups there are, how many became new packages, and had a problem."""

    groups: Count
    groups_done: Count
    packages: Count
    problems: Count


class AdoptionHead(Answer, kw_only=True):
    """How far an adoption is. A preview tells the same and changes nothing."""

    id: str
    preview: bool
    status: str
    connection: NamedConnection
    created_date_time: Instant
    finished_date_time: MomentOrNull
    totals: AdoptionTotals
    error: Text = msgspec.UNSET


class AdoptingPerson(Answer, kw_only=True):
    """Who began it; the name of somebody who is gone is null."""

    id: str
    display_name: str | None


class ListedAdoption(AdoptionHead, kw_only=True):
    """An adoption among the others."""

    by: AdoptingPerson


class AdoptedPackage(Answer, kw_only=True):
    """The package of a group; without an id it would be made. `made`: it is, or would be, new."""

    id: str | None
    display_name: str
    made: bool
    assignment_policy_id: str | None


class AdoptedGroup(Answer, kw_only=True):
    """A group and what became of it. `status` is `waiting`, `running` or `done`; a `problem` says why not."""

    number: Count
    origin_id: str
    display_name: str
    description: str
    status: Literal["waiting", "running", "done"]
    access_package: AdoptedPackage | None
    counts: AdoptionCounts
    problem: str | None


class AdoptionCatalog(Answer, kw_only=True):
    """Where new packages go; without an id the catalog would be made."""

    id: str | None
    display_name: str


class Adoption(AdoptionHead, kw_only=True):
    """How far an adoption is, with its groups, a hundred a page."""

    catalog: AdoptionCatalog
    create_people: bool
    groups: list[AdoptedGroup]
    next_link: Text = msgspec.UNSET


class OutsideMember(Answer, kw_only=True):
    """A member as the system outside knows them."""

    key: str
    display_name: str
    user_principal_name: str
    mail: str


class RecognisedPerson(Answer, kw_only=True):
    """A person of the directory, and by what they were recognised: `userName`, `mail`, `id`, or `created`. One who
    was erased, or would be created, has no names yet."""

    id: str
    display_name: str | None
    user_principal_name: str | None
    recognised_by: str | None


class AdoptedMember(Answer, kw_only=True):
    """A member of a group, or an assignment without one (`noMember`), and what became of it."""

    outcome: OutcomeName
    member: OutsideMember | None
    person: RecognisedPerson | None
    assignment_id: str | None
    reason: str | None
