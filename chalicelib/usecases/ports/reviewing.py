"""Reviews, their reviewers, the agenda and the decision items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.agenda import Due, ImportBegun, Job, Lease
    from chalicelib.domain.attempts import Attempt
    from chalicelib.domain.delegation import StandingDelegate
    from chalicelib.domain.items import ApplyResult, Cancelled, Cut, Decision, DecisionItem, HistoryEntry
    from chalicelib.domain.mail_log import Notice, Told, Undelivered
    from chalicelib.domain.parts import MyReview, ReviewerRow
    from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Tally
    from chalicelib.domain.series import LiveReview, MissedOccurrence, NewestReview, SeriesOfPackage
    from chalicelib.usecases.ports.changes import (
        Page,
    )


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """One decision item changed, as the table's stream tells it. `sequence` grows along the stream shard. `after`
    None: it was cancelled and counts under no decision any more (G46). `day`: when, by the product's clock
    (domain/pace)."""

    instance_id: str
    set_id: str
    shard: str
    sequence: str
    before: Decision
    after: Decision | None
    day: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an instance is. `counts` by decision (their total is the state's `items`); `finished` counts the
    reviewers of sets of one with nothing undecided left; `shared` has the counts of each set of several; `days` how
    many items came to wait no more on each day (domain/pace), less those set back."""

    state: InstanceState | None
    counts: Tally
    finished: int
    shared: dict[str, Tally]
    days: dict[int, int] = field(default_factory=dict)


class Reviews(Protocol):
    """Series, occurrences, their reviewers, the agenda, jobs and notices."""

    def definition(self, definition_id: str) -> ReviewDefinition | None: ...
    def definitions(self, definition_ids: Iterable[str]) -> dict[str, ReviewDefinition]: ...
    def list_definitions(self, limit: int, after: str | None) -> Page[ReviewDefinition]: ...
    def series_of_package(
        self, package_id: str, limit: int, after: str | None, policy_id: str = ""
    ) -> Page[SeriesOfPackage]:
        """Every series a package ever had, or those of one of its policies."""

    def newest_review(self, policy_id: str) -> NewestReview | None:
        """Which instance a policy's series opened last."""

    def missed_of(self, definition_id: str, limit: int) -> list[MissedOccurrence]:
        """Occurrences of a series that never opened, newest first."""

    def live_reviews(self, limit: int, after: str | None) -> Page[LiveReview]:
        """The reviews that are not over, the first to close first; may lag."""

    def instance(self, instance_id: str) -> ReviewInstance | None:
        """May come from this process's cache for ever: an instance never changes."""

    def instances(self, instance_ids: Iterable[str]) -> dict[str, ReviewInstance]: ...
    def instances_of(
        self, definition_id: str, limit: int, after: str | None, newest_first: bool = True
    ) -> Page[ReviewInstance]: ...
    def state(self, instance_id: str) -> InstanceState | None: ...
    def states(self, instance_ids: Iterable[str]) -> dict[str, InstanceState]:
        """May lag by the state cache's life."""

    def recent_state(self, instance_id: str) -> InstanceState | None:
        """May lag by the state cache's life (5 s at most)."""

    def take_lease(self, state: InstanceState, lease: Lease, now_real: float) -> InstanceState | None:
        """Write the lease if nobody else holds one at `now_real` and the version is unchanged; None if refused."""

    def checkpoint(self, state: InstanceState) -> InstanceState:
        """Write `state` under its lease and version; returns it with the new version. Raises Conflict."""

    def progress(self, instance_id: str) -> Progress:
        """State and counts of an instance with one query, whatever its size; counts may lag a minute."""

    def reviewer_rows(self, instance_id: str, limit: int, after: str | None, latest: bool = False) -> Page[ReviewerRow]:
        """May lag, unless the `latest` rows are asked for."""

    def parts_of(
        self, places: Iterable[tuple[str, str, str]], instance: ReviewInstance
    ) -> dict[tuple[str, str, str], MyReview]:
        """The rows that exist among these (reviewer, set, on whose behalf) in an instance; may lag."""

    def tallies(self, places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Tally]:
        """The counts of many partitions by (instance, set, shard), that of a set of one with its total; those
        nothing was counted in are left out. May lag a minute."""

    def reviewers_of_set(self, instance_id: str, set_id: str) -> list[ReviewerRow]:
        """Every row of one set, first that of a set of one; those who are reviewers no more included."""

    def write_reviewers(self, rows: Iterable[tuple[ReviewerRow, MyReview]]) -> None:
        """Both rows of each reviewer, in batches. Only while the instance is initialising."""

    def my_reviews(self, user_id: str, limit: int, after: str | None) -> Page[MyReview]:
        """A reviewer's reviews, newest first; may lag."""

    def my_parts(self, user_id: str, instance: ReviewInstance) -> tuple[MyReview, ...]:
        """The caller's rows in one instance (none: no reviewer). May lag by the state cache's life."""

    def parts_now(self, user_id: str, instance: ReviewInstance) -> tuple[MyReview, ...]:
        """The same as they stand now, with those that count no more; for changing them."""

    def standing_delegates(self, user_ids: Iterable[str]) -> dict[str, StandingDelegate]:
        """Who stands in for these people, now or later, by person."""

    def claim_mail(self, part: MyReview, kind: str, before: str | None, state: str) -> bool:
        """Move the mail `kind` of a reviewer's row from state `before` (None: not set) to `state`."""

    def imports(self, limit: int, after: str | None) -> Page[ImportBegun]:
        """The imports, newest first."""

    def notices_of(self, instance_id: str, limit: int, after: str | None, kind: str = "") -> Page[Notice]:
        """The notices about a review, or those of one kind, by kind and person; may lag."""

    def told(self, notices: Iterable[Notice]) -> dict[Notice, Told]:
        """What became of them, of those that were sent or failed; may lag."""

    def told_to(self, user_id: str, limit: int, after: str | None) -> Page[Told]:
        """A person's notices, newest first; may lag."""

    def undelivered(self, limit: int, after: str | None, of: tuple[datetime, str] | None = None) -> Page[Undelivered]:
        """What did not reach its person, newest review first; `of` one review (its opening and id); may lag."""

    def due_until(self, when: datetime, limit: int) -> list[Due]:
        """The agenda up to `when`, oldest first: one query, whatever lies in the future."""

    def due(self, when: datetime, kind: str, subject_id: str) -> Due | None: ...
    def cuts(self, instance_id: str, limit: int, after: str | None) -> Page[Cut]:
        """The removals of an instance that are to be done at once."""

    def job(self, job_id: str) -> Job | None: ...
    def attempt(self, actor_id: str, asked: str) -> Attempt | None:
        """What this person's latest request of this content began."""

    def take_job(self, job: Job, lease: Lease, now_real: float) -> Job | None: ...
    def save_job(self, job: Job) -> Job: ...
    def forget_reviewer(self, row: ReviewerRow, name: str) -> None:
        """Write over who a reviewer's row is about: `name` in place of the display name (R137)."""

    def count_decisions(self, stream_shard: str, deltas: Sequence[DecisionChange]) -> None:
        """Fold changed decisions into the counters, exactly once however often a batch repeats."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer of one conditional update: `item` is what stood there when it was refused."""

    accepted: bool
    item: DecisionItem | None = None


class Items(Protocol):
    """Decision items: the hot path, on raw requests."""

    def create(self, items: Sequence[DecisionItem]) -> None:
        """Write fresh items in batches with back-off. Only while the instance is initialising."""

    def get(self, instance_id: str, item_id: str) -> DecisionItem | None: ...
    def get_many(self, instance_id: str, item_ids: Sequence[str], consistent: bool = False) -> list[DecisionItem]:
        """Those that exist, in the order asked; may lag by a second unless `consistent`."""

    def record(
        self,
        instance_id: str,
        item_id: str,
        entry: HistoryEntry,
        now: datetime,
        *,
        exclude_principal: str = "",
        replace_denial_of_others: bool = True,
        only_undecided: bool = False,
        version: int | None = None,
        extended: bool = False,
    ) -> Recorded:
        """Append a decision: one conditional UpdateItem, nothing read.

        Accepted when the item exists, its deadline is after `now` (not asked of a review that was `extended`), it is
        not cancelled, its removal has not begun, its history is not full, its principal is not `exclude_principal`,
        it has `version` history entries (if given), it is undecided (if asked), and, unless
        `replace_denial_of_others`, it is not somebody else's Deny. A repeat of the same operation is accepted.
        """

    def page(self, instance_id: str, set_id: str, shard: int, limit: int, after: str | None) -> Page[DecisionItem]:
        """Items of one partition in order; may lag by a second (the hot list)."""

    def sweep(self, instance_id: str, set_id: str, shard: int, limit: int, after: str | None) -> Page[DecisionItem]:
        """The same, strongly consistent, for closing."""

    def close(self, instance_id: str, item_id: str, entry: HistoryEntry | None, kept: str) -> bool:
        """Record the no-response outcome of an undecided item; False when somebody decided it meanwhile."""

    def cancel(self, instance_id: str, item_id: str, cause: Cancelled, now: datetime) -> bool:
        """Mark an item that ended by itself, whatever was decided; False when it is closed or being removed."""

    def forget(self, instance_id: str, item_id: str, name: str) -> None:
        """Write over who an item is about: `name` in place of the display name, no other words (R137). What the
        evidence is made of stays."""

    def forget_manager(self, instance_id: str, item_id: str, manager_id: str, name: str) -> None:
        """Write over the name of the manager an item was frozen with, if it is this one (R137)."""

    def claim_removal(self, instance_id: str, item_id: str) -> bool:
        """From now on the item takes no decision; False unless it is denied and nothing was done about it yet."""

    def applied(self, instance_id: str, item_id: str, result: ApplyResult, now: datetime, by: str) -> None:
        """Record what became of a removal; repeatable."""
