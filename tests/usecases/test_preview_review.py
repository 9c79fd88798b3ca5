"""The preview of a review against the review that then opens, over a seeded variety of settings and people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import AssignmentPolicy, NoResponse, ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.people import Group, Membership, Role, User
from chalicelib.domain.recurrence import Frequency
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.routes.graph.review_settings import review_object
from chalicelib.usecases import first_review
from chalicelib.usecases.list_items import items_of_review
from tests import factories
from tests.factories import Organisation
from tests.world import World

PREVIEWS = "/api/v1/review-previews"
SEEDS = range(len(ReviewerKind) * len(NoResponse))  # each pair once


class Company:
    """People as they come: without managers, with managers who left, guests who never answered, no address."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.dice = world, seed, random.Random(seed)
        self.org = Organisation(world.services)
        self.leads = [self._person(f"lead{number}") for number in range(4)]
        self.staff = [self._person(f"p{number}", manager=self._manager(number)) for number in range(17)]
        group = Group(id=ids.guid("group", "crowd"), display_name="Crowd")
        members = [Membership(group_id=group.id, member_id=one.id) for one in (*self.leads[:2], self.staff[0])]
        world.services.writer.put_all([group, *members])
        self.group = group.id

    def _person(self, name: str, manager: str = "") -> User:
        now, dice = self.org.now, self.dice
        unusual: dict[str, Any] = dice.choice(
            [{}, {}, {}, {"enabled": False}, {"user_type": "Guest", "invitation": "pending"}, {"mail": "", "at": ""}]
        )
        seen = dice.choice([now - timedelta(days=2), now - timedelta(days=90), None])
        facts = {
            "last_sign_in": seen,
            "never_signed_in": seen is None and dice.random() < 0.5,
            "sign_in_as_of": dice.choice([now, now, now - timedelta(days=40)]),
        }
        addressless = unusual.pop("at", None) is not None
        user = self.org.person(name, manager=manager, **facts, **unusual)
        if addressless:
            user = replace(user, principal_name=name)
            self.world.services.writer.put_all([user])
        return user

    def _manager(self, number: int) -> str:
        return self.dice.choice(["", "lead0", "lead0", "lead1", "lead2", "lead3", "gone", f"p{number}"])

    def settings(self) -> ReviewSettings:
        dice = self.dice
        kind = list(ReviewerKind)[self.seed % len(ReviewerKind)]
        people = tuple(SubjectSet("singleUser", one.id) for one in dice.sample((*self.leads, *self.staff), 2))
        some = dice.choice([people[:1], people, (*people, SubjectSet("groupMembers", self.group))])
        primary = {ReviewerKind.MANAGER: (SubjectSet("targetManager"),), ReviewerKind.SPECIFIC: some}.get(kind, ())
        return ReviewSettings(
            schedule=factories.schedule(self.org.now.date(), frequency=Frequency.QUARTERLY),
            reviewers=kind,
            primary=primary,
            fallback=() if kind is ReviewerKind.SELF else some,
            no_response=list(NoResponse)[self.seed % len(NoResponse)],
            self_decision=dice.random() < 0.3,
            auto_apply=dice.random() < 0.7,
            brake_count=dice.choice([1, 3, 10]),
            brake_percent=dice.choice([0, 30]),
            max_data_age_days=dice.choice([1, 60]),
        )

    def policy(self) -> AssignmentPolicy:
        """A policy without reviews, people assigned through it, some only for a time."""
        policy = self.org.policy()
        self.org.assign(policy, *(one for one in self.staff if one.enabled and one.invitation != "pending"))
        if self.dice.random() < 0.5:
            owner = self.dice.choice(self.leads)
            self.org.grant(owner, Role.PACKAGE_MANAGER, f"package:{policy.package_id}")
        return policy


@pytest.mark.parametrize("seed", SEEDS)
def test_the_preview_says_what_the_opening_then_makes_and_what_silence_does(world: World, seed: int) -> None:
    """R64-R72, R113, G9, G10, G19, G24: items, reviewers with how many each, who needs one, and the closing."""
    company = Company(world, seed)
    policy, settings = company.policy(), company.settings()
    asked = {"accessPackageId": policy.package_id, "assignmentPolicyId": policy.id}
    world.clock.set(world.clock.now().replace(hour=23, minute=58))
    told = world.post(PREVIEWS, {**asked, "reviewSettings": review_object(settings)}).json
    saved = world.call(
        "PATCH",
        f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy.id}",
        {"reviewSettings": review_object(settings)},
    )
    assert saved.status == 200, saved.text
    assert told.get("warning") == saved.json.get("@accessReviews.warning")
    world.clock.advance(minutes=1, seconds=5)
    world.tick()
    instance, state, items = opened(world, policy)
    first = told["firstReview"]
    assert first["complete"] and first["items"] == state.items == len(items)
    assert told["next"][0]["startDateTime"] == f"{instance.opens:%Y-%m-%dT%H:%M:%SZ}"
    assert {one["userPrincipalName"]: one["items"] for one in first["reviewers"]["value"]} == rows(world, instance)
    whys = Counter(item.why for item in items)
    assert (first["toFallback"]["count"], first["needReviewer"]["count"]) == (whys["fallback"], whys["none"])
    if settings.reviewers is ReviewerKind.MANAGER:
        assert first["withoutManager"]["count"] == len(items) - whys["manager"]
    world.clock.advance(days=15)
    world.tick()
    closed_as_told(world, instance, first["ifNobodyAnswers"])


def opened(world: World, policy: AssignmentPolicy) -> tuple[ReviewInstance, InstanceState, list[DecisionItem]]:
    reviews = world.services.reviews
    (instance,) = reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    return instance, reviews.state(instance.id), every_item(world, instance)


def every_item(world: World, instance: ReviewInstance) -> list[DecisionItem]:
    state = world.services.reviews.state(instance.id)
    return list(items_of_review(world.services, instance, state, 100, None).items)


def rows(world: World, instance: ReviewInstance) -> dict[str, int]:
    """How many people each reviewer is asked about; not what is passed on to them because a mail did not arrive."""
    found: Counter[str] = Counter()
    for row in world.services.reviews.reviewer_rows(instance.id, 100, None).items:
        if not row.extra:
            found[row.principal_name] += row.tally.total
    return dict(found)


def closed_as_told(world: World, instance: ReviewInstance, silence: dict[str, Any]) -> None:
    state = world.services.reviews.state(instance.id)
    outcome = state.outcome
    denied = {item.principal_id for item in every_item(world, instance) if item.decision is Decision.DENY}
    assert {one["id"] for one in silence["removed"]["value"]} == denied
    assert silence["approved"] == outcome.approved_by_rule
    assert (silence["kept"], silence["keptBecause"]) == (outcome.kept, outcome.kept_because)
    held = state.brake or (bool(denied) and not instance.settings.auto_apply)
    assert silence["waitsForConfirmation"] == held


@pytest.fixture
def staffed(world: World) -> Iterator[tuple[Organisation, AssignmentPolicy, ReviewSettings]]:
    org = Organisation(world.services)
    boss = org.person("boss")
    people = [org.person(f"p{number:03}", manager="boss") for number in range(5)]
    settings = factories.by_manager(world.clock.now().date() + timedelta(days=30), boss)
    policy = org.policy(review=settings)
    org.assign(policy, *people)
    yield org, policy, settings


Staffed = tuple[Organisation, AssignmentPolicy, ReviewSettings]


def ask(world: World, policy: AssignmentPolicy, as_: str = "admin@example.com", **more: Any) -> Any:
    body = {"accessPackageId": policy.package_id, "assignmentPolicyId": policy.id, **more}
    return world.post(PREVIEWS, body, as_)


def test_without_settings_it_tells_of_those_the_policy_has(world: World, staffed: Staffed) -> None:
    _, policy, _ = staffed
    told = ask(world, policy).json
    assert [one["date"] for one in told["next"]] == [
        "2026-04-01",
        "2026-07-01",
        "2026-10-01",
        "2027-01-01",
        "2027-04-01",
    ]
    assert told["next"][0]["localStart"] == "2026-04-01T23:59:00+00:00"
    (boss,) = told["firstReview"]["reviewers"]["value"]
    assert (boss["displayName"], boss["items"], boss["reasons"], boss["noMailBecause"]) == (
        "Boss",
        5,
        ["manager"],
        None,
    )


def test_the_times_are_local_on_both_sides_of_a_change_of_clocks(world: World, staffed: Staffed) -> None:
    _, policy, settings = staffed
    given = replace(settings, schedule=replace(settings.schedule, zone="Europe/Paris"))
    told = ask(world, policy, reviewSettings=review_object(given)).json
    assert told["timeZone"] == "Europe/Paris"
    assert [one["localStart"][10:] for one in told["next"]] == [
        "T23:59:00+02:00",
        "T23:59:00+02:00",
        "T23:59:00+02:00",
        "T23:59:00+01:00",
        "T23:59:00+02:00",
    ]


def test_members_that_are_given_are_laid_over_those_of_the_policy(world: World, staffed: Staffed) -> None:
    """As the save would (PATCH): a form may send what was changed only."""
    _, policy, _ = staffed
    told = ask(world, policy, reviewSettings={"isEnabled": True, "expirationBehavior": "removeAccess"}).json
    assert told["firstReview"]["ifNobodyAnswers"]["removed"]["count"] == 5
    assert told["firstReview"]["items"] == 5 and "warning" in told


def test_a_new_policy_has_dates_and_nobody_yet(world: World, staffed: Staffed) -> None:
    _, policy, settings = staffed
    body = {"accessPackageId": policy.package_id, "reviewSettings": review_object(settings)}
    told = world.post(PREVIEWS, body).json
    assert len(told["next"]) == 5 and told["firstReview"]["items"] == 0
    body["reviewSettings"] = {**review_object(settings), "isEnabled": False}
    assert world.post(PREVIEWS, body).json["next"] == []


def test_what_a_save_would_refuse_is_refused_with_the_same_member(world: World, staffed: Staffed) -> None:
    _, policy, settings = staffed
    late = {**review_object(settings)}
    late["schedule"] = {**late["schedule"], "startDateTime": "2026-01-01"}
    error = ask(world, policy, reviewSettings=late).error
    assert error["target"] == "reviewSettings/schedule/startDateTime"
    nobody = {"primaryReviewers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": "nobody"}]}
    error = ask(world, policy, reviewSettings=nobody).error
    assert error["target"] == "reviewSettings/primaryReviewers/0/userId"
    assert world.post(PREVIEWS, {"accessPackageId": policy.package_id}).error["target"] == "reviewSettings"
    other = staffed[0].policy(staffed[0].package("Other"))
    body = {"accessPackageId": other.package_id, "assignmentPolicyId": policy.id}
    assert world.post(PREVIEWS, body).error["target"] == "assignmentPolicyId"


def test_a_review_that_is_open_is_named_and_stays_as_it_is(world: World, staffed: Staffed) -> None:
    """G30: the next one opens after it has closed."""
    _, policy, settings = staffed
    world.clock.set(world.clock.now().replace(month=4, day=1, hour=23, minute=59, second=30))
    world.tick()
    weekly = replace(settings, schedule=replace(settings.schedule, frequency=Frequency.WEEKLY, duration_days=3))
    told = ask(world, policy, reviewSettings=review_object(weekly)).json
    assert told["running"]["endDateTime"] == "2026-04-15T23:59:00Z"
    assert told["next"][0]["date"] == "2026-04-15"


def test_it_looks_at_so_many_people_and_says_so(
    world: World, staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brief, decision 14: nothing is cut in silence."""
    _, policy, _ = staffed
    monkeypatch.setattr(first_review, "PAGE", 2)
    monkeypatch.setattr(first_review, "MOST_EXAMINED", 3)
    first = ask(world, policy).json["firstReview"]
    assert (first["complete"], first["examined"], first["items"]) == (False, 4, 4)
    monkeypatch.setattr(first_review, "SECONDS", 0.0)
    assert ask(world, policy).json["firstReview"]["examined"] == 2


def test_who_may_see_who_holds_the_package_may_look_ahead(world: World, staffed: Staffed) -> None:
    """R165: those who administer or audit it; who merely holds it may not, to strangers it does not exist."""
    org, policy, _ = staffed
    org.grant(org.person("auditor"), Role.AUDITOR)
    org.grant(org.person("manager"), Role.PACKAGE_MANAGER, f"package:{policy.package_id}")
    org.grant(org.person("reader"), Role.CATALOG_READER, f"catalog:{policy.catalog_id}")
    org.person("stranger")
    names = ("auditor", "manager", "reader", "p000", "stranger")
    found = {name: ask(world, policy, f"{name}@example.com").status for name in names}
    assert found == {"auditor": 200, "manager": 200, "reader": 403, "p000": 403, "stranger": 404}


def test_it_reads_what_it_tells_of_and_writes_nothing(world: World, staffed: Staffed) -> None:
    """Cost (docs/limits.md): 0.1 read units an assignment, 0.5 a person and once a manager; no write."""
    org, policy, _ = staffed
    org.assign(policy, *(org.person(f"q{number:03}", manager="boss") for number in range(95)))
    with Meter() as meter:
        assert ask(world, policy).json["firstReview"]["items"] == 100
    spent = meter.by_table
    assert sum(line.write_units for line in spent.values()) == 0
    assert sum(line.read_units for line in spent.values()) <= 100 * 0.6 + 15
