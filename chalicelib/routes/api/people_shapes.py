"""What our own addresses tell about people."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from chalicelib.domain.items import ApplyResult, Cancelled, Decision
from chalicelib.domain.people import Role
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count, Instant, Text


class Named(Shape, kw_only=True):
    """An object by id and name; null for one that is gone."""

    id: str
    display_name: str | None


class Giving(Shape, kw_only=True):
    """The request that gave a package."""

    id: str
    request_type: str
    requestor_id: str
    requestor_name: str


class HeldPackage(Shape, kw_only=True):
    """A package somebody holds; `request` is null for an imported assignment."""

    access_package: Named
    assignment_policy: Named
    assignment_id: str
    start_date_time: Instant
    end_date_time: Instant | None
    request: Giving | None


class ListedPerson(Shape, kw_only=True):
    """A person in a list. `lastSignInDateTime` null is unknown, unless `neverSignedIn`; `invitation` is `pending` or
    `accepted` for guests, null for members."""

    id: str
    display_name: str
    user_principal_name: str
    mail: str | None
    job_title: str | None
    department: str | None
    user_type: str
    account_enabled: bool
    invitation: str | None
    manager: Named | None
    last_sign_in_date_time: Instant | None
    never_signed_in: bool


class Absence(Shape, kw_only=True):
    """Who reviews in a person's place, and when."""

    to: Named
    reason: str
    start_date_time: Instant
    end_date_time: Instant


class UsedResource(Shape, kw_only=True):
    """A resource by its id in the system it lies in, and when it was last used."""

    resource: str
    last_used_date_time: Instant


class SignInActivity(Shape, kw_only=True):
    """When a person was last seen; `source` told of the newest (null: a file did, or nothing is known); `used` the
    resources whose use is told of, the latest first."""

    last_date_time: Instant | None
    last_interactive_date_time: Instant | None
    last_non_interactive_date_time: Instant | None
    source: str | None
    known_until_date_time: Instant | None
    used: list[UsedResource]


class Unmailed(Shape, kw_only=True):
    """Why a person gets no mail: a mail to this address bounced, or its reader complained."""

    address: str
    reason: Literal["bounced", "complained"]
    since_date_time: Instant


class Person(ListedPerson, kw_only=True):
    """A person. `canReview`: the account is on and an invitation accepted; `signInKnownUntilDateTime` is how far
    the source of sign-ins reaches; `provisionedBy` are the provisioning clients that keep this person,
    `leavingDateTime` since when they are being erased; `delegate` is null also for those who may not know; `unmailed`
    is null as long as mail goes to them."""

    created_date_time: Instant | None
    leaving_date_time: Instant | None
    provisioned_by: list[Named]
    sign_in_known_until_date_time: Instant | None
    sign_in_activity: SignInActivity
    can_review: bool
    delegate: Absence | None
    unmailed: Unmailed | None


class PersonReview(Shape, kw_only=True):
    """A review a person is a reviewer of (with `items` and `undecided`) or was reviewed in (with the item about
    them and its decision)."""

    review_id: str
    display_name: str
    access_package: Named
    status: str
    start_date_time: Instant
    end_date_time: Instant
    time_zone: str
    reviewer_reason: Text = UNSET
    items: Count | UnsetType = UNSET
    undecided: Count | UnsetType = UNSET
    item_id: Text = UNSET
    assignment_id: Text = UNSET
    decision: Decision | UnsetType = UNSET
    decided_date_time: Instant | UnsetType | None = UNSET
    apply_result: ApplyResult | UnsetType = UNSET
    cancelled: Cancelled | UnsetType | None = UNSET


class PersonRole(Shape, kw_only=True):
    """A role a person holds. `through` is the group it was given to, null when it was given to the person;
    `bySettings`: the settings of the deployment make them an administrator."""

    role: Role
    scope: str
    scope_display_name: str | None
    through: Named | None
    by_settings: bool
    created_date_time: Instant | None
