"""Scheduled starts and ends of assignments whose package grants rights outside (R9, R36, R39, R161)."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.usecases.assign import Wish, assign
from tests.factories import ADMIN
from tests.usecases.test_deliver import REQUESTS, Company, company

__all__ = ["company"]


def scheduled(company: Company) -> tuple[str, str]:
    """A request that begins in two days and ends three days later, and its assignment."""
    _, policy = company.package("One", "user")
    expiration = {"type": "afterDuration", "duration": "P3D"}
    starts = company.clock.now() + timedelta(days=2)
    wish = Wish(target_id=company.ann.id, policy_id=policy.id, starts=starts, expiration=expiration)
    made = assign(company.services, ADMIN, company.clock.now(), company.org.operation(), wish)
    return made.id, made.assignment_id


def test_rights_come_with_the_start_and_go_with_the_end(company: Company) -> None:
    """R36, R161: both by the agenda alone."""
    request, _ = scheduled(company)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == set()
    company.clock.advance(days=2, minutes=1)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user"}
    assert company.request(request)["state"] == "delivered"
    company.clock.advance(days=3)
    company.settle()
    assert company.outside.roles_of(company.ann) == set() and company.agenda() == []


def test_what_was_cancelled_is_never_granted(company: Company) -> None:
    """R39."""
    request, _ = scheduled(company)
    assert company.world.post(f"{REQUESTS}/{request}/cancel").status == 204
    company.clock.advance(days=2, minutes=1)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == set() and company.agenda() == []
    assert company.request(request)["state"] == "canceled"
