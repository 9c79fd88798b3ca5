"""Cancelling what is being delivered, or could not be (R39)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.people import Role, User
from tests.routes.entitling import ASSIGNMENTS, REQUESTS
from tests.usecases.test_deliver import Company
from tests.world import Reply, World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def cancel(company: Company, request: dict[str, Any], as_: str = "admin@example.com") -> Reply:
    return company.world.post(f"{REQUESTS}/{request['id']}/cancel", None, as_)


def settled(company: Company, made: str, request: dict[str, Any]) -> tuple[str, str, set[str], list[str]]:
    """States of assignment and request, what ann holds outside, and what is still on the agenda."""
    held = company.outside.roles_of(company.ann)
    return company.shown(made), company.request(request["id"])["state"], held, company.agenda()


CANCELED = ("expired", "canceled", set(), [])


def test_a_delivery_that_is_under_way_is_cancelled_and_never_granted(company: Company) -> None:
    """R39: the person may be assigned again."""
    _, policy = company.package("One", "user")
    made = company.assign(policy, company.ann, deliver=False)
    request = company.newest()
    keeper = company.org.person("keeper")
    company.org.grant(keeper, Role.CATALOG_READER, f"catalog:{company.catalog.id}")
    assert cancel(company, request, "keeper@example.com").status in (403, 404)
    assert [cancel(company, request).status for _ in range(2)] == [204, 204]
    company.settle()
    assert settled(company, made, request) == CANCELED
    assert company.world.get(f"{ASSIGNMENTS}/{made}").json["status"] == "Canceled"
    company.clock.advance(minutes=1)
    company.assign(policy, company.ann)
    assert company.outside.roles_of(company.ann) == {"user"}


def test_a_delivery_that_failed_is_cancelled(company: Company) -> None:
    """R39, R40: given up after some hours."""
    _, policy = company.package("One", "user")
    company.outside.down = True
    made = company.assign(policy, company.ann)
    company.hours(8)
    request = company.newest()
    assert request["state"] == "deliveryFailed"
    assert cancel(company, request).status == 204
    company.outside.down = False
    company.hours(1)
    assert settled(company, made, request) == CANCELED


def test_what_was_delivered_in_part_is_taken_back(company: Company) -> None:
    """R39, R9: the request stays canceled while its rights are revoked."""
    _, policy = company.package("Both", "user", "clerk")
    company.outside.deaf = {"clerk"}
    made = company.assign(policy, company.ann)
    request = company.newest()
    assert company.outside.roles_of(company.ann) == {"user"} and request["state"] == "partiallyDelivered"
    assert cancel(company, request).status == 204
    company.hours(1)
    assert settled(company, made, request) == CANCELED


def test_a_grant_that_arrives_after_the_cancellation_is_taken_back(company: Company) -> None:
    """R39: a slow worker is granting at that very moment."""
    _, policy = company.package("One", "user")
    made = company.assign(policy, company.ann, deliver=False)
    request, grant = company.newest(), company.outside.grant

    def slow(right: Any, person: User) -> None:
        company.outside.grant = grant  # type: ignore[method-assign]
        assert cancel(company, request).status == 204
        grant(right, person)

    company.outside.grant = slow  # type: ignore[method-assign]
    company.settle()
    assert settled(company, made, request) == CANCELED


def test_what_is_delivered_and_removals_are_not_cancelled(company: Company) -> None:
    """R39."""
    _, policy = company.package("One", "user")
    made = company.assign(policy, company.ann)
    delivered = company.newest()
    assert cancel(company, delivered).status == 409
    company.outside.down = True
    company.clock.advance(minutes=1)
    removal = company.remove(made)
    assert removal["state"] == "delivering"
    assert cancel(company, removal).status == 409 and cancel(company, delivered).status == 409
    company.outside.down = False
    company.hours(1)
    assert company.request(removal["id"])["state"] == "delivered"
