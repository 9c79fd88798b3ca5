"""What earlier builds wrote is read, gone on with and finished by today's code (failure 22; P1, P8, P13)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.aws.clients import client
from chalicelib.domain.items import Decision, DecisionItem, leaf_hash
from chalicelib.domain.people import Role
from chalicelib.domain.reviews import Status
from chalicelib.storage.rows import PLACES
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.list_items import items_of_review
from tests.simulation.releases.left_behind import BUILDS, LeftBehind, left_behind_by

FIRST = "build-9c0966e"
KINDS = (
    *("absence", "asked", "assignments", "confirmation", "cuts", "delivery", "erase", "groupGone", "guest", "instance"),
    *("job", "lost", "managers", "newTasks", "report", "series", "source", "switchedOff", "tasksDue", "waitsForData"),
    "watch",
)
JOBS = ("adoption", "adoptionPreview", "auditExport", "bulk", "export", "history", "import", "reset", "roles")
every_build = pytest.mark.parametrize("build", BUILDS)


def items(one: LeftBehind, review: str) -> dict[str, DecisionItem]:
    """The items of a review by the first name of their person."""
    page = items_of_review(one.world.services, one.instance(review), one.state(review), 100, None)
    return {item.display_name: item for item in page.items}


def decide(one: LeftBehind, review: str, name: str, by: str, decision: Decision) -> None:
    services = one.world.services
    instance, person = open_instance(services, one.reviews[review], services.clock.now()), one.people[by]
    submission = Submission(item_id=items(one, review)[name].id, decision=decision, justification="asked again")
    reviewer = services.people.user(person)
    record_decision(services, reviewer, instance, submission, services.clock.now(), services.clock.new_id())


def held(one: LeftBehind, review: str) -> dict[str, str]:
    """The state of everybody's assignment."""
    found = one.world.services.entitlements
    return {name: found.assignment(item.assignment_id).state for name, item in items(one, review).items()}


def deliver(body: Any) -> list[dict[str, str]]:
    text = body if isinstance(body, str) else json.dumps(body)
    return events.work({"Records": [{"body": text, "messageId": "1"}]})["batchItemFailures"]


@every_build
def test_reviews_begun_by_an_earlier_build_are_finished_by_this_one(build: str) -> None:
    """P1, P8, P13: reviews stopped at five places each come to the end they would have had; messages come twice."""
    with left_behind_by(build) as one:
        assert len(one.messages) >= 3
        assert [deliver(message) for message in one.messages * 2] == [[]] * len(one.messages) * 2
        for _ in range(3):
            one.world.tick()
        assert one.state("opening").status is Status.IN_PROGRESS
        assert set(items(one, "opening")) == {"Ann", "Bob", "Dan"}
        decide(one, "open", "Bob", "boss", Decision.APPROVE)
        one.world.clock.set(one.instance("open").closes + timedelta(seconds=1))
        for _ in range(4):
            one.world.tick()
        for review, by_rule in {"applied": 0, "closing": 1, "open": 1}.items():
            state = one.state(review)
            outcome = state.outcome
            assert (state.status, outcome.total, state.removal_failures) == (Status.APPLIED, 3, 0), review
            assert (outcome.approved, outcome.denied_by_person, outcome.denied_by_rule) == (1, 1, by_rule), review
            assert held(one, review)["Ann"] == "expired" and held(one, review)["Bob"] == "delivered"
        assert one.state("opening").status is Status.APPLIED and set(held(one, "opening").values()) == {"delivered"}


@every_build
def test_removals_that_wait_since_an_earlier_build_can_be_confirmed(build: str) -> None:
    """P14."""
    with left_behind_by(build) as one:
        assert one.state("waiting").status is Status.COMPLETED and one.state("waiting").brake
        assert set(held(one, "waiting").values()) == {"delivered"}
        assert one.world.post(f"/api/v1/reviews/{one.reviews['waiting']}/apply").status == 204
        for _ in range(3):
            one.world.tick()
        assert one.state("waiting").status is Status.APPLIED
        assert held(one, "waiting") == {"Ann": "expired", "Bob": "delivered", "Dan": "expired"}


@every_build
def test_reviews_of_a_build_that_kept_no_list_of_live_reviews_are_listed(build: str) -> None:
    """P22: what is open or waits for a person is found, once its worker has looked at it."""
    with left_behind_by(build) as one:
        for review in ("open", "waiting", "opening"):
            assert deliver({"version": 1, "kind": "instance", "id": one.reviews[review]}) == []
        one.world.tick()
        listed = {row["id"]: row for row in one.world.get("/api/v1/live-reviews").json["value"]}
        assert {one.reviews[name] for name in ("open", "waiting", "opening")} <= set(listed)
        waiting = one.world.get("/api/v1/live-reviews?needs=confirmation").json["value"]
        assert [row["id"] for row in waiting] == [one.reviews["waiting"]]
        one.org.grant(one.world.services.people.user(one.people["deputy"]), Role.ADMINISTRATOR)
        one.world.clock.advance(days=1, hours=10)
        one.world.tick()
        assert any("Still to confirm" in mail["subject"] for mail in one.world.mails())


@every_build
def test_the_evidence_of_an_earlier_builds_items_holds(build: str) -> None:
    """P19: what their leaves were made of is still known, and their histories are read as they were written. The very
    first build's leaves had fewer facts, before anything was sealed."""
    with left_behind_by(build) as one:
        for review in ("applied", "waiting", "open", "closing") if build != FIRST else ():
            for item in items(one, review).values():
                assert leaf_hash(item) == item.leaf, (review, item.display_name)
        history = items(one, "open")["Ann"].history
        assert [(entry.decision, entry.reason) for entry in history] == [
            ("Approve", "needed"),
            ("Deny", "not any more"),
        ]


@every_build
def test_the_doors_show_what_an_earlier_build_wrote(build: str) -> None:
    """P22: people, packages, assignments, requests and reviews of then are on the pages of today."""
    with left_behind_by(build) as one:
        for review, number in one.reviews.items():
            found = one.world.get(f"/api/v1/reviews/{number}")
            assert found.status == 200, (review, found.text)
        for path in ("catalogs", "accessPackages", "assignments", "assignmentRequests", "assignmentPolicies"):
            found = one.world.get(f"/v1.0/identityGovernance/entitlementManagement/{path}")
            assert found.status == 200 and found.json["value"], (path, found.text)
        assert len(one.world.get("/v1.0/identityGovernance/accessReviews/definitions").json["value"]) == 5
        assert one.world.get("/api/v1/closed-reviews?from=2026-03-01&to=2026-03-16").status == 200


def test_every_kind_of_work_that_earlier_builds_ordered_is_still_done() -> None:
    """P21: agenda rows lie there for months. A kind may be given up only with what is done about its rows."""
    assert set(KINDS) <= set(events.WORK) and set(JOBS) <= set(events.JOBS)
    with left_behind_by(BUILDS[0]) as one:
        nobody = "00000000-0000-0000-0000-000000000000"
        for kind in KINDS:
            gone = {
                "assignments": "abcdef012345202603010900",
                **dict.fromkeys(("newTasks", "tasksDue"), f"user:{nobody}"),
            }.get(kind, nobody)
            assert deliver({"version": 1, "kind": kind, "id": gone}) == [], f"{kind} of something that is gone"
        assert one.state("open").status is Status.IN_PROGRESS


def test_a_later_builds_message_waits_for_the_dead_letters() -> None:
    """P21: a message of a version or kind this build does not know is not done, and not lost."""
    with left_behind_by(BUILDS[0]) as one:
        known = one.reviews["open"]
        for body in (
            {"version": 2, "kind": "instance", "id": known},
            {"version": 1, "kind": "teleport", "id": known},
            {"version": 1, "id": known},
            {"version": 1, "kind": "instance"},
            [],
            "not JSON at all",
            "",
        ):
            assert deliver(body) == [{"itemIdentifier": "1"}], body


def test_members_that_a_later_build_added_to_a_message_mean_nothing() -> None:
    """P21."""
    with left_behind_by(BUILDS[0]) as one:
        assert deliver({"version": 1, "kind": "instance", "id": one.reviews["open"], "trace": {"x": 1}}) == []
        assert deliver({"kind": "instance", "id": one.reviews["open"]}) == [], "the version was not always there"


def test_members_that_a_later_build_added_to_a_row_are_ignored() -> None:
    """P1: so two builds work side by side while one takes over from the other. They are lost when this build saves
    the row; a member that must not be lost comes with a message of a later version."""
    with left_behind_by(BUILDS[-1]) as one:
        before = one.state("open")
        alter(before, lambda facts: facts | {"mood": "good", "lease": {**facts.get("lease", {}), "host": "a"}})
        after = one.state("open")
        assert after == before


def test_a_value_this_build_does_not_know_stops_the_row_and_not_its_neighbours() -> None:
    """P3: it is an error that is seen and tried again, never read as something else."""
    with left_behind_by(BUILDS[-1]) as one:
        alter(one.state("opening"), lambda facts: facts | {"status": "Contemplating"})
        assert deliver({"version": 1, "kind": "instance", "id": one.reviews["opening"]}) == [{"itemIdentifier": "1"}]
        assert deliver({"version": 1, "kind": "instance", "id": one.reviews["open"]}) == []


def alter(entity: Any, change: Any) -> None:
    """Write other facts into the row of an entity, as another build might."""
    place = PLACES[type(entity)]
    pk, sk = place.key(entity)
    row = place.table.get(pk, sk)
    client("dynamodb").update_item(
        TableName=place.table.Meta.table_name,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #data = :data",
        ExpressionAttributeNames={"#data": "data"},
        ExpressionAttributeValues={":data": {"S": json.dumps(change(json.loads(row.data)))}},
    )
