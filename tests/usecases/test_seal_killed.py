"""Sealing that dies anywhere, is done by two at once, or meets another review that is sealed: one chain, nothing twice,
nothing left out, and the same root (P1, P19).

The sealing of one review is played again for each AWS call it makes, with something happening right before that call.
Blocks have four rows here, so that tables have several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, EndpointConnectionError
from pynamodb.exceptions import PynamoDBException

from chalicelib import events
from chalicelib.domain import merkle
from chalicelib.domain.errors import ReviewError
from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import SEAL, Kind
from chalicelib.usecases import seal_blocks
from chalicelib.usecases.seal_review import seal_review
from tests.sealing import Office, office, proven, rows
from tests.simulation.point import Call, Killed, Proceed

PEOPLE = ("ann", "bob", "cy", "dan", "eve", "fay", "gus", "hal", "ida")


@dataclass
class Case:
    """Two reviews that are closed and wait to be sealed, and how the first is sealed when nothing happens."""

    company: Office
    first: ReviewInstance
    second: ReviewInstance
    snapshot: Any = None
    calls: int = 0
    usual: list[list[Any]] = field(default_factory=list)

    def seal(self, review: ReviewInstance) -> None:
        """Work until nothing is left to seal, each time when the lease of whoever died has run out."""
        for _ in range(20):
            due = self.company.services.reviews.due_until(self.company.world.clock.now(), 50)
            if not [row for row in due if (row.kind, row.id) == (SEAL, review.id)]:
                return
            self.company.world.clock.seconds += self.company.services.settings.lease_seconds + 1
            seal_review(self.company.services, review.id)
        raise AssertionError("sealing never ended")

    def at_each_call(self, happens: Callable[[Call, Proceed], Any]) -> Iterator[int]:
        """The first review is sealed, and `happens` in place of one call after the other; then the rest is done."""
        for number in range(self.calls):
            self.company.cloud.restore(self.snapshot)
            seen = iter(range(10_000))

            def hook(call: Call, proceed: Proceed, wanted: int = number, seen: Iterator[int] = seen) -> Any:
                return happens(call, proceed) if next(seen) == wanted else proceed()

            self.company.world.clock.seconds += self.company.services.settings.lease_seconds + 1
            with self.company.point.hooked(hook), suppress(Killed, ReviewError, BotoCoreError, PynamoDBException):
                seal_review(self.company.services, self.first.id)
            self.seal(self.first)
            yield number

    def contents(self) -> list[list[Any]]:
        """The rows of the first review's seals; with salts where they do not depend on chance."""
        found = []
        for kind, table in (("decisions", "items"), ("decisions", "reviewers"), ("removals", "removals")):
            every = rows(self.first.id, kind, table)
            found.append([one if table == "items" else one["record"] for one in every])
        return found

    def check(self, reviews: int) -> None:
        statements = proven()
        made = sorted((one["review"], one["kind"]) for one in statements)
        ids = sorted([self.first.id, self.second.id][:reviews])
        assert made == [(one, kind) for one in ids for kind in ("decisions", "removals")]
        assert all(one["facts"]["balanced"] for one in statements)
        assert self.contents() == self.usual


@pytest.fixture(scope="module")
def case() -> Iterator[Case]:
    with office() as company, pytest.MonkeyPatch.context() as patch:
        patch.setattr(merkle, "BLOCK", 4)
        patch.setattr(seal_blocks, "BLOCK", 4)
        patch.setitem(events.WORK, SEAL, lambda *_: None)
        planned = company.planned(*PEOPLE, brake_count=100), company.planned("zoe", title="Two")
        first, second = (company.opened(one) for one in planned)
        for name in PEOPLE[:6]:
            company.decide(first, name, Decision.DENY)
        one = Case(company, first, second)
        close(company, first)
        one.snapshot = company.cloud.snapshot()
        with company.point.hooked(lambda call, proceed: _counted(one, proceed)):
            seal_review(company.services, first.id)
        one.usual = one.contents()
        assert one.calls > 40 and [len(table) for table in one.usual] == [9, 1, 6]
        yield one


def close(company: Office, review: ReviewInstance) -> None:
    """To its end, with the sealing switched off: its agenda rows stay."""
    company.world.clock.set(review.closes)
    company.world.clock.advance(seconds=1)
    for _ in range(8):
        events.tick()
        company.world.drain()
        company.world.clock.seconds += company.services.settings.closing_wait_seconds + 1


def _counted(one: Case, proceed: Proceed) -> Any:
    one.calls += 1
    return proceed()


def test_killed_before_any_call(case: Case) -> None:
    """A worker killed there leaves that account behind; the next one comes to the same rows and one chain."""

    def dies(call: Call, proceed: Proceed) -> Any:
        raise Killed

    for _ in case.at_each_call(dies):
        case.check(1)
        assert case.company.services.seals.work(case.first.id, Kind.DECISIONS) is None


def test_any_answer_lost(case: Case) -> None:
    """The call was made and its answer never came."""

    def lost(call: Call, proceed: Proceed) -> Any:
        proceed()
        raise EndpointConnectionError(endpoint_url="lost")

    for _ in case.at_each_call(lost):
        case.check(1)


def test_two_workers_at_once(case: Case) -> None:
    """Whoever holds the lease stalls at any call, and another worker does everything meanwhile."""

    def overtaken(call: Call, proceed: Proceed) -> Any:
        case.seal(case.first)
        return proceed()

    for _ in case.at_each_call(overtaken):
        case.check(1)


def test_two_reviews_at_the_same_moment(case: Case) -> None:
    """The vault decides about the order; both reviews have their statements, as neighbours or apart."""

    def another(call: Call, proceed: Proceed) -> Any:
        case.seal(case.second)
        return proceed()

    for _ in case.at_each_call(another):
        case.seal(case.second)
        case.check(2)


def test_out_of_time_at_every_block(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each invocation seals one block at most, and the next one goes on behind it."""
    case.company.cloud.restore(case.snapshot)

    class Short:
        def __init__(self, *_: object) -> None:
            self.asked = 0

        def left(self) -> bool:
            self.asked += 1
            return self.asked < 2

    monkeypatch.setattr("chalicelib.usecases.agenda.Budget", Short)
    case.seal(case.first)
    case.check(1)
