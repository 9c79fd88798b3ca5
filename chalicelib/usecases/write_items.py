"""Writing a frozen population as decision items and reviewer rows, bucket by bucket (R67, R76)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.items import Change, DecisionItem, Recommendation, leaf_hash
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.reviews import InstanceState, ReviewInstance, SharedSet, Status, Tally
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.frozen_files import Bucket, Frozen, Reading, bucket_of
from chalicelib.usecases.panels import panels
from chalicelib.usecases.ports import Create, Drop, Save, Services
from chalicelib.usecases.to_seal import seal_row

Rows = tuple[ReviewerRow, MyReview]


@dataclass
class Reviewers:
    """The single reviewers met in the chunks of one bucket that were read so far: totals and reasons by set, names by
    person."""

    number: int
    chunks: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    whys: dict[str, str] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)

    def meet(self, bucket: Bucket) -> None:
        """Those of the next chunk."""
        self.chunks += 1
        self.names |= bucket.reviewers
        for row in bucket.rows:
            if not ids.is_shared(row.set_id) and row.set_id != ids.NO_SET:
                self.totals[row.set_id] += 1
                self.whys[row.set_id] = row.why


@dataclass
class Writing:
    """Writes the frozen population of one instance as far as this invocation comes. `since`: items written since the
    position was saved."""

    services: Services
    instance: ReviewInstance
    buckets: int
    since: int = 0
    met: Reviewers = field(default_factory=lambda: Reviewers(0))

    def __post_init__(self) -> None:
        self.frozen = Reading(self.services, self.instance.id)

    def write_chunk(self, state: InstanceState) -> InstanceState:
        """Write the items of one chunk of one bucket; after a bucket's last chunk, the rows of its reviewers.

        The position is `cursor` = "bucket,chunk". Returns the state after it (not saved). Repeating it writes the
        same items again, which does no harm while nobody can decide yet.
        """
        number, chunk = (int(part) for part in (state.cursor or "0,0").split(","))
        bucket = self._met(number, chunk)
        self.services.items.create([item_of(self.instance, state, row) for row in bucket.rows])
        self.since += len(bucket.rows)
        if chunk + 1 < state.page:
            return replace(state, cursor=f"{number},{chunk + 1}")
        reviewers = list(_single_rows(self.services, self.instance, self.met))
        self.services.reviews.write_reviewers(reviewers)
        state = replace(state, reviewers=state.reviewers + len(reviewers))
        if number + 1 < self.buckets:
            return replace(state, cursor=f"{number + 1},0")
        shared = list(_shared_rows(self.services, self.instance, state, self.frozen, self.buckets))
        self.services.reviews.write_reviewers(shared)
        return replace(state, cursor="", step="start", reviewers=state.reviewers + len(shared))

    def _met(self, number: int, chunk: int) -> Bucket:
        """The rows of a chunk of a bucket, with their reviewers counted. What an invocation before this one wrote of
        the bucket is read once more for that."""
        if (self.met.number, self.met.chunks) != (number, chunk):
            self.met = Reviewers(number)
            for before in range(chunk):
                self.met.meet(self.frozen.bucket(before, number))
        bucket = self.frozen.bucket(chunk, number)
        self.met.meet(bucket)
        return bucket


def item_of(instance: ReviewInstance, state: InstanceState, row: Frozen) -> DecisionItem:
    """The decision item of a frozen row, with its evidence leaf."""
    item = DecisionItem(
        instance_id=instance.id,
        id=ids.decision_id(row.set_id, row.shards, row.assignment, instance.id),
        assignment_id=row.assignment,
        principal_id=row.principal,
        display_name=row.name,
        principal_name=row.principal_name,
        user_type=row.user_type,
        job_title=row.job_title,
        department=row.department,
        manager_id=row.manager,
        manager_name=row.manager_name,
        assigned=datetime.fromtimestamp(row.assigned, UTC),
        last_sign_in=datetime.fromtimestamp(row.last_sign_in, UTC) if row.last_sign_in is not None else None,
        never_signed_in=row.never_signed_in,
        sign_in_as_of=datetime.fromtimestamp(row.sign_in_as_of, UTC) if row.sign_in_as_of is not None else None,
        changes=tuple(Change(change) for change in row.changes),
        recommendation=Recommendation(row.recommendation),
        resource=row.resource,
        last_used=datetime.fromtimestamp(row.last_used, UTC) if row.last_used is not None else None,
        why=row.why,
        deadline=state.ends,
        salt=row.salt,
    )
    return replace(item, leaf=leaf_hash(item))


def _single_rows(services: Services, instance: ReviewInstance, met: Reviewers) -> Iterator[Rows]:
    """The rows of every set of one in a bucket, with exact totals."""
    named = [set_id for set_id, why in met.whys.items() if why not in ("self", "manager")]
    for user_id, (name, principal_name) in (met.names | _panel_names(services, instance, named)).items():
        set_id = ids.set_of_one(user_id)
        if set_id in met.totals:
            yield rows_of(instance, user_id, name, principal_name, set_id, met.totals[set_id], met.whys[set_id])


def _panel_names(services: Services, instance: ReviewInstance, set_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Names of single people who are a whole panel (one named reviewer, one fallback)."""
    wanted = set(set_ids)
    if not wanted:
        return {}
    found = panels(services, instance)
    members = [one for one in found.primary + found.fallback if ids.set_of_one(one) in wanted]
    return {user.id: (user.display_name, user.principal_name) for user in services.people.users(members).values()}


def _shared_rows(
    services: Services, instance: ReviewInstance, state: InstanceState, frozen: Reading, buckets: int
) -> Iterator[Rows]:
    """The rows of every member of the sets of several."""
    for shared in state.shared:
        people = services.people.users(shared.members)
        own = _own_items(instance, state, shared, frozen, buckets) if shared.members else {}
        for user in people.values():
            yield _shared_row(instance, shared, user, own.get(user.id, ""))


def _own_items(
    instance: ReviewInstance, state: InstanceState, shared: SharedSet, frozen: Reading, buckets: int
) -> dict[str, str]:
    """The own items of members of a shared set that lie in it, by member: others see and decide those."""
    members, first = set(shared.members), frozen.manifest(0)
    shards = 1 if first and first.together else shared.shards
    found: dict[str, str] = {}
    for number in {bucket_of(shared.id, buckets, f"{shard:02x}") for shard in range(shards)}:
        for chunk in range(state.page):
            rows = frozen.bucket(chunk, number).rows
            found |= {
                row.principal: ids.decision_id(row.set_id, row.shards, row.assignment, instance.id)
                for row in rows
                if row.set_id == shared.id and row.principal in members
            }
    return found


def bucket_count(services: Services, state: InstanceState) -> int:
    """Into how many buckets the population was divided."""
    return -(-max(state.counted, 1) // services.settings.bucket_items)


def _shared_row(instance: ReviewInstance, shared: SharedSet, user: User, own_item_id: str) -> Rows:
    row, part = rows_of(instance, user.id, user.display_name, user.principal_name, shared.id, shared.items, shared.role)
    own = own_item_id != ""
    return replace(row, shared=True, own_item=own), replace(part, own_item=own, own_item_id=own_item_id)


def rows_of(
    instance: ReviewInstance, user_id: str, name: str, principal_name: str, set_id: str, total: int, why: str
) -> Rows:
    """The two rows of a reviewer of a set with `total` items: under the instance and under the reviewer."""
    row = ReviewerRow(
        instance_id=instance.id,
        user_id=user_id,
        set_id=set_id,
        display_name=name[:80],
        principal_name=principal_name[:100],
        reason=why,
        tally=Tally(total),
    )
    part = MyReview(
        user_id=user_id,
        instance_id=instance.id,
        definition_id=instance.definition_id,
        set_id=set_id,
        opens=instance.opens,
        closes=instance.closes,
        name=instance.name[:120],
        package_name=instance.package_name[:120],
        reason=why,
        items=total,
        self_review=instance.settings.reviewers is ReviewerKind.SELF,
        mails={"start": "pending"},
    )
    return row, part


def start(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """Everything is written: the review is in progress; without items it is over at once (G8)."""
    now = services.clock.now()
    details = {"items": state.items, "reviewers": state.reviewers, "population": state.population}
    details["counted"] = state.counted
    operation = f"start:{instance.id}"
    target = ("reviewInstance", instance.id)
    recorded = event(now, SYSTEM, "Policy", "Create access review instance", target, operation, details=details)
    if state.items == 0:
        empty = replace(state, status=Status.APPLIED, step="", started=now, due="", lease=replace(state.lease, until=0))
        row = instance_row(datetime.fromisoformat(state.due), instance.id)
        services.writer.commit(operation, Save(empty), Drop(row), Create(recorded), seal_row(instance.id, now))
        return replace(empty, version=state.version + 1)
    running = replace(state, status=Status.IN_PROGRESS, step="mail:start", cursor="", started=now)
    services.writer.commit(operation, Save(running), Create(recorded))
    return replace(running, version=state.version + 1)
