"""One review as its administrator sees it: progress over time, each reviewer, and what every action would do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.people import Role
from chalicelib.domain.reviews import Status
from tests.routes.reporting import BOSS, Reviewed, reviewed
from tests.world import World

DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"


def ask(found: Reviewed, what: str, as_: str = "admin@example.com") -> Any:
    reply = found.world.get(f"/api/v1/reviews/{found.instance_id}/{what}", as_)
    assert reply.status == 200, reply.text
    return reply.json


def do(found: Reviewed, action: str) -> int:
    """One of Graph's actions on the review."""
    definition = found.world.services.reviews.instance(found.instance_id).definition_id
    path = f"{DEFINITIONS}/{definition}/instances/{found.instance_id}/{action}"
    return found.world.post(path, {}).status


def days(found: Reviewed) -> list[tuple[str, int, int]]:
    found.world.drain()
    return [(one["date"], one["decided"], one["sum"]) for one in ask(found, "progress")["days"]]


# progress over time ---------------------------------------------------------------------------------------


def test_decisions_are_counted_on_their_day_and_once_however_often_they_change(world: World) -> None:
    found = reviewed(world)
    found.decide("ann", "Approve")
    world.clock.advance(days=2)
    found.decide("ann", "Deny")
    found.decide("bob", "DontKnow")
    assert days(found) == [("2026-03-02", 1, 1), ("2026-03-04", 1, 2)]
    told = ask(found, "progress")
    assert (told["total"], told["decided"], told["late"]) == (4, 2, False)
    assert told["startDateTime"] == "2026-03-02T23:59:00Z" and told["endDateTime"] == "2026-03-16T23:59:00Z"


def test_a_batch_of_the_stream_that_comes_twice_counts_once(world: World) -> None:
    found = reviewed(world)
    found.decide("ann", "Approve")
    world.drain()
    found.decide("bob", "Approve")
    world.streamed = 0
    world.drain()
    world.streamed = 0
    assert days(found) == [("2026-03-02", 2, 2)]


def test_decisions_that_are_set_back_are_taken_off(world: World) -> None:
    found = reviewed(world)
    found.decide("ann", "Approve")
    found.decide("bob", "Approve")
    world.clock.advance(days=1)
    assert do(found, "resetDecisions") == 204
    assert days(found) == [("2026-03-02", 2, 2), ("2026-03-03", -2, 0)]


def test_the_rule_that_decides_at_the_close_is_no_day_of_the_burn_up(world: World) -> None:
    found = reviewed(world, no_response="removeAccess")
    found.decide("ann", "Approve")
    found.close()
    assert days(found) == [("2026-03-02", 1, 1)] and ask(found, "progress")["decided"] == 1


# reviewers ------------------------------------------------------------------------------------------------


def who(found: Reviewed, query: str = "") -> list[str]:
    return [one["displayName"] for one in ask(found, f"reviewers{query}")["value"]]


def test_reviewers_can_be_asked_for_by_how_far_they_are(world: World) -> None:
    found = reviewed(world)
    assert who(found, "?progress=notStarted") == ["Boss"] and who(found, "?progress=finished") == []
    found.decide("ann", "Approve")
    world.drain()
    assert who(found, "?progress=notStarted") == [] and who(found, "?progress=unfinished") == ["Boss"]
    found.decide("bob", "Approve")
    found.decide("cy", "Approve")
    world.drain()
    assert who(found, "?progress=unfinished") == [] and who(found, "?progress=finished") == ["Boss"]
    reply = world.get(f"/api/v1/reviews/{found.instance_id}/reviewers?progress=slow")
    assert (reply.status, reply.error["target"]) == (400, "progress")


def test_how_the_mails_reached_a_reviewer_is_told_where_asked(world: World) -> None:
    found = reviewed(world)
    (plain,) = ask(found, "reviewers")["value"]
    assert "mail" not in plain
    (told,) = ask(found, "reviewers?mails=true")["value"]
    assert told["mail"]["start"] == "sent" and told["mail"]["openedDateTime"] is None
    before = told["mail"]["lastDateTime"]
    world.clock.advance(hours=2)
    assert do(found, "sendReminder") == 204
    world.tick()
    (told,) = ask(found, "reviewers?mails=true")["value"]
    assert told["mail"]["lastDateTime"] > before
    assert ask(found, "")["lastReminderDateTime"] == told["mail"]["lastDateTime"]


# consequences ---------------------------------------------------------------------------------------------


def test_stopping_says_who_keeps_and_who_would_lose_access(world: World) -> None:
    """G10, G24: four people; nobody can be asked about dan, who keeps access whatever happens."""
    found = reviewed(world, no_response="removeAccess")
    found.decide("ann", "Deny")
    found.decide("bob", "Approve")
    world.drain()
    told = ask(found, "consequences")
    assert told["stop"] == {"undecided": 2, "denied": 1, "outcome": "removeAccess", "wouldLose": 2}
    stop = f"/api/v1/reviews/{found.instance_id}/stop"
    assert world.post(stop, {"unanswered": "outcome"}).status == 204
    world.clock.advance(minutes=5)
    world.tick()
    assert world.services.reviews.state(found.instance_id).outcome.removals == 2


def test_stopping_with_recommendations_counts_those_that_say_deny(world: World) -> None:
    found = reviewed(world, no_response="acceptAccessRecommendation")
    assert ask(found, "consequences")["stop"]["wouldLose"] == 0
    found.decide("ann", "Deny")
    world.drain()
    assert ask(found, "consequences")["stop"]["wouldLose"] == 1


def test_what_an_open_review_allows_and_what_it_would_do(world: World) -> None:
    found = reviewed(world)
    told = ask(found, "consequences")
    assert set(told) == {"stop", "remind", "extend", "delete", "editReviewers"} and told["editReviewers"]
    assert told["remind"] == {"reviewers": 1, "notBefore": None}
    assert told["extend"] == {"latestEndDateTime": "2026-06-02T23:58:00Z", "reviewers": 1}
    assert told["delete"] == {"reviews": 1, "stops": True, "switchesOff": True}
    found.decide("ann", "Approve")
    world.drain()
    assert ask(found, "consequences")["reset"] == {"decisions": 1}
    assert do(found, "sendReminder") == 204
    again = ask(found, "consequences")["remind"]["notBefore"]
    assert again == f"{world.clock.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    world.clock.advance(days=11)
    assert "reset" not in ask(found, "consequences")


def test_applying_names_whom_it_removes_and_a_follow_up_counts_who_was_left(world: World) -> None:
    found = reviewed(world, auto_apply=False)
    found.decide("ann", "Deny")
    found.close()
    told = ask(found, "consequences")
    assert told["apply"] == {"removals": 1, "names": ["Ann"], "because": "manual"}
    assert told["followUp"] == {"people": 3} and "stop" not in told
    assert world.post(f"/api/v1/reviews/{found.instance_id}/apply", {}).status == 204
    world.tick()
    assert world.services.reviews.state(found.instance_id).status is Status.APPLIED
    assert set(ask(found, "consequences")) == {"followUp", "delete", "editReviewers"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ASSIGNMENT_MANAGER])
def test_who_only_looks_is_offered_nothing(world: World, role: Role) -> None:
    found = reviewed(world)
    scope = "" if role is Role.AUDITOR else f"package:{found.package.id}"
    found.org.grant(found.org.person("looker"), role, scope)
    assert ask(found, "consequences", "looker@example.com") == {"editReviewers": False}
    assert ask(found, "progress", "looker@example.com")["total"] == 4


def test_reviewers_do_not_see_what_administrators_see(world: World) -> None:
    found = reviewed(world)
    for what in ("progress", "consequences", "reviewers"):
        assert world.get(f"/api/v1/reviews/{found.instance_id}/{what}", BOSS).status == 403
