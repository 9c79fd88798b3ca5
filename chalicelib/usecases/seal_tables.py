"""What is sealed, row by row: each table is read once, in one order that a checkpoint can resume.

Items come partition by partition and within one by their ids, as the closing sweep reads them; the memory this takes
does not depend on how many there are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from chalicelib.domain.guards import How
from chalicelib.domain.mail_log import read_state
from chalicelib.domain.removals import told_by
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seal_rows import (
    ITEMS,
    NOTICES,
    REMOVALS,
    RESULT_NOTICES,
    REVIEWERS,
    Row,
    item_counts,
    item_row,
    notice_row,
    removal_counts,
    removal_row,
    reviewer_row,
)
from chalicelib.domain.seals import Kind
from chalicelib.usecases.contacted import contacted
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.partitions import partitions
from chalicelib.usecases.ports import Services

PAGE, TOGETHER = 250, 100


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The review that is sealed, as it stands."""

    services: Services
    instance: ReviewInstance
    state: InstanceState


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of a table, what was counted in them, and where reading goes on behind them (None: nowhere)."""

    rows: list[Row]
    after: str | None
    counts: Counter[str] = field(default_factory=Counter)


Source = Callable[[Reviewed, str], Iterator[Stretch]]


def items(review: Reviewed, after: str) -> Iterator[Stretch]:
    """Every decision item: 0.25 read units each."""
    services, instance = review.services, review.instance
    for partition in partitions(services, instance, replace(review.state, cursor=after)):
        at, _, inside = after.partition("|")
        place: str | None = inside if at == partition.order and inside else None
        while True:
            page = services.items.sweep(instance.id, partition.set_id, partition.shard, PAGE, place)
            rows, counts = [], Counter[str]()
            for item in page.items:
                rows.append(item_row(item))
                counts += item_counts(item, rows[-1])
            place = page.next
            yield Stretch(rows, f"{partition.order}|{place or '~'}", counts)
            if place is None:
                break


def reviewers(review: Reviewed, after: str) -> Iterator[Stretch]:
    """Everybody who was asked, in each set they were asked in, those included who were taken off it."""
    cursor: str | None = after or None
    while True:
        page = review.services.reviews.reviewer_rows(review.instance.id, TOGETHER, cursor)
        cursor = page.next
        yield Stretch([reviewer_row(one) for one in page.items], cursor)
        if cursor is None:
            return


def notices(review: Reviewed, after: str) -> Iterator[Stretch]:
    """The mails to reviewers, then those to others."""
    if not after.startswith("n"):
        cursor: str | None = after[1:] or None
        while True:
            page = contacted(review.services, review.instance, TOGETHER, cursor)
            rows = [notice_row(one.row.user_id, mail) for one in page.items for mail in one.mails]
            cursor = page.next
            yield Stretch(rows, f"r{cursor}" if cursor else "n")
            if cursor is None:
                break
    for stretch in result_notices(review, after[1:] if after.startswith("n") else ""):
        yield replace(stretch, after=stretch.after and f"n{stretch.after}")


def result_notices(review: Reviewed, after: str) -> Iterator[Stretch]:
    """The mails that are no reviewer's own review mails, as they stand now."""
    services, cursor = review.services, after or None
    while True:
        page = services.reviews.notices_of(review.instance.id, TOGETHER, cursor)
        told = services.reviews.told(page.items)
        states = [(one, told[one].state if one in told else "lost") for one in page.items]
        cursor = page.next
        yield Stretch([notice_row(one.user_id, read_state(one.kind, state)) for one, state in states], cursor)
        if cursor is None:
            return


def removals(review: Reviewed, after: str) -> Iterator[Stretch]:
    """What became of every denial, in the order of the list that the closing sweep made: at most 2 read units each."""
    services, instance, now = review.services, review.instance, review.services.clock.now()
    end = review.state.confirmation
    confirmed = end is None or end.how is How.CONFIRMED
    number, index = (int(part) for part in (after or "0,0").split(","))
    while number < review.state.page:
        data = services.files.get(f"{folder(instance.id)}/removals/{number}.json")
        wanted = json.loads(data or b"[]")
        for start in range(index, len(wanted), TOGETHER):
            batch = wanted[start : start + TOGETHER]
            known = services.removals.removals(instance.id, batch)
            rows, counts = [], Counter[str]()
            for item in services.items.get_many(instance.id, batch, consistent=True):
                removal = known.get(item.id) or told_by(item, now)
                rows.append(removal_row(removal, item, confirmed))
                counts += removal_counts(removal, item, rows[-1])
            yield Stretch(rows, f"{number},{start + TOGETHER}", counts)
        number, index = number + 1, 0


TABLES: dict[Kind, dict[str, Source]] = {
    Kind.DECISIONS: {ITEMS: items, REVIEWERS: reviewers, NOTICES: notices},
    Kind.REMOVALS: {REMOVALS: removals, RESULT_NOTICES: result_notices},
}
