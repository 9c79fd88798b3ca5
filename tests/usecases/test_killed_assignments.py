"""A worker that dies at any AWS call while assignments run out, or are removed at once, and is followed by another."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import ApplyResult, Cancelled, Decision
from chalicelib.usecases import assignment_timers
from chalicelib.usecases.change_assignment import change_assignment
from tests.factories import ADMIN
from tests.usecases.test_killed_anywhere import Case, Death, case, check_told_once, decide

PEOPLE = ("ann", "bob", "dan")


def removed(one: Case) -> Counter[str]:
    """How many systemRemove requests there are of each assignment."""
    requests = one.services.entitlements.list_requests(100, None).items
    return Counter(request.assignment_id for request in requests if request.type is RequestType.SYSTEM_REMOVE)


def check_run_out(one: Case, death: Death | None) -> None:
    items = one.items()
    ended = [items[name] for name in PEOPLE]
    assert removed(one) == Counter(item.assignment_id for item in ended)
    assert all(item.cancelled is Cancelled.EXPIRED for item in ended)
    assert sum(item.cancelled is not None for item in items.values()) == len(PEOPLE)
    for item in ended:
        assert one.services.entitlements.assignment(item.assignment_id).ran_out
    check_told_once(one, death, set(PEOPLE))
    assert sorted(kind for kind, _ in one.agenda()) == ["instance", "series"]


def test_assignments_that_run_out_while_a_review_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """R161, G46, P1: each is ended once, told at most once and cancelled in the review, wherever a worker dies."""
    monkeypatch.setattr(assignment_timers, "THREADS", 1)  # a picture of the account is taken between two calls
    with case() as one:
        one.work()
        span = {"type": "afterDuration", "duration": "P1D"}
        for name in PEOPLE:
            held, operation = one.items()[name].assignment_id, one.org.operation()
            change_assignment(one.services, ADMIN, one.org.now, operation, held, expiration=span)
        one.told = len(one.world.mails())
        one.world.clock.advance(days=1)
        assert one.after_every_death(check_run_out) >= 20


def check_cut(one: Case, death: Death | None) -> None:
    items = one.items()
    denied = [items[name] for name in PEOPLE[:2]]
    assert removed(one) == Counter(item.assignment_id for item in denied)
    assert all(item.apply_result is ApplyResult.DONE and item.cancelled is None for item in denied)
    check_told_once(one, death, set(PEOPLE[:2]))
    assert sorted(kind for kind, _ in one.agenda()) == ["instance", "series"]


def test_removals_at_once() -> None:
    """R117, P1: each removal once, recorded on its item."""
    with case(cut_now=True) as one:
        one.work()
        items = one.items()
        one.told = len(one.world.mails())
        for name in PEOPLE[:2]:
            decide(one, items[name], "mia", Decision.DENY)
        one.world.clock.advance(minutes=5)
        assert one.after_every_death(check_cut) >= 10
