"""A review does not open on data that is older than its policy allows: it waits, tells, and opens when data comes or
somebody says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Role
from chalicelib.domain.resources import Right, RoleScope
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.schedules import Frequency
from chalicelib.domain.sources import SourceKind
from chalicelib.storage.sources import SourceTable
from chalicelib.usecases.open_review import open_due_review
from chalicelib.usecases.sources import failed, succeeded
from tests import factories
from tests.factories import Organisation
from tests.world import World

DAY = timedelta(days=1)


@pytest.fixture
def organisation(world: World) -> Organisation:
    return Organisation(world.services)


class Case:
    """A weekly review of two people, planned for today's end, in a world with sources."""

    def __init__(self, world: World, organisation: Organisation, **settings: Any) -> None:
        self.world, self.organisation = world, organisation
        self.boss = organisation.person("boss")
        organisation.person("admin")
        self.people = [organisation.person(name, manager="boss") for name in ("ann", "ben")]
        review = factories.by_manager(world.clock.now().date(), self.boss, **settings)
        self.policy = organisation.policy(review=review)
        organisation.assign(self.policy, *self.people)
        self.series = ids.definition_id(self.policy.id)

    def source(self, kind: SourceKind = SourceKind.SCIM, subject: str = "okta", name: str = "Okta") -> None:
        succeeded(self.world.services, kind, subject, name)

    def end_of_day(self, after: int = 0) -> None:
        day = self.world.clock.now() + after * DAY
        self.world.clock.set(day.replace(hour=23, minute=59, second=30))
        self.world.tick()

    def reviews(self) -> list[ReviewInstance]:
        return list(self.world.services.reviews.instances_of(self.series, 20, None).items)

    def waiting(self) -> list[Any]:
        return self.world.get("/api/v1/sources").json["waiting"]

    def activities(self) -> list[str]:
        found = self.world.services.audit.events_of_target(self.series, 100, None).items
        return [one.activity for one in found if "data" in one.activity]


def old(world: World, organisation: Organisation, kind: SourceKind = SourceKind.SCIM, **settings: Any) -> Case:
    """A case whose only source is eight days old when the review should open."""
    succeeded(world.services, kind, "okta", "Okta")
    world.clock.advance(days=8)
    return Case(world, organisation, **settings)


def test_without_a_source_that_counts_every_review_opens(world: World, organisation: Organisation) -> None:
    succeeded(world.services, SourceKind.CSV, "people", "CSV files")
    world.clock.advance(days=30)
    case = Case(world, organisation)
    case.end_of_day()
    (review,) = case.reviews()
    assert review.sources == () and case.waiting() == []


def test_it_waits_tells_every_day_and_opens_when_data_arrives(world: World, organisation: Organisation) -> None:
    """G6: opened late, it stays open for its full duration."""
    case = old(world, organisation)
    case.end_of_day()
    assert case.reviews() == []
    (wait,) = case.waiting()
    assert wait["displayName"] and wait["mayOpen"] and not wait["openedAnyway"]
    assert world.get("/api/v1/overview").json["waitingForData"] == [wait]
    world.clock.advance(minutes=15)
    world.tick()
    told = [mail["subject"] for mail in world.mails() if mail["to"] == "admin@example.com"]
    assert told == ["The review of Reporting waits for data"]
    for _ in range(3):
        world.clock.advance(hours=1)
        world.tick()
    assert len([mail for mail in world.mails() if mail["to"] == "admin@example.com"]) == 1
    world.clock.advance(days=1)
    world.tick()
    world.clock.advance(minutes=15)
    world.tick()
    assert len([mail for mail in world.mails() if mail["to"] == "admin@example.com"]) == 2, "a day later"
    world.clock.advance(days=1)
    world.tick()
    assert case.activities() == ["Access review waits for data"]
    case.source()
    world.drain()
    (review,) = case.reviews()
    assert review.closes - review.opens == timedelta(days=14)
    assert [(one.display_name, one.known_until) for one in review.sources] == [("Okta", world.clock.now())]
    assert review.anyway is None and case.waiting() == []
    world.tick()
    body = world.get(f"/api/v1/reviews/{review.id}").json
    assert body["dataSources"][0]["displayName"] == "Okta" and "openedAnyway" not in body


def test_several_that_wait_are_told_in_one_mail_and_owners_are_told_of_theirs(
    world: World, organisation: Organisation
) -> None:
    case = old(world, organisation)
    for number in range(3):
        review = factories.by_manager(world.clock.now().date(), case.boss)
        policy = organisation.policy(organisation.package(f"Package {number}"), review=review)
    organisation.grant(organisation.person("owner"), Role.PACKAGE_MANAGER, f"package:{policy.package_id}")
    case.end_of_day()
    world.clock.advance(minutes=15)
    world.tick()
    told = {mail["to"]: mail["subject"] for mail in world.mails()}
    assert len(world.mails()) == 2
    assert told["admin@example.com"] == "4 reviews wait for data"
    assert told["owner@example.com"] == "The review of Package 2 waits for data"


def test_a_worker_that_looked_too_early_leaves_no_wait_behind(
    world: World, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One saw nothing open and old data; before it writes so, another one opens the review."""
    case = old(world, organisation)
    read, others = SourceTable.waiting_opening, [None]

    def reading(self: SourceTable, definition_id: str) -> Any:
        if others:
            others.pop()
            case.source()
            open_due_review(world.services, definition_id)
        return read(self, definition_id)

    with monkeypatch.context() as patch:
        patch.setattr(SourceTable, "waiting_opening", reading)
        case.end_of_day()
    assert len(case.reviews()) == 1 and case.waiting() == []


def test_a_lost_hint_costs_an_hour_at_most(
    world: World, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = old(world, organisation)
    case.end_of_day()
    with monkeypatch.context() as patch:
        patch.setattr(type(world.services.queue), "send", lambda *_: None)
        case.source()
    assert world.drain() == 0 and case.reviews() == []
    world.clock.advance(hours=1, minutes=1)
    world.tick()
    assert len(case.reviews()) == 1


def test_waiting_costs_next_to_nothing_while_it_lasts(world: World, organisation: Organisation) -> None:
    from bench.meter import Meter

    case = old(world, organisation)
    case.end_of_day()
    world.clock.advance(minutes=15)
    world.tick()
    world.clock.advance(minutes=15)
    with Meter() as meter:
        world.tick()
    assert meter.write_units == 0 and meter.read_units <= 2
    assert case.reviews() == []


def test_somebody_lets_it_through_and_the_evidence_says_so(world: World, organisation: Organisation) -> None:
    case = old(world, organisation)
    case.end_of_day()
    address = f"/api/v1/review-series/{case.series}/open-anyway"
    assert world.post(address, {"reason": " "}).error["target"] == "reason"
    assert world.post(address, {"reason": "The auditor waits."}).status == 204
    world.drain()
    (review,) = case.reviews()
    body = world.get(f"/api/v1/reviews/{review.id}").json
    anyway = body["openedAnyway"]
    assert (anyway["reason"], anyway["by"]["displayName"]) == ("The auditor waits.", "Admin")
    assert sorted(case.activities()) == ["Access review waits for data", "Open access review on old data"]
    assert world.post(address, {"reason": "The auditor waits."}).status == 204, "repeated by the same person"
    assert world.post(address, {"reason": "Again."}).status == 409
    assert len(case.reviews()) == 1 and case.waiting() == []


def test_who_may_let_it_through(world: World, organisation: Organisation) -> None:
    case = old(world, organisation)
    case.end_of_day()
    address = f"/api/v1/review-series/{case.series}/open-anyway"
    auditor, sender, owner = (organisation.person(name) for name in ("auditor", "sender", "owner"))
    organisation.grant(auditor, Role.AUDITOR)
    organisation.grant(sender, Role.SIGN_IN_SENDER)
    organisation.grant(owner, Role.PACKAGE_MANAGER, f"package:{case.policy.package_id}")
    found = {name: world.post(address, {"reason": "x"}, f"{name}@example.com").status for name in ("auditor", "sender")}
    assert found == {"auditor": 403, "sender": 404}
    assert world.post(address, {"reason": "x"}, "owner@example.com").status == 204


def test_a_dead_source_is_retired_and_holds_nothing_up(world: World, organisation: Organisation) -> None:
    case = old(world, organisation)
    case.end_of_day()
    (source,) = world.get("/api/v1/sources").json["value"]
    assert world.call("PATCH", f"/api/v1/sources/{source['id']}", {"retired": True}).status == 200
    world.drain()
    (review,) = case.reviews()
    assert review.sources == () and case.waiting() == []
    case.source()
    (source,) = world.get("/api/v1/sources").json["value"]
    assert source["retiredDateTime"] is None, "it counts again once it brings data again"


def test_a_source_with_an_interval_of_its_own_may_be_that_old(world: World, organisation: Organisation) -> None:
    case = old(world, organisation)
    (source,) = world.get("/api/v1/sources").json["value"]
    world.call("PATCH", f"/api/v1/sources/{source['id']}", {"everyHours": 24 * 31})
    case.end_of_day()
    assert len(case.reviews()) == 1


def test_sources_of_sign_ins_count_only_where_the_policy_recommends(world: World, organisation: Organisation) -> None:
    case = old(world, organisation, SourceKind.SIGN_INS, recommendations=False)
    case.end_of_day()
    assert len(case.reviews()) == 1
    assert case.waiting() == []


def test_what_waits_beyond_the_next_occurrence_is_missed(world: World, organisation: Organisation) -> None:
    """G6: of several that are due only the latest opens, and those before it are on record."""
    case = old(world, organisation, frequency=Frequency.WEEKLY, duration_days=7)
    case.end_of_day()
    first = case.waiting()[0]["plannedDateTime"]
    case.end_of_day(after=5)
    case.end_of_day(after=2)
    assert case.reviews() == [] and case.waiting()[0]["plannedDateTime"] > first
    case.source()
    world.drain()
    assert len(case.reviews()) == 1
    series = world.get(f"/api/v1/review-series/{case.series}").json
    assert len(series["missed"]) == 1 and case.activities().count("Access review waits for data") == 2


def test_a_series_that_is_switched_off_waits_no_more(world: World, organisation: Organisation) -> None:
    case = old(world, organisation)
    case.end_of_day()
    em = "/v1.0/identityGovernance/entitlementManagement/assignmentPolicies"
    policy = world.get(f"{em}/{case.policy.id}").json
    policy["reviewSettings"]["isEnabled"] = False
    assert world.call("PUT", f"{em}/{case.policy.id}", policy).status == 200
    world.clock.advance(hours=1, minutes=1)
    world.tick()
    assert case.waiting() == [] and case.reviews() == []


class Target:
    """A system outside that can be read or not."""

    def __init__(self) -> None:
        self.broken = True

    def look_up(self, system: str, origin_id: str) -> None:
        if self.broken:
            raise ConnectionError("token=secret")


def test_a_system_outside_that_cannot_be_read_holds_the_review_up(
    world: World, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure to read is never "no access"; a target read long ago is simply read again."""
    from dataclasses import replace

    from chalicelib.usecases.ports import Save

    succeeded(world.services, SourceKind.TARGET, "directory", "Directory")
    world.clock.advance(days=90)
    case, target = Case(world, organisation), Target()
    registry = world.services.connectors
    monkeypatch.setattr(type(registry), "get", lambda self, name: target)
    package = world.services.entitlements.package(case.policy.package_id)
    right = Right("directory", "AadGroup", "group1", "Member_group1")
    scope = RoleScope(id="1", resource_id="1", role_id="1", right=right, created=world.clock.now())
    world.services.writer.commit("scope", Save(replace(package, role_scopes=(scope,))))
    case.end_of_day()
    assert case.reviews() == [] and len(case.waiting()) == 1
    (source,) = world.get("/api/v1/sources").json["value"]
    assert source["error"] == "ConnectionError" and "secret" not in str(world.get("/api/v1/sources").json)
    target.broken = False
    world.clock.advance(hours=1, minutes=1)
    world.tick()
    (review,) = case.reviews()
    assert [one.display_name for one in review.sources] == ["Directory"]


def test_a_failure_after_a_fresh_success_holds_nothing_up(world: World, organisation: Organisation) -> None:
    case = Case(world, organisation)
    case.source()
    failed(world.services, SourceKind.SCIM, "okta", "Okta", "HTTP 503")
    case.end_of_day()
    assert len(case.reviews()) == 1
