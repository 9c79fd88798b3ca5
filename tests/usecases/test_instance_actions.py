"""What an administrator does to an open or closed review: reset, remind, extend, follow up (R81, R143, G45, G47)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import bootstrap, events
from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse, SubjectSet
from chalicelib.domain.people import Group, Membership, Role, User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases import follow_up, reset_decisions
from tests import factories
from tests.factories import Organisation
from tests.world import Reply, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"
SERIES = "/api/v1/review-series"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def opened(world: World, policy: Any) -> ReviewInstance:
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    return newest(world, ids.definition_id(policy.id))


def newest(world: World, definition_id: str) -> ReviewInstance:
    return next(iter(world.services.reviews.instances_of(definition_id, 1, None).items))


def address(instance: ReviewInstance, tail: str = "") -> str:
    return f"{AR}/{instance.definition_id}/instances/{instance.id}{tail}"


def items(world: World, instance: ReviewInstance, reviewer: User) -> dict[str, dict[str, Any]]:
    reply = world.get(address(instance, "/decisions/filterByCurrentUser(on='reviewer')"), reviewer.principal_name)
    return {item["principal"]["id"]: item for item in reply.json["value"]}


def decide(world: World, instance: ReviewInstance, reviewer: User, who: User, decision: str) -> Reply:
    item = items(world, instance, reviewer)[who.id]["id"]
    body = {"decision": decision, "justification": "because"}
    return world.call("PATCH", address(instance, f"/decisions/{item}"), body, reviewer.principal_name)


def review(world: World, org: Organisation, staff: int = 3, **settings: Any):
    """An open review of some people by `boss` for 12 days; more of the settings as wanted."""
    boss = org.person("boss")
    people = [org.person(f"p{number}") for number in range(staff)]
    chosen = {"duration_days": 12, "brake_count": 99, **settings}
    policy = org.policy(review=factories.by_people(world.clock.now().date(), boss, **chosen))
    held = org.assign(policy, *people)
    return opened(world, policy), boss, people, held


def sent(world: World, subject: str) -> list[str]:
    return sorted(mail["to"] for mail in world.mails() if subject in mail["subject"])


def state(world: World, instance: ReviewInstance):
    return world.services.reviews.state(instance.id)


def test_a_reset_keeps_the_history_and_tells_the_reviewers(world: World, org: Organisation) -> None:
    """R143, G47: everything is undecided again, reviewers may go on, each item remembers."""
    instance, boss, (one, two, _), _ = review(world, org)
    decide(world, instance, boss, one, "Deny")
    decide(world, instance, boss, two, "Approve")
    world.drain_stream()
    assert world.post(address(instance, "/resetDecisions")).status == 204
    world.clock.advance(seconds=10)
    world.tick()
    assert {item["decision"] for item in items(world, instance, boss).values()} == {"NotReviewed"}
    stored = world.services.items.get(instance.id, items(world, instance, boss)[one.id]["id"])
    assert [entry.decision for entry in stored.history] == [Decision.DENY, Decision.NOT_REVIEWED]
    counts = world.get(f"/api/v1/reviews/{instance.id}").json["counts"]
    assert (counts["approved"], counts["denied"], counts["notReviewed"]) == (0, 0, 3)
    assert sent(world, "Please decide again") == ["boss@example.com"]
    assert decide(world, instance, boss, one, "Approve").status == 204
    assert world.services.reviews.due_until(world.clock.now(), 9) == []


def test_a_reset_is_refused_late_for_nothing_and_by_others(world: World, org: Organisation) -> None:
    """R143, G47: in the last quarter, before any decision, for who does not administer the review."""
    instance, boss, (one, *_), _ = review(world, org)
    nothing = world.post(address(instance, "/resetDecisions"))
    assert nothing.status == 409 and "Nothing has been decided" in nothing.error["message"]
    decide(world, instance, boss, one, "Deny")
    assert world.post(address(instance, "/resetDecisions"), None, boss.principal_name).status == 403
    world.clock.set(instance.opens + timedelta(days=9, hours=1))
    late = world.post(address(instance, "/resetDecisions"))
    assert late.status == 409 and "last quarter" in late.error["message"]
    assert items(world, instance, boss)[one.id]["decision"] == "Deny"


def test_a_large_reset_goes_on_as_a_job_and_spares_later_decisions(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R143, brief decision 14: also when its worker dies half-way."""
    instance, boss, people, _ = review(world, org, 5)
    for person in people:
        decide(world, instance, boss, person, "Deny")
    world.drain_stream()
    monkeypatch.setattr(reset_decisions, "INLINE", 2)
    monkeypatch.setattr(reset_decisions, "PAGE", 2)
    assert world.post(address(instance, "/resetDecisions")).status == 204
    world.clock.advance(seconds=1)
    decide(world, instance, boss, people[0], "Approve")
    killed = bootstrap.services().items.record
    calls: list[str] = []

    def dies(*arguments: Any, **more: Any) -> Any:
        calls.append(arguments[1])
        if len(calls) == 3:
            raise RuntimeError("killed")
        return killed(*arguments, **more)

    job = next(row for row in world.services.reviews.due_until(world.clock.now(), 9) if row.kind == "job")
    monkeypatch.setattr(bootstrap.services().items, "record", dies)
    with pytest.raises(RuntimeError):
        events._job(bootstrap.services(), job.id)
    monkeypatch.setattr(bootstrap.services().items, "record", killed)
    world.clock.seconds += 1_000  # the dead worker's lease ends
    world.tick()
    found = {who: item["decision"] for who, item in items(world, instance, boss).items()}
    assert found == {person.id: "Approve" if person is people[0] else "NotReviewed" for person in people}
    assert world.services.reviews.job(job.id).status == "done"


def test_a_reminder_by_hand_reaches_who_has_something_undecided(world: World, org: Organisation) -> None:
    """R81: each once, at most once an hour; a repeat by the SDK is no error."""
    ann, bob = org.person("ann", manager="one"), org.person("bob", manager="two")
    one, two, spare = org.person("one"), org.person("two"), org.person("spare")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), spare))
    org.assign(policy, ann, bob)
    instance = opened(world, policy)
    decide(world, instance, one, ann, "Approve")
    world.drain_stream()
    before = len(world.mails())
    assert world.post(address(instance, "/sendReminder")).status == 204
    world.tick()
    assert [mail["to"] for mail in world.mails()[before:]] == [two.principal_name]
    again = world.post(address(instance, "/sendReminder"))
    assert again.status == 429 and int(again.headers["Retry-After"]) > 3_000
    assert world.post(address(instance, "/sendReminder"), headers={"Retry-Attempt": "1"}).status == 204
    world.clock.advance(hours=1, seconds=1)
    assert world.post(address(instance, "/sendReminder")).status == 204
    world.tick()
    assert [mail["to"] for mail in world.mails()[before:]] == [two.principal_name] * 2
    assert world.post(address(instance, "/sendReminder"), None, two.principal_name).status == 403
    world.clock.set(instance.closes)
    assert world.post(address(instance, "/sendReminder")).status == 409


def extend(world: World, instance: ReviewInstance, until: datetime, reason: str = "Holidays") -> Reply:
    body = {"endDateTime": f"{until:%Y-%m-%dT%H:%M:%SZ}", "reason": reason}
    return world.post(f"/api/v1/reviews/{instance.id}/extend", body)


def test_an_extended_review_takes_decisions_and_reminds_until_its_new_end(world: World, org: Organisation) -> None:
    """Items' frozen deadlines do not stand in the way; R79: reminders are planned anew; owners and reviewers hear."""
    instance, boss, (one, two, _), held = review(world, org, no_response=NoResponse.REMOVE)
    owner = org.person("owner")
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{instance.catalog_id}")
    world.clock.set(instance.closes - timedelta(hours=6))
    world.tick()
    last_calls = len(sent(world, "closes"))
    until = instance.closes + timedelta(days=10)
    assert extend(world, instance, until).status == 204
    assert extend(world, instance, until).status == 204  # the same again changes nothing
    world.clock.advance(seconds=10)
    world.tick()
    assert sent(world, "More time") == ["boss@example.com", "owner@example.com"]
    assert state(world, instance).extensions == 1
    world.clock.set(instance.closes + timedelta(days=5))
    world.tick()
    assert decide(world, instance, boss, one, "Approve").status == 204
    assert state(world, instance).status is Status.IN_PROGRESS
    world.clock.set(until - timedelta(hours=6))
    world.tick()
    assert len(sent(world, "closes")) > last_calls
    assert {kind.partition(".")[0] for kind in state(world, instance).mailed if kind.endswith(".1")} >= {"lastCall1"}
    assert decide(world, instance, boss, two, "Approve").status == 204
    world.clock.set(until)
    assert decide(world, instance, boss, two, "Deny").status == 409
    for _ in range(2):
        world.clock.advance(seconds=1)
        world.tick()
    states = [str(world.services.entitlements.assignment(one).state) for one in held]
    assert states == ["delivered", "delivered", "expired"]


def test_an_extension_ends_before_the_next_review_of_the_series(world: World, org: Organisation) -> None:
    """One minute before it (G6), with a reason, while the review is open."""
    instance, *_ = review(world, org)  # quarterly: the next opens on 2 June
    following = datetime.fromisoformat("2026-06-02T23:59:00+00:00")
    for wrong in (instance.closes, following, instance.opens):
        refused = extend(world, instance, wrong)
        assert (refused.status, refused.error["target"]) == (400, "endDateTime")
        assert "2026-06-02T23:58:00Z" in refused.error["message"]
    assert extend(world, instance, following - timedelta(minutes=1), " ").error["target"] == "reason"
    assert extend(world, instance, following - timedelta(minutes=1)).status == 204
    world.clock.set(following)
    world.clock.advance(minutes=2)
    for _ in range(3):
        world.tick()
        world.clock.advance(minutes=1)
    assert newest(world, instance.definition_id).id != instance.id
    assert extend(world, instance, following + timedelta(days=3)).status == 409


def test_a_follow_up_asks_again_about_those_left_undecided(world: World, org: Organisation) -> None:
    """G45: NotReviewed and Don't know, whose access is still there; by other reviewers if wanted."""
    instance, boss, (one, two, three), held = review(world, org)
    deputy = org.person("deputy")
    decide(world, instance, boss, one, "Approve")
    decide(world, instance, boss, two, "DontKnow")
    url = f"/api/v1/reviews/{instance.id}/follow-up"
    body = {"durationInDays": 5, "reviewers": [{"userId": deputy.id}]}
    assert world.post(url, body).status == 409
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    assert world.post(url, body | {"durationInDays": 365}).error["target"] == "durationInDays"
    assert (
        world.post(url, {"durationInDays": 5, "reviewers": [{"userId": "x"}]}).error["target"] == "reviewers/0/userId"
    )
    made = world.post(url, body)
    assert (made.status, made.json["kind"], made.json["follows"]) == (201, "followUp", instance.id)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    second = newest(world, made.json["id"])
    assert state(world, second).status is Status.IN_PROGRESS
    assert set(items(world, second, deputy)) == {two.id, three.id}
    numbers = world.get(f"/api/v1/reviews/{second.id}").json["population"]
    assert numbers == {"read": 2, "counted": 2, "items": 2}
    decide(world, second, deputy, two, "Deny")
    world.clock.set(second.closes + timedelta(seconds=1))
    world.tick()
    assert [str(world.services.entitlements.assignment(one).state) for one in held] == [
        "delivered",
        "expired",
        "delivered",
    ]


def test_a_follow_up_of_several_pages_leaves_out_who_lost_access_meanwhile(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G45, R64."""
    monkeypatch.setattr(follow_up, "PAGE", 2)
    instance, boss, people, held = review(world, org, 5)
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    made = world.post(f"/api/v1/reviews/{instance.id}/follow-up", {"durationInDays": 5}).json["id"]
    remove = {"requestType": "adminRemove", "assignment": {"id": held[0]}}
    world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", remove)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    assert set(items(world, newest(world, made), boss)) == {person.id for person in people[1:]}


def test_missed_and_late_occurrences_show_with_their_reason(world: World, org: Organisation) -> None:
    """G6: of several missed ones only the latest opens; each other one is listed, with why."""
    boss = org.person("boss")
    settings = factories.by_people(
        world.clock.now().date(), boss, frequency=factories.Frequency.WEEKLY, duration_days=7
    )
    policy = org.policy(review=settings)
    org.assign(policy, org.person("ann"))
    world.clock.advance(days=16)  # an outage: 2, 9 and 16 March have passed
    world.tick()
    definition = ids.definition_id(policy.id)
    view = world.get(f"{SERIES}/{definition}").json
    assert [one["date"] for one in view["missed"]] == ["2026-03-09", "2026-03-02"]
    assert all("later occurrence" in one["reason"] for one in view["missed"])
    assert view["running"]["date"] == "2026-03-16" and view["running"]["status"] == "InProgress"
    assert [one["date"] for one in view["next"]][:2] == ["2026-03-23", "2026-03-30"]
    world.clock.set(datetime.fromisoformat("2026-03-28T12:00:00+00:00"))
    for _ in range(3):
        world.tick()
    view = world.get(f"{SERIES}/{definition}").json
    assert view["missed"][0]["date"] == "2026-03-23"
    assert "less than half" in view["missed"][0]["reason"]
    assert world.get(f"{SERIES}/{definition}", "ann@example.com").status == 404


def test_others_get_the_result_too_when_the_policy_names_them(world: World, org: Organisation) -> None:
    """G14: people and the members of groups, each once."""
    boss, eve, kim = org.person("boss"), org.person("eve"), org.person("kim")
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew", created=world.clock.now())
    world.services.writer.put_all([crew, *(Membership(group_id=crew.id, member_id=one.id) for one in (eve, kim))])
    named = (SubjectSet("singleUser", eve.id), SubjectSet("groupMembers", crew.id))
    settings = replace(factories.by_people(world.clock.now().date(), boss), recipients=named)
    policy = org.policy(review=settings)
    org.assign(policy, org.person("ann"))
    instance = opened(world, policy)
    world.clock.set(instance.closes + timedelta(seconds=1))
    world.tick()
    assert sent(world, "has closed") == ["eve@example.com", "kim@example.com"]
