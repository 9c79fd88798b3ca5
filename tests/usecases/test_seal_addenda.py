"""Removals that reach outside are sealed when all have ended; whatever is seen later is sealed as an addendum (P19)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.seals import Kind
from chalicelib.usecases import advance_review as driver
from chalicelib.usecases.failing import retry_review
from chalicelib.usecases.removals import settle
from chalicelib.usecases.to_seal import seal_soon, to_seal
from tests.factories import ADMIN
from tests.sealing import Office, office, proven, rows
from tests.usecases.test_deliver import Company, close, company, reviewed
from tests.usecases.test_failing import attempts
from tests.usecases.test_removals import days, removal_of
from tests.usecases.test_watch_removals import back_outside

__all__ = ["company"]


def kinds() -> list[str]:
    return [one["kind"] for one in proven()]


def test_removals_are_sealed_when_the_last_one_has_ended_however_late(company: Company) -> None:
    """A removal that was accepted for later holds the second seal up, and nothing is on the agenda for it meanwhile."""
    _, instance = reviewed(company, "user")
    company.outside.slow = {"user"}
    close(company, instance)
    days(company, 2)
    assert kinds() == ["decisions"]
    later = company.services.reviews.due_until(company.clock.now().replace(year=2100), 100)
    assert "seal" not in {row.kind for row in later}
    company.outside.catch_up()
    days(company, 1)
    days(company, 1)
    _, removals = proven()
    (row,) = [one["record"] for one in rows(instance.id, "removals", "removals")]
    assert (row["outcome"], len(row["absent"]), removals["facts"]["outcomes"]) == ("removed", 2, {"removed": 1})
    assert row["denied"] < row["begun"] <= row["accepted"] < row["absent"][0]
    assert max(int(day) for day in removals["facts"]["days"]["histogram"]) >= 1


def test_an_access_that_comes_back_is_an_addendum_once(company: Company) -> None:
    """Casebook 25."""
    back_outside(company)
    _, removals, addendum = proven()
    assert (addendum["kind"], addendum["facts"]["what"]) == ("addendum", "regrant")
    assert addendum["facts"]["about"]["where"] == "outside"
    assert addendum["facts"]["of"]["sequence"] == removals["sequence"]
    days(company, 3)
    assert len(proven()) == 3


def test_an_outcome_that_a_person_tells_of_later_is_an_addendum(company: Company) -> None:
    _, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    assert proven()[1]["facts"]["outcomes"] == {"needsPerson": 1}
    company.clock.advance(days=2)
    removal = removal_of(company, instance)
    company.outside.held.clear()
    settle(company.services, ADMIN, company.clock.now(), "by-hand", instance, removal.item_id, "removed", "Done")
    company.world.tick()
    addendum = proven()[2]["facts"]
    assert (addendum["what"], addendum["about"]["outcome"]) == ("lateOutcome", "removed")
    assert (addendum["about"]["before"], addendum["about"]["by"]) == ("needsPerson", ADMIN.id)


@pytest.fixture
def small() -> Iterator[Office]:
    with office() as one:
        yield one


def test_a_review_that_failed_says_so_in_the_chain_and_is_sealed_when_it_went_on(
    small: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R124."""
    instance = small.review("ann")

    def broken(*_: Any) -> Any:
        raise RuntimeError("a chunk of ann@example.com cannot be read")

    small.world.clock.set(instance.closes)
    small.world.clock.advance(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(driver, "sweep_some", broken)
        attempts(small.world, instance, 11)
        small.work()
    (failed,) = proven()
    assert (failed["kind"], failed["facts"]["what"], failed["facts"]["of"]) == ("addendum", "failed", None)
    assert failed["facts"]["about"]["error"] == "RuntimeError"
    retry_review(small.services, ADMIN, small.world.clock.now(), "again", instance)
    small.work()
    assert kinds() == ["addendum", "decisions", "removals"]


def test_a_sign_off_covers_every_statement_of_its_review(small: Office) -> None:
    first = small.review("ann")
    small.close(first)
    services, now = small.services, small.world.clock.now()
    wanted: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.ADDENDUM, {"what": "disposition", "about": {"by": ADMIN.id}}),
        (Kind.SIGN_OFF, {"who": ADMIN.id, "words": "I have seen it."}),
    ]
    for number, (kind, facts) in enumerate(wanted):
        small.world.clock.advance(seconds=1)
        changes = to_seal(first, small.world.clock.now(), f"say{number}", kind, facts)
        services.writer.commit(f"say{number}", *changes)
        services.writer.commit(f"say{number}", *changes)  # as an SDK repeats what it was not answered
        seal_soon(services, first)
        small.world.drain()
    decisions, removals, disposition, signed = proven()
    hashes = [one.statement_hash for one in services.seals.of_review(first.id)]
    assert (disposition["kind"], signed["kind"], signed["facts"]["words"]) == ("addendum", "signOff", "I have seen it.")
    assert signed["facts"]["covers"] == hashes[:3] and removals["sequence"] == 2 and decisions["sequence"] == 1
    assert services.seals.additions(first.id) == [] and now < small.world.clock.now()
