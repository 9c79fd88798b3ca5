"""Who may make and change catalogs, packages and policies, and which settings are accepted (R29, R54-R70, S12)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.packages import ReviewerKind, SubjectSet
from chalicelib.usecases import manage_packages
from chalicelib.usecases.manage_packages import update_package
from tests.factories import ADMIN, by_manager, by_oneself, by_people
from tests.usecases.desk import AUDITOR, STRANGER, Desk, manager_of, office, owner_of
from tests.usecases.managing import KINDS, UPDATE, Make, catalog, delete, package, policy, stored
from tests.world import START

__all__ = ["office"]


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
    timing = {name: value for name, value in changes.items() if name == "duration_days"}
    others = {name: value for name, value in changes.items() if name not in timing}
    settings = replace(by_oneself(START.date(), **timing), **others)
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


def test_an_end_date_lies_in_the_future_when_it_is_given(office: Desk) -> None:
    """R29. One that has passed since then does not block other edits."""
    first, second = ({"type": "afterDateTime", "endDateTime": f"2026-03-0{day}T00:00:00Z"} for day in (1, 4))
    with pytest.raises(InvalidInput) as refusal:
        policy(office, expiration=first)
    assert refusal.value.target == "expiration/endDateTime"
    staff = policy(office, expiration=second)
    office.clock.advance(days=5)
    office.save(staff, description="Words")
    with pytest.raises(InvalidInput):
        office.save(staff, expiration=first)
