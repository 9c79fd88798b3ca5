"""The audit trail through the API: what a whole review leaves in it, filters, pages, the export."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.client import BaseClient

from chalicelib.aws.clients import client
from chalicelib.domain import ids
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role
from chalicelib.settings import settings
from chalicelib.usecases import export_audit
from tests import factories
from tests.factories import Organisation
from tests.world import Reply, World

AUDIT, EXPORTS = "/api/v1/audit", "/api/v1/audit/exports"
PREFIX = "https://graph.example.com/api"


def reviewed(world: World, names: tuple[str, ...] = ("ann", "bob", "cat", "dan")) -> dict[str, str]:
    """A review by boss in which everybody was decided otherwise, closed and applied."""
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    people = [organisation.person(name, manager="boss") for name in names]
    package = organisation.package()
    settings = factories.by_manager(
        world.clock.now().date(), boss, justification_required=False, no_response=NoResponse.REMOVE
    )
    policy = organisation.policy(package, review=settings)
    organisation.assign(policy, *people)
    organisation.grant(organisation.person("vera"), Role.AUDITOR)
    organisation.person("eve")
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    items = world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, 100, None).items
    chosen = ["Deny", "Approve", "DontKnow", "NotReviewed"]
    for item, decision in zip(items, chosen, strict=False):
        world.clock.advance(seconds=1)
        body = {"decisions": [{"id": item.id, "decision": decision}]}
        assert world.post(f"/api/v1/reviews/{instance.id}/decisions", body, "boss@example.com").status == 200
    world.tick()
    known = {"review": instance.id, "package": package.id, "policy": policy.id, "boss": boss.id}
    known |= {decision: item.principal_id for item, decision in zip(items, chosen, strict=False)}
    return known | {"definition": ids.definition_id(policy.id), "closes": instance.closes.isoformat()}


def close(world: World) -> None:
    world.clock.advance(days=15)
    world.tick()


def listed(world: World, query: str = "", as_: str = "admin@example.com") -> list[dict[str, Any]]:
    """Every event of a query, over all of its pages."""
    found, url = [], f"{AUDIT}?{query}" if query else AUDIT
    while url:
        answer = world.get(url, as_)
        assert answer.status == 200, answer.text
        found += answer.json["value"]
        url = answer.json.get("nextLink", "").removeprefix(PREFIX)
    return found


def activities(found: list[dict[str, Any]]) -> list[str]:
    return [one["activityDisplayName"] for one in reversed(found)]


def test_a_review_leaves_one_event_for_each_change(world: World) -> None:
    """R159, R160, R161, R163: the reference's names; don't know and reset among them."""
    made = reviewed(world)
    close(world)
    told = activities(listed(world, f"target={made['review']}"))
    assert sorted(one for one in told if one.startswith("Seal")) == ["Seal decisions", "Seal removals"]
    assert [one for one in told if one != "Auto review" and not one.startswith("Seal")] == [
        "Create access review instance",
        "Deny decision",
        "Approve decision",
        "Don't know decision",
        "Reset decision",
        "Access review ended",
        "Auto apply review",
    ]
    (ruled,) = listed(world, "activity=Auto review")
    assert ruled["additionalDetails"] == [{"key": "approved", "value": "0"}, {"key": "denied", "value": "1"}]
    assert activities(listed(world, f"target={made['definition']}")) == ["Create access review"]
    assert activities(listed(world, f"target={made['package']}")) == ["Create access package"]
    removed = [one for one in listed(world) if one["activityDisplayName"] == "Remove access package assignment"]
    assert {one["targetResources"][1]["id"] for one in removed} == {made["Deny"], made["NotReviewed"]}


def test_an_event_says_who_did_what_to_what_and_about_whom(world: World) -> None:
    """R162: actor with names, target with its properties before and after, details."""
    made = reviewed(world)
    (event,) = listed(world, "activity=Don't know decision")
    person = world.services.people.user(made["DontKnow"])
    assert event["initiatedBy"] == {
        "user": {"id": made["boss"], "displayName": "Boss", "userPrincipalName": "boss@example.com"}
    }
    review, about = event["targetResources"]
    assert (review["type"], review["id"]) == ("reviewInstance", made["review"])
    assert review["displayName"]
    assert review["modifiedProperties"] == [
        {"displayName": "decision", "oldValue": "NotReviewed", "newValue": "DontKnow"}
    ]
    assert (about["id"], about["displayName"]) == (person.id, person.display_name)
    assert event["activityDateTime"] == "2026-03-02T23:59:33.000Z"
    assert (event["category"], event["result"]) == ("Policy", "success")
    (opened,) = listed(world, "activity=Create access review instance")
    assert opened["initiatedBy"] == {"app": {"displayName": "Access Reviews"}}


def test_filters_by_actor_category_and_time(world: World) -> None:
    """R162."""
    made = reviewed(world)
    decided = ["Deny decision", "Approve decision", "Don't know decision", "Reset decision"]
    assert activities(listed(world, f"actor={made['boss']}")) == decided
    assert activities(listed(world, "actor=boss@example.com&activity=deny decision")) == decided[:1]
    assert activities(listed(world, "from=2026-03-02T23:59:32Z&to=2026-03-02T23:59:34Z")) == decided[1:3]
    assert {one["category"] for one in listed(world, "category=entitlementmanagement")} == {"EntitlementManagement"}
    assert listed(world, "to=2026-03-02T08:00:00Z") == []


def test_several_activities_are_asked_for_with_commas(world: World) -> None:
    reviewed(world)
    asked = listed(world, "activity=deny decision, Don't know decision")
    assert activities(asked) == ["Deny decision", "Don't know decision"]
    assert listed(world, "activity=deny") == []


def test_what_an_event_refers_to_is_named(world: World) -> None:
    """R162: packages of assignments, people and groups in details and changes, series; ids of nobody stay ids."""
    made = reviewed(world)
    close(world)
    removed = listed(world, "activity=Remove access package assignment")[0]
    assert removed["targetResources"][0]["displayName"] == "Reporting"
    assert removed["names"][made["review"]].startswith("Reporting")
    (series,) = listed(world, "activity=Create access review")
    assert series["targetResources"][0]["displayName"] and series["names"][made["policy"]] == "Staff"
    policy = listed(world, "activity=Create access package assignment policy")[0]
    assert policy["names"][made["boss"]] == "Boss" and policy["names"][made["package"]] == "Reporting"
    world.services.writer.remove(world.services.people.user(made["boss"]))
    policy = listed(world, "activity=Create access package assignment policy")[0]
    assert made["boss"] not in policy["names"]


def test_pages_hold_every_event_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.usecases import read_audit

    reviewed(world)
    whole = listed(world)
    monkeypatch.setattr(read_audit, "PAGE", 3)
    assert listed(world) == whole and len({one["id"] for one in whole}) == len(whole) > 10


def test_events_of_people_who_are_gone_stay(world: World) -> None:
    """R164."""
    made = reviewed(world)
    person = world.services.people.user(made["boss"])
    world.services.writer.remove(person)
    events = listed(world, f"actor={made['boss']}")
    assert len(events) == 4
    assert events[0]["initiatedBy"]["user"] == {"id": made["boss"], "displayName": None, "userPrincipalName": None}


def test_a_stream_that_delivers_twice_is_told_once(world: World) -> None:
    made = reviewed(world)
    before = listed(world)
    world.streamed = 0
    world.drain_stream()
    assert listed(world) == before
    assert len(listed(world, f"actor={made['boss']}")) == 4


def test_who_may_read(world: World) -> None:
    """Auditors read; others are refused, and whoever manages an object names it."""
    made = reviewed(world)
    assert listed(world, as_="vera@example.com") == listed(world)
    for url in (AUDIT, f"{AUDIT}?target={made['review']}", f"{AUDIT}?target={ids.guid('nothing')}"):
        refused = world.get(url, "eve@example.com")
        assert (refused.status, refused.error["code"]) == (403, "Forbidden")
    assert world.get(AUDIT, "boss@example.com").status == 403
    assert world.post(EXPORTS, {}, "eve@example.com").status == 403


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2027-01-01", "from"),
        ("from=0001-01-01", "from"),
        ("actor=nobody@example.com", "actor"),
        ("target=" + "x" * 1_100, "target"),
    ],
)
def test_filters_that_mean_nothing_are_refused_by_name(world: World, query: str, target: str) -> None:
    refused = world.get(f"{AUDIT}?{query}")
    assert (refused.status, refused.error.get("target")) == (400, target), refused.text


def exported(world: World, export_id: str, as_: str = "admin@example.com") -> Reply:
    return world.get(f"{EXPORTS}/{export_id}", as_)


def _place(link: str) -> str:
    """The path of a link, without the stage."""
    path = urlsplit(link).path
    return path[path.index("/api/v1/downloads/") :]


def lines(world: World, answer: Reply) -> list[dict[str, Any]]:
    """The file behind a download link, which leads to where it lies and needs no signing in."""
    led = world.get(_place(answer.json["downloadUrl"]), None)
    assert led.status == 302
    _, folder, name = urlsplit(led.headers["Location"]).path.partition("audit-exports/")
    found = client("s3").get_object(Bucket=settings().bucket, Key=folder + name)["Body"].read()
    return [json.loads(line) for line in found.splitlines()]


def test_an_export_is_a_file_of_the_same_events(world: World) -> None:
    """R158: longer than they are kept, by exporting them."""
    made = reviewed(world)
    expected = listed(world, f"actor={made['boss']}")
    started = world.post(EXPORTS, {"from": "2026-03-01", "actor": "boss@example.com"}, "vera@example.com")
    assert started.status == 202
    assert exported(world, started.json["id"]).json["status"] == "waiting"
    world.tick()
    answer = exported(world, started.json["id"], "vera@example.com")
    assert (answer.json["status"], answer.json["events"]) == ("done", 4)
    assert answer.json["expirationDateTime"] == "2026-03-03T23:59:34Z"
    assert lines(world, answer) == expected
    assert activities(listed(world, f"target={started.json['id']}")) == ["Export audit logs"]
    assert exported(world, started.json["id"], "eve@example.com").status == 403
    assert exported(world, ids.guid("nothing")).status == 404


def test_a_link_to_an_export_is_ours_and_ends_after_a_day_and_its_file_after_thirty(world: World) -> None:
    """An address signed with a function's own credentials would die with those, hours before the day is over."""
    started = world.post(EXPORTS, {"from": "2026-03-01"}).json["id"]
    world.tick()
    place = _place(exported(world, started).json["downloadUrl"])
    assert world.get(place, None).status == 302
    world.clock.advance(hours=25)
    assert (world.get(place, None).status, lines(world, exported(world, started)) != []) == (404, True)
    world.clock.advance(days=30)
    assert "downloadUrl" not in exported(world, started).json


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 3 KB, three events at a time; the bucket takes them."""
    monkeypatch.setattr(export_audit, "PART_BYTES", 3_000)
    monkeypatch.setattr(export_audit, "_AT_ONCE", 3)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 0)


def trail(world: World) -> tuple[list[dict[str, Any]], str]:
    """The events of a review at work, and an export of them that nobody has begun."""
    reviewed(world)
    world.clock.advance(seconds=1)
    expected = listed(world, "from=2026-03-02")
    until = "2026-03-02T23:59:35Z"
    return expected, world.post(EXPORTS, {"from": "2026-03-02", "to": until}).json["id"]


@pytest.mark.usefixtures("small_parts")
def test_an_export_killed_between_any_two_calls_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event once, in several parts, whatever call the worker dies at."""
    expected, job_id = trail(world)
    calls, allowed, died = 0, 0, 0
    real = BaseClient._make_api_call

    def counted(self: Any, name: str, parameters: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > allowed:
            raise Killed
        return real(self, name, parameters)

    services = world.services
    while not (job := services.reviews.job(job_id)).finished:
        calls, allowed = 0, allowed + 2
        with monkeypatch.context() as patch:
            patch.setattr(BaseClient, "_make_api_call", counted)
            try:
                export_audit.advance_export(services, job)
            except Killed:
                died += 1
        world.clock.advance(seconds=services.settings.lease_seconds + 1)
    assert died > 5 and job.result["parts"] > 1
    answer = exported(world, job_id)
    assert lines(world, answer) == expected and answer.json["events"] == len(expected)


@pytest.mark.usefixtures("small_parts")
def test_an_export_whose_time_is_up_leaves_what_it_has_for_the_next(world: World) -> None:
    expected, job_id = trail(world)
    hurried = replace(world.services, settings=replace(world.services.settings, invocation_seconds=0))
    rounds = 0
    while not (job := hurried.reviews.job(job_id)).finished:
        export_audit.advance_export(hurried, job)
        rounds += 1
        assert rounds < 100
    assert rounds > 2 and job.result["rest"] > 1 and job.result["parts"] > 1
    assert lines(world, exported(world, job_id)) == expected
    assert not [row for row in hurried.reviews.due_until(world.clock.now(), 100) if row.id == job_id]
