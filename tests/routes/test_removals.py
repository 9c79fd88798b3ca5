"""Removals over the API: every denied access with what was seen, what wants a person, and what one does about it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.reviews import ReviewInstance
from tests.usecases.test_deliver import Company, close, company, reviewed

__all__ = ["company"]


def removals(company: Company, instance: ReviewInstance, query: str = "") -> Any:
    return company.world.get(f"/api/v1/reviews/{instance.id}/removals{query}").json


def test_a_removal_is_told_with_every_observation(company: Company) -> None:
    made, instance = reviewed(company, "user")
    close(company, instance)
    (one,) = removals(company, instance)["value"]
    assert (one["standing"], one["outcome"], one["outside"], one["witnessed"]) == ("removed", "removed", True, True)
    assert one["principal"]["displayName"] == "Ann" and one["assignmentId"] == made
    assert one["rights"] == [
        {"connector": "outside", "originSystem": "AadApplication", "resource": "payroll", "role": "user"}
    ]
    first, second = one["absentDateTimes"]
    assert one["requestedDateTime"] <= one["acceptedDateTime"] <= first < second == one["endedDateTime"]
    watch = removals(company, instance)["watch"]
    assert (watch["looks"], watch["lastLookDateTime"]) == (0, None) and watch["nextLookDateTime"]


def test_a_recorded_access_is_listed_too(company: Company) -> None:
    """Nothing that was denied is missing from the list."""
    _, instance = reviewed(company)
    close(company, instance)
    (one,) = removals(company, instance)["value"]
    assert (one["standing"], one["outside"], one["absentDateTimes"]) == ("removed", False, [])


@pytest.mark.parametrize(("outcome", "number"), [("removed", 1), ("needsPerson", 0), ("regranted", 0), ("held", 0)])
def test_removals_are_listed_by_outcome(company: Company, outcome: str, number: int) -> None:
    _, instance = reviewed(company, "user")
    close(company, instance)
    assert len(removals(company, instance, f"?outcome={outcome}")["value"]) == number


def test_an_unknown_outcome_is_refused_with_those_there_are(company: Company) -> None:
    _, instance = reviewed(company, "user")
    reply = company.world.get(f"/api/v1/reviews/{instance.id}/removals?outcome=vanished")
    assert reply.status == 400 and "needsPerson" in reply.error["message"] and reply.error["target"] == "outcome"


def test_what_needs_a_person_is_found_over_all_reviews_and_settled(company: Company) -> None:
    _, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    (one,) = company.world.get("/api/v1/removals?needs=person").json["value"]
    assert (one["reviewId"], one["needs"]) == (instance.id, "person") and "rule" in one["reason"]
    path = f"/api/v1/reviews/{instance.id}/removals/{one['id']}"
    body = {"how": "removed", "reason": "Taken out of the rule"}
    assert company.world.post(f"{path}/settle", body).status == 409
    company.outside.held.clear()
    assert company.world.post(f"{path}/settle", body).status == 204
    assert company.world.get("/api/v1/removals?needs=person").json["value"] == []
    (one,) = removals(company, instance)["value"]
    assert (one["standing"], one["witnessed"], one["reason"]) == ("removed", True, "Taken out of the rule")
    assert one["endedBy"]["id"] and company.world.post(f"{path}/settle", body).status == 409
    outcome = company.world.get(f"/api/v1/reviews/{instance.id}").json["outcome"]
    assert (outcome["removed"], outcome["needsPerson"]) == (1, 0)


def test_what_is_kept_is_held_and_nothing_tries_to_remove_it(company: Company) -> None:
    _, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    (one,) = removals(company, instance)["value"]
    path = f"/api/v1/reviews/{instance.id}/removals/{one['id']}"
    assert company.world.post(f"{path}/settle", {"how": "kept", "reason": "Belongs to the rule"}).status == 204
    company.outside.fixed = set()
    company.hours(2)
    assert company.outside.roles_of(company.ann) == {"user"} and company.agenda() == []
    status = company.world.get(f"/api/v1/reviews/{instance.id}").json
    assert status["outcome"]["held"] == 1 and status["balance"]["balanced"]


def test_nothing_to_review_or_to_try_again_is_refused(company: Company) -> None:
    _, instance = reviewed(company, "user")
    close(company, instance)
    (one,) = removals(company, instance)["value"]
    for act in ("review", "retry"):
        reply = company.world.post(f"/api/v1/reviews/{instance.id}/removals/{one['id']}/{act}")
        assert reply.status == 409, reply.text
