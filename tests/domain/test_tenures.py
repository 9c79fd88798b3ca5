"""Who held which role in a period (domain/tenures)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.people import Role, RoleEnded, RoleGrant
from chalicelib.domain.tenures import held_between
from tests.world import START

CLOSED = START + timedelta(days=14)


def grant(given: int | None, scope: str = "") -> RoleGrant:
    created = None if given is None else START + timedelta(days=given)
    return RoleGrant(role=Role.ADMINISTRATOR, scope=scope, principal_id="ada", created=created)


def past(given: int, ended: int) -> RoleEnded:
    moments = {"given": START + timedelta(days=given), "ended": START + timedelta(days=ended)}
    return RoleEnded(role=Role.ADMINISTRATOR, scope="", principal_id="ada", **moments)


@pytest.mark.parametrize(("given", "told"), [(-5, True), (0, True), (14, True), (15, False), (None, True)])
def test_a_role_that_is_held_counts_from_when_it_was_given(given: int | None, told: bool) -> None:
    assert bool(held_between([grant(given)], [], START, CLOSED)) is told


@pytest.mark.parametrize(
    ("given", "ended", "told"), [(-5, -1, False), (-5, 0, True), (3, 4, True), (14, 20, True), (15, 20, False)]
)
def test_a_role_that_was_taken_counts_until_then(given: int, ended: int, told: bool) -> None:
    assert bool(held_between([], [past(given, ended)], START, CLOSED)) is told


def test_a_role_taken_between_the_two_reads_is_told_once_and_as_ended() -> None:
    (one,) = held_between([grant(3)], [past(3, 4)], START, CLOSED)
    assert one.until == START + timedelta(days=4)


def test_a_role_taken_and_given_again_is_told_twice() -> None:
    first, second = held_between([grant(6)], [past(3, 4)], START, CLOSED)
    assert (first.until, second.until) == (START + timedelta(days=4), None)


def test_only_the_scopes_that_reach_the_review_count() -> None:
    grants = [grant(0), grant(0, "catalog:mine"), grant(0, "catalog:other")]
    found = held_between(grants, [], START, CLOSED, ("", "catalog:mine"))
    assert [one.scope for one in found] == ["", "catalog:mine"]
