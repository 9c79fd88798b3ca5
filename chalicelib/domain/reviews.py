"""Review series (definitions), their occurrences (instances) and how an instance moves through its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.delegation import HandedOver
from chalicelib.domain.packages import ReviewSettings, SubjectSet


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


ASKED = "asked"  # agenda kind: tell a person that they became a reviewer of a running review
ABSENCE = "absence"  # agenda kind: a person's absence begins, their delegate takes over
LOST = "lost"  # agenda kind: a person can review no more; count what they leave behind (G10)
SWITCHED_OFF = "switchedOff"  # agenda kind: tell the owners that a series was switched off (G30)
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
    occurrences that open earlier are not of this series any more (re-anchored, G3, G30). `follows` as in
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
    deleted: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInstance:
    """One occurrence with everything frozen at its start (R62, R65). Never changes.

    `follows`: the closed instance whose undecided items are reviewed again (G45), "" for the whole policy."""

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
    """The exact result of a closed review; the parts add up to `total` (brief section 5)."""

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

    @property
    def removals(self) -> int:
        """How many assignments the review wants to end, those it has ended at once included."""
        return self.denied_by_person + self.denied_by_rule

    @property
    def outstanding(self) -> int:
        """How many it has not ended yet: what the brake and a confirmation are about (G24)."""
        return self.removals - self.removed_at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSet:
    """A reviewer set of several members (or of nobody): how many items and shards it owns."""

    id: str
    role: str
    members: tuple[str, ...] = ()
    shards: int = 1
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who works on it now. `until` is real time (seconds since 1970), not the product's clock."""

    owner: str = ""
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState:
    """The small row that changes: where the work stands. One worker at a time holds the lease.

    `primary` and `fallback` are the reviewers as edited while the review runs (None: as the settings name them),
    `taken_off` those who were taken off it by that (R140); `lost` the undecided items of each set whose reviewers can
    all review no more (G10).
    `ends` is the instant after which no decision counts; a Stop brings it forward. `step` and `cursor` are the
    checkpoint of the running phase. `started` is when the review became InProgress. `wait_until` (real time)
    is the drain before the closing sweep. `due` is the key of this instance's row in the agenda.

    `rounds` are mails to all reviewers that were asked for and not sent yet: `manual:{stamp}`, `reset:{stamp}`,
    `extended:{stamp}`. `reminded` is the last manual reminder. `extended`: when it was last extended, for the reason
    `extended_because`. `withdrawn`: series or policy were deleted, so nothing is applied by itself. `hidden`: lists
    leave it out (R144). `attempts` since anything was saved, `error`: why the last did not go on, `failed_at`: the
    status a Failed review goes on from."""

    instance_id: str
    definition_id: str
    status: Status = Status.INITIALIZING
    ends: datetime
    step: str = ""
    page: int = 0
    cursor: str = ""
    lease: Lease = Lease()
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
    stopped_by: str = ""
    unanswered: Unanswered | None = None
    wait_until: float = 0.0
    outcome: Outcome | None = None
    brake: bool = False
    confirmed_by: str = ""
    removed: int = 0
    removal_failures: int = 0
    mailed: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    reminded: datetime | None = None
    extended: datetime | None = None
    extensions: int = 0
    extended_because: str = ""
    withdrawn: bool = False
    hidden: bool = False
    due: str = ""
    attempts: int = 0
    error: str = ""
    failed_at: Status | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A row of the agenda: at `when`, continue `kind` (`events.WORK` lists them) with this id.

    The agenda is a hint that outlives lost messages: rows leave it only when their work is done. `taken`: until
    when (real seconds since 1970) one worker has it to itself; see usecases/agenda.work_off.
    """

    when: datetime
    kind: str
    id: str
    taken: float = 0.0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRow:
    """A reviewer's part in an instance, as listed under the instance: progress and identity, frozen names.

    One row per reviewer and set. For a set of one the tally is this reviewer's; for shared sets it has only the
    total, and the counts are the set's own. `own_item`: one of the items is the reviewer's own, decided by others.
    `extra`: they joined the set while the review ran, in their own right or `on_behalf_of` one of its reviewers,
    for all of its items or only for `some` of them (0: all). `removed`: they are its reviewer no more.
    """

    instance_id: str
    user_id: str
    set_id: str
    display_name: str
    principal_name: str
    reason: str
    tally: Tally = Tally()
    shared: bool = False
    own_item: bool = False
    extra: bool = False
    on_behalf_of: str = ""
    some: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReview:
    """A review as it lies under its reviewer, newest first: enough to list it and to send its mails.

    `own_item_id` is the reviewer's own item in a shared set (`own_item`), which others decide.
    One part per reviewer and set, and one more per person on whose behalf they review (`on_behalf_of`). A part
    counts for all items of its set or for `only` some. `since`: when they were made a reviewer of a running
    review. `handed`: what this reviewer handed over. `removed`: it counts no more, and is kept for its mails.
    `mails` maps a mail kind to its state: `pending`, `withheld`, `sending <real time> <worker>`, `sent <instant>`.
    """

    user_id: str
    instance_id: str
    definition_id: str
    set_id: str
    opens: datetime
    closes: datetime
    name: str
    package_name: str
    reason: str
    items: int
    self_review: bool = False
    own_item: bool = False
    own_item_id: str = ""
    on_behalf_of: str = ""
    only: tuple[str, ...] = ()
    since: datetime | None = None
    handed: tuple[HandedOver, ...] = ()
    removed: bool = False
    mails: dict[str, str] = field(default_factory=dict)

    def covers(self, item_id: str) -> bool:
        """Does this part make its reviewer a reviewer of that item (not looking at whose access it is)?"""
        return self.set_id == ids.decision_place(item_id)[0] and (not self.only or item_id in self.only)

    @property
    def handed_all(self) -> bool:
        """Has this reviewer handed over everything?"""
        return any(not one.only for one in self.handed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail to one person about one event, other than a reviewer's own review mails: exists once (P15).

    `kind`: `finished`, `summary`, `ended`. `subject_id` is the instance or assignment it is about.
    """

    user_id: str
    kind: str
    subject_id: str
    instance_id: str
    item_id: str = ""
    state: str = "pending"
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that outlives its request: a bulk decision over more than 1,000 items, or a CSV import.

    `cursor` is the checkpoint; `lease` as for instances; `result` grows with what was done.
    """

    id: str
    kind: str
    subject_id: str
    actor_id: str
    created: datetime
    status: str = "waiting"
    arguments: dict[str, str] = field(default_factory=dict)
    cursor: str = ""
    done: int = 0
    total: int = 0
    result: dict[str, int] = field(default_factory=dict)
    lease: Lease = Lease()
    due: str = ""
    attempts: int = 0
    error: str = ""
    finished: datetime | None = None
    version: int = 0
