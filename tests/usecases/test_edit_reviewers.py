"""Editing the reviewers of a running review; items that lost theirs; who counts as asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Group, Membership, User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_delegation import hand, own, progress, settle, starts
from tests.usecases.test_review_rules import address, closed, decide, managed, mine, opened
from tests.world import Reply, World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def scope(person: User) -> dict[str, str]:
    return {"query": f"/users/{person.id}", "queryType": "MicrosoftGraph"}


def patch(world: World, instance: ReviewInstance, body: dict, as_: str = "admin@example.com") -> Reply:
    reply = world.call("PATCH", address(instance), body, as_)
    settle(world)
    return reply


def contacted(world: World, instance: ReviewInstance) -> set[str]:
    rows = world.get(address(instance, "/contactedReviewers")).json["value"]
    return {row["userPrincipalName"].partition("@")[0] for row in rows}


def named(world: World, org: Organisation, *reviewers: str, **settings):
    """A review of Ann and Bob by named people."""
    people = [org.person(name) for name in reviewers]
    settings = {"justification_required": False} | settings
    policy = org.policy(review=factories.by_people(world.clock.now().date(), *people, **settings))
    ann, bob = org.person("ann"), org.person("bob")
    org.assign(policy, ann, bob)
    return people, ann, bob, opened(world, policy)


@pytest.mark.parametrize("first", [("one",), ("one", "two")], ids=["a set of one", "a shared set"])
def test_named_reviewers_are_added_and_removed_while_the_review_runs(
    world: World, org: Organisation, first: tuple[str, ...]
) -> None:
    """R140, G31: the new one gets the start mail; the removed one's decision stands, and they are out."""
    people, ann, bob, instance = named(world, org, *first)
    one, new = people[0], org.person("new")
    items = {who: item["id"] for who, item in mine(world, instance, one).items()}
    decide(world, instance, one, items[ann.id], "Deny")
    staying = [scope(person) for person in people[1:]]
    assert patch(world, instance, {"reviewers": [*staying, scope(new)]}).status == 204
    assert set(mine(world, instance, new)) == {ann.id, bob.id}
    assert len(starts(world, new)) == 1
    assert mine(world, instance, new)[ann.id]["decision"] == "Deny"
    assert world.get(own(instance), one.principal_name).status == 404
    assert decide(world, instance, one, items[bob.id], "Deny").status in (403, 404)
    assert contacted(world, instance) == {*first[1:], "new"} == set(progress(world, instance))
    shown = world.get(address(instance)).json["reviewers"]
    assert [each["query"] for each in shown] == [each["query"] for each in (*staying, scope(new))]
    assert decide(world, instance, new, items[bob.id], "Approve").status == 204
    outcome = closed(world, instance).outcome
    assert (outcome.denied_by_person, outcome.approved) == (1, 1)


def test_a_removed_reviewer_can_be_named_again(world: World, org: Organisation) -> None:
    (one,), ann, bob, instance = named(world, org, "one")
    new = org.person("new")
    assert patch(world, instance, {"reviewers": [scope(new)]}).status == 204
    assert patch(world, instance, {"reviewers": [scope(new), scope(one)]}).status == 204
    items = mine(world, instance, one)
    assert set(items) == {ann.id, bob.id}
    assert decide(world, instance, one, items[bob.id]["id"], "Approve").status == 204
    world.drain()
    assert progress(world, instance)["one"]["counts"]["approved"] == 1
    assert closed(world, instance).outcome.approved == 1


def test_a_group_can_be_named_and_its_helpers_leave_with_who_is_removed(world: World, org: Organisation) -> None:
    """R69, R140."""
    (one, two), ann, bob, instance = named(world, org, "one", "two")
    helper, third = org.person("helper"), org.person("third")
    hand(world, instance, two, helper)
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew")
    world.services.writer.put_all([crew, Membership(group_id=crew.id, member_id=third.id)])
    members = {"query": f"/groups/{crew.id}/transitiveMembers", "queryType": "MicrosoftGraph"}
    assert patch(world, instance, {"reviewers": [scope(one), members]}).status == 204
    assert set(mine(world, instance, third)) == {ann.id, bob.id}
    for gone in (two, helper):
        assert world.get(own(instance), gone.principal_name).status == 404


def test_fallback_reviewers_are_added_and_never_removed_and_the_kind_is_fixed(world: World, org: Organisation) -> None:
    """R140, R141, G31."""
    boss, deputy, _, policy, _ = managed(world, org)
    org.assign(policy, org.person("lost"))
    extra = org.person("extra")
    instance = opened(world, policy)
    assert patch(world, instance, {"fallbackReviewers": [scope(deputy), scope(extra)]}).status == 204
    assert set(mine(world, instance, extra)) == {ids.guid("user", "lost")}
    assert len(starts(world, extra)) == 1
    removed = patch(world, instance, {"fallbackReviewers": [scope(extra)]})
    assert (removed.status, removed.error["target"]) == (409, "fallbackReviewers")
    other = patch(world, instance, {"reviewers": [scope(boss)]})
    assert (other.status, other.error["target"]) == (409, "reviewers")
    same = {"reviewers": [{"query": "./manager", "queryType": "MicrosoftGraph", "queryRoot": "decisions"}]}
    assert patch(world, instance, same).status == 204
    wrong = patch(world, instance, {"fallbackReviewers": [{"query": "/devices/1"}]})
    assert (wrong.status, wrong.error["target"]) == (400, "fallbackReviewers/0/query")
    nobody = patch(world, instance, {"fallbackReviewers": [scope(deputy), scope(extra), {"query": "/users/nobody"}]})
    assert (nobody.status, nobody.error["target"]) == (400, "fallbackReviewers")


def test_reviewers_are_edited_only_in_progress_by_who_manages_and_not_in_self_reviews(
    world: World, org: Organisation
) -> None:
    """R140, R140, G31."""
    (one,), _, _, instance = named(world, org, "one")
    new = org.person("new")
    assert patch(world, instance, {"reviewers": [scope(new)]}, one.principal_name).status == 403
    assert patch(world, instance, {"reviewers": []}).error["target"] == "reviewers"
    closed(world, instance)
    assert patch(world, instance, {"reviewers": [scope(new)]}).status == 409
    policy = org.policy(org.package("Other"), review=factories.by_oneself(world.clock.now().date()))
    org.assign(policy, one)
    oneself = opened(world, policy)
    assert patch(world, oneself, {"fallbackReviewers": [scope(new)]}).status == 409


def switched_off(world: World, org: Organisation, name: str) -> None:
    """Switch an account off as the directory would tell: by an import."""
    person = org.people[name]
    line = f"userPrincipalName,displayName,accountEnabled\n{person.principal_name},{person.display_name},false\n"
    reply = world.call("POST", "/api/v1/imports/people", line, headers={"content-type": "text/csv"})
    assert reply.status == 202, reply.text
    world.tick()
    world.clock.advance(seconds=6)


def needing(world: World, instance: ReviewInstance) -> set[str]:
    return {item["principal"]["id"] for item in world.get(own(instance, "/needs-reviewer")).json["value"]}


def test_items_of_a_reviewer_who_left_need_one_and_get_one(world: World, org: Organisation) -> None:
    """G10: shown in the status and in the list; an administrator assigns somebody, who is told."""
    boss, _, (one, two, three), policy, _ = managed(world, org, no_response=NoResponse.REMOVE)
    new, single = org.person("new"), org.person("single")
    switched_off(world, org, "deputy")
    instance = opened(world, policy)
    items = {who: item["id"] for who, item in mine(world, instance, boss).items()}
    assert decide(world, instance, boss, items[one.id], "Deny").status == 204
    assert needing(world, instance) == set()
    early = world.post(own(instance, "/assign-reviewer"), {"to": new.id, "reason": "x", "reviewer": boss.id})
    assert early.status == 409
    switched_off(world, org, "boss")
    assert needing(world, instance) == {two.id, three.id}
    assert world.get(own(instance)).json["needsReviewer"] == 2
    body = {"to": single.id, "reason": "boss left", "items": [items[two.id]]}
    assert world.post(own(instance, "/assign-reviewer"), body).status == 204
    settle(world)
    assert needing(world, instance) == {three.id} and world.get(own(instance)).json["needsReviewer"] == 1
    assert set(mine(world, instance, single)) == {two.id} and len(starts(world, single)) == 1
    body = {"to": new.id, "reason": "boss left", "reviewer": boss.id}
    assert world.post(own(instance, "/assign-reviewer"), body).status == 204
    settle(world)
    assert needing(world, instance) == set() and world.get(own(instance)).json["needsReviewer"] == 0
    assert set(mine(world, instance, new)) == {one.id, two.id, three.id}
    outcome = closed(world, instance).outcome
    assert outcome.denied_by_person == 1 and outcome.denied_by_rule == 2


def test_items_nobody_could_review_get_a_reviewer(world: World, org: Organisation) -> None:
    """G10, G11: a person's own item with nobody else to ask."""
    one = org.person("one")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, justification_required=False))
    org.assign(policy, one)
    instance = opened(world, policy)
    assert needing(world, instance) == {one.id} and world.get(own(instance)).json["needsReviewer"] == 1
    (item,) = world.get(own(instance, "/needs-reviewer")).json["value"]
    assert item["reviewer"] is None
    new = org.person("new")
    themself = {"to": one.id, "reason": "x", "items": [item["id"]]}
    assert world.post(own(instance, "/assign-reviewer"), themself).error["target"] == "items/0"
    body = {"to": new.principal_name, "reason": "nobody else", "items": [item["id"]]}
    assert world.post(own(instance, "/assign-reviewer"), body, new.principal_name).status == 404
    assert world.post(own(instance, "/assign-reviewer"), body).status == 204
    settle(world)
    assert needing(world, instance) == set() and world.get(own(instance)).json["needsReviewer"] == 0
    assert decide(world, instance, new, item["id"], "Approve").status == 204
    assert closed(world, instance).outcome.approved == 1


def test_silence_of_a_reviewer_who_left_removes_nobody(world: World, org: Organisation) -> None:
    """G10: an item without an eligible, notified reviewer keeps access."""
    _, _, _, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE)
    switched_off(world, org, "deputy")
    instance = opened(world, policy)
    switched_off(world, org, "boss")
    outcome = closed(world, instance).outcome
    assert outcome.kept_because == {"notAsked": 2} and outcome.removals == 0


@pytest.mark.parametrize(("looks", "kept"), [(False, {"notAsked": 1}), (True, {})])
def test_a_fallback_asked_too_late_counts_only_if_they_looked(
    world: World, org: Organisation, looks: bool, kept: dict[str, int]
) -> None:
    """G10: items handed to a fallback too late to decide."""
    one = org.person("one")
    settings = factories.by_people(world.clock.now().date(), one, no_response=NoResponse.REMOVE)
    policy = org.policy(review=settings)
    org.assign(policy, one)
    instance = opened(world, policy)
    late = org.person("late")
    world.clock.set(instance.closes - timedelta(hours=12))
    assert patch(world, instance, {"fallbackReviewers": [scope(late)]}).status == 204
    assert len(starts(world, late)) == 1
    if looks:
        assert set(mine(world, instance, late)) == {one.id}
    assert closed(world, instance).outcome.kept_because == kept


@pytest.mark.parametrize(("looks", "kept"), [(False, {"notAsked": 2}), (True, {})])
def test_without_mail_only_who_opened_the_review_was_asked(
    world: World, org: Organisation, looks: bool, kept: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """G10: mail switched off without the reviewer having opened the review."""
    services = bootstrap.services()
    quiet = replace(services, settings=replace(services.settings, mail_enabled=False))
    monkeypatch.setattr(bootstrap, "services", lambda: quiet)
    boss, _, _, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    if looks:
        mine(world, instance, boss)
    outcome = closed(world, instance).outcome
    assert outcome.kept_because == kept
