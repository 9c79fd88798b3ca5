"""Delivery through a connector: granting, revoking, verifying, trying again (R9-R11, R40, R119, R120)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.items import ApplyResult
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.domain.reviews import Status
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role, remove_role
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.outside import Outside, plug_in
from tests.routes.entitling import ASSIGNMENTS, REQUESTS
from tests.world import World


class Company:
    """A world with an outside system, a catalog, and packages that grant roles there."""

    def __init__(self, world: World) -> None:
        self.world, self.services, self.clock = world, world.services, world.clock
        self.org = Organisation(world.services)
        self.outside: Outside = plug_in(world.services)
        self.catalog = self.org.catalog()
        draft = ResourceDraft(
            catalog_id=self.catalog.id, origin_system="AadApplication", origin_id="payroll", connector="outside"
        )
        self.resource = add_resource(self.services, ADMIN, self.clock.now(), self.org.operation(), draft).resource_id
        self.ann, self.bob = self.org.person("ann"), self.org.person("bob")

    def package(self, name: str, *roles: str) -> tuple[AccessPackage, AssignmentPolicy]:
        package = self.org.package(name, self.catalog)
        for role in roles:
            self.give(package, role)
        return package, self.org.policy(package)

    def give(self, package: AccessPackage, role: str) -> str:
        asked = (self.services, ADMIN, self.clock.now(), self.org.operation())
        return add_role(*asked, package.id, self.resource, role).id

    def assign(self, policy: AssignmentPolicy, person: User, deliver: bool = True) -> str:
        (made,) = self.org.assign(policy, person)
        if deliver:
            self.world.tick()
        return made

    def remove(self, assignment_id: str, deliver: bool = True) -> dict[str, Any]:
        body = {"requestType": "adminRemove", "assignment": {"id": assignment_id}}
        reply = self.world.post(REQUESTS, body)
        assert reply.status == 201, reply.text
        if deliver:
            self.settle()
        return dict(self.request(reply.json["id"]))

    def settle(self) -> None:
        """Do what is due, and the second look at what a removal left, a minute later."""
        self.world.tick()
        self.clock.advance(minutes=1)
        self.world.tick()

    def shown(self, assignment_id: str) -> str:
        return str(self.world.get(f"{ASSIGNMENTS}/{assignment_id}").json["state"])

    def request(self, request_id: str) -> dict[str, Any]:
        return dict(self.world.get(f"{REQUESTS}/{request_id}").json)

    def newest(self) -> dict[str, Any]:
        (request,) = self.services.entitlements.list_requests(1, None).items
        return self.request(request.id)

    def hours(self, hours: int) -> None:
        """Let time pass, the timer firing every half hour."""
        for _ in range(hours * 2):
            self.clock.advance(minutes=30)
            self.world.tick()

    def agenda(self) -> list[str]:
        rows = self.services.reviews.due_until(self.clock.now() + timedelta(days=30), 100)
        return [row.kind for row in rows if row.kind in ("delivery", "job")]


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_an_assignment_is_delivering_until_the_connector_has_verified_it(company: Company) -> None:
    """R9, R37: every role of the package is granted; the request goes from delivering to delivered."""
    _, policy = company.package("Both", "user", "clerk")
    made = company.assign(policy, company.ann, deliver=False)
    assert (company.shown(made), company.newest()["state"]) == ("delivering", "delivering")
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user", "clerk"}
    assert (company.shown(made), company.newest()["state"]) == ("delivered", "delivered")
    assert company.agenda() == []


def test_a_package_that_is_only_recorded_is_delivered_at_once(company: Company) -> None:
    _, policy = company.package("Plain")
    made = company.assign(policy, company.ann, deliver=False)
    assert (company.shown(made), company.newest()["state"], company.agenda()) == ("delivered", "delivered", [])


def test_the_end_takes_every_role_but_those_of_another_live_assignment(company: Company) -> None:
    """R9."""
    _, both = company.package("Both", "user", "clerk")
    _, one = company.package("One", "user")
    first, second = company.assign(both, company.ann), company.assign(one, company.ann)
    request = company.remove(first)
    assert company.outside.roles_of(company.ann) == {"user"} and request["state"] == "delivered"
    company.remove(second)
    assert company.outside.roles_of(company.ann) == set()


def test_two_ends_at_once_leave_nothing_behind(company: Company) -> None:
    """R9: neither end may take the other assignment for a live one."""
    _, both = company.package("Both", "user", "clerk")
    _, one = company.package("One", "user")
    made = [company.assign(policy, company.ann) for policy in (both, one)]
    for assignment_id in made:
        company.remove(assignment_id, deliver=False)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == set()


def test_a_role_held_directly_before_goes_with_the_assignment(company: Company) -> None:
    """R10: nobody is assigned because they held a role; once assigned and removed, it is gone."""
    company.outside.held.add(("user", company.ann.id))
    _, policy = company.package("One", "user")
    company.world.tick()
    assert company.services.entitlements.holdings_of_person(company.ann.id) == []
    company.remove(company.assign(policy, company.ann))
    assert company.outside.roles_of(company.ann) == set()


def test_a_role_added_later_reaches_those_who_hold_the_package(company: Company) -> None:
    """R11: also a hundred of them, page by page; ended and other assignments are left alone."""
    package, policy = company.package("One", "user")
    people = [company.org.person(f"p{number}") for number in range(60)]
    made = company.org.assign(policy, *people)
    company.world.tick()
    company.remove(made[0])
    company.give(package, "clerk")
    company.world.tick()
    assert company.outside.roles_of(people[0]) == set()
    assert {tuple(sorted(company.outside.roles_of(one))) for one in people[1:]} == {("clerk", "user")}
    assert company.agenda() == [] and company.shown(made[1]) == "delivered"


def test_a_role_taken_from_a_package_is_taken_from_those_who_hold_it(company: Company) -> None:
    """R11, R9."""
    package, policy = company.package("Both", "user", "clerk")
    _, other = company.package("Other", "clerk")
    company.assign(policy, company.ann)
    company.assign(policy, company.bob)
    company.assign(other, company.bob)
    doomed = next(
        one.id for one in company.services.entitlements.package(package.id).role_scopes if one.right.role == "clerk"
    )
    remove_role(company.services, ADMIN, company.clock.now(), company.org.operation(), package.id, doomed)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user"}
    assert company.outside.roles_of(company.bob) == {"user", "clerk"}


def test_a_role_that_comes_and_goes_before_the_job_runs_leaves_nothing(company: Company) -> None:
    """R11: each job brings what the package says when it runs."""
    package, policy = company.package("One", "user")
    company.assign(policy, company.ann)
    added = company.give(package, "clerk")
    remove_role(company.services, ADMIN, company.clock.now(), company.org.operation(), package.id, added)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user"}


def test_a_scheduled_assignment_is_delivered_when_it_begins(company: Company) -> None:
    """R36."""
    package, policy = company.package("One", "user")
    schedule = {"startDateTime": "2026-03-09T00:00:00Z"}
    given = {"targetId": company.ann.id, "assignmentPolicyId": policy.id}
    body = {"requestType": "adminAdd", "assignment": given, "schedule": schedule}
    made = company.world.post(REQUESTS, body).json["assignment"]["id"]
    company.world.tick()
    company.give(package, "clerk")
    company.world.tick()
    assert company.outside.calls == 0 and company.shown(made) == "delivering"
    company.clock.advance(days=7)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user", "clerk"} and company.shown(made) == "delivered"


def test_one_that_never_began_is_taken_back_without_a_call(company: Company) -> None:
    _, policy = company.package("One", "user")
    given = {"targetId": company.ann.id, "assignmentPolicyId": policy.id}
    body = {"requestType": "adminAdd", "assignment": given, "schedule": {"startDateTime": "2026-03-09T00:00:00Z"}}
    made = company.world.post(REQUESTS, body).json["assignment"]["id"]
    assert company.remove(made)["state"] == "delivered"
    company.clock.advance(days=8)
    company.world.tick()
    assert company.outside.calls == 0 and company.agenda() == []


def test_delivery_is_tried_for_hours_and_then_by_hand_for_a_week(company: Company) -> None:
    """R40, R42: delivering, deliveryFailed, delivered."""
    _, policy = company.package("One", "user")
    company.outside.down = True
    made = company.assign(policy, company.ann)
    assert company.shown(made) == "delivering" and company.agenda() == ["delivery"]
    company.hours(3)
    assert company.shown(made) == "delivering"
    company.hours(5)
    request = company.newest()
    assert (company.shown(made), request["state"], company.agenda()) == ("deliveryFailed", "deliveryFailed", [])
    company.outside.down = False
    assert company.world.post(f"{REQUESTS}/{request['id']}/reprocess").status == 204
    company.world.tick()
    assert (company.shown(made), company.newest()["state"]) == ("delivered", "delivered")
    assert company.outside.roles_of(company.ann) == {"user"}
    assert company.world.post(f"{REQUESTS}/{request['id']}/reprocess").status == 409


def test_after_a_week_a_failed_delivery_is_not_tried_again(company: Company) -> None:
    """R40."""
    _, policy = company.package("One", "user")
    company.outside.down = True
    made = company.assign(policy, company.ann)
    company.hours(8)
    company.clock.advance(days=8)
    for url in (f"{REQUESTS}/{company.newest()['id']}/reprocess", f"{ASSIGNMENTS}/{made}/reprocess"):
        assert company.world.post(url).status == 409


def test_a_partial_delivery_says_so_and_heals_by_itself(company: Company) -> None:
    """R37, R40, R42: the role that failed is tried again; the other is not held up."""
    _, policy = company.package("Both", "user", "clerk")
    company.outside.deaf = {"clerk"}
    made = company.assign(policy, company.ann)
    assert company.outside.roles_of(company.ann) == {"user"}
    assert (company.shown(made), company.newest()["state"]) == ("partiallyDelivered", "partiallyDelivered")
    company.outside.deaf = set()
    company.hours(1)
    assert (company.shown(made), company.newest()["state"]) == ("delivered", "delivered")


def test_reprocessing_an_assignment_grants_again_what_was_lost_outside(company: Company) -> None:
    """R40."""
    _, policy = company.package("One", "user")
    made = company.assign(policy, company.ann)
    company.outside.held.clear()
    assert company.world.post(f"{ASSIGNMENTS}/{made}/reprocess").status == 204
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user"} and company.shown(made) == "delivered"
    company.remove(made)
    assert company.world.post(f"{ASSIGNMENTS}/{made}/reprocess").status == 409


def test_an_end_during_delivery_cancels_it(company: Company) -> None:
    _, policy = company.package("One", "user")
    company.outside.down = True
    made = company.assign(policy, company.ann)
    adding = company.newest()["id"]
    company.clock.advance(minutes=1)
    company.remove(made, deliver=False)
    company.outside.down = False
    company.settle()
    assert (company.shown(made), company.request(adding)["state"]) == ("expired", "canceled")
    assert company.outside.roles_of(company.ann) == set() and company.agenda() == []


def test_a_grant_that_arrives_after_the_end_is_taken_back(company: Company) -> None:
    """A slow worker grants while another ends the assignment: what it touched is owed again."""
    _, policy = company.package("One", "user")
    made = company.assign(policy, company.ann, deliver=False)
    grant = company.outside.grant

    def slow(right: Any, person: User) -> None:
        company.outside.grant = grant  # type: ignore[method-assign]
        company.remove(made, deliver=False)
        grant(right, person)

    company.outside.grant = slow  # type: ignore[method-assign]
    company.settle()
    assert company.shown(made) == "expired" and company.outside.roles_of(company.ann) == set()
    assert company.agenda() == []


def reviewed(company: Company, *roles: str, **settings: Any) -> tuple[str, Any]:
    """A review in which ann's assignment is denied, at its close; (assignment, instance)."""
    boss = company.org.person("boss")
    package = company.org.package("Reviewed", company.catalog)
    for role in roles:
        company.give(package, role)
    review = factories.by_people(company.clock.now().date(), boss, justification_required=False, **settings)
    policy = company.org.policy(package, review=review)
    made = company.assign(policy, company.ann)
    company.clock.set(company.clock.now().replace(hour=23, minute=59, second=30))
    company.world.tick()
    (mine,) = company.world.get("/api/v1/reviews", "boss@example.com").json["value"]
    instance = company.services.reviews.instance(mine["id"])
    (item,) = company.world.get(_decisions(instance), "boss@example.com").json["value"]
    body = {"decisions": [{"id": item["id"], "decision": "Deny"}]}
    company.world.post(f"/api/v1/reviews/{instance.id}/decisions", body, "boss@example.com")
    return made, instance


def _decisions(instance: Any) -> str:
    return (
        f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}/decisions"
    )


def close(company: Company, instance: Any) -> Any:
    company.clock.set(instance.closes + timedelta(minutes=1))
    company.settle()
    return item_of(company, instance)


def item_of(company: Company, instance: Any) -> Any:
    (item,) = company.world.get(_decisions(instance), "admin@example.com").json["value"]
    return item


def test_a_review_removes_through_the_connector(company: Company) -> None:
    """R119: applied successfully only when the connector no longer sees the right."""
    made, instance = reviewed(company, "user")
    assert close(company, instance)["applyResult"] == ApplyResult.DONE.value
    assert company.outside.roles_of(company.ann) == set() and company.shown(made) == "expired"
    assert company.agenda() == []


def test_a_removal_that_the_connector_does_not_confirm_has_failed_until_it_does(company: Company) -> None:
    """R120: the result of one item comes from verifying; the review goes on, and a later success corrects it."""
    made, instance = reviewed(company, "user")
    company.outside.deaf = {"user"}
    assert close(company, instance)["applyResult"] == ApplyResult.FAILED.value
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removed, state.removal_failures) == (Status.APPLIED, 0, 1)
    assert company.shown(made) == "expired" and company.agenda() == ["delivery"]
    assert not [mail for mail in company.world.mails() if mail["to"] == "ann@example.com"]
    company.outside.deaf = set()
    company.hours(1)
    state = company.services.reviews.state(instance.id)
    assert item_of(company, instance)["applyResult"] == ApplyResult.DONE.value
    assert (state.removed, state.removal_failures, company.agenda()) == (1, 0, [])
    assert [mail for mail in company.world.mails() if mail["to"] == "ann@example.com"]


def test_a_reviewed_right_that_another_assignment_contains_stays(company: Company) -> None:
    """R9, R120: the assignment ends, the right stays, and the removal counts as done."""
    _, other = company.package("Other", "user")
    company.assign(other, company.ann)
    made, instance = reviewed(company, "user", "clerk")
    assert close(company, instance)["applyResult"] == ApplyResult.DONE.value
    assert company.outside.roles_of(company.ann) == {"user"} and company.shown(made) == "expired"


def test_somebody_who_has_left_is_no_failure(company: Company) -> None:
    """R120: a person who no longer exists does not fail the review."""
    made, instance = reviewed(company, "user")
    company.services.writer.remove(company.ann)
    assert close(company, instance)["applyResult"] == ApplyResult.GONE.value
    assert company.shown(made) == "expired"


def test_deliveries_leave_events(company: Company) -> None:
    """R160: fulfilled, removed."""
    _, policy = company.package("One", "user")
    company.remove(company.assign(policy, company.ann))
    activities = {one.activity for one in company.services.audit.events("2026-03-02", 100, None).items}
    wanted = {"Fulfill access package assignment request", "Remove resource assignment"}
    assert wanted <= activities


def test_an_assignment_that_runs_out_loses_its_rights(company: Company) -> None:
    """R9: also when nobody ends it."""
    _, policy = company.package("One", "user")
    schedule = {"expiration": {"type": "afterDuration", "duration": "P1D"}}
    given = {"targetId": company.ann.id, "assignmentPolicyId": policy.id}
    company.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given, "schedule": schedule})
    company.world.tick()
    assert company.outside.roles_of(company.ann) == {"user"}
    company.clock.advance(days=1, minutes=5)
    company.settle()
    assert company.outside.roles_of(company.ann) == set() and company.agenda() == []
