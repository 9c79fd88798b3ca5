"""What a reviewer sees beside the items, what the person it is about sees, and what neither sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.schedules import Frequency
from tests import factories
from tests.factories import Organisation
from tests.graph_schema import SCHEMA_FILE, faults
from tests.world import Reply, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"
NOTE = "@accessReviews.privateNote"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def opened(world: World, policy: Any) -> ReviewInstance:
    """Move to the end of the day and let the review open; the newest."""
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    found: ReviewInstance = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items[0]
    return found


def closed(world: World, instance: ReviewInstance) -> None:
    world.clock.set(instance.closes + timedelta(seconds=1))
    for _ in range(3):
        world.tick()


def address(instance: ReviewInstance, tail: str = "") -> str:
    return f"{AR}/{instance.definition_id}/instances/{instance.id}{tail}"


def items_of(world: World, instance: ReviewInstance, who: User, options: str = "") -> dict[str, dict[str, Any]]:
    """The items somebody sees, by principal id."""
    reply = world.get(address(instance, f"/decisions{options}"), who.principal_name)
    assert reply.status == 200, reply.text
    return {item["principal"]["id"]: item for item in reply.json["value"]}


def decide(world: World, instance: ReviewInstance, who: User, item_id: str, decision: str, **more: Any) -> Reply:
    body = {"decision": decision, **more}
    return world.call("PATCH", address(instance, f"/decisions/{item_id}"), body, who.principal_name)


def conforms(obj: Any, kind: str) -> None:
    if SCHEMA_FILE.exists():
        assert faults(obj, kind) == []


def pair(world: World, org: Organisation, **settings: Any):
    """A weekly review of ann by two people together."""
    one, two = org.person("one"), org.person("two")
    ann = org.person("ann")
    chosen = {"frequency": Frequency.WEEKLY, "duration_days": 3, **settings}
    policy = org.policy(review=factories.by_people(world.clock.now().date(), one, two, **chosen))
    (held,) = org.assign(policy, ann)
    return one, two, ann, policy, held


# insights -------------------------------------------------------------------------------------------------


def test_the_numbers_behind_a_recommendation_can_be_checked(world: World, org: Organisation) -> None:
    """R104, R105, G21: last sign-in, days since, as of when, frozen at the opening."""
    boss, deputy, now = org.person("boss"), org.person("deputy"), world.clock.now()
    told = {"sign_in_as_of": now - timedelta(hours=3)}
    recent = org.person("recent", manager="boss", last_sign_in=now - timedelta(days=10), **told)
    idle = org.person("idle", manager="boss", last_sign_in=now - timedelta(days=45), **told)
    never = org.person("never", manager="boss", last_sign_in=None, never_signed_in=True, **told)
    unknown = org.person("unknown", manager="boss", last_sign_in=None, sign_in_as_of=None)
    policy = org.policy(review=factories.by_manager(now.date(), deputy))
    org.assign(policy, recent, idle, never, unknown)
    instance = opened(world, policy)
    org.person("idle", manager="boss", last_sign_in=world.clock.now())  # later knowledge changes nothing
    found = items_of(world, instance, boss, "?$expand=insights")
    expected = {
        recent.id: ("known", 10, "Approve"),
        idle.id: ("known", 45, "Deny"),
        never.id: ("never", None, "Deny"),
        unknown.id: ("unknown", None, "NoInfoAvailable"),
    }
    for person_id, (known, days, hint) in expected.items():
        (insight,) = found[person_id]["insights"]
        assert insight["@odata.type"] == "#microsoft.graph.userSignInInsight"
        assert insight["@accessReviews.signIn"] == known
        assert insight["@accessReviews.daysSinceSignIn"] == days
        assert insight["@accessReviews.inactiveAfterDays"] == 30
        assert insight["@accessReviews.recommendation"] == hint == found[person_id]["recommendation"]
        assert insight["insightCreatedDateTime"] == found[person_id].get("x", insight["insightCreatedDateTime"])
        conforms(insight, "userSignInInsight")
        conforms(found[person_id], "accessReviewInstanceDecisionItem")
        reply = world.get(address(instance, f"/decisions/{found[person_id]['id']}/insights"), boss.principal_name)
        assert reply.json["value"] == [insight]
    assert found[idle.id]["insights"][0]["@accessReviews.asOfDateTime"] == "2026-03-02T06:00:00Z"
    assert found[unknown.id]["insights"][0]["@accessReviews.source"] is None
    stranger = org.person("stranger")
    reply = world.get(address(instance, f"/decisions/{found[idle.id]['id']}/insights"), stranger.principal_name)
    assert reply.status == 404


def test_without_decision_helpers_there_are_no_insights(world: World, org: Organisation) -> None:
    """R103: the policy decides whether reviewers are shown helpers."""
    one, _, ann, policy, _ = pair(world, org, recommendations=False)
    instance = opened(world, policy)
    item = items_of(world, instance, one, "?$expand=insights")[ann.id]
    assert item["insights"] == [] and "@accessReviews.lastSignInDateTime" not in item
    reply = world.get(address(instance, f"/decisions/{item['id']}/insights"), one.principal_name)
    assert reply.json["value"] == []


# comments and private notes -------------------------------------------------------------------------------


def test_reviewers_read_each_others_comments_and_notes_while_the_review_is_open(
    world: World, org: Organisation
) -> None:
    """R191, R97, G18."""
    one, two, ann, policy, _ = pair(world, org)
    instance = opened(world, policy)
    item = items_of(world, instance, one)[ann.id]["id"]
    note = {NOTE: "asked her boss; she leaves in May"}
    assert decide(world, instance, one, item, "Approve", justification="needs it for the audit", **note).status == 204
    seen = items_of(world, instance, two)[ann.id]
    assert seen["justification"] == "needs it for the audit" and seen["reviewedBy"]["id"] == one.id
    assert seen[NOTE] == note[NOTE]
    conforms(seen, "accessReviewInstanceDecisionItem")
    world.clock.advance(hours=2)
    body = {"decisions": [{"id": item, "decision": "Deny", "justification": "no", "privateNote": "sure"}]}
    assert world.post(f"/api/v1/reviews/{instance.id}/decisions", body, two.principal_name).status == 200
    reply = world.get(f"/api/v1/reviews/{instance.id}/items/{item}/history", one.principal_name)
    first, second = reply.json["submissions"]
    assert (first["reviewedBy"]["displayName"], first["justification"], first["privateNote"]) == (
        "One",
        "needs it for the audit",
        note[NOTE],
    )
    assert (second["decision"], second["reviewedBy"]["id"], second["privateNote"]) == ("Deny", two.id, "sure")
    assert second["reviewedDateTime"] == "2026-03-03T01:59:30Z" and second["byRule"] is False
    assert reply.json["earlierReviews"] == []


def test_a_note_is_part_of_the_evidence_chain_and_limited_as_reasons_are(world: World, org: Organisation) -> None:
    """G18, P7."""
    from chalicelib.domain.items import chain

    one, _, ann, policy, _ = pair(world, org, justification_required=False)
    instance = opened(world, policy)
    item = items_of(world, instance, one)[ann.id]["id"]
    assert decide(world, instance, one, item, "Deny", **{NOTE: "x" * 1_001}).error["target"] == NOTE
    assert decide(world, instance, one, item, "Deny", **{NOTE: "\x00"}).error["target"] == NOTE
    assert decide(world, instance, one, item, "Deny", **{NOTE: " mine "}).status == 204
    stored = world.services.items.get(instance.id, item)
    assert stored.last.note == "mine"
    from dataclasses import replace

    other = (replace(stored.last, note="another"),)
    assert chain(stored.leaf, stored.history) != chain(stored.leaf, other)


def test_who_reviews_themselves_does_not_read_a_note_about_them(world: World, org: Organisation) -> None:
    """G18: a reviewer who may decide on their own access is still the person it is about."""
    one, two = org.person("one"), org.person("two")
    settings = factories.by_people(world.clock.now().date(), one, two, self_decision=True)
    policy = org.policy(review=settings)
    org.assign(policy, one)
    instance = opened(world, policy)
    item = items_of(world, instance, two)[one.id]["id"]
    assert decide(world, instance, two, item, "Approve", justification="fine", **{NOTE: "watch him"}).status == 204
    assert items_of(world, instance, two)[one.id][NOTE] == "watch him"
    assert items_of(world, instance, org.person("admin"))[one.id][NOTE] == "watch him"
    assert NOTE not in items_of(world, instance, one)[one.id]
    reply = world.get(f"/api/v1/reviews/{instance.id}/items/{item}/history", one.principal_name)
    assert "privateNote" not in reply.json["submissions"][0] and "watch" not in reply.text


# earlier decisions ----------------------------------------------------------------------------------------


def test_earlier_decisions_on_the_same_person_and_package_are_told(world: World, org: Organisation) -> None:
    """R191: also those about a former assignment of the same person, newest first, five at most."""
    one, two, ann, policy, held = pair(world, org)
    past = []
    for number in range(6):
        instance = opened(world, policy)
        item = items_of(world, instance, one)[ann.id]["id"]
        decide(world, instance, one, item, "Approve", justification=f"reason {number}", **{NOTE: "secret"})
        past.append(instance)
        closed(world, instance)
        world.clock.advance(days=4)
    current = opened(world, policy)
    item = items_of(world, current, two)[ann.id]
    assert item["@accessReviews.changes"] == []
    url = f"/api/v1/reviews/{current.id}/items/{item['id']}/history"
    reply = world.get(url, two.principal_name)
    earlier = reply.json["earlierReviews"]
    assert [one["reviewId"] for one in earlier] == [one.id for one in reversed(past[1:])]
    assert earlier[0]["decision"] == "Approve" and earlier[0]["applyResult"] == "New"
    assert earlier[0]["last"]["reviewedBy"]["id"] == one.id and earlier[0]["last"]["justification"] == "reason 5"
    assert reply.json["submissions"] == [] and "secret" not in reply.text
    old = next(one for one in past if one.id == earlier[3]["reviewId"])  # seen from there, only what came before
    told = world.get(f"/api/v1/reviews/{old.id}/items/{earlier[3]['itemId']}/history", one.principal_name).json
    assert [entry["reviewId"] for entry in told["earlierReviews"]] == [past[1].id, past[0].id]
    assert told["submissions"][0]["privateNote"] == "secret"
    for reader in ("admin@example.com", one.principal_name):
        assert world.get(url, reader).status == 200
    for stranger in (ann.principal_name, org.person("eve").principal_name):
        assert world.get(url, stranger).status == 404
    auditor = org.person("auditor")
    org.grant(auditor, Role.AUDITOR)
    assert world.get(url, auditor.principal_name).status == 200
    assert held


def test_a_denial_of_a_former_assignment_is_told_when_access_was_granted_again(world: World, org: Organisation) -> None:
    """R191, G27: the history follows the person and the package, not the assignment."""
    one, _, ann, policy, former = pair(world, org)
    first = opened(world, policy)
    item = items_of(world, first, one)[ann.id]["id"]
    decide(world, first, one, item, "Deny", justification="left the team")
    closed(world, first)
    assert world.services.entitlements.assignment(former).state == "expired"
    org.assign(policy, ann)
    world.clock.advance(days=4)
    second = opened(world, policy)
    again = items_of(world, second, one)[ann.id]
    assert again["@accessReviews.changes"] == ["new"]
    reply = world.get(f"/api/v1/reviews/{second.id}/items/{again['id']}/history", one.principal_name)
    (told,) = reply.json["earlierReviews"]
    assert (told["decision"], told["assignmentId"]) == ("Deny", former)
    assert told["applyResult"] == "AppliedSuccessfully" and told["last"]["justification"] == "left the team"


def test_who_reviews_themselves_is_not_told_who_decided_before(world: World, org: Organisation) -> None:
    """G15, G18: the reason, not the reviewer's name."""
    from dataclasses import replace

    one, _, ann, policy, _ = pair(world, org)
    first = opened(world, policy)
    item = items_of(world, first, one)[ann.id]["id"]
    decide(world, first, one, item, "Approve", justification="fine")
    closed(world, first)
    definition = world.services.reviews.definition(ids.definition_id(policy.id))
    alone = factories.by_oneself(definition.settings.schedule.start, frequency=Frequency.WEEKLY, duration_days=3)
    world.services.writer.put_all([replace(definition, settings=alone)])
    world.clock.advance(days=4)
    second = opened(world, policy)
    own = items_of(world, second, ann)[ann.id]
    reply = world.get(f"/api/v1/reviews/{second.id}/items/{own['id']}/history", ann.principal_name)
    (told,) = reply.json["earlierReviews"]
    assert told["last"]["justification"] == "fine" and told["last"]["reviewedBy"] is None
    assert one.id not in reply.text and "One" not in reply.text


# one's own access -----------------------------------------------------------------------------------------


def test_people_read_the_reason_only_after_the_close_and_never_the_name(world: World, org: Organisation) -> None:
    """R97, G18, G15: in the closed result, and where the removal mail's link leads."""
    one, _, ann, policy, held = pair(world, org)
    mine = "/api/v1/my-access"
    instance = opened(world, policy)
    item = items_of(world, instance, one)[ann.id]["id"]
    decide(world, instance, one, item, "Deny", justification="left the team", **{NOTE: "quarrelled"})
    for url in (mine, f"{mine}/{held}"):
        reply = world.get(url, ann.principal_name)
        assert reply.status == 200 and "left the team" not in reply.text
    (entry,) = world.get(mine, ann.principal_name).json["value"]
    assert (entry["state"], entry["lastReview"], entry["accessPackage"]["displayName"]) == (
        "delivered",
        None,
        "Reporting",
    )
    closed(world, instance)
    (entry,) = world.get(mine, ann.principal_name).json["value"]
    assert entry["state"] == "expired" and entry["lastReview"]["outcome"] == "removed"
    assert entry["lastReview"]["justification"] == "left the team"
    single = world.get(f"{mine}/{held}", ann.principal_name)
    assert single.json["reviews"] == [entry["lastReview"]]
    for reply in (single, world.get(mine, ann.principal_name)):
        assert one.id not in reply.text and '"One"' not in reply.text and "quarrelled" not in reply.text
    (mail,) = [mail for mail in world.mails() if mail["to"] == ann.principal_name]
    assert f"/my-access/{held}" in mail["body"].replace("=\r\n", "").replace("=\n", "")
    assert "left the team" not in mail["body"] and "One" not in mail["body"]
    page = world.get(f"/my-access/{held}", None)
    assert page.status == 200 and held not in page.text and "left the team" not in page.text
    for other in (one.principal_name, "admin@example.com"):
        assert world.get(f"{mine}/{held}", other).status == 404
        assert world.get(mine, other).json["value"] == []


def test_own_access_is_listed_live_ones_first_in_pages(world: World, org: Organisation) -> None:
    ann, catalog = org.person("ann"), org.catalog()
    for number in range(27):
        policy = org.policy(org.package(f"P{number:02}", catalog))
        world.clock.advance(seconds=1)
        (held,) = org.assign(policy, ann)
        if number == 26:
            body = {"requestType": "adminRemove", "assignment": {"id": held}}
            world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", body)
    first = world.get("/api/v1/my-access", ann.principal_name).json
    assert [one["accessPackage"]["displayName"] for one in first["value"]] == [f"P{n:02}" for n in range(25, 0, -1)]
    link = first["nextLink"].split("/api/v1")[1]
    second = world.get(f"/api/v1{link}", ann.principal_name).json
    assert [(one["accessPackage"]["displayName"], one["state"]) for one in second["value"]] == [
        ("P00", "delivered"),
        ("P26", "expired"),
    ]
    assert "nextLink" not in second


# contacted reviewers --------------------------------------------------------------------------------------


def test_contacted_reviewers_tell_what_was_sent_when(world: World, org: Organisation) -> None:
    """R76, R73: each person once, also somebody asked in two ways, and guests whose mail is withheld."""
    boss, deputy = org.person("boss"), org.person("deputy")
    guest = org.person("guest", user_type="Guest", invitation="pending")
    settings = factories.by_manager(world.clock.now().date(), deputy)
    fallback = (*settings.fallback, *factories.by_people(world.clock.now().date(), boss, guest).primary)
    from dataclasses import replace

    policy = org.policy(review=replace(settings, fallback=fallback))
    org.assign(policy, org.person("ann", manager="boss"), org.person("lost"))
    instance = opened(world, policy)
    url = address(instance, "/contactedReviewers")
    world.clock.set(instance.opens + timedelta(days=7, hours=10))
    world.tick()
    with Meter() as meter:
        reply = world.get(url)
    found = {one["id"]: one for one in reply.json["value"]}
    assert len(reply.json["value"]) == 3 and set(found) == {boss.id, deputy.id, guest.id}
    for one in found.values():
        conforms(one, "accessReviewReviewer")
    first, *later = found[boss.id]["@accessReviews.mails"]
    assert first["kind"] == "start" and first["state"] == "sent"
    assert found[boss.id]["createdDateTime"] == first["sentDateTime"] == "2026-03-02T23:59:30Z"
    assert later and all(mail["sentDateTime"] > first["sentDateTime"] for mail in later)
    (withheld,) = found[guest.id]["@accessReviews.mails"]
    assert withheld == {"kind": "start", "state": "withheld", "sentDateTime": None}
    assert meter.by_table["access-reviews-reviews"].requests <= 5
    assert world.get(url, boss.principal_name).status == 403


def test_with_mail_switched_off_the_list_has_who_would_have_been_contacted(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R76."""
    from dataclasses import replace

    services = replace(bootstrap.services(), settings=replace(world.services.settings, mail_enabled=False))
    monkeypatch.setattr(bootstrap, "services", lambda: services)
    one, two, _, policy, _ = pair(world, org)
    instance = opened(world, policy)
    found = world.get(address(instance, "/contactedReviewers")).json["value"]
    assert {person["id"] for person in found} == {one.id, two.id}
    assert {person["@accessReviews.mails"][0]["state"] for person in found} == {"off"}
    assert all(person["createdDateTime"] == "2026-03-02T23:59:00Z" for person in found)


# the reviewer's list and lists of one's own ---------------------------------------------------------------


def test_a_reviewers_list_has_the_progress_of_each_review(world: World, org: Organisation) -> None:
    """Cost contract: one query and two batch reads, whatever is in the reviews; a review is there once."""
    boss, deputy = org.person("boss"), org.person("deputy")
    staff = [org.person(f"p{number}", manager="boss") for number in range(3)]
    strays = [org.person(f"s{number}") for number in range(2)]
    start = world.clock.now().date()
    from dataclasses import replace

    settings = factories.by_manager(start, deputy, justification_required=False)
    settings = replace(settings, fallback=factories.by_people(start, deputy, boss).primary)
    policy = org.policy(review=settings)
    org.assign(policy, *staff, *strays)
    instance = opened(world, policy)
    items = items_of(world, instance, boss)
    assert len(items) == 5
    decide(world, instance, boss, items[staff[0].id]["id"], "Approve")
    decide(world, instance, deputy, items[strays[0].id]["id"], "Deny")
    world.drain()
    world.clock.advance(seconds=10)
    with Meter() as meter:
        (listed,) = world.get("/api/v1/reviews", boss.principal_name).json["value"]
    assert (listed["id"], listed["items"], listed["undecided"]) == (instance.id, 5, 3)
    (listed,) = world.get("/api/v1/reviews", deputy.principal_name).json["value"]
    assert (listed["items"], listed["undecided"]) == (2, 1)
    assert meter.by_table["access-reviews-reviews"].requests == 3


@pytest.mark.parametrize(("self_decision", "first", "then"), [(False, (2, 2), (2, 1)), (True, (3, 2), (3, 1))])
def test_ones_own_item_counts_only_where_one_may_decide_it(
    world: World, org: Organisation, self_decision: bool, first: tuple[int, ...], then: tuple[int, ...]
) -> None:
    """G11: exact, whoever decided what."""
    one, two, ann = org.person("one"), org.person("two"), org.person("ann")
    bob = org.person("bob")
    settings = factories.by_people(
        world.clock.now().date(), one, two, self_decision=self_decision, justification_required=False
    )
    policy = org.policy(review=settings)
    org.assign(policy, one, ann, bob)
    instance = opened(world, policy)
    items = {person: item["id"] for person, item in items_of(world, instance, two).items()}

    def listed() -> tuple[int, int]:
        world.drain()
        (found,) = world.get("/api/v1/reviews", one.principal_name).json["value"]
        return found["items"], found["undecided"]

    decide(world, instance, two, items[one.id], "Approve")
    assert listed() == first
    decide(world, instance, two, items[ann.id], "Approve")
    assert listed() == then
    decide(world, instance, two, items[bob.id], "Approve")
    assert listed() == (first[0], 0)


EM = "/v1.0/identityGovernance/entitlementManagement"


def listed_on(world: World, kind: str, on: str, who: User) -> set[str]:
    reply = world.get(f"{EM}/{kind}/filterByCurrentUser(on='{on}')", who.principal_name)
    assert reply.status == 200, reply.text
    for one in reply.json["value"]:
        conforms(one, {"assignments": "accessPackageAssignment"}.get(kind, "accessPackageAssignmentRequest"))
    return {one["id"] for one in reply.json["value"]}


def test_assignments_and_requests_from_the_callers_point_of_view(world: World, org: Organisation) -> None:
    """graph-api.md: what is about me, what I asked for, what is about the people I manage; nothing else."""
    boss, chief = org.person("boss"), org.person("chief")
    ann, bob = org.person("ann", manager="boss"), org.person("bob", manager="chief")
    owner, catalog = org.person("owner"), org.catalog()
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    package = org.package(catalog=catalog)
    policy = org.policy(package)
    (of_bob,) = org.assign(policy, bob)
    body = {
        "requestType": "adminAdd",
        "assignment": {"targetId": ann.id, "assignmentPolicyId": policy.id, "accessPackageId": package.id},
    }
    made = world.post(f"{EM}/assignmentRequests", body, owner.principal_name)
    assert made.status == 201, made.text
    request, of_ann = made.json["id"], made.json["assignment"]["id"]
    (first,) = [one.id for one in world.services.entitlements.requests_of_person(bob.id, 9, None).items]
    assert listed_on(world, "assignments", "target", ann) == {of_ann}
    assert listed_on(world, "assignments", "target", owner) == set()
    assert listed_on(world, "assignments", "createdBy", owner) == {of_ann}
    assert listed_on(world, "assignments", "createdBy", ann) == set()
    assert listed_on(world, "assignments", "targetManager", boss) == {of_ann}
    assert listed_on(world, "assignments", "targetManager", chief) == {of_bob}
    assert listed_on(world, "assignments", "targetManager", ann) == set()
    assert listed_on(world, "assignmentRequests", "target", ann) == {request}
    assert listed_on(world, "assignmentRequests", "createdBy", owner) == {request}
    assert listed_on(world, "assignmentRequests", "requestForOthers", owner) == {request}
    assert listed_on(world, "assignmentRequests", "targetOrRequestor", ann) == {request}
    assert listed_on(world, "assignmentRequests", "targetManager", chief) == {first}
    assert listed_on(world, "assignmentRequests", "approver", owner) == set()
    assert listed_on(world, "accessPackages", "allowedRequestor", ann) == set()


@pytest.mark.parametrize("kind", ["assignments", "assignmentRequests", "accessPackages"])
def test_another_point_of_view_is_refused_naming_those_there_are(world: World, org: Organisation, kind: str) -> None:
    reply = world.get(f"{EM}/{kind}/filterByCurrentUser(on='reviewer')")
    assert reply.status == 400 and reply.error["target"] == "on"
    assert "target" in reply.error["message"] or "allowedRequestor" in reply.error["message"]


def test_finding_ones_reports_among_too_many_people_is_refused(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brief, decision 14: never silently cut, never without end."""
    from chalicelib.usecases import list_own

    monkeypatch.setattr(list_own, "MOST", 2)
    boss = org.person("boss")
    for name in ("ann", "bob", "cy"):
        org.person(name, manager="boss")
    reply = world.get(f"{EM}/assignments/filterByCurrentUser(on='targetManager')", boss.principal_name)
    assert reply.status == 400 and reply.error["code"] == "filterTooBroad"
