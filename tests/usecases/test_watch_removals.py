"""What was removed is looked at again daily: still gone, not known, or back, by this product or outside (G27, G29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain.removals import Needs, Removal, Standing
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.removals import restored_changes, settle
from chalicelib.usecases.review_regrant import review_regrant
from chalicelib.usecases.watch_removals import watch_removals
from tests import factories
from tests.factories import ADMIN
from tests.usecases.test_deliver import Company, close, company, item_of, reviewed
from tests.usecases.test_removals import activities, days, needing, removal_of

__all__ = ["company"]


def back_outside(company: Company, **settings: Any) -> tuple[ReviewInstance, Removal]:
    """An access that was removed, and is back at the system outside the day after."""
    _, instance = reviewed(company, "user", **settings)
    close(company, instance)
    days(company, 1)
    assert removal_of(company, instance).regrants == ()
    company.outside.held.add(("user", company.ann.id))
    days(company, 1)
    return instance, removal_of(company, instance)


def test_what_comes_back_outside_is_seen_once_within_a_day(company: Company) -> None:
    """Casebook 25."""
    instance, removal = back_outside(company)
    assert [(one.assignment_id, one.by) for one in removal.regrants] == [("", "")]
    assert "Re-grant seen" in activities(company) and needing(company, Needs.REGRANTED) == [removal.item_id]
    days(company, 3)
    assert len(removal_of(company, instance).regrants) == 1


@pytest.mark.parametrize("by_itself", [True, False])
def test_what_came_back_outside_is_adopted_and_reviewed_once(company: Company, by_itself: bool) -> None:
    """By itself where the settings say so, or when an administrator asks for it; a Deny takes it away again."""
    instance, removal = back_outside(company, review_regrants=by_itself)
    if not by_itself:
        asked = (company.services, ADMIN, company.clock.now())
        made = [review_regrant(*asked, f"ask{number}", instance, removal.item_id).id for number in range(2)]
        assert made[0] == made[1]
    (regrant,) = removal_of(company, instance).regrants
    series = company.services.reviews.definition(regrant.review_id)
    assert series.only == regrant.assignment_id and needing(company, Needs.REGRANTED) == []
    company.clock.set(company.clock.now().replace(hour=23, minute=59, second=30))
    company.world.tick()
    (again,) = company.services.reviews.instances_of(series.id, 5, None).items
    item = item_of(company, again)
    assert item["principal"]["id"] == company.ann.id
    body = {"decisions": [{"id": item["id"], "decision": "Deny"}]}
    company.world.post(f"/api/v1/reviews/{again.id}/decisions", body, "boss@example.com")
    close(company, again)
    assert company.outside.roles_of(company.ann) == set()


def test_a_regrant_that_may_stay_wants_nothing_any_more(company: Company) -> None:
    instance, removal = back_outside(company)
    settle(company.services, ADMIN, company.clock.now(), "ok", instance, removal.item_id, "kept", "Agreed")
    assert needing(company, Needs.REGRANTED) == [] and removal_of(company, instance).standing is Standing.REMOVED


def test_what_comes_back_inside_is_seen_with_who_and_when(company: Company) -> None:
    """G29."""
    _, instance = reviewed(company, "user")
    close(company, instance)
    policy = company.services.entitlements.policy(instance.policy_id)
    company.clock.advance(hours=2)
    at = company.clock.now()
    newer = company.assign(policy, company.ann)
    days(company, 1)
    (regrant,) = removal_of(company, instance).regrants
    assert (regrant.assignment_id, regrant.by, regrant.at) == (newer, ADMIN.id, at)


def test_what_is_undone_is_no_regrant(company: Company) -> None:
    _, instance = reviewed(company, "user")
    close(company, instance)
    policy = company.services.entitlements.policy(instance.policy_id)
    newer = company.assign(policy, company.ann)
    item = company.services.items.get(instance.id, removal_of(company, instance).item_id)
    undone = restored_changes(company.services, ADMIN, company.clock.now(), item, newer, "A mistake", "undo")
    company.services.writer.commit("undo", *undone)
    days(company, 2)
    removal, state = removal_of(company, instance), company.services.reviews.state(instance.id)
    assert (removal.standing, removal.regrants) == (Standing.RESTORED, ())
    assert (state.removed, state.removals_restored) == (0, 1)


def test_a_day_that_cannot_be_read_is_not_known(company: Company) -> None:
    """Neither gone nor back."""
    _, instance = reviewed(company, "user")
    close(company, instance)
    company.outside.blind = True
    days(company, 2)
    removal, watch = removal_of(company, instance), company.services.removals.watch(instance.id)
    assert removal.unknown_since is not None and removal.regrants == () and watch.unknown == 1
    company.outside.blind = False
    days(company, 1)
    assert removal_of(company, instance).unknown_since is None


def test_the_watch_ends_after_thirty_days_and_leaves_nothing_on_the_agenda(company: Company) -> None:
    _, instance = reviewed(company, "user")
    close(company, instance)
    for _ in range(32):
        company.clock.advance(days=1)
        company.world.tick()
    watch = company.services.removals.watch(instance.id)
    rows = company.services.reviews.due_until(company.clock.now() + timedelta(days=9), 100)
    assert (watch.due, watch.looks) == (None, 30) and not [row for row in rows if row.kind == "watch"]


def test_a_look_writes_one_row_and_moves_one_however_much_was_removed(company: Company) -> None:
    """The watch costs an agenda row and a row of its own a review and day; 2.5 read units a removal."""
    boss = company.org.person("boss")
    package = company.org.package("Reviewed", company.catalog)
    company.give(package, "user")
    review = factories.by_people(company.clock.now().date(), boss, justification_required=False, brake_count=1_000)
    policy = company.org.policy(package, review=review)
    company.org.assign(policy, *(company.org.person(f"p{number}") for number in range(12)))
    company.clock.set(company.clock.now().replace(hour=23, minute=59, second=30))
    company.world.tick()
    (mine,) = company.world.get("/api/v1/reviews", "boss@example.com").json["value"]
    instance = company.services.reviews.instance(mine["id"])
    path = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    company.world.post(f"{path}/batchRecordDecisions", {"decision": "Deny"}, "boss@example.com")
    company.world.drain()
    company.clock.set(instance.closes + timedelta(minutes=1))
    company.settle()
    assert company.services.reviews.state(instance.id).removed == 12
    company.clock.advance(days=1)
    with Meter() as meter:
        watch_removals(company.services, instance.id)
    assert company.services.removals.watch(instance.id).looks == 1
    assert meter.write_units <= 8 and meter.read_units <= 12 * 2.5 + 6
