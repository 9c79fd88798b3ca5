"""What a mail has to say, one frozen class per kind, as plain values.

Whoever sends fills these in; the words and the layout are made elsewhere. Instants are aware datetimes, zones
IANA names, links complete addresses. `now` is the instant the mail is written for, so that writing it again
gives the same mail. Text may come straight from people: nothing here is trusted to be harmless, short or
printable, except links, which are checked. Every class raises ValueError for an instant without offset, a
link that is not a plain http(s) address, a negative number, or an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.domain.checked_notices import LINES, LINK, Checked
from chalicelib.domain.guard_notices import AccessRestored, ConfirmationWaits, DecisionUndone, ReviewToSign
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.waiting_notices import ReviewsWait

ReminderKind = Literal["midpoint", "lastCall3", "lastCall1", "manual"]
Cause = Literal["decision", "ownAnswer", "noAnswer", "recommendation", "notUsed", "expired"]
Waiting = Literal["no", "brake", "manual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewToDo(Checked):
    """One review that waits for the reader. In a self-review (`why` "self") the reader is the one person."""

    review_id: str
    """Stable name of the review; the calendar entry is found again by it."""
    review: str
    package: str
    closes: datetime
    zone: str
    """The policy's zone; days and hours are told in it."""
    link: str = field(metadata=LINK)
    why: str
    """One of WHYS."""
    unanswered: NoResponse
    reason_required: bool
    """Whether approving (or answering yes) needs a reason (G16)."""
    people: int = 1
    """How many people the reader is asked about."""
    decided: int = 0
    """How many of them the reader need not look at any more."""
    names: tuple[str, ...] = ()
    """Some of the people not decided yet; at most five are shown."""
    about: str | None = None
    """What the package gives, in plain words."""
    note: str | None = field(default=None, metadata=LINES)
    """The administrator's own text; at most 256 characters are sent (R78)."""
    hand_over: bool = True
    """Whether the reader may hand people over to somebody else."""
    cut_now: bool = False
    """Whether a Deny takes effect at once instead of at the close."""
    help: str | None = field(default=None, metadata=LINK)
    """Where reviewing is explained."""

    @property
    def oneself(self) -> bool:
        """Whether the reader reviews their own access."""
        return self.why == "self"

    @property
    def undecided(self) -> int:
        """How many people still wait for the reader."""
        return max(self.people - self.decided, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStarted(Checked):
    """To a reviewer when one or more reviews open (R77), and to a guest who accepts later (G43)."""

    now: datetime
    reviews: tuple[ReviewToDo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(Checked):
    """To a reviewer with people still undecided (R79, R81, G12)."""

    now: datetime
    kind: ReminderKind
    reviews: tuple[ReviewToDo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReviewer(Checked):
    """A reviewer (in a self-review the person) who has not finished: `undecided` of their `people`."""

    name: str
    undecided: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReview(Checked):
    """A review that closes soon and is not finished, as told to somebody who is not its reviewer."""

    review: str
    package: str
    closes: datetime
    zone: str
    why: str
    """Why the reader is told: "manager" of a reviewer, or "owner" of the package."""
    unanswered: NoResponse
    late: int
    """How many reviewers have not finished."""
    reviewers: tuple[LateReviewer, ...]
    """Some of those, the most behind first; at most ten are shown."""
    self_review: bool = False
    link: str | None = field(default=None, metadata=LINK)
    """The review's progress, when the reader may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCallSummary(Checked):
    """To the managers of reviewers and the owners of packages, one day before the close."""

    now: datetime
    reviews: tuple[LateReview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFinished(Checked):
    """To the person who last saved the review settings and to the catalog's owners (R82, G14).

    The numbers are people; all but `never_asked` and `to_remove` add up to everybody in the review.
    """

    now: datetime
    review: str
    package: str
    closed: datetime
    zone: str
    link: str = field(metadata=LINK)
    approved: int
    denied: int
    dont_know: int
    kept_unanswered: int
    """Kept because nobody answered."""
    removed_by_rule: int
    """To be removed because nobody answered (R113)."""
    to_remove: int
    """How many people lose access in all."""
    cancelled: int = 0
    """Had lost the assignment before the review closed."""
    never_asked: int = 0
    """How many of `kept_unanswered` had no reviewer who could be asked (G10)."""
    waiting: Waiting = "no"
    """Whether removal waits for a person: held by the brake, or because results are applied by hand (G24)."""
    stopped_early: bool = False

    @property
    def people(self) -> int:
        """Everybody in the review."""
        kept = self.approved + self.dont_know + self.kept_unanswered
        return kept + self.denied + self.removed_by_rule + self.cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEnded(Checked):
    """To the person who lost access by a review (G15), or because it reached its end (cause "expired", without
    `review` and `link`). It has no place for a reviewer's name, on purpose."""

    now: datetime
    package: str
    ended: datetime
    zone: str
    review: str = ""
    cause: Cause
    link: str | None = field(default=None, metadata=LINK)
    """The closed result, as this person may see it."""
    had_since: datetime | None = None
    reason: str | None = field(default=None, metadata=LINES)
    """The reviewer's words, where given and meant for this person (G18)."""
    request_link: str | None = field(default=None, metadata=LINK)
    """Where to ask for the package again; None if it cannot be requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsSwitchedOff(Checked):
    """To the catalog's owners when no further review of a policy will open (G30)."""

    now: datetime
    package: str
    policy: str
    by: str
    """Who did it; empty when that person is not known any more."""
    at: datetime
    zone: str
    deleted: bool = False
    """The policy itself was deleted."""
    running_until: datetime | None = None
    """When the review that is open now closes, if one is."""
    link: str | None = field(default=None, metadata=LINK)
    """The access package, with its policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewExtended(Checked):
    """To the reviewers of a review, and the owners of its package, when it closes later than they were told."""

    now: datetime
    review: str
    package: str
    closes: datetime
    """When it closes now."""
    zone: str
    reason: str = field(metadata=LINES)
    link: str = field(metadata=LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsReset(Checked):
    """To the reviewers of a review when all its decisions were set back (R143, G47)."""

    now: datetime
    review: str
    package: str
    closes: datetime
    zone: str
    link: str = field(metadata=LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskToDo(Checked):
    """One change of access that somebody has to make by hand. `grant`: the person is to get it, else to lose it."""

    grant: bool
    person: str
    resource: str
    role: str
    system: str
    """What the connection is called."""
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksToDo(Checked):
    """To whoever was given tasks, and again (`reminder`) when they should be done."""

    now: datetime
    zone: str
    reminder: bool
    tasks: tuple[TaskToDo, ...]
    """Some of them, at most ten are shown, the one that is due first at the beginning."""
    count: int
    """How many there are."""
    link: str = field(metadata=LINK)
    """The task, or the list of the reader's tasks where there are several."""

    @property
    def package(self) -> str:
        """What a list of mails calls this one."""
        return self.tasks[0].resource


News = (
    ReviewExtended
    | DecisionsReset
    | LastCallSummary
    | ReviewFinished
    | AccessEnded
    | ReviewsSwitchedOff
    | ConfirmationWaits
    | AccessRestored
    | DecisionUndone
    | ReviewToSign
    | TasksToDo
    | ReviewsWait
)
"""What somebody is told once; asking and reminding have a state of their own in the reviewer's row."""

Notice = ReviewStarted | Reminder | News
