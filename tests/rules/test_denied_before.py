"""Whoever gives access again sees that a review took it away before (G29)."""

from __future__ import annotations

from typing import Any

from bench.meter import Meter
from chalicelib.domain.packages import AssignmentPolicy, NoResponse
from chalicelib.domain.people import Role, User
from tests.graph_schema import SCHEMA_FILE, faults
from tests.house import House, house
from tests.world import Reply

__all__ = ["house"]
REQUESTS = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests"
DENIED = "@accessReviews.deniedBefore"


def give(house: House, policy: AssignmentPolicy, person: User, as_: str = "admin@example.com", **more: Any) -> Reply:
    given = {"targetId": person.id, "assignmentPolicyId": policy.id}
    reply = house.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given, **more}, as_)
    assert reply.status == 201, reply.text
    if SCHEMA_FILE.exists():
        assert faults(reply.json, "accessPackageAssignmentRequest") == []
    return reply


def take(house: House, made: Reply) -> Reply:
    body = {"requestType": "adminRemove", "assignment": {"id": made.json["assignment"]["id"]}}
    return house.world.post(REQUESTS, body)


def test_who_assigns_again_sees_the_denial(house: House) -> None:
    """G29: the person may have it again under the normal checks; review, date and reason are told with the answer and
    whenever the request is read."""
    (ann,) = house.staff("ann")
    policy = house.policy(ann)
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny", "Moved to another team.")
    item = house.items(review, house.boss)["Ann"]
    house.closed(review)
    assert house.holders(policy) == set()
    made = give(house, policy, ann)
    expected = {
        "reviewId": review.id,
        "displayName": review.name,
        "itemId": item["id"],
        "deniedDateTime": item["reviewedDateTime"],
        "byRule": False,
        "justification": "Moved to another team.",
    }
    assert made.json[DENIED] == expected
    assert house.world.get(f"{REQUESTS}/{made.json['id']}").json[DENIED] == expected
    assert house.holders(policy) == {"Ann"}


def test_a_removal_by_the_rule_says_so(house: House) -> None:
    """G29: silence is no person's judgement; whoever assigns again learns which of the two it was."""
    (ann,) = house.staff("ann")
    policy = house.policy(ann, no_response=NoResponse.REMOVE)
    review = house.opened(policy)
    house.closed(review)
    denied = give(house, policy, ann).json[DENIED]
    assert (denied["byRule"], denied["reviewId"]) == (True, review.id)


def test_the_denial_is_for_who_gives_access_and_concerns_that_package_and_what_came_later(house: House) -> None:
    """G29: nothing is told to the person, about another package, or with a request that is older."""
    ann, bob = house.staff("ann", "bob")
    policy = house.policy(ann, bob)
    other = house.organisation.policy(house.organisation.package("Payments"))
    mine = f"{REQUESTS}?$filter=assignment/target/objectId eq '{ann.id}'"
    (first,) = house.world.get(mine).json["value"]
    review = house.opened(policy)
    for name in ("Ann", "Bob"):
        house.decide(review, house.boss, name, "Deny")
    house.closed(review)
    made = give(house, policy, ann)
    assert DENIED in made.json
    assert DENIED not in house.world.get(f"{REQUESTS}/{made.json['id']}", ann.principal_name).json
    assert DENIED not in house.world.get(f"{REQUESTS}/{first['id']}").json
    assert DENIED not in give(house, other, ann).json
    assert DENIED not in take(house, made).json
    helper = house.organisation.person("helper")
    house.organisation.grant(helper, Role.ASSIGNMENT_MANAGER, f"catalog:{policy.catalog_id}")
    assert give(house, policy, bob, helper.principal_name).json[DENIED]["reviewId"] == review.id


def test_looking_back_costs_two_requests(house: House) -> None:
    """G29: however often somebody came and went; nothing is looked up for the person, or for a removal."""
    (ann,) = house.staff("ann")
    policy = house.policy()
    for _ in range(3):
        made = give(house, policy, ann)
        assert DENIED not in made.json
        removed = take(house, made)
        assert removed.status == 201
    spent = {}
    for name, found in (("adminAdd", give(house, policy, ann)), ("adminRemove", removed)):
        url = f"{REQUESTS}/{found.json['id']}?$select=id"
        assert house.world.get(url).status == 200
        with Meter() as meter:
            house.world.get(url)
        spent[name] = meter
    assert spent["adminAdd"].requests - spent["adminRemove"].requests == 2
    assert spent["adminAdd"].read_units - spent["adminRemove"].read_units <= 7.5  # seven requests were read
