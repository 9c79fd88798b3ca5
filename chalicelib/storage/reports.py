"""What reports are found by: ended reviews by month, the last review of each policy, history reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.domain.agenda import Job
from chalicelib.domain.history import EndedReview, HistoryDefinition, HistoryInstance, LastReview
from chalicelib.storage import keys
from chalicelib.storage.base import fetch, fetch_many, query
from chalicelib.usecases.ports import Page


class ReportTable:
    """Implements ports.Reports."""

    def ended_between(self, since: datetime, until: datetime, limit: int, after: str | None) -> Page[EndedReview]:
        """See ports.Reports. Month by month: each is a partition."""
        at = after or keys.instant(since)
        month = datetime(int(at[:4]), int(at[4:6]), 1, tzinfo=until.tzinfo)
        found: list[EndedReview] = []
        while month <= until:
            page = query(EndedReview, keys.ended_month(month), limit - len(found), at)
            found += [one for one in page.items if one.ends <= until]
            if found and (page.next or len(found) == limit):
                return Page(tuple(found), keys.ended(found[-1].ends, found[-1].instance_id)[1])
            month = (month + timedelta(days=31)).replace(day=1)
            at = keys.instant(month)
        return Page(tuple(found))

    def ended_before(self, since: datetime, until: datetime, limit: int, after: str | None) -> Page[EndedReview]:
        """See ports.Reports. The same partitions, from the last month back."""
        month = until if after is None else until.replace(year=int(after[:4]), month=int(after[4:6]), day=1)
        at = after or f"{keys.instant(until)}~"
        found: list[EndedReview] = []
        while (month.year, month.month) >= (since.year, since.month):
            page = query(EndedReview, keys.ended_month(month), limit - len(found), at, forward=False)
            found += [one for one in page.items if one.ends >= since]
            if found and (page.next or len(found) == limit):
                past = bool(page.items) and page.items[-1].ends < since
                return Page(tuple(found), None if past else keys.ended(found[-1].ends, found[-1].instance_id)[1])
            month = month.replace(day=1) - timedelta(days=1)
            at = "~"
        return Page(tuple(found))

    def last_reviews(self, policy_ids: Iterable[str]) -> dict[str, LastReview]:
        """See ports.Reports."""
        found = fetch_many(LastReview, [keys.last_review(one) for one in policy_ids])
        return {one.policy_id: one for one in found}

    def history_definition(self, definition_id: str) -> HistoryDefinition | None:
        """One report."""
        return fetch(HistoryDefinition, keys.history_definition(definition_id))

    def history_definitions(self, owner_id: str, limit: int, after: str | None) -> Page[HistoryDefinition]:
        """See ports.Reports."""
        partition = keys.history_definition(owner_id)[0]
        page = query(HistoryDefinition, partition, limit, after, forward=False)
        return Page(tuple(one for one in page.items if one.owner_id == owner_id), page.next)

    def history_instance(self, definition_id: str, instance_id: str) -> HistoryInstance | None:
        """One run."""
        return fetch(HistoryInstance, keys.history_instance(definition_id, instance_id))

    def history_instances(self, definition_id: str, limit: int, after: str | None) -> Page[HistoryInstance]:
        """See ports.Reports."""
        return query(HistoryInstance, keys.history_instance(definition_id, "")[0], limit, after, forward=False)

    def jobs(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """See ports.Reports."""
        return {job.id: job for job in fetch_many(Job, [keys.job(one) for one in job_ids], consistent=True)}
