"""Catalogs, packages and policies: names, deletion, who may, retries (R1-R4, R8, R12, R15-R19, G33, S12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, ReviewError
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog, ReviewerKind, SubjectSet
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import Status
from chalicelib.usecases import manage_catalogs, manage_packages, manage_policies
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog, delete_catalog, general_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package, delete_package, update_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy, delete_policy
from tests.factories import ADMIN, by_manager, by_oneself, by_people
from tests.usecases.desk import AUDITOR, STRANGER, Desk, desk, manager_of, owner_of
from tests.world import START


@pytest.fixture
def office(aws: None) -> Desk:
    return desk()


Make = Callable[..., Any]


def catalog(office: Desk, name: str = "Sales", actor: Actor = ADMIN, retried: bool = False, **more: Any) -> Catalog:
    draft = CatalogDraft(display_name=name, **more)
    return create_catalog(office.services, actor, office.now, office.operation(), draft, retried)


def package(
    office: Desk, name: str = "CRM", actor: Actor = ADMIN, retried: bool = False, home: str = "", **more: Any
) -> AccessPackage:
    draft = PackageDraft(display_name=name, **more)
    return create_package(office.services, actor, office.now, office.operation(), home, draft, retried)


def policy(
    office: Desk, name: str = "Staff", actor: Actor = ADMIN, retried: bool = False, home: str = "", **more: Any
) -> AssignmentPolicy:
    draft = PolicyDraft(display_name=name, **more)
    where = home or _some_package(office)
    return create_policy(office.services, actor, office.now, office.operation(), where, draft, retried)


def _some_package(office: Desk) -> str:
    found = office.services.entitlements.list_packages(1, None).items
    return found[0].id if found else package(office).id


KINDS = [(catalog, manage_catalogs), (package, manage_packages), (policy, manage_policies)]
FIND = {catalog: "catalog", package: "package", policy: "policy"}
UPDATE = {catalog: "update_catalog", package: "update_package", policy: "update_policy"}
DELETE = {catalog: "delete_catalog", package: "delete_package", policy: "delete_policy"}


def stored(office: Desk, make: Make, made: Any) -> Any:
    return getattr(office.services.entitlements, FIND[make])(made.id)


def rename(office: Desk, make: Make, made: Any, name: str) -> Any:
    module = dict(KINDS)[make]
    current = stored(office, make, made)
    draft = replace(module.draft_of(current), display_name=name)
    return getattr(module, UPDATE[make])(office.services, ADMIN, office.now, office.operation(), current, draft)


def delete(office: Desk, make: Make, made: Any, actor: Actor = ADMIN) -> None:
    getattr(dict(KINDS)[make], DELETE[make])(office.services, actor, office.now, office.operation(), made.id)


each_kind = pytest.mark.parametrize("make", [kind for kind, _ in KINDS])


@each_kind
def test_what_is_created_is_stored_with_its_event(office: Desk, make: Make) -> None:
    made = make(office, description="For everybody")
    assert stored(office, make, made) == replace(made, version=1)
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
    made = [policy(office, f"P{number}", home=crm.id, review=by_oneself(START.date())) for number in range(15)]
    delete(office, package, crm)
    assert [office.services.entitlements.policy(one.id) for one in made] == [None] * 15
    assert all((series := office.definition(one)) and series.ended == office.now for one in made)
    assert office.agenda() == []
    again = package(office)
    assert policy(office, "P0", home=again.id).package_id == again.id


def test_a_package_with_more_policies_than_one_commit_takes_says_so(office: Desk) -> None:
    crm = package(office)
    for number in range(16):
        policy(office, f"P{number}", home=crm.id)
    with pytest.raises(Conflict):
        delete(office, package, crm)
    assert office.services.entitlements.package(crm.id) is not None


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


def test_only_administrators_create_catalogs(office: Desk) -> None:
    for actor in (AUDITOR, STRANGER, owner_of(ids.guid("catalog", "other"))):
        with pytest.raises(Forbidden):
            catalog(office, actor=actor)


def test_owners_create_packages_and_policies_in_their_catalog_alone(office: Desk) -> None:
    home, elsewhere = catalog(office, "Home"), catalog(office, "Elsewhere")
    owner = owner_of(home.id)
    mine = package(office, actor=owner, home=home.id)
    policy(office, actor=owner, home=mine.id, review=by_oneself(START.date()))
    for actor, refusal in ((owner, NotFound), (STRANGER, NotFound), (AUDITOR, Forbidden)):
        with pytest.raises(refusal):
            package(office, "Other", actor=actor, home=elsewhere.id)
    theirs = package(office, home=elsewhere.id)
    for actor, refusal in ((owner, NotFound), (STRANGER, NotFound), (AUDITOR, Forbidden)):
        with pytest.raises(refusal):
            policy(office, "Other", actor=actor, home=theirs.id)


@pytest.mark.parametrize("make", [kind for kind, _ in KINDS])
def test_who_may_change_and_delete(office: Desk, make: Make) -> None:
    made = make(office)
    module = dict(KINDS)[make]
    current = stored(office, make, made)
    draft = replace(module.draft_of(current), description="Changed")
    update = getattr(module, UPDATE[make])
    for actor in (AUDITOR, STRANGER):
        with pytest.raises(Forbidden):
            update(office.services, actor, office.now, office.operation(), current, draft)
    for actor, refusal in ((AUDITOR, Forbidden), (STRANGER, NotFound)):
        with pytest.raises(refusal):
            delete(office, make, made, actor)
    assert stored(office, make, made) == current


def test_a_packages_manager_saves_review_settings_but_makes_no_sibling(office: Desk) -> None:
    """S12, R166."""
    crm = package(office)
    manager = manager_of(crm.id)
    staff = policy(office, actor=manager, home=crm.id, review=by_oneself(START.date()))
    office.save(staff, manager, review=None)
    series = office.definition(staff)
    assert series is not None and series.saved_by == manager.id
    with pytest.raises(NotFound):
        package(office, "Sibling", actor=manager, home=crm.catalog_id)


def test_who_last_saved_the_review_settings_is_kept(office: Desk) -> None:
    """G14: the finished mail goes to them, not to whoever edits the description."""
    staff = policy(office, review=by_oneself(START.date()))
    manager = manager_of(staff.package_id)
    office.save(staff, manager, description="Words")
    after = stored(office, policy, staff)
    assert after.review_saved_by == ADMIN.id
    office.save(staff, manager, review=replace(by_oneself(START.date()), recommendations=False))
    assert stored(office, policy, staff).review_saved_by == manager.id


@pytest.mark.parametrize("kind", ["singleUser", "groupMembers"])
def test_reviewers_must_exist_when_they_are_named(office: Desk, kind: str) -> None:
    unknown = SubjectSet(kind, ids.guid("nobody"))
    ada = office.organisation.person("ada")
    day = START.date()
    for settings, target in (
        (replace(by_people(day, ada), primary=(SubjectSet("singleUser", ada.id), unknown)), "primaryReviewers/1"),
        (replace(by_manager(day, ada), fallback=(unknown,)), "fallbackReviewers/0"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            policy(office, review=settings)
        assert str(refusal.value.target).startswith(f"reviewSettings/{target}")
    assert office.agenda() == []


def test_a_reviewer_who_left_does_not_block_other_edits(office: Desk) -> None:
    left = SubjectSet("singleUser", ids.guid("left"))
    day = START.date()
    settings = by_people(day, office.organisation.person("ada"), office.organisation.person("bob"))
    staff = policy(office, review=settings)
    # As if bob's row had gone: the stored settings name somebody the directory does not know.
    current = stored(office, policy, staff)
    office.services.writer.put_all([replace(current, review=replace(settings, primary=(left,)))])
    office.save(staff, review=replace(settings, primary=(left,), brake_count=5))
    assert stored(office, policy, staff).review.brake_count == 5


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"reviewers": ReviewerKind.SPECIFIC}, "reviewSettings/primaryReviewers"),
        ({"reviewers": ReviewerKind.MANAGER}, "reviewSettings/fallbackReviewers"),
        ({"reviewers": ReviewerKind.OWNERS}, "reviewSettings/fallbackReviewers"),
        ({"brake_percent": 101}, "reviewSettings/@accessReviews.brake/share"),
        ({"max_data_age_days": 0}, "reviewSettings/@accessReviews.maxDataAge"),
        ({"duration_days": 89}, "reviewSettings/schedule/expiration/duration"),
    ],
)
def test_settings_that_make_no_review_are_refused_by_name(office: Desk, changes: dict[str, Any], target: str) -> None:
    """R54-R57, R70, G5."""
    timing = {name: changes.pop(name) for name in ("duration_days",) if name in changes}
    settings = replace(by_oneself(START.date(), **timing), **changes)
    with pytest.raises(InvalidInput) as refusal:
        policy(office, review=settings)
    assert refusal.value.target == target


def test_an_update_that_changes_nothing_writes_nothing(office: Desk) -> None:
    crm = package(office)
    current = stored(office, package, crm)
    before = len(office.writer.commits)
    same = manage_packages.draft_of(current)
    assert update_package(office.services, ADMIN, office.now, office.operation(), current, same) == current
    assert len(office.writer.commits) == before


def test_a_policy_deleted_by_nobody_in_particular(office: Desk) -> None:
    with pytest.raises(NotFound):
        delete_policy(office.services, ADMIN, office.now, office.operation(), ids.guid("policy", "unknown"))
