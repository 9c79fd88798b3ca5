"""The rules of reviewing, each through the real handlers and doors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.items import ApplyResult, Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.usecases import advance_review as driver
from tests import factories
from tests.factories import Organisation
from tests.world import Reply, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def opened(world: World, policy) -> ReviewInstance:
    """Move to the end of the start date and let the review open."""
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    return instance


def closed(world: World, instance: ReviewInstance) -> InstanceState:
    """Move past the close and let everything be applied."""
    world.clock.set(instance.closes + timedelta(seconds=1))
    for _ in range(3):
        world.tick()
    return world.services.reviews.state(instance.id)


def address(instance: ReviewInstance, tail: str = "") -> str:
    return f"{AR}/{instance.definition_id}/instances/{instance.id}{tail}"


def mine(world: World, instance: ReviewInstance, reviewer: User) -> dict[str, dict]:
    """The reviewer's items by principal id, through filterByCurrentUser."""
    reply = world.get(address(instance, "/decisions/filterByCurrentUser(on='reviewer')"), reviewer.principal_name)
    assert reply.status == 200, reply.text
    return {item["principal"]["id"]: item for item in reply.json["value"]}


def decide(
    world: World,
    instance: ReviewInstance,
    reviewer: User,
    item_id: str,
    decision: str,
    reason: str | None = None,
    **more,
) -> Reply:
    body = {"decision": decision} | ({"justification": reason} if reason is not None else {})
    return world.call(
        "PATCH", address(instance, f"/decisions/{item_id}"), body, reviewer.principal_name, more.get("headers")
    )


def managed(world: World, org: Organisation, staff: int = 3, **settings):
    """A review of some people by their manager `boss`, with the fallback `deputy`."""
    boss, deputy = org.person("boss"), org.person("deputy")
    people = [org.person(f"p{number}", manager="boss") for number in range(staff)]
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), deputy, **settings))
    held = org.assign(policy, *people)
    return boss, deputy, people, policy, held


def state_of(world: World, assignment_id: str) -> str:
    return str(world.services.entitlements.assignment(assignment_id).state)


def test_the_last_decision_wins_and_may_be_changed_until_the_close(world: World, org: Organisation) -> None:
    """R94, R95."""
    one, two, ann = org.person("one"), org.person("two"), org.person("ann")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two))
    (held,) = org.assign(policy, ann)
    instance = opened(world, policy)
    item = mine(world, instance, one)[ann.id]["id"]
    assert decide(world, instance, one, item, "Approve", "still on the team").status == 204
    assert decide(world, instance, two, item, "Deny").status == 204
    shown = mine(world, instance, one)[ann.id]
    assert shown["decision"] == "Deny" and shown["reviewedBy"]["displayName"] == "Two"
    assert closed(world, instance).outcome.denied_by_person == 1
    assert state_of(world, held) == "expired"


def test_replacing_somebody_elses_deny_needs_a_reason(world: World, org: Organisation) -> None:
    """G16."""
    one, two, ann = org.person("one"), org.person("two"), org.person("ann")
    settings = factories.by_people(world.clock.now().date(), one, two, justification_required=False)
    policy = org.policy(review=settings)
    org.assign(policy, ann)
    instance = opened(world, policy)
    item = mine(world, instance, one)[ann.id]["id"]
    decide(world, instance, one, item, "Deny")
    refused = decide(world, instance, two, item, "Approve")
    assert refused.status == 400 and refused.error["target"] == "justification"
    assert decide(world, instance, two, item, "Approve", "she moved back").status == 204
    assert decide(world, instance, one, item, "Deny").status == 204


def test_approving_needs_a_reason_where_the_policy_says_so(world: World, org: Organisation) -> None:
    """R97, G16."""
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    for reason in (None, "", "   "):
        assert decide(world, instance, boss, item, "Approve", reason).status == 400
    assert decide(world, instance, boss, item, "Deny").status == 204
    assert decide(world, instance, boss, item, "DontKnow").status == 204
    assert decide(world, instance, boss, item, "NotReviewed").status == 204


def test_nobody_decides_on_their_own_access(world: World, org: Organisation) -> None:
    """G11: a named reviewer's own item goes to the others, and stays out of their own list."""
    one, two = org.person("one"), org.person("two")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two))
    org.assign(policy, one, two)
    instance = opened(world, policy)
    assert set(mine(world, instance, one)) == {two.id}
    own = mine(world, instance, two)[one.id]["id"]
    assert decide(world, instance, one, own, "Deny").status == 403


def test_the_only_reviewers_own_item_goes_to_the_fallback_or_to_nobody(world: World, org: Organisation) -> None:
    """Brief, decision 8; G10: nobody is removed by the silence of somebody who was never asked."""
    one, ann = org.person("one"), org.person("ann")
    settings = factories.by_people(world.clock.now().date(), one, no_response=NoResponse.REMOVE, brake_count=99)
    policy = org.policy(review=settings)
    held = org.assign(policy, one, ann)
    instance = opened(world, policy)
    assert set(mine(world, instance, one)) == {ann.id}
    assert world.get(f"/api/v1/reviews/{instance.id}").json["needsReviewer"] == 1
    state = closed(world, instance)
    assert state.outcome.kept_because == {"notAsked": 1} and state.outcome.denied_by_rule == 1
    assert [state_of(world, one) for one in held] == ["delivered", "expired"]


def test_dont_know_keeps_access_even_when_silence_removes(world: World, org: Organisation) -> None:
    """R92, R93: surprise 4."""
    boss, _, people, policy, held = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "DontKnow")
    state = closed(world, instance)
    assert [state_of(world, one) for one in held] == ["delivered", "expired"]
    assert state.outcome.dont_know == 1 and state.outcome.denied_by_rule == 1


def test_a_denial_is_invisible_to_access_until_the_close(world: World, org: Organisation) -> None:
    """R96: surprise 5."""
    boss, _, people, policy, held = managed(world, org, 1)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny")
    world.clock.advance(days=13)
    world.tick()
    assert state_of(world, held[0]) == "delivered"
    closed(world, instance)
    assert state_of(world, held[0]) == "expired"


def test_accepting_recommendations_never_overwrites_a_decision(world: World, org: Organisation) -> None:
    """R109: surprise 6; R103."""
    boss, deputy = org.person("boss"), org.person("deputy")
    ann = org.person("ann", manager="boss", last_sign_in=world.clock.now() - timedelta(days=60))
    bob = org.person("bob", manager="boss")
    cy = org.person("cy", manager="boss", last_sign_in=None, sign_in_as_of=None)
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), deputy))
    org.assign(policy, ann, bob, cy)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    assert [items[who.id]["recommendation"] for who in (ann, bob, cy)] == ["Deny", "Approve", "NoInfoAvailable"]
    decide(world, instance, boss, items[bob.id]["id"], "Deny", "left")
    assert world.post(address(instance, "/acceptRecommendations"), None, boss.principal_name).status == 204
    after = {who: item["decision"] for who, item in mine(world, instance, boss).items()}
    assert after == {ann.id: "Deny", bob.id: "Deny", cy.id: "NotReviewed"}


def test_batch_decisions_reach_one_principal_or_all(world: World, org: Organisation) -> None:
    """R100."""
    boss, _, people, policy, _ = managed(world, org, 3)
    instance = opened(world, policy)
    body = {"decision": "Approve", "justification": "needed", "principalId": people[0].id}
    assert world.post(address(instance, "/batchRecordDecisions"), body, boss.principal_name).status == 204
    assert sorted(item["decision"] for item in mine(world, instance, boss).values()) == [
        "Approve",
        "NotReviewed",
        "NotReviewed",
    ]
    body = {"decision": "Deny", "justification": "project over"}
    assert world.post(address(instance, "/batchRecordDecisions"), body, boss.principal_name).status == 204
    assert {item["decision"] for item in mine(world, instance, boss).values()} == {"Deny"}


def test_chosen_items_get_a_result_each_in_order(world: World, org: Organisation) -> None:
    boss, deputy, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    foreign = ids.guid_of(ids.set_of_one(deputy.id) + "00" + "0" * 18)
    chosen = [
        {"id": items[people[0].id]["id"], "decision": "Approve", "justification": "yes"},
        {"id": foreign, "decision": "Deny"},
        {"id": items[people[1].id]["id"], "decision": "Approve"},
        {"id": items[people[0].id]["id"], "decision": "Deny"},
    ]
    reply = world.post(f"/api/v1/reviews/{instance.id}/decisions", {"decisions": chosen}, boss.principal_name)
    assert [one["status"] for one in reply.json["results"]] == [200, 403, 400, 400]
    assert [one["id"] for one in reply.json["results"]] == [one["id"] for one in chosen]
    world.drain_stream()
    assert world.get(f"/api/v1/reviews/{instance.id}").json["counts"]["approved"] == 1


def test_a_decision_after_the_close_is_refused_even_when_the_timer_is_late(world: World, org: Organisation) -> None:
    """G42, P5."""
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    world.clock.set(instance.closes)
    assert decide(world, instance, boss, item, "Deny").status == 409


def test_who_is_no_reviewer_of_an_item_may_not_decide(world: World, org: Organisation) -> None:
    """R99: neither administrators, who see it, nor strangers, to whom it does not exist."""
    boss, deputy, people, policy, _ = managed(world, org, 1)
    admin = org.person("admin")
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    for caller, status in ((deputy, 404), (people[0], 404), (admin, 403)):
        assert decide(world, instance, caller, item, "Deny").status == status
    unknown = ids.guid_of(ids.place(item) + "00" + "f" * 18)
    assert decide(world, instance, boss, unknown, "Deny").status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"decision": "Maybe"}', 400),
        ('{"decision": 7}', 400),
        ("{}", 400),
        ('{"decision": "Deny", "justification": 5}', 400),
        ('{"decision": "Deny", "justification": "' + "x" * 1001 + '"}', 400),
        ("{", 400),
        ("[]", 400),
        ("x" * 1_000_001, 413),
    ],
)
def test_bad_decisions_are_refused_in_graphs_shape(world: World, org: Organisation, body: str, status: int) -> None:
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    reply = world.call("PATCH", address(instance, f"/decisions/{item}"), body, boss.principal_name)
    assert reply.status == status and reply.error["message"] and reply.error["innerError"]["request-id"]
    assert mine(world, instance, boss)[people[0].id]["decision"] == "NotReviewed"


def test_if_match_refuses_what_somebody_changed_meanwhile(world: World, org: Organisation) -> None:
    """P5, G42: the version check of a user interface."""
    one, two, ann = org.person("one"), org.person("two"), org.person("ann")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two))
    org.assign(policy, ann)
    instance = opened(world, policy)
    seen = mine(world, instance, one)[ann.id]
    decide(world, instance, two, seen["id"], "Deny")
    headers = {"if-match": seen["@odata.etag"]}
    assert decide(world, instance, one, seen["id"], "Deny", headers=headers).status == 412


def test_stopping_early_keeps_what_nobody_answered(world: World, org: Organisation) -> None:
    """G24, R142: explicit decisions are applied, the series goes on."""
    boss, _, people, policy, held = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[people[0].id]["id"], "Deny")
    assert world.post(address(instance, "/stop")).status == 204
    assert world.post(address(instance, "/stop")).status == 204
    assert world.post(address(instance, "/applyDecisions")).status == 204
    world.clock.advance(minutes=1)
    for _ in range(3):
        world.tick()
    state = world.services.reviews.state(instance.id)
    assert state.status is Status.APPLIED and state.outcome.kept_because == {"stoppedEarly": 1}
    assert [state_of(world, one) for one in held] == ["expired", "delivered"]
    due = world.services.reviews.due_until(world.clock.now() + timedelta(days=100), 50)
    assert sorted(row.kind for row in due) == ["series", "watch"]


def test_stop_may_ask_for_the_no_response_outcome(world: World, org: Organisation) -> None:
    """G24."""
    _, _, _, policy, held = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    assert world.post(f"/api/v1/reviews/{instance.id}/stop", {"unanswered": "outcome"}).status == 204
    world.clock.advance(minutes=1)
    for _ in range(3):
        world.tick()
    assert {state_of(world, one) for one in held} == {"expired"}


def test_many_removals_wait_for_a_confirmation(world: World, org: Organisation) -> None:
    """G24, P14: the brake."""
    _, _, _, policy, held = managed(world, org, 12, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    state = closed(world, instance)
    assert state.status is Status.COMPLETED and state.brake
    assert {state_of(world, one) for one in held} == {"delivered"}
    assert world.get(f"/api/v1/reviews/{instance.id}").json["waitingForConfirmation"] is True
    assert world.post(address(instance, "/applyDecisions")).status == 204
    world.tick()
    assert world.services.reviews.state(instance.id).status is Status.APPLIED
    assert {state_of(world, one) for one in held} == {"expired"}
    assert world.post(address(instance, "/applyDecisions")).status == 204


def test_an_assignment_granted_anew_during_the_review_survives(world: World, org: Organisation) -> None:
    """G27."""
    boss, _, people, policy, held = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Deny")
    em = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests"
    removal = {"requestType": "adminRemove", "assignment": {"id": held[0]}}
    assert world.post(em, removal).status == 201
    (again,) = org.assign(policy, people[0])
    closed(world, instance)
    world.clock.advance(minutes=1)  # the second look
    world.tick()
    assert state_of(world, again) == "delivered"
    assert world.services.items.get(instance.id, item).apply_result is ApplyResult.GONE


def test_a_review_without_assignments_is_over_at_once(world: World, org: Organisation) -> None:
    """G8: straight to Applied, no mail, one event, and the seals that say so."""
    _, _, _, policy, _ = managed(world, org, 0)
    instance = opened(world, policy)
    state = world.services.reviews.state(instance.id)
    assert state.status is Status.APPLIED and state.items == 0
    assert world.mails() == []
    events = world.get(f"/api/v1/audit?target={instance.id}").json["value"]
    told = [one["activityDisplayName"] for one in events]
    assert sorted(told) == ["Create access review instance", "Seal decisions", "Seal removals"]


def test_people_review_themselves(world: World, org: Organisation) -> None:
    """R68, R91: only one's own, and Yes or No ends as any decision."""
    ann, bob = org.person("ann"), org.person("bob")
    guest = org.person("guest", user_type="Guest", invitation="pending")
    settings = factories.by_oneself(world.clock.now().date(), no_response=NoResponse.REMOVE, brake_count=99)
    policy = org.policy(review=settings)
    held = org.assign(policy, ann, bob, guest)
    instance = opened(world, policy)
    assert sorted(mail["to"] for mail in world.mails()) == ["ann@example.com", "bob@example.com"]
    (item,) = mine(world, instance, ann).values()
    assert item["principal"]["id"] == ann.id
    assert decide(world, instance, bob, item["id"], "Deny").status == 404
    assert decide(world, instance, ann, item["id"], "Approve", "I run the reports").status == 204
    state = closed(world, instance)
    assert [state_of(world, one) for one in held] == ["delivered", "expired", "delivered"]
    assert state.outcome.kept_because == {"notAsked": 1}


def test_a_killed_opening_gives_nobody_two_items(world: World, org: Organisation, monkeypatch) -> None:
    """P1: the manager changes between two tries; the frozen plan decides."""
    boss, deputy, people, policy, _ = managed(world, org, 3)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    monkeypatch.setattr(driver.Writing, "write_chunk", _killed)
    with pytest.raises(AssertionError):
        world.tick()
    monkeypatch.undo()
    org.person("p0", manager="deputy")
    world.clock.advance(minutes=10)
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    assert set(mine(world, instance, boss)) == {person.id for person in people}
    state = world.services.reviews.state(instance.id)
    assert state.items == state.population == state.counted == 3
    assert not world.services.reviews.my_parts(deputy.id, instance)


def _killed(*_: object) -> None:
    raise RuntimeError("the function died here")


def test_counts_are_right_however_often_a_stream_batch_repeats(world: World, org: Organisation) -> None:
    boss, _, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    items = mine(world, instance, boss)
    decide(world, instance, boss, items[people[0].id]["id"], "Deny")
    decide(world, instance, boss, items[people[1].id]["id"], "Deny")
    decide(world, instance, boss, items[people[1].id]["id"], "Approve", "needed")
    world.drain_stream()
    for position in (0, 2, 4):
        world.streamed = position
        world.drain_stream()
    shown = world.get(f"/api/v1/reviews/{instance.id}").json
    assert shown["counts"] == {"total": 2, "approved": 1, "denied": 1, "dontKnow": 0, "cancelled": 0, "notReviewed": 0}
    assert shown["reviewers"] == {"total": 1, "finished": 1}
    progress = world.get(f"/api/v1/reviews/{instance.id}/reviewers").json["value"]
    assert progress[0]["displayName"] == "Boss" and progress[0]["counts"]["notReviewed"] == 0


def test_reminders_reach_only_those_who_have_not_finished(world: World, org: Organisation) -> None:
    """R80, G12: surprise 3."""
    boss, _ = org.person("boss"), org.person("deputy")
    ann, bob = org.person("ann", manager="boss"), org.person("bob", manager="deputy")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), org.person("spare")))
    org.assign(policy, ann, bob)
    instance = opened(world, policy)
    decide(world, instance, boss, mine(world, instance, boss)[ann.id]["id"], "Deny")
    world.drain_stream()
    before = len(world.mails())
    world.clock.set((instance.opens + timedelta(days=7)).replace(hour=18, minute=0, second=1))
    world.tick()
    world.tick()
    assert [mail["to"] for mail in world.mails()[before:]] == ["deputy@example.com"]


def test_several_reviews_that_open_together_make_one_mail(world: World, org: Organisation) -> None:
    _, deputy = org.person("boss"), org.person("deputy")
    ann = org.person("ann", manager="boss")
    for name in ("Reports", "Payments"):
        settings = factories.by_manager(world.clock.now().date(), deputy)
        org.assign(org.policy(org.package(name), review=settings), ann)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    assert [mail["to"] for mail in world.mails()] == ["boss@example.com"]
    assert "Reports" in world.mails()[0]["body"] and "Payments" in world.mails()[0]["body"]


def test_a_guest_gets_the_mail_on_accepting_the_invitation(world: World, org: Organisation) -> None:
    """R73, G43."""
    guest = org.person("guest", user_type="Guest", invitation="pending")
    policy = org.policy(review=factories.by_people(world.clock.now().date(), guest))
    org.assign(policy, org.person("ann"))
    opened(world, policy)
    assert world.mails() == []
    org.person("guest", user_type="Guest", invitation="accepted")
    world.services.queue.send("guest", guest.id)
    world.drain()
    assert [mail["to"] for mail in world.mails()] == ["guest@example.com"]


def test_the_history_of_an_item_only_grows(world: World, org: Organisation) -> None:
    """P7: every version with author, time and reason."""
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Approve", "first thought")
    world.clock.advance(hours=1)
    decide(world, instance, boss, item, "Deny", "second thought")
    stored = world.services.items.get(instance.id, item)
    assert [(entry.decision, entry.reason) for entry in stored.history] == [
        (Decision.APPROVE, "first thought"),
        (Decision.DENY, "second thought"),
    ]
    assert stored.history[1].at - stored.history[0].at == 3_600_000


def test_a_series_ends_after_its_last_occurrence(world: World, org: Organisation) -> None:
    """R60."""
    _, _, _, policy, _ = managed(world, org, 1, count=1)
    instance = opened(world, policy)
    assert world.services.reviews.definition(instance.definition_id).ended is not None
    audit = world.get(f"/api/v1/audit?target={instance.definition_id}").json["value"]
    assert [one["activityDisplayName"] for one in audit] == ["Update access review", "Create access review"]
    assert closed(world, instance).status is Status.APPLIED
    assert world.services.reviews.due_until(world.clock.now() + timedelta(days=900), 50) == []


def switch_off(world: World, policy) -> None:
    address = f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy.id}"
    body = world.get(address).json | {"reviewSettings": None}
    assert world.call("PUT", address, body).status == 200
    for _ in range(2):
        world.tick()


def test_switching_reviews_off_is_told_to_the_catalogs_owners_once(world: World, org: Organisation) -> None:
    """G30, G32: the review that is open goes on."""
    owner = org.person("owner")
    _, _, _, policy, _ = managed(world, org, 1)
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    instance = opened(world, policy)
    switch_off(world, policy)
    [mail] = [one for one in world.mails() if one["to"] == owner.principal_name]
    assert "is not reviewed any more" in mail["subject"]
    assert "goes on and closes" in mail["body"]
    assert world.services.reviews.state(instance.id).status is Status.IN_PROGRESS
    assert [row for row in world.services.reviews.due_until(world.clock.now(), 50) if row.kind == "switchedOff"] == []


def test_reviews_switched_on_again_before_anybody_was_told_are_no_news(world: World, org: Organisation) -> None:
    owner = org.person("owner")
    _, _, _, policy, _ = managed(world, org, 1)
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    address = f"/v1.0/identityGovernance/entitlementManagement/assignmentPolicies/{policy.id}"
    body = world.get(address).json
    world.call("PUT", address, body | {"reviewSettings": None})
    world.call("PUT", address, body)
    world.tick()
    assert [one for one in world.mails() if one["to"] == owner.principal_name] == []


def test_an_item_takes_two_hundred_decisions_at_most(world: World, org: Organisation) -> None:
    """A change writes the whole history again: somebody who flips an answer for ever is stopped."""
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    replies = [decide(world, instance, boss, item, ("Deny", "DontKnow")[turn % 2]) for turn in range(201)]
    assert [reply.status for reply in replies] == [204] * 200 + [409]
    assert len(world.services.items.get(instance.id, item).history) == 200


def test_dont_know_is_never_finished_work(world: World, org: Organisation) -> None:
    """G45, R92: it decides and keeps access, and the completion figures count it apart."""
    boss, _, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    items = mine(world, instance, boss)

    def finished(*decisions: str) -> int:
        for person, decision in zip(people, decisions, strict=True):
            decide(world, instance, boss, items[person.id]["id"], decision, "looked at it")
        world.drain()
        return int(world.get(f"/api/v1/reviews/{instance.id}").json["reviewers"]["finished"])

    assert finished("Approve", "DontKnow") == 0
    assert finished("Approve", "Deny") == 1
    assert finished("DontKnow", "Deny") == 0
    assert finished("Approve", "Approve") == 1
    assert finished("NotReviewed", "Approve") == 0
