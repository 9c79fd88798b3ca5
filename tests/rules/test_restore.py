"""Undoing a removal within the undo window, and denials that stand until somebody lifts them (G27, G29)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import Conflict
from chalicelib.domain.packages import AssignmentPolicy, NoResponse
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.restore_access import restore_access
from tests.factories import ADMIN
from tests.house import House, house
from tests.outside import plug_in
from tests.rules.test_last_ones import deny, policy_of, role_in
from tests.world import Reply

__all__ = ["house"]
RETRY = {"retry-attempt": "1"}
REQUESTS = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests"


@dataclass
class Removed:
    """A review that removed Ann, whom the manager denied, and Bob, whom the rule did; an owner of the catalog."""

    house: House
    policy: AssignmentPolicy
    review: ReviewInstance
    ann: User
    bob: User
    owner: User

    def item(self, name: str) -> str:
        items = self.house.world.get(self.house.url(self.review, "decisions")).json["value"]
        return next(one["id"] for one in items if one["principal"]["displayName"] == name)

    def address(self, name: str) -> str:
        return f"/api/v1/reviews/{self.review.id}/items/{self.item(name)}/restore"

    def restore(self, name: str = "Ann", as_: str = "", headers: dict[str, str] | None = None) -> Reply:
        body = {"reason": "Still closes the quarter."}
        return self.house.world.post(self.address(name), body, as_ or self.owner.principal_name, headers=headers)

    def look(self, name: str = "Ann", as_: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.house.world.get(self.address(name), as_ or self.owner.principal_name).json
        return found

    def recorded(self, target: str, activity: str) -> list[AuditEvent]:
        events = self.house.world.services.audit.events_of_target(target, 50, None).items
        return [one for one in events if one.activity == activity]


@pytest.fixture
def removed(house: House) -> Removed:
    ann, bob, _ = house.staff("ann", "bob", "cid")
    owner = house.organisation.person("owner")
    policy = house.policy(ann, bob, no_response=NoResponse.REMOVE)
    house.organisation.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny", "Left the team.")
    house.closed(review)
    assert house.holders(policy) == set()
    return Removed(house, policy, review, ann, bob, owner)


def test_an_owner_gives_access_back_as_it_was(removed: Removed) -> None:
    """The same policy and end, by a request of its own; recorded in the audit trail, the sums and the evidence."""
    look = removed.look()
    assert look["restorable"] and look["denied"]["reviewedBy"]["displayName"] == "Boss" and look["restored"] is None
    reply = removed.restore()
    assert reply.status == 201, reply.text
    assert removed.house.holders(removed.policy) == {"Ann"}
    request = removed.house.world.get(f"{REQUESTS}/{reply.json['id']}").json
    assert request["requestType"] == "adminAdd" and "Still closes the quarter." in request["justification"]
    (event,) = removed.recorded(reply.json["assignmentId"], "Restore access")
    assert event.actor_id == removed.owner.id
    expected = {"review": removed.review.id, "item": removed.item("Ann"), "person": removed.ann.id}
    assert event.details.items() >= (expected | {"reason": "Still closes the quarter."}).items()
    shown = removed.house.status(removed.review)
    assert shown["outcome"]["restored"] == 1 and shown["balance"]["balanced"]
    assert removed.look()["restored"]["by"]["displayName"] == "Owner" and not removed.look()["restorable"]


def test_person_and_decider_are_told_once(removed: Removed) -> None:
    """The person without anybody's name, the decider with name and reason; nobody about the rule's denial."""
    removed.restore()
    removed.restore("Bob")
    assert removed.restore(headers=RETRY).status == 201
    mails = removed.house.world.mails()
    back = [one for one in mails if one["subject"].startswith("You have access to ")]
    undone = [one for one in mails if one["subject"].startswith("A removal was undone")]
    assert sorted(one["to"] for one in back) == ["ann@example.com", "bob@example.com"]
    assert [one["to"] for one in undone] == ["boss@example.com"]
    assert "Still closes the quarter." in undone[0]["body"] and "Owner" in undone[0]["body"]
    assert not any(name in one["body"] for one in back for name in ("Owner", "Boss"))


def test_a_repeat_gives_the_same_request_and_another_one_is_refused(removed: Removed) -> None:
    first = removed.restore()
    assert removed.restore(headers=RETRY).json == first.json
    assert removed.restore().status == 409
    assert removed.restore(as_="admin@example.com", headers=RETRY).status == 409
    assert len(removed.recorded(first.json["assignmentId"], "Restore access")) == 1


def test_neither_the_decider_nor_the_person_nor_a_manager_of_the_package_undoes(removed: Removed) -> None:
    scope = f"catalog:{removed.policy.catalog_id}"
    for person, role in ((removed.house.boss, Role.CATALOG_OWNER), (removed.ann, Role.CATALOG_OWNER)):
        removed.house.organisation.grant(person, role, scope)
        assert removed.restore(as_=person.principal_name).status == 403
    assert removed.look(as_="boss@example.com")["because"] == "decider"
    assert removed.look(as_="ann@example.com")["because"] == "ownAccess"
    helper = removed.house.organisation.person("helper")
    removed.house.organisation.grant(helper, Role.PACKAGE_MANAGER, scope)
    assert removed.restore(as_=helper.principal_name).status == 403
    stranger = removed.house.organisation.person("stranger")
    assert removed.restore(as_=stranger.principal_name).status == 404
    assert removed.house.holders(removed.policy) == set()
    assert removed.restore("Bob", as_="boss@example.com").status == 201  # the rule denied Bob


def test_what_stands_in_the_way_is_said(removed: Removed) -> None:
    """Window over, account disabled or gone, policy off, held again, nothing removed: each has its own words."""
    house, services = removed.house, removed.house.world.services
    people, policy = services.people, services.entitlements.policy(removed.policy.id)
    services.writer.put_all([replace(people.user(removed.ann.id), enabled=False)])
    assert removed.look()["because"] == "personDisabled" and removed.restore().status == 409
    services.writer.put_all([replace(people.user(removed.ann.id), enabled=True)])
    services.writer.put_all([replace(policy, enabled=False)])
    assert removed.look()["because"] == "policyGone"
    services.writer.put_all([replace(policy, enabled=True)])
    house.organisation.assign(removed.policy, removed.bob)
    assert removed.look("Bob")["because"] == "heldAgain" and removed.restore("Bob").status == 409
    house.world.clock.advance(days=8)
    refused = removed.restore()
    assert refused.status == 409 and "ended" in refused.error["message"] and removed.look()["because"] == "tooLate"
    services.writer.remove(people.user(removed.ann.id))
    assert removed.restore().status == 409


def test_a_reason_is_needed_and_an_open_review_has_removed_nothing(house: House) -> None:
    (ann,) = house.staff("ann")
    policy = house.policy(ann)
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    item = house.items(review, house.boss)["Ann"]["id"]
    address = f"/api/v1/reviews/{review.id}/items/{item}/restore"
    assert house.world.post(address, {"reason": " "}).error["target"] == "reason"
    refused = house.world.post(address, {"reason": "x"})
    assert refused.status == 409 and "not removed" in refused.error["message"]


def test_two_who_restore_at_once_make_one_assignment(removed: Removed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is second finds what the first did, in whatever moment they meet."""
    services, now = removed.house.world.services, removed.house.world.clock.now()
    item, commit, met = removed.item("Ann"), services.writer.commit, []

    def meets(writer: Any, operation: str, *changes: Any) -> None:
        if operation == "second" and not met:
            met.append(True)
            assert removed.restore().status == 201
        commit(operation, *changes)

    monkeypatch.setattr(type(services.writer), "commit", meets)
    with pytest.raises(Conflict):
        restore_access(services, ADMIN, now, "second", removed.review, item, "Me too.")
    assert removed.house.holders(removed.policy) == {"Ann"}
    assert removed.house.status(removed.review)["outcome"]["restored"] == 1


def test_the_end_stays_what_it_was(house: House) -> None:
    (ann,) = house.staff("ann")
    policy = house.policy(ann)
    held = house.world.services.entitlements.assignments_of_policy(policy.id, 1, None).items[0]
    ends = house.world.clock.now() + timedelta(days=60)
    house.world.services.writer.put_all([replace(held, ends=ends)])
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    item = house.items(review, house.boss)["Ann"]["id"]
    house.closed(review)
    made = house.world.post(f"/api/v1/reviews/{review.id}/items/{item}/restore", {"reason": "x"}).json
    assert house.world.services.entitlements.assignment(made["assignmentId"]).ends == ends


def test_a_person_shows_what_was_taken_lately(removed: Removed) -> None:
    address = f"/api/v1/people/{removed.ann.id}/removals"
    (one,) = removed.house.world.get(address, removed.owner.principal_name).json["value"]
    assert (one["reviewId"], one["restorable"], one["accessPackage"]["displayName"]) == (
        removed.review.id,
        True,
        "Reporting",
    )
    elsewhere = removed.house.organisation.person("elsewhere")
    other = removed.house.organisation.catalog("Other")
    removed.house.organisation.grant(elsewhere, Role.CATALOG_OWNER, f"catalog:{other.id}")
    assert removed.house.world.get(address, elsewhere.principal_name).json["value"] == []
    assert removed.house.world.get(address, removed.bob.principal_name).status == 404
    removed.house.world.clock.advance(days=8)
    assert removed.house.world.get(address).json["value"] == []


def denials(removed: Removed, person: User, as_: str = "admin@example.com") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = removed.house.world.get(f"/api/v1/people/{person.id}/denials", as_).json["value"]
    return found


def test_a_denial_stands_until_an_owner_lifts_it_with_a_reason(removed: Removed) -> None:
    """G27: recorded when the review removes; lifted by an owner, never by the person; the audit trail knows why."""
    (one,) = denials(removed, removed.ann)
    assert one["reviewId"] == removed.review.id and one["denied"]["justification"] == "Left the team."
    address = f"/api/v1/people/{removed.ann.id}/denials/{removed.policy.package_id}/lift"
    manager = removed.house.organisation.person("manager")
    removed.house.organisation.grant(manager, Role.PACKAGE_MANAGER, f"package:{removed.policy.package_id}")
    assert not denials(removed, removed.ann, manager.principal_name)[0]["liftable"]
    body = {"reason": "Is back in the team."}
    assert removed.house.world.post(address, body, manager.principal_name).status == 403
    assert removed.house.world.post(address, {"reason": ""}).error["target"] == "reason"
    assert removed.house.world.post(address, body, removed.owner.principal_name).status == 204
    assert removed.house.world.post(address, body).status == 404
    assert removed.house.world.post(address, body, headers=RETRY).status == 204
    assert denials(removed, removed.ann) == [] and len(denials(removed, removed.bob)) == 1
    (event,) = removed.recorded(removed.ann.id, "Lift denial")
    assert event.details["reason"] == "Is back in the team."


def test_an_import_does_not_give_back_what_a_review_took(removed: Removed) -> None:
    """G27: the row is refused and says why; a column says that it is meant; lifting or undoing clears the way."""
    world = removed.house.world
    rows = "user,package,denied\nann@example.com,Reporting,\nbob@example.com,Reporting,assign\n"
    rows += "cid@example.com,Reporting,\n"
    made = world.call("POST", "/api/v1/imports/assignments", rows, headers={"content-type": "text/csv"})
    world.tick()
    shown = world.get(f"/api/v1/imports/{made.json['id']}").json
    (bad,) = shown["badRows"]
    assert (bad["line"], bad["column"]) == (2, "denied") and removed.review.name in bad["reason"]
    assert removed.house.holders(removed.policy) == {"Bob", "Cid"}
    removed.restore()
    assert denials(removed, removed.ann) == []


def test_somebody_who_assigns_by_hand_sees_the_denial_and_may_go_on(removed: Removed) -> None:
    """G29."""
    given = {"targetId": removed.ann.id, "assignmentPolicyId": removed.policy.id}
    made = removed.house.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given})
    assert made.status == 201 and made.json["@accessReviews.deniedBefore"]["reviewId"] == removed.review.id


def test_what_lies_outside_is_granted_again_and_verified(house: House) -> None:
    """The request is delivered once the system outside shows the right again; a failure goes on like any other."""
    outside = plug_in(house.world.services)
    (ann,) = house.staff("ann")
    package = house.organisation.package()
    role_in(house, package, "outside")
    policy = policy_of(house, package, ann)
    review = deny(house, policy, "Ann")
    assert outside.held == set() and house.holders(policy) == set()
    items = house.world.get(house.url(review, "decisions")).json["value"]
    outside.down = True
    made = house.world.post(f"/api/v1/reviews/{review.id}/items/{items[0]['id']}/restore", {"reason": "x"})
    assert made.status == 201 and made.json["state"] == "delivering"
    house.world.tick()
    assert outside.held == set() and house.world.get(f"{REQUESTS}/{made.json['id']}").json["state"] == "delivering"
    outside.down = False
    house.world.clock.advance(minutes=3)
    house.world.tick()
    assert outside.held == {("clerk", ann.id)} and house.holders(policy) == {"Ann"}
    assert house.world.get(f"{REQUESTS}/{made.json['id']}").json["state"] == "delivered"
    assert house.world.services.removals.removal(review.id, items[0]["id"]).standing == "restored"
