"""The cost contract (the brief's section 4), measured: every operation that has a budget, by the capacity meter.

`tests/cost` holds each line, `python3 dev.py bench cost` prints them all as one table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bench.meter import Meter
from bench.thousand import ITEMS, MANAGERS, Thousand

PAGE = 100


@dataclass(frozen=True)
class Measured:
    """One line of the contract. `unit`: of `budget`, the most it may be, and of what was `measured`."""

    operation: str
    unit: str
    budget: float
    measured: float

    @property
    def ok(self) -> bool:
        """Is it within its budget?"""
        return self.measured <= self.budget

    def row(self) -> dict[str, Any]:
        """The line of a table."""
        return {
            "operation": self.operation,
            "unit": self.unit,
            "budget": self.budget,
            "measured": round(self.measured, 4),
            "ok": self.ok,
        }


def hold(lines: list[Measured]) -> None:
    """Print the lines; raises AssertionError naming those that exceed their budget."""
    for line in lines:
        print(line)
    over = [line for line in lines if not line.ok]
    assert not over, over


# what is measured ---------------------------------------------------------------------------------------------
def opening(review: Thousand) -> list[Measured]:
    """Opening and telling everybody: four writes a reviewer are their two rows and the two states of their mail."""
    meter = review.opening
    read = sum(meter.by_table[f"access-reviews-{name}"].read_units for name in ("directory", "entitlements"))
    asked = sum(meter.by_table[f"access-reviews-{name}"].requests for name in ("directory", "entitlements"))
    written = meter.by_operation["BatchWriteItem"].requests
    return [
        Measured("open", "write units an item, beside 4 a reviewer", 1.02, (meter.write_units - 4 * MANAGERS) / ITEMS),
        Measured("open", "read units an item, of people and assignments", 0.75, read / ITEMS),
        Measured("open", "requests an item, beside those of mails", 0.1, (asked + written) / ITEMS),
    ]


def idle_tick(review: Thousand) -> list[Measured]:
    """The timer, with nothing due."""
    from chalicelib.usecases.agenda import send_due_work

    review.world.clock.advance(seconds=1)
    with Meter() as meter:
        send_due_work(review.services)
    return [
        Measured("timer, nothing due", "read units", 2, meter.read_units),
        Measured("timer, nothing due", "write units", 0, meter.write_units),
    ]


def one_decision(review: Thousand) -> list[Measured]:
    """A decision with a long reason, in a warm function."""
    from chalicelib.domain.items import Decision

    boss = review.bosses[3]
    first, second = review.items(3)[:2]
    review.decide(boss, first, Decision.DENY, "")
    with Meter() as meter:
        review.decide(boss, second, Decision.APPROVE, "x" * 165)
    return _exactly("one decision", meter, 1, 1, 0)


def _exactly(operation: str, meter: Meter, requests: int, write_units: int, read_units: float) -> list[Measured]:
    return [
        Measured(operation, "requests", requests, meter.requests),
        Measured(operation, "write units", write_units, meter.write_units),
        Measured(operation, "read units", read_units, meter.read_units),
    ]


def many_decisions(review: Thousand) -> list[Measured]:
    """All the decisions that one call takes, in the review of one manager."""
    from chalicelib.domain.items import Decision
    from chalicelib.usecases.decide import Submission, record_many

    boss, services, items = review.bosses[0], review.services, review.items(0)
    submissions = [Submission(item_id=item.id, decision=Decision.DENY) for item in items]
    with Meter() as meter:
        results = record_many(
            services, boss, review.instance, submissions, review.world.clock.now(), services.clock.new_id()
        )
    assert len(results) == ITEMS and all(result.refusal is None for result in results)
    name = "1,000 decisions in one call"
    return [
        Measured(name, "write units each", 1.01, meter.write_units / ITEMS),
        Measured(name, "read units, one for each of its threads at most", 8, meter.read_units),
    ]


def reviewers_page(review: Thousand) -> list[Measured]:
    """A page of a reviewer's items with nothing decided yet, in the review of one manager."""
    from chalicelib.usecases.list_items import items_of_reviewer

    boss = review.bosses[0]
    parts = review.services.reviews.my_parts(boss.id, review.instance)
    with Meter() as meter:
        page = items_of_reviewer(review.services, boss.id, review.instance, parts, PAGE, None)
    assert len(page.items) == PAGE
    return _exactly("list 100 items of a reviewer", meter, 1, 0, 10)


def list_of_reviews(review: Thousand) -> list[Measured]:
    """The reviews somebody is asked in."""
    with Meter() as meter:
        found = review.services.reviews.my_reviews(review.bosses[6].id, 50, None)
    assert len(found.items) == 1
    return _exactly("list somebody's reviews", meter, 1, 0, 1)


def status(review: Thousand) -> list[Measured]:
    """Counts by decision and of reviewers who have finished."""
    with Meter() as meter:
        review.services.reviews.progress(review.instance.id)
    return _exactly("status of a review", meter, 1, 0, 2)


def progress(review: Thousand) -> list[Measured]:
    """A hundred reviewers with what each has left."""
    with Meter() as meter:
        page = review.services.reviews.reviewer_rows(review.instance.id, 100, None)
    assert len(page.items) == MANAGERS
    return _exactly("progress of 100 reviewers", meter, 1, 0, 4)


def closing(review: Thousand) -> list[Measured]:
    """Half of the items approved, a few denied, the others undecided: the close, and the removals."""
    from chalicelib.domain.items import Decision
    from chalicelib.domain.reviews import Status
    from chalicelib.usecases.advance_review import advance_review

    services, instance = review.services, review.instance
    for number in range(50, MANAGERS):
        for item in review.items(number):
            review.decide(review.bosses[number], item, Decision.APPROVE, "needed")
    review.world.clock.set(instance.closes + timedelta(seconds=5))
    advance_review(services, instance.id)
    review.world.clock.seconds += services.settings.closing_wait_seconds + 1
    with Meter() as meter:
        advance_review(services, instance.id)
    state = services.reviews.state(instance.id)
    assert state.status is Status.APPLIED and state.removed == state.outcome.removals > 0
    swept = meter.by_table["access-reviews-items"].write_units - state.removed
    rest = meter.write_units - swept
    return [
        Measured("close", "write units an undecided item (an approved one: 0)", 1, swept / state.outcome.kept),
        Measured("close", "write units a review once, beside 14 a denied item", 40, rest - 14 * state.removed),
    ]


def removing(connector: str, budget: float) -> Callable[[Any], list[Measured]]:
    """Closing and removing 20 denied items of a package with one role through a connector."""

    def measured(world: Any) -> list[Measured]:
        from tests.cost.delivering import ONCE, removed

        meter, items = removed(world, connector)
        name = f"remove through a connector ({connector})" if connector else "remove, nothing outside"
        return [Measured(name, "write units a denied item", budget, (meter.write_units - ONCE) / items)]

    return measured


def removals() -> Iterator[Measured]:
    """The three kinds of removals, each in a world of its own."""
    from tests.conftest import account, empty_world

    for connector, budget in REMOVING:
        with account():
            yield from removing(connector, budget)(empty_world())


REMOVING = (("", 14), ("recorded", 14), ("outside", 20))
REVIEWING = (
    opening,
    idle_tick,
    one_decision,
    list_of_reviews,
    status,
    progress,
    closing,
)
"""What is measured on one review of a thousand items and a hundred managers, in this order."""
ALONE = (reviewers_page, many_decisions)
"""What is measured where one manager has all thousand."""
