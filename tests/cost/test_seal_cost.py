"""What sealing costs: a quarter of a read unit an item, about half a unit a reviewer, and a fixed price a review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bench.meter import Meter
from chalicelib import events
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, Holding
from chalicelib.domain.items import Decision
from chalicelib.domain.people import PrincipalName, User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.domain.seals import SEAL
from chalicelib.usecases.seal_review import seal_review
from tests import factories
from tests.sealing import Office, office, proven

MANAGERS, ITEMS = 20, 400


@dataclass
class Big:
    """A closed review of 400 items and 20 managers that waits to be sealed."""

    company: Office
    review: ReviewInstance


@pytest.fixture(scope="module")
def big() -> Iterator[Big]:
    with office(freeze_page=500, bucket_items=10_000) as company, pytest.MonkeyPatch.context() as patch:
        patch.setitem(events.WORK, SEAL, lambda *_: None)
        org = company.org
        bosses = [org.person("boss")] + [org.person(f"boss{number}") for number in range(1, MANAGERS)]
        chosen = factories.by_manager(company.world.clock.now().date(), bosses[0], justification_required=False)
        policy = org.policy(review=chosen)
        entities: list[object] = []
        for number in range(ITEMS):
            user = User(
                id=ids.guid("staff", number),
                display_name=f"Person Number{number}",
                principal_name=f"person.number{number}@example.com",
                mail=f"person.number{number}@example.com",
                job_title="Analyst",
                department="Finance",
                manager_id=bosses[number % MANAGERS].id,
            )
            key = ids.assignment_id(policy.id, user.id, "x")
            since = company.world.clock.now()
            of = {"policy_id": policy.id, "package_id": policy.package_id, "target_id": user.id}
            held = Assignment(id=key, created=since, starts=since, **of)
            name = PrincipalName(name=user.principal_name, user_id=user.id)
            entities += [user, name, held, Holding(target_id=user.id, package_id=policy.package_id, assignment_id=key)]
        company.services.writer.put_all(entities)
        review = company.opened(policy)
        for name in [f"person.number{number}" for number in range(0, ITEMS, MANAGERS)][:8]:
            company.decide(review, name, Decision.DENY)
        company.world.clock.set(review.closes)
        company.world.clock.advance(seconds=1)
        for _ in range(6):
            events.tick()
            company.world.drain()
            company.world.clock.seconds += company.services.settings.closing_wait_seconds + 1
        assert company.state(review).status is Status.APPLIED
        yield Big(company, review)


def test_sealing_costs_a_quarter_of_a_read_unit_an_item(big: Big) -> None:
    """Both seals of a review of 400 items, of which 8 were denied; the fixed part is 24 write units."""
    with Meter() as meter:
        seal_review(big.company.services, big.review.id)
    print(meter.table(), meter.other)
    decisions, removals = proven()
    assert (decisions["tables"]["items"]["count"], removals["tables"]["removals"]["count"]) == (ITEMS, 8)
    assert meter.by_table["access-reviews-items"].read_units <= ITEMS * 0.25 + 8
    assert meter.read_units - meter.by_table["access-reviews-items"].read_units <= 1.6 * MANAGERS + 20
    assert meter.write_units <= 24
    assert meter.other["kms.Sign"] == 2


def test_a_review_that_is_sealed_costs_nothing_more(big: Big) -> None:
    """Nothing of it is left on the agenda, so no tick looks at it."""
    seal_review(big.company.services, big.review.id)
    due = big.company.services.reviews.due_until(big.review.closes.replace(year=2100), 100)
    assert SEAL not in {row.kind for row in due}
    with Meter() as meter:
        seal_review(big.company.services, big.review.id)
    assert meter.write_units == 0 and meter.read_units <= 4
