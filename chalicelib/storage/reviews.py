"""Series, occurrences, the agenda, jobs, notices: everything of a review but items and reviewer rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pynamodb.exceptions import PutError

from chalicelib.domain import errors
from chalicelib.domain.agenda import Due, ImportBegun, Job, Lease
from chalicelib.domain.attempts import Attempt
from chalicelib.domain.items import Cut
from chalicelib.domain.mail_log import Notice, Told, Undelivered
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.series import LiveReview, MissedOccurrence, NewestReview, SeriesOfPackage
from chalicelib.storage import keys, mail_keys
from chalicelib.storage.base import fetch, fetch_many, query
from chalicelib.storage.caching import Cache
from chalicelib.storage.reviewers import ReviewerRows
from chalicelib.storage.rows import PLACES, from_row, to_row
from chalicelib.usecases.ports import Clock, Page

L = TypeVar("L", InstanceState, Job)
FOR_EVER = 86_400.0  # seconds; an instance never changes


class ReviewTable(ReviewerRows):
    """Implements ports.Reviews. `cache_seconds` is how long a state may lag (5 s at most, see brief A5)."""

    def __init__(self, clock: Clock, cache_seconds: float) -> None:
        super().__init__(clock, cache_seconds)
        self._instances: Cache[ReviewInstance] = Cache(clock, FOR_EVER)
        self._states: Cache[InstanceState] = Cache(clock, cache_seconds)

    def definition(self, definition_id: str) -> ReviewDefinition | None:
        """One series."""
        return fetch(ReviewDefinition, keys.definition(definition_id))

    def definitions(self, definition_ids: Iterable[str]) -> dict[str, ReviewDefinition]:
        """Several series by id."""
        found = fetch_many(ReviewDefinition, [keys.definition(one) for one in definition_ids])
        return {definition.id: definition for definition in found}

    def list_definitions(self, limit: int, after: str | None) -> Page[ReviewDefinition]:
        """Every series, by id."""
        return query(ReviewDefinition, "DEFINITIONS", limit, after, consistent=False)

    def series_of_package(
        self, package_id: str, limit: int, after: str | None, policy_id: str = ""
    ) -> Page[SeriesOfPackage]:
        """See ports.Reviews."""
        partition = keys.series_of_package(package_id)
        return query(SeriesOfPackage, partition, limit, after, prefix=policy_id)

    def newest_review(self, policy_id: str) -> NewestReview | None:
        """See ports.Reviews."""
        return fetch(NewestReview, keys.newest_review(policy_id))

    def missed_of(self, definition_id: str, limit: int) -> list[MissedOccurrence]:
        """See ports.Reviews."""
        return list(query(MissedOccurrence, keys.missed_of(definition_id), limit, forward=False).items)

    def live_reviews(self, limit: int, after: str | None) -> Page[LiveReview]:
        """See ports.Reviews."""
        return query(LiveReview, "LIVE", limit, after, consistent=False)

    def instance(self, instance_id: str) -> ReviewInstance | None:
        """One occurrence."""
        return self._instances.get(instance_id, lambda: fetch(ReviewInstance, keys.instance(instance_id)))

    def instances(self, instance_ids: Iterable[str]) -> dict[str, ReviewInstance]:
        """Several occurrences by id: those not cached in one batch read."""
        wanted = list(dict.fromkeys(instance_ids))
        missing = [one for one in wanted if self._instances.peek(one) is None]
        for instance in fetch_many(ReviewInstance, [keys.instance(one) for one in missing]):
            self._instances.put(instance.id, instance)
        return {one: found for one in wanted if (found := self._instances.peek(one)) is not None}

    def instances_of(
        self, definition_id: str, limit: int, after: str | None, newest_first: bool = True
    ) -> Page[ReviewInstance]:
        """The occurrences of a series by date."""
        partition = keys.instances_of(definition_id)
        return query(ReviewInstance, partition, limit, after, forward=not newest_first)

    def state(self, instance_id: str) -> InstanceState | None:
        """The state as it stands now. One that is remembered otherwise is forgotten; what was read is not
        remembered, since another worker may have saved a newer one meanwhile."""
        found = fetch(InstanceState, keys.state(instance_id))
        if found != self._states.peek(instance_id):
            self._states.forget(instance_id)
        return found

    def states(self, instance_ids: Iterable[str]) -> dict[str, InstanceState]:
        """Several states: those not fresh in the cache in one batch read."""
        wanted = list(dict.fromkeys(instance_ids))
        missing = [one for one in wanted if self._states.peek(one) is None]
        found = {one: cached for one in wanted if (cached := self._states.peek(one)) is not None}
        for state in fetch_many(InstanceState, [keys.state(one) for one in missing]):
            self._states.put(state.instance_id, state)
            found[state.instance_id] = state
        return found

    def recent_state(self, instance_id: str) -> InstanceState | None:
        """The state, up to the cache's life old."""
        return self._states.get(instance_id, lambda: self.state(instance_id))

    def take_lease(self, state: InstanceState, lease: Lease, now_real: float) -> InstanceState | None:
        """See ports.Reviews."""
        return _take(state, lease, now_real)

    def checkpoint(self, state: InstanceState) -> InstanceState:
        """See ports.Reviews."""
        self._states.forget(state.instance_id)
        return _save(state)

    def due_until(self, when: datetime, limit: int) -> list[Due]:
        """See ports.Reviews."""
        table: Any = PLACES[Due].table
        until = keys.instant(when + timedelta(milliseconds=1))
        rows = table.query("DUE", table.sk < until, limit=limit, consistent_read=True)
        return [from_row(Due, row) for row in rows]

    def due(self, when: datetime, kind: str, subject_id: str) -> Due | None:
        """One row of the agenda."""
        return fetch(Due, keys.due(when, kind, subject_id))

    def cuts(self, instance_id: str, limit: int, after: str | None) -> Page[Cut]:
        """See ports.Reviews."""
        return query(Cut, keys.cuts(instance_id), limit, after)

    def attempt(self, actor_id: str, asked: str) -> Attempt | None:
        """See ports.Reviews."""
        return fetch(Attempt, keys.attempt(actor_id, asked))

    def job(self, job_id: str) -> Job | None:
        """One job."""
        return fetch(Job, keys.job(job_id))

    def take_job(self, job: Job, lease: Lease, now_real: float) -> Job | None:
        """See ports.Reviews."""
        return _take(job, lease, now_real)

    def save_job(self, job: Job) -> Job:
        """Write a job under its version. Raises Conflict."""
        return _save(job)

    def imports(self, limit: int, after: str | None) -> Page[ImportBegun]:
        """See ports.Reviews."""
        return query(ImportBegun, "IMPORTS", limit, after, forward=False)

    def notices_of(self, instance_id: str, limit: int, after: str | None, kind: str = "") -> Page[Notice]:
        """See ports.Reviews."""
        prefix = f"N#{kind}#" if kind else "N#"
        return query(Notice, keys.review(instance_id), limit, after, prefix=prefix, consistent=False)

    def told(self, notices: Iterable[Notice]) -> dict[Notice, Told]:
        """See ports.Reviews."""
        by_key = {mail_keys.told(one.user_id, one.at, one.kind, one.subject_id): one for one in notices}
        return {by_key[PLACES[Told].key(one)]: one for one in fetch_many(Told, by_key)}

    def told_to(self, user_id: str, limit: int, after: str | None) -> Page[Told]:
        """See ports.Reviews."""
        return query(Told, keys.my_reviews(user_id), limit, after, prefix="N#", forward=False, consistent=False)

    def undelivered(self, limit: int, after: str | None, of: tuple[datetime, str] | None = None) -> Page[Undelivered]:
        """See ports.Reviews."""
        prefix = mail_keys.undelivered_of(*of) if of else ""
        return query(Undelivered, "UNDELIVERED", limit, after, prefix=prefix, forward=False, consistent=False)


def _take(entity: L, lease: Lease, now_real: float) -> L | None:
    if entity.lease.owner not in ("", lease.owner) and entity.lease.until > now_real:
        return None
    try:
        return _save(replace(entity, lease=lease))
    except errors.Conflict:
        return None


def _save(entity: L) -> L:
    """Write under the version that was read; our own lost answer is not a conflict."""
    place = PLACES[type(entity)]
    operation = f"{entity.lease.owner}:{entity.version + 1}"
    row = to_row(entity, entity.version + 1, operation)
    table: Any = place.table
    try:
        row.save(condition=table.v == entity.version)
    except PutError as problem:
        if problem.cause_response_code != "ConditionalCheckFailedException":
            raise
        if entity.lease.owner and place.table.get(*place.key(entity), consistent_read=True).op == operation:
            return replace(entity, version=entity.version + 1)
        raise errors.Conflict("Somebody else changed this meanwhile.") from problem
    return replace(entity, version=entity.version + 1)
