"""Review history reports: asked for on the Graph surface, made in the background, fetched by a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from chalicelib.usecases import exports
from tests import factories
from tests.graph_schema import faults, needs_schema
from tests.routes.reporting import HISTORY, Reviewed, path_of, reviewed, table
from tests.world import World

COLUMNS = (
    "AccessReviewId,AccessReviewSeriesId,ReviewType,ResourceDisplayName,ResourceId,ReviewName,CreatedDateTime,"
    "ReviewStartDate,ReviewEndDate,ReviewStatus,OwnerId,OwnerName,OwnerUPN,PrincipalId,PrincipalName,PrincipalUPN,"
    "PrincipalType,ReviewDate,ReviewResult,Justification,ReviewerId,ReviewerName,ReviewerUPN,ReviewerEmailAddress,"
    "AppliedByName,AppliedByUPN,AppliedByEmailAddress,AppliedDate,AccessRecommendation,SubmissionResult"
)
MONTHLY = {
    "reportRange": "P1M",
    "recurrence": {
        "pattern": {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1},
        "range": {"type": "numbered", "numberOfOccurrences": 2, "startDate": "2026-04-01"},
    },
}


@pytest.fixture
def closed(world: World) -> Reviewed:
    """A review that was decided, closed and applied."""
    found = reviewed(world)
    found.decide("ann", "Approve", "=still needed")
    found.decide("bob", "Deny", "left the team")
    found.decide("cy", "DontKnow")
    found.close()
    return found


def test_a_report_has_exactly_the_columns_of_the_reference_in_its_order(closed: Reviewed) -> None:
    """R153."""
    made = closed.ask().json
    closed.world.drain_queue()
    reply = closed.fetched(made["id"])
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert reply.text.startswith(f"\ufeff{COLUMNS}\r\n")


def test_a_report_has_a_row_for_everybody_reviewed(closed: Reviewed) -> None:
    """R153, R155, G38: what was decided, by whom, and what became of it."""
    rows = {row["PrincipalName"]: row for row in closed.report()}
    assert {name: row["ReviewResult"] for name, row in rows.items()} == {
        "Ann": "Approve",
        "Bob": "Deny",
        "Cy": "DontKnow",
        "Dan": "NotNotified",
    }
    ann, bob, dan = rows["Ann"], rows["Bob"], rows["Dan"]
    assert ann["Justification"] == "'=still needed"
    assert (ann["OwnerName"], ann["OwnerUPN"]) == ("admin@example.com", "admin@example.com")  # not in the directory
    assert (ann["ReviewerName"], ann["ReviewerUPN"]) == ("Boss", "boss@example.com")
    assert ann["ReviewerEmailAddress"] == "boss@example.com" and ann["ReviewDate"]
    assert (ann["ReviewStatus"], ann["PrincipalType"]) == ("Applied", "User")
    assert (ann["AccessReviewId"], ann["ResourceId"]) == (closed.instance_id, closed.package.id)
    assert ann["AccessReviewSeriesId"] == ids.definition_id(closed.policy.id)
    assert (bob["SubmissionResult"], bob["AppliedByName"]) == ("applied", "Access Reviews") and bob["AppliedDate"]
    assert (ann["SubmissionResult"], ann["AppliedByName"], ann["AppliedDate"]) == ("not applied", "", "")
    assert (dan["ReviewDate"], dan["ReviewerId"], dan["AccessRecommendation"]) == ("", "", "Approve")


def test_a_one_time_review_has_the_empty_series(world: World) -> None:
    """R153: AccessReviewSeriesId is the empty GUID for one-time reviews."""
    found = reviewed(world, frequency=None)
    found.close()
    assert {row["AccessReviewSeriesId"] for row in found.report()} == {ids.NOBODY}


def test_a_report_has_the_results_asked_for(closed: Reviewed) -> None:
    """R155: approve, deny, dontKnow, notReviewed, notNotified; all by default."""
    wanted: dict[tuple[str, ...], set[str]] = {
        ("approve",): {"Ann"},
        ("deny", "dontKnow"): {"Bob", "Cy"},
        ("notNotified",): {"Dan"},
        ("notReviewed",): set(),
        (): {"Ann", "Bob", "Cy", "Dan"},
    }
    for decisions, names in wanted.items():
        assert {row["PrincipalName"] for row in closed.report(decisions=list(decisions))} == names


def test_the_window_holds_reviews_that_began_and_ended_in_it(closed: Reviewed) -> None:
    """R154, G38: started on or after the window's start and ended on or before its end, to the second."""
    services = closed.world.services
    instance, state = services.reviews.instance(closed.instance_id), services.reviews.state(closed.instance_id)
    second = timedelta(seconds=1)

    def rows(since: Any, until: Any) -> int:
        stamps = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (since, until)]
        names = ("reviewHistoryPeriodStartDateTime", "reviewHistoryPeriodEndDateTime")
        return len(closed.report(**dict(zip(names, stamps, strict=True))))

    assert rows(instance.opens, state.ends) == 4
    assert rows(instance.opens + second, state.ends) == 0
    assert rows(instance.opens, state.ends - second) == 0
    assert rows(instance.opens - timedelta(days=3_000), state.ends + timedelta(days=500)) == 4


def test_a_review_that_still_runs_is_in_no_report(world: World) -> None:
    """G38."""
    assert reviewed(world).report() == []


def test_scopes_choose_among_the_reviews(closed: Reviewed) -> None:
    """R152: the scopes of Graph's examples; groups are reviewed elsewhere."""

    def rows(*texts: str) -> int:
        base = "/identityGovernance/accessReviews/definitions?$filter=contains(scope/query, '{}')"
        return len(
            closed.report(scopes=[{"query": base.format(text), "queryType": "MicrosoftGraph"} for text in texts])
        )

    assert rows("accessPackageAssignments") == rows(closed.package.id) == rows(closed.policy.id) == 4
    assert rows("/groups") == rows(ids.NOBODY) == 0
    assert rows("/groups", "accessPackageAssignments") == 4
    assert len(closed.report(scopes=[{"query": "/identityGovernance/accessReviews/definitions"}])) == 4


def test_a_report_holds_only_reviews_its_asker_may_see(closed: Reviewed) -> None:
    """R170: anybody who administers or audits something may ask, and gets what they may see."""
    org = closed.org
    owner, other, auditor = org.person("owner"), org.person("other"), org.person("auditor")
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{closed.package.catalog_id}")
    org.grant(other, Role.CATALOG_OWNER, f"catalog:{org.catalog('Other').id}")
    org.grant(auditor, Role.AUDITOR)
    closed.world.clock.advance(minutes=1)
    assert len(closed.report("owner@example.com")) == len(closed.report("auditor@example.com")) == 4
    assert closed.report("other@example.com") == []
    assert closed.ask("ann@example.com").status == closed.ask("boss@example.com").status == 403


def test_everybody_sees_the_reports_they_asked_for_and_no_others(closed: Reviewed) -> None:
    """R170."""
    closed.org.grant(closed.org.person("auditor"), Role.AUDITOR)
    mine = closed.ask().json["id"]
    theirs = closed.ask("auditor@example.com").json["id"]
    closed.world.tick()
    for who, own, foreign in (("admin@example.com", mine, theirs), ("auditor@example.com", theirs, mine)):
        assert [one["id"] for one in closed.world.get(HISTORY, who).json["value"]] == [own]
        (run,) = closed.world.get(f"{HISTORY}/{own}/instances", who).json["value"]
        for path in ("", "/instances", f"/instances/{run['id']}"):
            assert closed.world.get(f"{HISTORY}/{foreign}{path}", who).status == 404


def test_a_report_goes_from_requested_to_done(closed: Reviewed) -> None:
    """R152, R183: asynchronous; the link works for 24 hours, the file is kept for 30 days."""
    world = closed.world
    made = closed.ask().json
    run_url = f"{HISTORY}/{made['id']}/instances"
    (run,) = world.get(run_url).json["value"]
    assert made["status"] == run["status"] == "requested" and run["fulfilledDateTime"] is None
    early = world.post(f"{run_url}/{run['id']}/generateDownloadUri")
    assert (early.status, early.error["code"]) == (409, "Conflict")
    world.drain_queue()
    assert world.get(f"{HISTORY}/{made['id']}").json["status"] == "done"
    done = world.get(f"{run_url}/{run['id']}").json
    assert done["status"] == "done" and done["fulfilledDateTime"] and done["downloadUri"] is None
    link = path_of(world.post(f"{run_url}/{run['id']}/generateDownloadUri").json["downloadUri"])
    world.clock.advance(hours=23, minutes=59)
    assert len(table(world.get(link, None).text)) == 4
    world.clock.advance(minutes=1)
    late = world.get(link, None)
    assert late.status == 404 and "24 hours" in late.error["message"]
    world.clock.advance(days=28, hours=23)
    link = path_of(world.post(f"{run_url}/{run['id']}/generateDownloadUri").json["downloadUri"])
    world.clock.advance(hours=1)
    assert "30 days" in world.get(link, None).error["message"]
    gone = world.post(f"{run_url}/{run['id']}/generateDownloadUri")
    assert gone.status == 409 and "30 days" in gone.error["message"]


def test_a_link_that_was_altered_opens_nothing(closed: Reviewed) -> None:
    made = closed.ask().json
    closed.world.drain_queue()
    (run,) = closed.world.get(f"{HISTORY}/{made['id']}/instances").json["value"]
    url = f"{HISTORY}/{made['id']}/instances/{run['id']}/generateDownloadUri"
    link = path_of(closed.world.post(url).json["downloadUri"])
    assert closed.world.get(f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}", None).status == 404


def test_a_report_whose_asker_lost_every_role_ends_in_error(closed: Reviewed) -> None:
    """R170: rights count when the report is made."""
    world, org = closed.world, closed.org
    auditor = org.person("auditor")
    org.grant(auditor, Role.AUDITOR)
    made = closed.ask("auditor@example.com").json
    (role,) = [one for one in world.get("/api/v1/roles").json["value"] if one["role"] == "auditor"]
    world.call("DELETE", f"/api/v1/roles/{role['id']}")
    world.clock.advance(minutes=1)
    world.drain_queue()
    found = world.get(f"{HISTORY}/{made['id']}", "auditor@example.com").json
    assert found["status"] == "error"
    (run,) = world.get(f"{HISTORY}/{made['id']}/instances", "auditor@example.com").json["value"]
    url = f"{HISTORY}/{made['id']}/instances/{run['id']}/generateDownloadUri"
    assert world.post(url, None, "auditor@example.com").status == 409


def test_a_repeated_call_asks_for_nothing_twice(closed: Reviewed) -> None:
    """Brief, decision 13: the SDK repeats a POST whose answer was lost, with a header that says so."""
    first = closed.ask()
    now = closed.world.clock.now()
    body = {"displayName": "Report"}
    for name, days in (("Start", -100), ("End", 100)):
        body[f"reviewHistoryPeriod{name}DateTime"] = f"{now + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    again = closed.world.post(HISTORY, body, headers={"Retry-Attempt": "1"})
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert closed.world.post(HISTORY, body).json["id"] != first.json["id"]


def test_a_recurring_report_runs_on_its_dates_over_the_range_before(world: World) -> None:
    """R152: recurs by itself; P1M on the first of a month is the whole month before, in its own zone."""
    found = reviewed(world)
    made = world.post(HISTORY, {"displayName": "Monthly", "scheduleSettings": MONTHLY}).json
    assert (made["status"], made["scheduleSettings"]["reportRange"]) == ("requested", "P1M")
    assert made["reviewHistoryPeriodStartDateTime"] is None
    runs = f"{HISTORY}/{made['id']}/instances"
    world.tick()
    assert world.get(runs).json["value"] == []
    for moment in (world.clock.now() + timedelta(days=15), world.clock.now() + timedelta(days=30)):
        world.clock.set(moment)
        world.tick()
    (run,) = world.get(runs).json["value"]
    assert (run["runDateTime"], run["status"]) == ("2026-04-01T00:00:00Z", "done")
    assert run["reviewHistoryPeriodStartDateTime"] == "2026-03-01T00:00:00Z"
    assert run["reviewHistoryPeriodEndDateTime"] == "2026-04-01T00:00:00Z"
    assert {row["AccessReviewId"] for row in table(found.fetched(made["id"]).text)} == {found.instance_id}
    world.clock.advance(days=400)
    world.tick()
    assert [one["runDateTime"][:10] for one in world.get(runs).json["value"]] == ["2026-05-01", "2026-04-01"]
    assert not [row for row in world.services.reviews.due_until(world.clock.now(), 100) if row.id == made["id"]]


def test_many_reviews_and_items_are_each_in_a_report_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row once over pages, parts and invocations: reviews of several months, sets of several reviewers."""
    from chalicelib.usecases import report_sources

    found = reviewed(world)
    org = found.org
    start = world.clock.now().date() + timedelta(days=1)
    people = [org.person(f"p{number:02d}") for number in range(23)]
    for name in ("Second", "Third"):
        shared = factories.by_people(start, found.boss, people[0], justification_required=False)
        org.assign(org.policy(org.package(name), review=shared), *people)
    world.clock.advance(days=1)
    world.tick()
    world.clock.advance(days=60)
    world.tick()
    monkeypatch.setattr(report_sources, "PAGE", 3)
    monkeypatch.setattr(exports.Budget, "left", lambda self: False)
    rows = found.report()
    assert len(rows) == 4 + 2 * 23
    assert len({(row["AccessReviewId"], row["PrincipalId"]) for row in rows}) == len(rows)


@needs_schema
def test_answers_are_objects_of_microsofts_types(closed: Reviewed) -> None:
    world = closed.world
    scopes = [{"query": "/identityGovernance/accessReviews/definitions", "queryType": "MicrosoftGraph"}]
    for more in ({"scopes": scopes}, {"scheduleSettings": MONTHLY}):
        made = closed.ask(**more)
        assert made.status == 201, made.text
        assert faults(made.json, "accessReviewHistoryDefinition") == []
    world.tick()
    for one in world.get(f"{HISTORY}?$expand=instances&$count=true").json["value"]:
        assert faults(one, "accessReviewHistoryDefinition") == []
    (run,) = world.get(f"{HISTORY}?$filter=status eq 'done'&$expand=instances").json["value"][0]["instances"]
    (found,) = world.get(f"{HISTORY}?$filter=status eq 'done'").json["value"]
    linked = world.post(f"{HISTORY}/{found['id']}/instances/{run['id']}/generateDownloadUri").json
    assert faults(linked, "accessReviewHistoryInstance") == [] and linked["downloadUri"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"reviewHistoryPeriodStartDateTime": None}, "reviewHistoryPeriodStartDateTime"),
    ({"reviewHistoryPeriodEndDateTime": None}, "reviewHistoryPeriodEndDateTime"),
    ({"reviewHistoryPeriodEndDateTime": "2001-01-01T00:00:00Z"}, "reviewHistoryPeriodEndDateTime"),
    ({"reviewHistoryPeriodStartDateTime": "1999-12-31T00:00:00Z"}, "reviewHistoryPeriodStartDateTime"),
    ({"reviewHistoryPeriodEndDateTime": "9999-12-31T23:59:59Z"}, "reviewHistoryPeriodEndDateTime"),
    ({"decisions": ["approve", "maybe"]}, "decisions/1"),
    ({"decisions": "approve"}, "decisions"),
    ({"scopes": [{"query": "/groups"}]}, "scopes/0/query"),
    ({"scopes": [{}]}, "scopes/0/query"),
    ({"scheduleSettings": {"reportRange": "P1M"}}, "scheduleSettings/recurrence"),
    ({"scheduleSettings": {**MONTHLY, "reportRange": "monthly"}}, "scheduleSettings/reportRange"),
    ({"scheduleSettings": {**MONTHLY, "reportRange": None}}, "scheduleSettings/reportRange"),
    (
        {"scheduleSettings": {**MONTHLY, "recurrence": {"range": {"startDate": "2026-04-01"}}}},
        "scheduleSettings/recurrence/pattern",
    ),
    (
        {
            "scheduleSettings": {
                "reportRange": "P1M",
                "recurrence": {
                    "pattern": {"type": "weekly", "interval": 1},
                    "range": {"type": "numbered", "numberOfOccurrences": 1, "startDate": "2025-01-01"},
                },
            }
        },
        "scheduleSettings/recurrence/range",
    ),
    ({"displayName": " "}, "displayName"),
]


def test_bad_reports_are_refused_naming_the_field(world: World) -> None:
    body = {
        "displayName": "Report",
        "reviewHistoryPeriodStartDateTime": "2026-01-01T00:00:00Z",
        "reviewHistoryPeriodEndDateTime": "2026-03-01T00:00:00Z",
    }
    for more, target in BAD:
        reply = world.post(HISTORY, {**body, **more})
        assert (reply.status, reply.error.get("target")) == (400, target), reply.text
