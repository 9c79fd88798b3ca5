"""Catalogs, access packages, assignment policies and their review settings (R1-R19, G1-G6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.domain.resources import RoleScope
from chalicelib.domain.schedules import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A container of access packages (R1, R2). `deleting`, here and below: nothing may be put in any more."""

    id: str
    display_name: str
    description: str = ""
    state: str = "published"
    kind: str = "userManaged"
    externally_visible: bool = True
    created: datetime
    modified: datetime
    deleting: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueName:
    """Holds a display name (lower case) inside its scope, so that no two catalogs or packages share one."""

    scope: str
    name: str
    owner_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPackage:
    """A named bundle of access in one catalog (R8). `incompatible_*`: who holds one of these packages or is in one of
    these groups cannot be assigned this one (R13)."""

    id: str
    catalog_id: str
    display_name: str
    description: str = ""
    hidden: bool = False
    role_scopes: tuple[RoleScope, ...] = ()
    incompatible_packages: tuple[str, ...] = ()
    incompatible_groups: tuple[str, ...] = ()
    created: datetime
    modified: datetime
    deleting: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incompatibility:
    """Says that a package lists another one as incompatible, filed under the listed one (R14, the reverse list)."""

    listed_id: str
    package_id: str
    version: int = 0


class NoResponse(StrEnum):
    """What happens to an item nobody answered (R113, G19)."""

    KEEP = "keepAccess"
    REMOVE = "removeAccess"
    RECOMMENDATION = "acceptAccessRecommendation"


class ReviewerKind(StrEnum):
    """Who is asked (R68-R70, brief section 2)."""

    SELF = "self"
    SPECIFIC = "specific"
    MANAGER = "manager"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class SubjectSet:
    """A reviewer named in a policy: `kind` is `singleUser`, `groupMembers` or `targetManager`."""

    kind: str
    id: str = ""
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """The review block of a policy. `brake_*`: removals that reach both wait for a confirmation (G24).

    `review_regrants`: an access that was removed and is seen again is reviewed by itself. `reviewer_text` stands in the
    mails to reviewers (R78); `recipients` get the mail about the result too (G14).
    """

    schedule: Schedule
    enabled: bool = True
    reviewers: ReviewerKind = ReviewerKind.SELF
    primary: tuple[SubjectSet, ...] = ()
    fallback: tuple[SubjectSet, ...] = ()
    no_response: NoResponse = NoResponse.KEEP
    recommendations: bool = True
    justification_required: bool = True
    auto_apply: bool = True
    max_data_age_days: int = 7
    delegation: bool = True
    self_decision: bool = False
    cut_now: bool = False
    review_regrants: bool = False
    brake_count: int = 10
    brake_percent: int = 30
    reviewer_text: str = ""
    recipients: tuple[SubjectSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPolicy:
    """Who can hold a package, for how long, and how that is reviewed (R15, R16).

    `other` keeps the writable Graph members this release stores but does not act on, as given.
    `expiration` is Graph's expirationPattern as plain values. `review_saved_by` is the person who last saved
    the review settings; the finished mail goes to them (G14). Through one that is not `enabled` nobody is assigned
    (R21); those who are stay.
    """

    id: str
    package_id: str
    catalog_id: str
    display_name: str
    description: str = ""
    enabled: bool = True
    allowed_target_scope: str = "notSpecified"
    expiration: dict[str, Any] = field(default_factory=lambda: {"type": "noExpiration"})
    other: dict[str, Any] = field(default_factory=dict)
    review: ReviewSettings | None = None
    review_saved_by: str = ""
    created: datetime
    modified: datetime
    deleting: bool = False
    version: int = 0
