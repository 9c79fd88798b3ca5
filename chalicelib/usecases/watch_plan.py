"""Having what a review removed looked at again, daily for thirty days: one agenda row and one watch a review, however
many removals it made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.agenda import Due
from chalicelib.domain.removals import WATCHED, Watch
from chalicelib.usecases.ports import Change, Create, Put, Save, Services

WATCH = "watch"  # agenda kind
DAY = timedelta(days=1)


def watch_row(when: datetime, instance_id: str) -> Due:
    """The agenda row of the next look."""
    return Due(when=when, kind=WATCH, id=instance_id)


def watched_from(services: Services, instance_id: str, now: datetime) -> list[Change]:
    """The changes that have the removals of a review watched from now on; none while they are for about as long."""
    before = services.removals.watch(instance_id)
    until = now + WATCHED
    if before is None:
        watch = Watch(instance_id=instance_id, began=now, until=until, due=now + DAY)
        return [Create(watch), Put(watch_row(now + DAY, instance_id))]
    if before.until >= until - DAY:
        return []
    due = before.due or now + DAY
    row = [] if before.due else [Put(watch_row(due, instance_id))]
    return [Save(replace(before, until=until, due=due)), *row]
