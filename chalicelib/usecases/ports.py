"""What the use cases need from the outside, one protocol per room, each method one access pattern.

Every list method returns a `Page`; `after` is the cursor a former page gave. Reads are strongly consistent
unless the docstring says "may lag".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from chalicelib.domain import notices
from chalicelib.domain.assignments import Assignment, AssignmentRequest, Holding, Timer
from chalicelib.domain.attempts import Attempt
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.history import EndedReview, HistoryDefinition, HistoryInstance, LastReview
from chalicelib.domain.items import ApplyResult, Cancelled, Cut, Decision, DecisionItem, HistoryEntry
from chalicelib.domain.mail_texts import MailTexts
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Group, Membership, RoleGrant, User
from chalicelib.domain.resources import Resource, ResourceRequest, Right
from chalicelib.domain.reviews import (
    Due,
    InstanceState,
    Job,
    Lease,
    MyReview,
    Notice,
    ReviewDefinition,
    ReviewerRow,
    ReviewInstance,
    Tally,
)
from chalicelib.domain.series import MissedOccurrence, NewestReview, SeriesOfPackage
from chalicelib.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in order; `next` continues it and is None at the end."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Write an entity that must not exist yet."""

    entity: object


@dataclass(frozen=True, slots=True)
class Save:
    """Replace an entity that must still have the version it was read with."""

    entity: object


@dataclass(frozen=True, slots=True)
class Put:
    """Write an entity whatever is there (agenda rows: writing one twice is harmless)."""

    entity: object


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete an entity, whether or not it is there."""

    entity: object


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an entity that must still have the version it was read with."""

    entity: object


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Write nothing, but refuse the whole commit when this entity changed since it was read."""

    entity: object


@dataclass(frozen=True, slots=True)
class Absent:
    """Write nothing, but refuse the whole commit when this entity exists."""

    entity: object


@dataclass(frozen=True, slots=True)
class Alter:
    """Replace the facts of a reviewer's row and leave its mail states and counters alone, if it is there and its
    facts are still those of `before`."""

    before: MyReview | ReviewerRow
    entity: MyReview | ReviewerRow


Change = Create | Save | Put | Drop | Delete | Unchanged | Absent | Alter


class Clock(Protocol):
    """The product's time, and real time for leases and waits."""

    def now(self) -> datetime:
        """The product's instant, aware, UTC."""

    def real(self) -> float:
        """Seconds since 1970, never moved by the local clock lever."""

    def new_id(self) -> str:
        """32 random hex digits for an operation."""


class Writer(Protocol):
    """The one way to write everything but decision items and reviewer rows."""

    def commit(self, operation: str, *changes: Change) -> None:
        """All or nothing (at most 100 changes). A repeat of the same operation succeeds again without effect.

        Raises Conflict when an entity exists already or has another version, Throttled when asked to slow down.
        """

    def put_all(self, entities: Iterable[object]) -> None:
        """Write many entities without conditions, in batches; only for rows nobody else changes meanwhile."""

    def remove(self, entity: object) -> None:
        """Delete one entity, whether or not it is there; for agenda rows whose work is done."""


class People(Protocol):
    """The directory and the roles."""

    def user(self, user_id: str) -> User | None: ...
    def users(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Many people by id, may lag by a second; unknown ids are left out."""

    def user_by_principal_name(self, name: str) -> User | None: ...
    def ids_by_principal_names(self, names: Iterable[str]) -> dict[str, str]:
        """Lower-case principal name to id, for those that exist."""

    def list_users(self, limit: int, after: str | None) -> Page[User]: ...
    def users_by_display_name(self, prefix: str, limit: int, after: str | None) -> Page[User]:
        """People whose display name starts with `prefix`, without case, by name; may lag."""

    def users_by_principal_name(self, prefix: str, limit: int, after: str | None) -> Page[User]: ...
    def group(self, group_id: str) -> Group | None: ...
    def list_groups(self, limit: int, after: str | None) -> Page[Group]: ...
    def members(self, group_id: str, limit: int, after: str | None) -> Page[Membership]: ...
    def groups_of(self, member_id: str) -> list[str]:
        """Ids of the groups this user or group is a direct member of; may lag."""

    def role_grants(self) -> list[RoleGrant]:
        """Every grant of the organisation (hundreds at most)."""

    def mail_texts(self) -> MailTexts | None:
        """The words around every mail, where an administrator changed them."""


class Entitlements(Protocol):
    """Catalogs, packages, policies, assignments, requests."""

    def catalog(self, catalog_id: str) -> Catalog | None: ...
    def list_catalogs(self, limit: int, after: str | None) -> Page[Catalog]: ...
    def package(self, package_id: str) -> AccessPackage | None: ...
    def packages(self, package_ids: Iterable[str]) -> dict[str, AccessPackage]: ...
    def list_packages(self, limit: int, after: str | None) -> Page[AccessPackage]: ...
    def packages_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[AccessPackage]:
        """May lag."""

    def owner_of_name(self, scope: str, name: str) -> str | None:
        """The id that holds a display name in a scope (`catalog`, `package:{catalog}`, `policy:{package}`)."""

    def bearers_of_names(self, scope: str, limit: int) -> list[str]:
        """Ids of up to `limit` objects that bear a name in this scope: what a catalog or package contains."""

    def policy(self, policy_id: str) -> AssignmentPolicy | None: ...
    def policies(self, policy_ids: Iterable[str]) -> dict[str, AssignmentPolicy]: ...
    def list_policies(self, limit: int, after: str | None) -> Page[AssignmentPolicy]: ...
    def policies_of_package(self, package_id: str, limit: int, after: str | None) -> Page[AssignmentPolicy]:
        """May lag."""

    def assignment(self, assignment_id: str) -> Assignment | None:
        """Wherever it lies: one that was moved to another policy keeps its id."""

    def assignments_of_policy(self, policy_id: str, limit: int, after: str | None) -> Page[Assignment]: ...
    def count_assignments_of_policy(self, policy_id: str) -> int:
        """All assignments ever made through the policy, by a COUNT query; may lag."""

    def count_live_assignments_of_policy(self, policy_id: str) -> int:
        """Those that were not ended, by a COUNT query over all; one whose own end has passed unnoticed counts."""

    def assignments_of_person(self, target_id: str, limit: int, after: str | None) -> Page[Assignment]:
        """Current and ended ones; may lag."""

    def timers(self, place: str, minute: datetime, limit: int, after: str | None) -> Page[Timer]:
        """What is to be looked at in a minute, of the assignments whose ids begin with `place`."""

    def holding(self, target_id: str, package_id: str) -> Holding | None: ...
    def holdings(self, pairs: Iterable[tuple[str, str]]) -> list[Holding]:
        """The holdings there are among (person, package) pairs."""

    def holdings_of_person(self, target_id: str) -> list[Holding]:
        """Everything a person holds."""

    def assignments(self, assignment_ids: Iterable[str]) -> dict[str, Assignment]:
        """Several assignments by id."""

    def resource(self, resource_id: str) -> Resource | None: ...
    def resources_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[Resource]: ...
    def resource_request(self, request_id: str) -> ResourceRequest | None: ...
    def list_resource_requests(self, limit: int, after: str | None) -> Page[ResourceRequest]:
        """Newest first."""

    def incompatible_with(self, listed_id: str) -> list[str]:
        """Ids of the packages that list this package as incompatible."""

    def request(self, request_id: str) -> AssignmentRequest | None: ...
    def list_requests(
        self, limit: int, after: str | None, since: datetime | None = None, before: datetime | None = None
    ) -> Page[AssignmentRequest]:
        """Newest first; with bounds those created from `since` on and earlier than `before`."""

    def requests_of_person(self, target_id: str, limit: int, after: str | None) -> Page[AssignmentRequest]:
        """Those about this person's access, newest first; may lag."""


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """One decision item changed, as the table's stream tells it. `sequence` grows along the stream shard. `after`
    None: it was cancelled and counts under no decision any more (G46)."""

    instance_id: str
    set_id: str
    shard: str
    sequence: str
    before: Decision
    after: Decision | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an instance is. `counts` by decision (their total is the state's `items`); `finished` counts the
    reviewers of sets of one with nothing undecided left; `shared` has the counts of each set of several."""

    state: InstanceState | None
    counts: Tally
    finished: int
    shared: dict[str, Tally]


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

    def reviewer_rows(self, instance_id: str, limit: int, after: str | None) -> Page[ReviewerRow]:
        """May lag."""

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

    def notice(self, user_id: str, kind: str, subject_id: str) -> Notice | None: ...
    def notices_of(self, user_id: str, kind: str, limit: int) -> list[Notice]: ...
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
    def get_many(self, instance_id: str, item_ids: Sequence[str]) -> list[DecisionItem]:
        """Those that exist, in the order asked; may lag by a second."""

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

    def claim_removal(self, instance_id: str, item_id: str) -> bool:
        """From now on the item takes no decision; False unless it is denied and nothing was done about it yet."""

    def applied(self, instance_id: str, item_id: str, result: ApplyResult, now: datetime, by: str) -> None:
        """Record what became of a removal; repeatable."""


class Reports(Protocol):
    """What reports are found by."""

    def ended_between(self, since: datetime, until: datetime, limit: int, after: str | None) -> Page[EndedReview]:
        """Reviews that ended from `since` to `until`, oldest first: one query a month, whatever else there is."""

    def last_reviews(self, policy_ids: Iterable[str]) -> dict[str, LastReview]:
        """The review that ended last, by policy, for those that had one; may lag by a second."""

    def history_definition(self, definition_id: str) -> HistoryDefinition | None: ...
    def history_definitions(self, owner_id: str, limit: int, after: str | None) -> Page[HistoryDefinition]:
        """A person's reports, newest first."""

    def history_instance(self, definition_id: str, instance_id: str) -> HistoryInstance | None: ...
    def history_instances(self, definition_id: str, limit: int, after: str | None) -> Page[HistoryInstance]:
        """A report's runs, newest first."""

    def jobs(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """Several jobs by id, those that exist."""


class Audit(Protocol):
    """Reading what was recorded, newest first; events are written by Writer.commit. `before` is an event's id: the
    page holds stored rows that sort before it, of which `domain.audit.unfold` makes the events."""

    def events(self, day: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those of a day (`2026-03-02`, UTC)."""

    def events_of_target(self, target_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those about one object; may lag."""

    def events_of_actor(self, actor_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those by one person; may lag."""


class Files(Protocol):
    """Objects too large for the table, in a bucket."""

    def put_once(self, key: str, data: bytes) -> bool:
        """Write unless something is there; False when it was."""

    def put(self, key: str, data: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...
    def lines(self, key: str) -> Iterable[str]:
        """The object's text line by line, streamed, UTF-8 with or without byte order mark."""

    def upload_address(self, key: str) -> str:
        """A signed address that takes one PUT of a large file, for an hour."""

    def download_address(self, key: str, name: str, minutes: int = 5) -> str:
        """A signed address that gives a file under this name."""

    def begin_parts(self, key: str) -> str:
        """Begin an object that is too large for one write; the upload's id."""

    def put_part(self, key: str, upload: str, number: int, data: bytes) -> None:
        """Part `number` (from 1), 5 MiB or more but for the last; written again it replaces the former one."""

    def finish_parts(self, key: str, upload: str) -> None:
        """Make the parts one object; again without effect when it was done."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a connector knows about a resource. `group_kind` as `Group.kind`; `roles` are (origin id, name)."""

    display_name: str
    description: str = ""
    group_kind: str = ""
    roles: tuple[tuple[str, str], ...] = ()


class Connector(Protocol):
    """One system outside in which people hold rights. Every call may be repeated, late and concurrently: granting
    what is held and revoking what is not held succeed. A failure is any exception; it is tried again."""

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """The resource with this id, None when there is none."""

    def grant(self, right: Right, person: User) -> None: ...
    def revoke(self, right: Right, person: User) -> None: ...
    def verify(self, right: Right, person: User) -> bool:
        """Does the person hold the right now?"""


class Queue(Protocol):
    """Hints to workers. Losing one delays work until the next tick, nothing more."""

    def send(self, kind: str, subject_id: str, delay_seconds: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail. `calendar` is an .ics text or None; `key` identifies the mail in logs; `organisation` is
    who sends, as people read it."""

    to: str
    subject: str
    text: str
    html: str
    calendar: str | None = None
    key: str = ""
    organisation: str = ""


class Mailer(Protocol):
    """Sends through SES."""

    def send(self, mail: Mail) -> str:
        """Hand one mail over; returns the message id. Raises Throttled, or InvalidInput for a refused address."""


class Renderer(Protocol):
    """Turns a notice of the domain into a mail."""

    def render(self, notice: notices.Notice, to: str, key: str) -> Mail: ...
    def preview(self, notice: notices.Notice, texts: MailTexts) -> Mail: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a use case may reach, put together in bootstrap."""

    settings: Settings
    clock: Clock
    writer: Writer
    people: People
    entitlements: Entitlements
    reviews: Reviews
    reports: Reports
    items: Items
    audit: Audit
    files: Files
    queue: Queue
    mailer: Mailer
    renderer: Renderer
    connectors: Mapping[str, Connector]
