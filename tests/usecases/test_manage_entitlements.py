"""Catalogs, packages and policies: names, retries, deletion (R1-R4, R8, R12, R15, G33)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.assignments import RequestType
from chalicelib.domain.errors import Conflict, NotFound, ReviewError
from chalicelib.domain.reviews import Status
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.manage_catalogs import delete_catalog, general_catalog
from chalicelib.usecases.manage_packages import delete_package
from tests.factories import ADMIN, by_oneself
from tests.usecases.desk import Desk, office
from tests.usecases.managing import KINDS, UPDATE, Make, catalog, delete, each_kind, package, policy, rename, stored
from tests.world import START

__all__ = ["office"]


@each_kind
def test_what_is_created_is_stored_with_its_event(office: Desk, make: Make) -> None:
    made = make(office, description="For everybody")
    assert stored(office, make, made) == made
    assert (made.created, made.modified) == (START, START)
    [recorded] = office.recorded()
    assert recorded.category == "EntitlementManagement"
    assert recorded.activity in (
        "Create catalog",
        "Create access package",
        "Create access package assignment policy",
    )
    assert (recorded.target_id, recorded.actor_id) == (made.id, ADMIN.id)
    assert recorded.changes["description"] == [None, "For everybody"]


@each_kind
def test_a_name_is_given_once_whatever_its_case(office: Desk, make: Make) -> None:
    make(office, "Straße Nord")
    for name in ("Straße Nord", "STRAßE NORD"):
        with pytest.raises(Conflict) as refusal:
            make(office, name)
        assert refusal.value.target == "displayName"


@each_kind
def test_a_retry_with_the_same_content_gives_what_was_made(office: Desk, make: Make) -> None:
    """Brief, decision 13."""
    made = make(office, description="One")
    office.clock.advance(minutes=1)
    assert make(office, description="One", retried=True).id == made.id
    with pytest.raises(Conflict):
        make(office, description="Two", retried=True)
    with pytest.raises(Conflict):
        make(office, description="One")


@each_kind
def test_a_rename_moves_the_name(office: Desk, make: Make) -> None:
    first, second = make(office, "First"), make(office, "Second")
    with pytest.raises(Conflict) as refusal:
        rename(office, make, second, "FIRST")
    assert refusal.value.target == "displayName"
    rename(office, make, first, "Third")
    assert office.recorded()[0].changes == {"display_name": ["First", "Third"]}
    rename(office, make, second, "first")
    rename(office, make, second, "First")  # only the case
    assert stored(office, make, second).display_name == "First"
    with pytest.raises(Conflict):
        make(office, "third")


@each_kind
def test_what_is_returned_can_be_changed_at_once(office: Desk, make: Make) -> None:
    """It has the version that is stored."""
    made = make(office)
    for name in ("Second", "Third"):
        made = rename(office, make, made, name)
        assert made == stored(office, make, made)


@each_kind
def test_an_update_of_what_somebody_else_changed_is_a_conflict(office: Desk, make: Make) -> None:
    made = make(office)
    read_before = stored(office, make, made)
    rename(office, make, made, "Another")
    module = dict(KINDS)[make]
    draft = replace(module.draft_of(read_before), description="Too late")
    with pytest.raises(Conflict):
        getattr(module, UPDATE[make])(office.services, ADMIN, office.now, office.operation(), read_before, draft)
    assert stored(office, make, made).description == ""


@each_kind
def test_deleting_gives_the_name_back(office: Desk, make: Make) -> None:
    made = make(office, "Once")
    delete(office, make, made)
    assert stored(office, make, made) is None
    assert office.recorded()[0].activity.startswith("Delete ")
    assert make(office, "Once").id != made.id
    with pytest.raises(NotFound):
        delete(office, make, made)


def test_names_are_unique_within_their_container_only(office: Desk) -> None:
    homes = [catalog(office, name).id for name in ("A", "B")]
    packages = [package(office, "CRM", home=home).id for home in homes]
    assert len({policy(office, "Staff", home=home).id for home in packages}) == 2


def test_packages_without_a_catalog_go_into_the_built_in_one(office: Desk) -> None:
    """R1. It is made when it is first needed, once, and stays."""
    made = package(office)
    general = general_catalog(office.services, office.now)
    assert made.catalog_id == general.id
    assert (general.display_name, general.kind) == ("General", "serviceDefault")
    office.clock.advance(days=1)
    assert general_catalog(office.services, office.now) == general
    assert [one.id for one in office.services.entitlements.list_catalogs(10, None).items] == [general.id]
    with pytest.raises(Conflict):
        catalog(office, "general")
    delete_package(office.services, ADMIN, office.now, office.operation(), made.id)
    with pytest.raises(Conflict):
        delete_catalog(office.services, ADMIN, office.now, office.operation(), general.id)


def test_the_name_general_is_taken_before_its_catalog_was_needed(office: Desk) -> None:
    with pytest.raises(Conflict):
        catalog(office, "General")


def test_a_catalog_with_packages_stays(office: Desk) -> None:
    """R4."""
    home = catalog(office)
    inside = package(office, home=home.id)
    with pytest.raises(Conflict, match="packages"):
        delete(office, catalog, home)
    delete(office, package, inside)
    delete(office, catalog, home)


@pytest.mark.parametrize("starts", [None, START + timedelta(days=3)])
@pytest.mark.parametrize("make", [package, policy])
def test_what_somebody_holds_stays(office: Desk, make: Make, starts: Any) -> None:
    """R12: a scheduled assignment counts, one that was ended or ran out does not."""
    staff = policy(office)
    made = staff if make is policy else office.services.entitlements.package(staff.package_id)
    ada, bob = office.organisation.person("ada"), office.organisation.person("bob")
    wish = Wish(target_id=ada.id, policy_id=staff.id, starts=starts)
    request = assign(office.services, ADMIN, office.now, office.operation(), wish)
    day = {"type": "afterDuration", "duration": "P1D"}
    wish = Wish(target_id=bob.id, policy_id=staff.id, expiration=day)
    assign(office.services, ADMIN, office.now, office.operation(), wish)
    office.clock.advance(days=1)
    with pytest.raises(Conflict, match="assignments"):
        delete(office, make, made)
    held = office.services.entitlements.assignment(request.assignment_id)
    assert held is not None
    end_assignment(office.services, ADMIN, office.now, office.operation(), held, RequestType.ADMIN_REMOVE)
    delete(office, make, made)
    assert office.services.entitlements.assignment(request.assignment_id) is not None  # history stays


def test_nobody_is_assigned_through_a_policy_that_is_being_deleted(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, ada = policy(office), office.organisation.person("ada")
    as_read = office.services.entitlements.policy(staff.id)
    delete(office, policy, staff)
    readings = [as_read]
    table = type(office.services.entitlements)
    look = table.policy
    monkeypatch.setattr(table, "policy", lambda self, one: readings.pop() if readings else look(self, one))
    with pytest.raises(ReviewError):
        assign(
            office.services,
            ADMIN,
            office.now,
            office.operation(),
            Wish(target_id=ada.id, policy_id=staff.id),
        )
    assert office.services.entitlements.holding(ada.id, staff.package_id) is None


def test_a_package_takes_its_policies_and_their_series_with_it(office: Desk) -> None:
    crm = package(office)
    made = [policy(office, f"P{number}", home=crm.id, review=by_oneself(START.date())) for number in range(13)]
    delete(office, package, crm)
    assert [office.services.entitlements.policy(one.id) for one in made] == [None] * 13
    assert all((series := office.definition(one)) and series.ended == office.now for one in made)
    assert office.agenda() == []
    again = package(office)
    assert policy(office, "P0", home=again.id).package_id == again.id


def test_a_package_with_more_policies_than_one_commit_takes_says_so(office: Desk) -> None:
    crm = package(office)
    for number in range(14):
        policy(office, f"P{number}", home=crm.id)
    with pytest.raises(Conflict):
        delete(office, package, crm)
    renamed = rename(office, package, crm, "Customers")  # a rename takes less
    assert office.services.entitlements.package(crm.id) == renamed


def test_deleting_stops_the_open_review(office: Desk) -> None:
    """G33: nobody is left to remove; the review stays readable."""
    settings = by_oneself(START.date())
    staff = policy(office, review=settings)
    office.clock.advance(days=3)
    instance = office.opened(staff, settings)
    delete(office, policy, staff)
    state = office.services.reviews.state(instance.id)
    assert state is not None
    assert state.ends < instance.closes
    assert state.stopped_by == ADMIN.id
    assert office.services.reviews.instance(instance.id) is not None


def test_deleting_waits_for_a_review_that_is_being_opened(office: Desk) -> None:
    settings = by_oneself(START.date())
    staff = policy(office, review=settings)
    office.clock.advance(days=1)
    office.opened(staff, settings, Status.INITIALIZING)
    with pytest.raises(Conflict):
        delete(office, policy, staff)
