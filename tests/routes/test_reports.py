"""Results and assignments as CSV: at once when they are small, by a job and a link when they are large."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.people import Role, RoleGrant
from chalicelib.usecases import exports
from tests.routes.reporting import BOSS, Reviewed, path_of, reviewed, table
from tests.world import Reply, World

RESULTS = [
    "User",
    "Principal name",
    "User id",
    "Decision",
    "Reason",
    "Reviewed by",
    "On behalf of",
    "Date",
    "Recommendation",
    "Last sign-in",
    "Why this reviewer",
    "Apply result",
    "Applied by",
    "Applied at",
    "Unanswered because",
    "Assigned since",
    "Assignment id",
    "Private note",
]


def results(found: Reviewed, as_: str = "admin@example.com") -> Reply:
    return found.world.get(f"/api/v1/reviews/{found.instance_id}/results.csv", as_)


def assignments(found: Reviewed, query: str = "", as_: str = "admin@example.com") -> Reply:
    return found.world.get(f"/api/v1/access-packages/{found.package.id}/assignments.csv{query}", as_)


def test_results_are_downloadable_while_the_review_runs_and_afterwards(world: World) -> None:
    """R151: UTF-8, one row a person; who decided what and why, and what became of it."""
    found = reviewed(world)
    found.decide("ann", "Approve", '@SUM(A1) \u00e4\u05d0, "sure"\nyes')
    found.decide("bob", "Deny", "-5 days left")
    running = results(found)
    assert running.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in running.headers["Content-Disposition"]
    rows = {row["User"]: row for row in table(running.text)}
    assert list(rows["Ann"]) == RESULTS and len(rows) == 4
    assert rows["Ann"]["Reason"] == '\'@SUM(A1) \u00e4\u05d0, "sure"\nyes' and rows["Bob"]["Reason"] == "'-5 days left"
    assert (rows["Ann"]["Decision"], rows["Ann"]["Reviewed by"]) == ("Approve", "Boss")
    assert (rows["Ann"]["Recommendation"], rows["Ann"]["Why this reviewer"]) == ("Approve", "manager")
    assert rows["Ann"]["Last sign-in"] == "2026-03-01T09:00:00Z"
    assert (rows["Cy"]["Decision"], rows["Cy"]["Date"]) == ("NotReviewed", "")
    found.close()
    rows = {row["User"]: row for row in table(results(found).text)}
    assert (rows["Bob"]["Apply result"], rows["Bob"]["Applied by"]) == ("AppliedSuccessfully", "Access Reviews")
    assert (rows["Cy"]["Unanswered because"], rows["Dan"]["Unanswered because"]) == ("noResponse", "notAsked")


def test_private_notes_are_in_the_results_of_those_who_may_read_them(world: World) -> None:
    """G18: everybody who downloads results may; a report that is made later asks again."""
    found = reviewed(world)
    found.decide("ann", "Approve", "needed", note="=she asked twice")
    rows = {row["User"]: row["Private note"] for row in table(results(found).text)}
    assert rows == {"Ann": "'=she asked twice", "Bob": "", "Cy": "", "Dan": ""}


def test_who_lost_their_role_meanwhile_gets_no_results(large: Reviewed) -> None:
    """R170: the file is made later, as its asker may see it then."""
    keeper = large.org.person("keeper")
    large.org.grant(keeper, Role.PACKAGE_MANAGER, f"package:{large.package.id}")
    made = results(large, keeper.principal_name)
    assert made.status == 202, made.text
    grant = RoleGrant(role=Role.PACKAGE_MANAGER, scope=f"package:{large.package.id}", principal_id=keeper.id)
    large.world.services.writer.remove(grant)
    large.org.grant(keeper, Role.CATALOG_READER, f"catalog:{large.package.catalog_id}")
    large.world.clock.advance(seconds=6)
    large.world.drain_queue()
    told = large.world.get(f"/api/v1/exports/{made.json['id']}", keeper.principal_name).json
    assert told["status"] == "error" and "may not see" in told["error"]


def test_results_are_for_those_who_administer_or_audit_the_review(world: World) -> None:
    """R167: reviewers see their part in the portal; to others there is no such review."""
    found = reviewed(world)
    found.org.grant(found.org.person("auditor"), Role.AUDITOR)
    found.org.person("eve")
    found.org.grant(found.org.person("keeper"), Role.PACKAGE_MANAGER, f"package:{found.package.id}")
    told = {who: results(found, f"{who}@example.com").status for who in ("auditor", "keeper", "boss", "eve")}
    assert told == {"auditor": 200, "keeper": 200, "boss": 403, "eve": 404}


def test_recommendations_that_were_switched_off_are_not_in_the_results(world: World) -> None:
    """R105: who switched them off does not get them by another way."""
    found = reviewed(world, recommendations=False)
    assert {(row["Recommendation"], row["Last sign-in"]) for row in table(results(found).text)} == {("", "")}


def test_the_assignments_of_a_package_active_by_default(world: World) -> None:
    """R156: active ones unless another state is asked for."""
    found = reviewed(world)
    found.decide("bob", "Deny", "left")
    found.close()
    rows = table(assignments(found).text)
    assert {row["User"] for row in rows} == {"Ann", "Cy", "Dan"}
    assert {(row["State"], row["Policy"], row["Ended"]) for row in rows} == {("delivered", "Staff", "")}
    (gone,) = table(assignments(found, "?state=expired").text)
    assert gone["User"] == "Bob" and gone["Ended"]
    assert len(table(assignments(found, "?state=ALL").text)) == 4
    assert table(assignments(found, "?state=delivering").text) == []
    assert assignments(found, "?state=gone").error["target"] == "state"
    assert assignments(found, as_="ann@example.com").status == 403  # holds the package, manages nothing
    assert assignments(found, as_="bob@example.com").status == 404


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """A review whose results fit no answer."""
    monkeypatch.setattr(exports, "INLINE_BYTES", 500)
    return reviewed(world)


def test_large_results_are_made_by_a_job(large: Reviewed) -> None:
    """R151: the same file; asking again gives the same job, and nobody else can ask for it."""
    first = results(large)
    assert (first.status, first.json["status"], first.json["kind"]) == (202, "waiting", "results")
    assert results(large).json["id"] == first.json["id"]
    address = path_of(first.json["statusUrl"])
    assert large.world.get(address, BOSS).status == 404
    large.world.drain_queue()
    done = large.world.get(address).json
    assert (done["status"], done["rows"]) == ("done", 4)
    assert len(table(large.world.get(path_of(done["downloadUrl"]), None).text)) == 4
    large.world.clock.advance(hours=1)
    assert results(large).json["id"] != first.json["id"]
    large.world.clock.advance(days=30)
    assert "downloadUrl" not in large.world.get(address).json


def test_a_large_file_is_answered_with_where_it_lies(large: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.routes.api import reports

    monkeypatch.setattr(reports, "INLINE_BYTES", 500)
    made = results(large).json
    large.world.drain_queue()
    link = path_of(large.world.get(path_of(made["statusUrl"])).json["downloadUrl"])
    reply = large.world.get(link, None)
    assert reply.status == 302 and f"exports/{made['id']}/report.csv" in reply.headers["Location"]
    assert "Expires=300" in reply.headers["Location"] or "Signature" in reply.headers["Location"]


def test_a_lost_message_delays_a_job_until_the_next_tick(large: Reviewed) -> None:
    made = results(large).json
    large.world.services.reviews.due_until(large.world.clock.now() + timedelta(days=1), 100)
    from chalicelib.aws.clients import client

    client("sqs").purge_queue(QueueUrl=large.world.queue_url)
    large.world.tick()
    assert large.world.get(path_of(made["statusUrl"])).json["status"] == "done"
    assert not [
        row for row in large.world.services.reviews.due_until(large.world.clock.now(), 100) if row.kind == "job"
    ]


def test_results_are_kept_without_end(world: World) -> None:
    """R157, G39: nothing of a review's results goes away with the years."""
    found = reviewed(world)
    found.decide("ann", "Approve", "needed")
    found.close()
    before = results(found)
    world.clock.advance(days=3_650)
    assert results(found).text == before.text and len(table(before.text)) == 4


def test_results_say_why_there_was_nothing_left_to_decide(world: World) -> None:
    """G46: an item whose assignment ended by itself stays in the evidence, with the cause."""
    found = reviewed(world)
    found.decide("ann", "Approve")
    (one,) = [row for row in table(results(found).text) if row["User"] == "Cy"]
    body = {"requestType": "adminRemove", "assignment": {"id": one["Assignment id"]}}
    assert world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", body).status == 201
    world.drain()
    told = {row["User"]: row["Unanswered because"] for row in table(results(found).text)}
    assert (told["Cy"], told["Ann"]) == ("cancelled: removed", "")
