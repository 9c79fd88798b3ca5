"""Never the last one: owners of groups, resources that are marked, the product's administrators, a catalog's owners."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, NoResponse
from chalicelib.domain.people import Group, Membership, Role, RoleGrant, User
from chalicelib.domain.resources import Right
from chalicelib.usecases.last_ones import let_go
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Member, Page
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.factories import ADMIN
from tests.house import House, house
from tests.outside import PAYROLL, Outside

__all__ = ["house"]
REQUESTS = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests"
PAYROLL_ID = "payroll"


@dataclass
class Listing(Outside):
    """A system outside that lists its members too; `shown` are further ones whom the directory does not know."""

    shown: list[str] = field(default_factory=list)
    deafness: bool = False

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        if self.deafness:
            raise ConnectionError("no answer")
        inside = [Member(key=who, external_id=who) for role, who in sorted(self.held) if role == right.role]
        return Page(tuple(inside + [Member(key=one, display_name=one) for one in self.shown]))


def role_in(house: House, package: AccessPackage, connector: str = "recorded", **more: Any) -> str:
    """Have a package give a role of a resource; the resource's id."""
    services, now = house.world.services, house.world.clock.now()
    draft = ResourceDraft(
        catalog_id=package.catalog_id,
        origin_system="AadApplication",
        origin_id=PAYROLL_ID,
        display_name="Payroll",
        connector=connector,
        roles=PAYROLL.roles,
        **more,
    )
    made = add_resource(services, ADMIN, now, house.organisation.operation(), draft).resource_id
    add_role(services, ADMIN, now, house.organisation.operation(), package.id, made, "clerk")
    return made


def group_role(house: House, package: AccessPackage, role: str) -> str:
    """Have a package give a role of a group of the directory; the group's id."""
    services, now = house.world.services, house.world.clock.now()
    group = Group(id=ids.guid("group", role), display_name="Treasury")
    services.writer.put_all([group])
    draft = ResourceDraft(catalog_id=package.catalog_id, origin_system="AadGroup", origin_id=group.id)
    made = add_resource(services, ADMIN, now, house.organisation.operation(), draft).resource_id
    add_role(services, ADMIN, now, house.organisation.operation(), package.id, made, f"{role}_{group.id}")
    return group.id


def policy_of(house: House, package: AccessPackage, *people: User) -> AssignmentPolicy:
    review = factories.by_manager(
        house.world.clock.now().date(), house.deputy, justification_required=False, brake_count=99
    )
    made = house.organisation.policy(package, review=review)
    house.organisation.assign(made, *people)
    house.world.tick()
    return made


def deny(house: House, policy: AssignmentPolicy, *names: str) -> Any:
    review = house.opened(policy)
    for name in names:
        house.decide(review, house.boss, name, "Deny", "Gone.")
    house.closed(review)
    for _ in range(3):
        house.world.clock.advance(minutes=1, seconds=1)
        house.world.tick()
    return review


def held_because(house: House, review: Any) -> list[str]:
    page = house.world.services.removals.removals_of_review(review.id, 100, None)
    return [one.reason for one in page.items if one.standing == "held"]


def test_of_the_last_two_owners_of_a_group_one_stays(house: House) -> None:
    """Both are denied in one review: one loses the ownership, the other is held, with the reason, and counted."""
    ann, bob = house.staff("ann", "bob")
    package = house.organisation.package()
    group_role(house, package, "Owner")
    policy = policy_of(house, package, ann, bob)
    review = deny(house, policy, "Ann", "Bob")
    assert len(house.holders(policy)) == 1
    assert held_because(house, review) == ["Nobody else holds Owner of Treasury, and somebody must."]
    shown = house.status(review)
    assert (shown["status"], shown["outcome"]["removed"], shown["outcome"]["held"]) == ("Applied", 1, 1)
    assert shown["balance"]["balanced"]


def test_members_of_a_group_and_unmarked_resources_are_not_guarded(house: House) -> None:
    (ann,) = house.staff("ann")
    package = house.organisation.package()
    group_role(house, package, "Member")
    role_in(house, package)
    policy = policy_of(house, package, ann)
    deny(house, policy, "Ann")
    assert house.holders(policy) == set()


def test_a_marked_resource_keeps_one_counted_where_the_rights_lie(house: House) -> None:
    """The system outside lists its members: somebody whom only it knows is somebody."""
    ann, bob = house.staff("ann", "bob")
    outside = Listing()
    house.world.services.connectors.fixed["listing"] = outside
    package = house.organisation.package()
    role_in(house, package, "listing", keeps_one=True)
    policy = policy_of(house, package, ann, bob)
    assert len(outside.held) == 2
    review = deny(house, policy, "Ann", "Bob")
    assert len(outside.held) == 1 and len(house.holders(policy)) == 1 and len(held_because(house, review)) == 1
    outside.shown.append("root")
    (left,) = house.holders(policy)
    person = {"Ann": ann, "Bob": bob}[left]
    holding = house.world.services.entitlements.holding(person.id, package.id)
    body = {"requestType": "adminRemove", "assignment": {"id": holding.assignment_id}}
    assert house.world.post(REQUESTS, body).status == 201


def test_not_being_able_to_count_holds(house: House) -> None:
    ann, bob = house.staff("ann", "bob")
    outside = Listing(deafness=True)
    house.world.services.connectors.fixed["listing"] = outside
    package = house.organisation.package()
    role_in(house, package, "listing", keeps_one=True)
    policy = policy_of(house, package, ann, bob)
    review = deny(house, policy, "Ann")
    assert house.holders(policy) == {"Ann", "Bob"}
    assert held_because(house, review) == ["It could not be counted who else holds Clerk of Payroll."]


def test_an_administrator_cannot_remove_the_last_one_by_hand_either(house: House) -> None:
    (ann,) = house.staff("ann")
    package = house.organisation.package()
    resource = role_in(house, package)
    policy = policy_of(house, package, ann)
    assert house.world.call("PUT", f"/api/v1/resources/{resource}/keeps-one", {"keepsOne": True}).status == 204
    holding = house.world.services.entitlements.holding(ann.id, package.id)
    body = {"requestType": "adminRemove", "assignment": {"id": holding.assignment_id}}
    refused = house.world.post(REQUESTS, body)
    assert refused.status == 409 and "Nobody else holds Clerk of Payroll" in refused.error["message"]
    house.organisation.assign(policy, house.organisation.person("bob"))
    assert house.world.post(REQUESTS, body).status == 201


def test_a_right_that_stays_through_another_package_is_not_lost(house: House) -> None:
    """R9."""
    (ann,) = house.staff("ann")
    catalog = house.organisation.catalog()
    one, other = (house.organisation.package(name, catalog) for name in ("One", "Other"))
    resource = role_in(house, one, keeps_one=True)
    services, now = house.world.services, house.world.clock.now()
    add_role(services, ADMIN, now, house.organisation.operation(), other.id, resource, "clerk")
    policy = policy_of(house, one, ann)
    house.organisation.assign(house.organisation.policy(other, name="Else"), ann)
    deny(house, policy, "Ann")
    assert house.holders(policy) == set()


def test_two_who_are_let_go_at_once_meet(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is second, in whatever moment, counts without the first."""
    ann, bob = house.staff("ann", "bob")
    package = house.organisation.package()
    role_in(house, package, keeps_one=True)
    policy = policy_of(house, package, ann, bob)
    services = house.world.services
    held = {one.target_id: one for one in services.entitlements.assignments_of_policy(policy.id, 9, None).items}
    commit = services.writer.commit
    met_by_ann = None

    def once(writer: Any, operation: str, *changes: Any) -> None:
        nonlocal met_by_ann
        if operation.startswith("let-go:") and met_by_ann is None:
            met_by_ann = ""
            met_by_ann = let_go(services, held[bob.id])
        commit(operation, *changes)

    monkeypatch.setattr(type(services.writer), "commit", once)
    assert let_go(services, held[ann.id]) == "Nobody else holds Clerk of Payroll, and somebody must."
    assert met_by_ann == "" and let_go(services, held[bob.id]) == ""  # asked again it answers the same


def test_a_review_leaves_the_product_an_administrator(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role of the product given to a group whose membership a package grants: the last one in it stays."""
    (ann,) = house.staff("ann")
    package = house.organisation.package()
    group = group_role(house, package, "Member")
    services = house.world.services
    services.writer.put_all(
        [
            RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=group, principal_kind="group"),
            Membership(group_id=group, member_id=ann.id),
        ]
    )
    policy = policy_of(house, package, ann)
    (assignment,) = services.entitlements.assignments_of_policy(policy.id, 9, None).items
    without = replace(services, settings=replace(services.settings, first_administrator=""))
    assert "administer this product" in let_go(without, assignment)
    assert let_go(services, assignment) == ""  # the settings name one who stays
    services.writer.put_all([Membership(group_id=group, member_id=house.boss.id)])
    assert let_go(without, assignment) == ""


def test_the_last_owner_of_a_catalog_stays_until_there_is_another(house: House) -> None:
    catalog = house.organisation.catalog()
    one, two = house.organisation.person("one"), house.organisation.person("two")

    def appoint(person: User) -> str:
        body = {"role": "catalogOwner", "scope": f"catalog:{catalog.id}", "principalId": person.id}
        return str(house.world.post("/api/v1/roles", body).json["id"])

    first = appoint(one)
    for grant in house.world.get("/api/v1/roles").json["value"]:
        if grant["principalId"] not in (one.id, two.id) and grant["scope"] == f"catalog:{catalog.id}":
            house.world.call("DELETE", f"/api/v1/roles/{grant['id']}")
    refused = house.world.call("DELETE", f"/api/v1/roles/{first}")
    assert refused.status == 409 and "last owner" in refused.error["message"]
    appoint(two)
    assert house.world.call("DELETE", f"/api/v1/roles/{first}").status == 204


def test_silence_takes_no_last_one_either(house: House) -> None:
    """The rule for unanswered items is held as a person's denial is."""
    (ann,) = house.staff("ann")
    package = house.organisation.package()
    role_in(house, package, keeps_one=True)
    review = factories.by_manager(
        house.world.clock.now().date(), house.deputy, no_response=NoResponse.REMOVE, brake_count=99
    )
    policy = house.organisation.policy(package, review=review)
    house.organisation.assign(policy, ann)
    found = deny(house, policy)
    assert house.holders(policy) == {"Ann"} and len(held_because(house, found)) == 1
