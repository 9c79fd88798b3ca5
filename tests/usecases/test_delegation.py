"""Handing over, taking back and standing delegates, through the doors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.domain import ids
from chalicelib.domain.items import chain, leaf_hash
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.delegates import begin_absence
from chalicelib.usecases.notify import newly_asked
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened
from tests.world import Reply, World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def own(instance: ReviewInstance, tail: str = "") -> str:
    return f"/api/v1/reviews/{instance.id}{tail}"


def hand(world: World, instance: ReviewInstance, who: User, to: User | str, *items: str, reason: str = "away") -> Reply:
    """Hand over and let what follows happen; five seconds later no process remembers the former state."""
    body = {"to": to if isinstance(to, str) else to.id, "reason": reason, "items": list(items)}
    reply = world.post(own(instance, "/hand-over"), body, who.principal_name)
    settle(world)
    return reply


def settle(world: World) -> None:
    world.clock.advance(seconds=6)
    world.drain()


def absent(world: World, who: User, to: User, days: int, first: int = 0) -> Reply:
    start = world.clock.now() + timedelta(days=first)
    body = {"to": to.principal_name, "reason": "holiday", "startDateTime": start.isoformat()}
    body["endDateTime"] = (start + timedelta(days=days)).isoformat()
    return world.call("PUT", "/api/v1/me/delegate", body, who.principal_name)


def starts(world: World, person: User) -> list[str]:
    """Subjects of the mails to a person."""
    return [mail["subject"] for mail in world.mails() if mail["to"] == person.mail]


def progress(world: World, instance: ReviewInstance) -> dict[str, dict]:
    rows = world.get(own(instance, "/reviewers")).json["value"]
    return {row["userPrincipalName"].partition("@")[0]: row for row in rows}


def test_a_whole_part_handed_over_is_listed_mailed_counted_and_decided_by_both(world: World, org: Organisation) -> None:
    """Lists, mails and progress follow; the giver still sees and may decide; the evidence shows both."""
    boss, _, (one, two, three), policy, _ = managed(world, org, justification_required=False)
    helper = org.person("helper")
    instance = opened(world, policy)
    assert world.get(own(instance), helper.principal_name).status == 404
    reply = hand(world, instance, boss, helper)
    assert (reply.status, reply.json) == (200, {"toFallback": []})
    assert set(mine(world, instance, helper)) == set(mine(world, instance, boss)) == {one.id, two.id, three.id}
    (subject,) = starts(world, helper)
    assert subject.startswith("Review access to")
    assert "handed over to you" in next(mail["body"] for mail in world.mails() if mail["to"] == helper.mail)
    items = mine(world, instance, boss)
    assert decide(world, instance, helper, items[one.id]["id"], "Deny").status == 204
    assert decide(world, instance, boss, items[two.id]["id"], "Approve").status == 204
    world.drain()
    stored = {item.principal_id: item for item in _items(world, instance, boss)}
    assert (stored[one.id].last.by, stored[one.id].last.on_behalf_of) == (helper.id, boss.id)
    assert (stored[two.id].last.by, stored[two.id].last.on_behalf_of) == (boss.id, "")
    shown = mine(world, instance, boss)[one.id]
    assert shown["reviewedBy"]["id"] == helper.id and shown["@accessReviews.onBehalfOf"] == boss.id
    rows = progress(world, instance)
    assert rows["helper"]["counts"] == rows["boss"]["counts"]
    assert rows["helper"]["counts"]["notReviewed"] == 1 and rows["helper"]["onBehalfOf"] == boss.id
    (listed,) = world.get("/api/v1/reviews", helper.principal_name).json["value"]
    assert listed["items"] == 3 and listed["onBehalfOf"] == [boss.id]
    assert world.get(own(instance)).json["counts"]["total"] == 3


def test_the_mail_to_who_joins_late_counts_what_is_left(world: World, org: Organisation) -> None:
    boss, _, (one, two, _), policy, _ = managed(world, org, justification_required=False)
    helper = org.person("helper")
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    for person in (one, two):
        decide(world, instance, boss, items[person.id]["id"], "Approve")
    hand(world, instance, boss, helper)
    (subject,) = starts(world, helper)
    assert subject.endswith("(1 person)")


def _items(world: World, instance: ReviewInstance, reviewer: User):
    return world.services.items.page(instance.id, ids.set_of_one(reviewer.id), 0, 100, None).items


def test_single_items_are_all_the_helper_gets_and_leaves_stay_true(world: World, org: Organisation) -> None:
    boss, _, (one, two, three), policy, _ = managed(world, org, justification_required=False)
    helper = org.person("helper")
    instance = opened(world, policy)
    items = {who: item["id"] for who, item in mine(world, instance, boss).items()}
    assert hand(world, instance, boss, helper, items[one.id], items[two.id]).status == 200
    assert set(mine(world, instance, helper)) == {one.id, two.id}
    assert decide(world, instance, helper, items[three.id], "Deny").status in (403, 404)
    assert decide(world, instance, helper, items[one.id], "Deny").status == 204
    world.drain()
    counts = progress(world, instance)["helper"]["counts"]
    assert (counts["total"], counts["denied"], counts["notReviewed"]) == (2, 1, 1)
    for item in _items(world, instance, boss):
        assert leaf_hash(item) == item.leaf
        assert chain(item.leaf, item.history) != item.leaf or not item.history
    assert closed(world, instance).outcome.denied_by_person == 1


def test_one_hop_no_mutual_delegation_and_nobody_gets_their_own_item(world: World, org: Organisation) -> None:
    """What was handed over goes no further and not back; the person under review makes it the fallback's."""
    boss, deputy, (one, two, three), policy, _ = managed(world, org, justification_required=False)
    instance = opened(world, policy)
    reply = hand(world, instance, boss, one)
    items = {who: item["id"] for who, item in mine(world, instance, boss).items()}
    assert reply.json == {"toFallback": [items[one.id]]}
    assert set(mine(world, instance, one)) == {two.id, three.id}
    assert decide(world, instance, one, items[one.id], "Approve").status == 403
    assert set(mine(world, instance, deputy)) == {one.id}
    assert decide(world, instance, deputy, items[one.id], "Approve").status == 204
    onward = hand(world, instance, one, two)
    assert onward.status == 409 and "handed on" in onward.error["message"]
    back = hand(world, instance, one, boss)
    assert back.status == 409 and "cannot go back" in back.error["message"]


def test_handing_over_is_refused_where_it_cannot_be(world: World, org: Organisation) -> None:
    boss, _, (one, *_), policy, _ = managed(world, org, 2, delegation=False)
    sleeper = org.person("sleeper", enabled=False)
    instance = opened(world, policy)
    assert hand(world, instance, boss, one).status == 403
    other = org.policy(org.package("Other"), review=factories.by_manager(world.clock.now().date(), one))
    org.assign(other, org.person("x", manager="boss"))
    world.clock.advance(days=1)
    instance = opened(world, other)
    for to, reason, target in ((sleeper, "away", "to"), ("nobody@example.com", "away", "to"), (boss, "away", "to")):
        refused = hand(world, instance, boss, to, reason=reason)
        assert (refused.status, refused.error["target"]) == (400, target)
    assert hand(world, instance, boss, one, reason=" ").error["target"] == "reason"
    assert hand(world, instance, boss, one, ids.guid("nothing")).status == 404
    assert hand(world, instance, org.person("stranger"), boss).status == 404


def test_repeated_hand_overs_change_nothing_and_send_one_mail(world: World, org: Organisation) -> None:
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    for _ in range(3):
        assert hand(world, instance, boss, helper).status == 200
    assert len(starts(world, helper)) == 1
    (listed,) = world.get("/api/v1/reviews", boss.principal_name).json["value"]
    assert [one["to"] for one in listed["handedOver"]] == [helper.id]


def test_what_was_handed_over_can_be_taken_back_and_decisions_stand(world: World, org: Organisation) -> None:
    boss, _, (one, two, _), policy, _ = managed(world, org, justification_required=False)
    helper = org.person("helper")
    instance = opened(world, policy)
    items = {who: item["id"] for who, item in mine(world, instance, boss).items()}
    hand(world, instance, boss, helper)
    decide(world, instance, helper, items[one.id], "Deny")
    assert world.post(own(instance, "/take-back"), {}, boss.principal_name).status == 204
    settle(world)
    assert world.get(own(instance), helper.principal_name).status == 404
    assert decide(world, instance, helper, items[two.id], "Deny").status in (403, 404)
    assert mine(world, instance, boss)[one.id]["decision"] == "Deny"
    assert "helper" not in progress(world, instance)
    assert hand(world, instance, boss, helper, items[two.id]).status == 200
    assert set(mine(world, instance, helper)) == {two.id}


def test_reminders_go_to_who_has_the_items_now(world: World, org: Organisation) -> None:
    """R79, G12."""
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    hand(world, instance, boss, helper)
    world.clock.set(instance.opens + (instance.closes - instance.opens) / 2 + timedelta(hours=12))
    world.tick()
    assert [subject for subject in starts(world, helper) if subject.startswith("Still open")]
    assert not [subject for subject in starts(world, boss) if subject.startswith("Still open")]


def test_a_shared_list_can_be_handed_over_without_taking_it_from_the_others(world: World, org: Organisation) -> None:
    """R69."""
    one, two, ann, helper = (org.person(name) for name in ("one", "two", "ann", "helper"))
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two, justification_required=False))
    org.assign(policy, ann)
    instance = opened(world, policy)
    assert hand(world, instance, one, two).status == 409
    assert hand(world, instance, one, helper).status == 200
    item = mine(world, instance, helper)[ann.id]["id"]
    assert set(mine(world, instance, two)) == {ann.id}
    assert decide(world, instance, helper, item, "Deny").status == 204
    assert closed(world, instance).outcome.denied_by_person == 1


def test_a_standing_delegate_gets_reviews_that_open_during_the_absence(world: World, org: Organisation) -> None:
    boss, _, people, policy, _ = managed(world, org, justification_required=False)
    helper, second = org.person("helper"), org.person("second")
    assert world.get("/api/v1/me/delegate", boss.principal_name).status == 404
    assert absent(world, boss, helper, 30).json["to"] == helper.id
    assert absent(world, helper, second, 30).status == 200
    instance = opened(world, policy)
    settle(world)
    assert set(mine(world, instance, helper)) == {person.id for person in people}
    assert len(starts(world, helper)) == 1
    assert world.get(own(instance), second.principal_name).status == 404, "a delegate's delegate does not apply"
    (given,) = world.get("/api/v1/reviews", boss.principal_name).json["value"][0]["handedOver"]
    assert (given["to"], given["reason"]) == (helper.id, "holiday")
    assert world.get("/api/v1/me/delegate", boss.principal_name).json["to"] == helper.id
    assert world.call("DELETE", "/api/v1/me/delegate", None, boss.principal_name).status == 204
    assert world.get("/api/v1/me/delegate", boss.principal_name).status == 404
    assert set(mine(world, instance, helper)) == {person.id for person in people}


def test_an_absence_that_begins_later_hands_over_what_runs_then(world: World, org: Organisation) -> None:
    boss, _, people, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    assert absent(world, boss, helper, 5, first=3).status == 200
    world.tick()
    assert world.get(own(instance), helper.principal_name).status == 404
    world.clock.advance(days=3, minutes=1)
    world.tick()
    assert set(mine(world, instance, helper)) == {person.id for person in people}
    rows = world.services.reviews.due_until(world.clock.now(), 100)
    assert [row.kind for row in rows if row.kind == "absence"] == []


def test_two_workers_in_the_same_second_send_one_mail(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R77: the queue and the agenda both have somebody told who just became a reviewer."""
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    body = {"to": helper.id, "reason": "away", "items": []}
    assert world.post(own(instance, "/hand-over"), body, boss.principal_name).status == 200
    claim, send = type(world.services.reviews).claim_mail, type(world.services.mailer).send
    late: list[tuple] = []
    answers: list[bool] = []

    def claim_late(self: object, *arguments: object) -> bool:
        """The first worker has read the part; before its claim arrives, a second one claims and begins to send."""
        if late:
            return bool(claim(self, *arguments))
        late.append((self, *arguments))
        newly_asked(bootstrap.services(), helper.id)
        return answers[0]

    def send_meanwhile(self: object, mail: object) -> object:
        if not answers:
            answers.append(claim(*late[0]))
        return send(self, mail)

    monkeypatch.setattr(type(world.services.reviews), "claim_mail", claim_late)
    monkeypatch.setattr(type(world.services.mailer), "send", send_meanwhile)
    newly_asked(bootstrap.services(), helper.id)
    settle(world)
    assert answers == [False] and len(starts(world, helper)) == 1


def test_an_absence_begun_twice_at_the_same_moment_hands_over_once(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue and the agenda both begin it; the second finds its work done and does not fail."""
    boss, _, people, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    assert absent(world, boss, helper, 5).status == 200
    commit, rivals = type(world.services.writer).commit, [boss.id]

    def overtaken(self: object, operation: str, *changes: object) -> None:
        if rivals:
            world.clock.advance(seconds=1)
            begin_absence(bootstrap.services(), rivals.pop())
        commit(self, operation, *changes)

    monkeypatch.setattr(type(world.services.writer), "commit", overtaken)
    begin_absence(bootstrap.services(), boss.id)
    settle(world)
    assert not rivals and set(mine(world, instance, helper)) == {person.id for person in people}
    assert len(starts(world, helper)) == 1


def test_an_unusable_standing_delegate_means_the_fallback_reviewers(world: World, org: Organisation) -> None:
    boss, deputy, people, policy, _ = managed(world, org)
    helper = org.person("helper")
    assert absent(world, boss, helper, 30).status == 200
    org.person("helper", enabled=False)
    instance = opened(world, policy)
    settle(world)
    assert set(mine(world, instance, deputy)) == {person.id for person in people}


def test_two_people_cannot_stand_in_for_each_other_at_the_same_time(world: World, org: Organisation) -> None:
    one, two = org.person("one"), org.person("two")
    assert absent(world, one, two, 5).status == 200
    assert absent(world, two, one, 5, first=4).status == 409
    assert absent(world, two, one, 5, first=6).status == 200
    assert absent(world, one, one, 5).error["target"] == "to"
    assert absent(world, one, two, 0).error["target"] == "endDateTime"
    assert absent(world, one, two, 400).error["target"] == "endDateTime"


def test_who_gives_and_who_takes_back_is_in_the_audit_log(world: World, org: Organisation) -> None:
    boss, _, _, policy, _ = managed(world, org)
    helper = org.person("helper")
    instance = opened(world, policy)
    hand(world, instance, boss, helper, reason="on holiday")
    world.post(own(instance, "/take-back"), {}, boss.principal_name)
    events = world.services.audit.events(f"{world.clock.now():%Y-%m-%d}", 1_000, None).items
    (given,) = [one for one in events if one.activity == "Hand over review"]
    assert (given.actor_id, given.details["to"], given.details["reason"]) == (boss.id, helper.id, "on holiday")
    assert [one.actor_id for one in events if one.activity == "Take back review"] == [boss.id]


def test_who_is_asked_again_while_being_told_is_told_of_that_too(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R140: the second hand-over lies on the agenda although its message is lost and the first is being worked off."""
    boss, _, people, first, _ = managed(world, org)
    other, helper = org.person("other"), org.person("helper")
    second = org.policy(org.package("Other"), review=factories.by_people(world.clock.now().date(), other))
    org.assign(second, *people)
    here, there = opened(world, first), opened(world, second)
    body = {"to": helper.id, "reason": "away", "items": []}
    send, meanwhile = type(world.services.mailer).send, [other]

    def send_meanwhile(self: object, mail: object) -> object:
        if meanwhile:
            world.clock.advance(seconds=1)
            world.post(own(there, "/hand-over"), body, meanwhile.pop().principal_name)
        return send(self, mail)

    assert world.post(own(here, "/hand-over"), body, boss.principal_name).status == 200
    monkeypatch.setattr(type(world.services.mailer), "send", send_meanwhile)
    newly_asked(bootstrap.services(), helper.id)
    client("sqs").purge_queue(QueueUrl=world.services.settings.work_queue_url)
    world.clock.advance(seconds=6)
    world.tick()
    assert not meanwhile and len(starts(world, helper)) == 2
