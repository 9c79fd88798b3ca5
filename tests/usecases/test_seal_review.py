"""Seals as the product makes them by itself, over whole reviews; `proven` shares no code with the product."""

from __future__ import annotations

import pytest

from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from tests.sealing import Office, office, proven, rows, wrong_equations


@pytest.fixture
def company(aws: None) -> Office:
    return office()


def test_a_review_is_sealed_when_its_decisions_stand_and_again_when_its_removals_have_ended(company: Office) -> None:
    """P19: both seals, chained and signed; every equation balances, each counted apart."""
    instance = company.review("ann", "bob", "cy", "dan", no_response=NoResponse.KEEP)
    company.decide(instance, "ann", Decision.APPROVE)
    company.decide(instance, "ann", Decision.DENY)
    company.decide(instance, "bob", Decision.APPROVE)
    company.decide(instance, "cy", Decision.DONT_KNOW)
    assert company.close(instance).status is Status.APPLIED
    decisions, removals = proven()
    assert (decisions["kind"], removals["kind"]) == ("decisions", "removals")
    assert wrong_equations(decisions) == wrong_equations(removals) == []
    said = {one["name"]: one for one in decisions["facts"]["equations"]}
    assert said["population"]["total"] == said["decisions"]["total"] == said["sealed"]["total"] == 4
    assert said["sealed"]["terms"]["denied"] == said["sealed"]["terms"]["approved"] == 1
    assert said["independent"] == {
        "name": "independent",
        "total": 4,
        "terms": {"byOthers": 4, "byRule": 0},
        "balanced": True,
    }
    by_item = {one["record"]["item"]: one["record"] for one in rows(instance.id, "decisions", "items")}
    items = company.items(instance)
    assert by_item[items["ann"].id]["decision"] == "Deny" and by_item[items["ann"].id]["entries"] == 2
    assert by_item[items["dan"].id]["kept"] == "noResponse"
    (removed,) = [one["record"] for one in rows(instance.id, "removals", "removals")]
    assert (removed["item"], removed["outcome"], removed["applyResult"]) == (
        items["ann"].id,
        "removed",
        "AppliedSuccessfully",
    )
    assert removals["facts"]["outcomes"] == {"removed": 1}
    assert removals["facts"]["decisions"]["sequence"] == 1
    assert company.world.services.reviews.due_until(company.world.clock.now(), 50) == []
