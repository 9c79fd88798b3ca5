"""Review series (definitions), their occurrences (instances) and how an instance moves through its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.agenda import Lease
from chalicelib.domain.guards import Confirmation
from chalicelib.domain.packages import ReviewSettings, SubjectSet
from chalicelib.domain.sign_ins import Ground
from chalicelib.domain.sources import Anyway, AsOf


class Status(StrEnum):
    """Instance states in the order of G25."""

    NOT_STARTED = "NotStarted"
    INITIALIZING = "Initializing"
    STARTING = "Starting"
    IN_PROGRESS = "InProgress"
    COMPLETING = "Completing"
    AUTO_REVIEWING = "AutoReviewing"
    AUTO_REVIEWED = "AutoReviewed"
    COMPLETED = "Completed"
    APPLYING = "Applying"
    APPLIED = "Applied"
    FAILED = "Failed"


ORDER = tuple(Status)
CLOSED = frozenset({Status.COMPLETED, Status.APPLYING, Status.APPLIED, Status.FAILED})  # reviewers are done
OPENING = frozenset({Status.NOT_STARTED, Status.INITIALIZING, Status.STARTING})


def may_follow(before: Status, after: Status) -> bool:
    """May an instance go from `before` to `after`? Forward one or more steps (G25); Failed from any."""
    return after is Status.FAILED or ORDER.index(after) >= ORDER.index(before)


class Unanswered(StrEnum):
    """What a Stop does with unanswered items (G24): keep them, or the policy's no-response outcome."""

    KEEP = "keep"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDefinition:
    """A review series: a policy's own, or `ad_hoc`. `ended` is set when no further occurrence will come.

    `settings` are those the next occurrence will use; a running instance keeps its own copy (G30). `not_before`:
    occurrences that open earlier are not of this series any more (re-anchored, G3, G30). `follows` and `only` as in
    ReviewInstance. `deleted`: lists leave it and its reviews out from then on; nothing of it is lost (R144)."""

    id: str
    policy_id: str
    package_id: str
    catalog_id: str
    display_name: str
    package_name: str
    policy_name: str
    description: str = ""
    settings: ReviewSettings
    created_by: str = ""
    saved_by: str = ""
    created: datetime
    modified: datetime
    not_before: datetime | None = None
    ended: datetime | None = None
    ad_hoc: bool = False
    follows: str = ""
    only: str = ""
    deleted: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInstance:
    """One occurrence with everything frozen at its start (R62, R65). Never changes.

    `follows`: the closed instance whose undecided items are reviewed again (G45), "" for the whole policy. With `only`
    it is about nothing but this assignment: an access that the instance followed had removed, and that is back.
    `sources` of data and how far they reached; `anyway`: it was opened although one of them was too old. `grounds`:
    resources of the package whose use is known."""

    id: str
    definition_id: str
    policy_id: str
    package_id: str
    catalog_id: str
    name: str
    package_name: str
    policy_name: str
    number: int
    day: date
    opens: datetime
    closes: datetime
    settings: ReviewSettings
    saved_by: str = ""
    follows: str = ""
    only: str = ""
    sources: tuple[AsOf, ...] = ()
    anyway: Anyway | None = None
    grounds: tuple[Ground, ...] = ()
    version: int = 0

    @property
    def zone(self) -> str:
        """The IANA zone of the policy."""
        return self.settings.schedule.zone


@dataclass(frozen=True, slots=True)
class Tally:
    """Items of a review (or of a reviewer) by decision. `total` is known from the freeze."""

    total: int = 0
    approved: int = 0
    denied: int = 0
    dont_know: int = 0
    cancelled: int = 0

    @property
    def undecided(self) -> int:
        """Items that still wait for a decision; cancelled ones do not (G46)."""
        return max(self.total - self.approved - self.denied - self.dont_know - self.cancelled, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The exact result of a closed review; the parts add up to `total` (brief section 5). `own_decisions` among them
    were made by the person they are about, in a review that does not ask people about themselves."""

    total: int = 0
    approved: int = 0
    denied_by_person: int = 0
    denied_by_rule: int = 0
    approved_by_rule: int = 0
    dont_know: int = 0
    kept: int = 0
    kept_because: dict[str, int] = field(default_factory=dict)
    cancelled: int = 0
    removed_at_once: int = 0
    own_decisions: int = 0

    @property
    def removals(self) -> int:
        """How many assignments the review wants to end, those it has ended at once included."""
        return self.denied_by_person + self.denied_by_rule

    @property
    def outstanding(self) -> int:
        """How many it has not ended yet: what the brake and a confirmation are about (G24)."""
        return self.removals - self.removed_at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the opening found when it compared the assignments with the members outside: members without an assignment
    (`missing`), assignments without membership (`extra`), and rights that could not be compared (`unread`)."""

    at: datetime
    missing: int = 0
    extra: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSet:
    """A reviewer set of several members (or of nobody): how many items and shards it owns."""

    id: str
    role: str
    members: tuple[str, ...] = ()
    shards: int = 1
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState:
    """The small row that changes: where the work stands. One worker at a time holds the lease.

    `primary` and `fallback` are the reviewers as edited while the review runs (None: as the settings name them),
    `taken_off` those who were taken off it by that (R140); `lost` the undecided items of each set whose reviewers can
    all review no more (G10).
    `ends` is the instant after which no decision counts; a Stop brings it forward. `step` and `cursor` are the
    checkpoint of the running phase. `started` is when the review became InProgress, `closed` when its results stood.
    `wait_until` (real time) is the drain before the closing sweep. `due` is the key of this instance's row in the
    agenda.

    Of the removals, `removed` were made, `gone` found nothing left to remove, `removal_failures` failed,
    `removals_pending` were accepted outside and are not done yet, `needs_person` no connector can make, and
    `removals_held` were held back, and `removals_restored` were undone. `confirmation`: how their wait for one ended.

    `throttled` counts how often in a row a system outside asked the removals, or SES the mails, to slow down.

    `rounds` are mails to all reviewers that were asked for and not sent yet: `manual:{stamp}`, `reset:{stamp}`,
    `extended:{stamp}`. `reminded` is the last manual reminder. `extended`: when it was last extended, for the reason
    `extended_because`. `withdrawn`: series or policy were deleted, so nothing is applied by itself. `hidden`: lists
    leave it out (R144). `listed`: it has had its row among the live reviews, which the first builds did not write.
    `compared`: what comparing with the systems outside found.
    `attempts` since anything was saved, `error`: why the last did not go on, `failed_at`: the
    status a Failed review goes on from."""

    instance_id: str
    definition_id: str
    status: Status = Status.INITIALIZING
    ends: datetime
    step: str = ""
    page: int = 0
    cursor: str = ""
    lease: Lease = field(default_factory=Lease)
    items: int = 0
    population: int = 0
    counted: int = 0
    reviewers: int = 0
    shared: tuple[SharedSet, ...] = ()
    primary: tuple[SubjectSet, ...] | None = None
    fallback: tuple[SubjectSet, ...] | None = None
    taken_off: tuple[str, ...] = ()
    lost: dict[str, int] = field(default_factory=dict)
    started: datetime | None = None
    closed: datetime | None = None
    stopped_by: str = ""
    unanswered: Unanswered | None = None
    wait_until: float = 0.0
    outcome: Outcome | None = None
    brake: bool = False
    confirmed_by: str = ""
    removed: int = 0
    removal_failures: int = 0
    removals_pending: int = 0
    removals_held: int = 0
    removals_restored: int = 0
    needs_person: int = 0
    gone: int = 0
    throttled: int = 0
    confirmation: Confirmation | None = None
    compared: Compared | None = None
    mailed: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    reminded: datetime | None = None
    extended: datetime | None = None
    extensions: int = 0
    extended_because: str = ""
    withdrawn: bool = False
    hidden: bool = False
    listed: bool = False
    due: str = ""
    attempts: int = 0
    error: str = ""
    failed_at: Status | None = None
    version: int = 0
