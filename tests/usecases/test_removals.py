"""Removals are seen, not assumed: two reads, other ways, what no connector can do, what comes back (R117-R120, G27)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.items import ApplyResult
from chalicelib.domain.people import User
from chalicelib.domain.removals import Needs, Removal, Standing
from chalicelib.domain.resources import Right
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.confirm_removals import apply_decisions
from chalicelib.usecases.groups import add_member, create_group
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.ports import Answer, Found
from chalicelib.usecases.removals import hold, retry, settle
from tests.factories import ADMIN
from tests.usecases.test_deliver import Company, close, company, item_of, reviewed

__all__ = ["company"]


def removal_of(company: Company, instance: ReviewInstance) -> Removal:
    (found,) = company.services.removals.removals_of_review(instance.id, 10, None).items
    return found


def first_look(company: Company, instance: ReviewInstance) -> Removal:
    """Close, and apply as far as the first look."""
    company.clock.set(instance.closes + timedelta(minutes=1))
    company.world.tick()
    return removal_of(company, instance)


def second_look(company: Company, instance: ReviewInstance) -> Removal:
    company.clock.advance(minutes=1)
    company.world.tick()
    return removal_of(company, instance)


def days(company: Company, number: int) -> None:
    for _ in range(number):
        company.clock.advance(days=1)
        company.world.tick()


def needing(company: Company, needs: Needs) -> list[str]:
    return [one.item_id for one in company.services.removals.needing(needs, 10, None).items]


def activities(company: Company) -> list[str]:
    day = f"{company.clock.now():%Y-%m-%d}"
    return [one.activity for one in company.services.audit.events(day, 100, None).items]


def test_nothing_is_called_removed_before_a_second_read_a_minute_later(company: Company) -> None:
    """R119, R120; casebook 21: the screen says removed only when the access is gone."""
    made, instance = reviewed(company, "user")
    removal = first_look(company, instance)
    state = company.services.reviews.state(instance.id)
    assert company.outside.roles_of(company.ann) == set()
    assert (state.status, removal.standing, len(removal.absent)) == (Status.APPLYING, Standing.UNDER_WAY, 1)
    assert removal.accepted is not None and company.shown(made) == "delivered"
    assert item_of(company, instance)["applyResult"] == ApplyResult.NEW.value
    company.clock.advance(seconds=59)
    company.world.tick()
    assert removal_of(company, instance).standing is Standing.UNDER_WAY
    company.clock.advance(seconds=1)
    company.world.tick()
    removal, state = removal_of(company, instance), company.services.reviews.state(instance.id)
    assert (state.status, state.removed, removal.standing) == (Status.APPLIED, 1, Standing.REMOVED)
    assert removal.absent[1] - removal.absent[0] >= timedelta(minutes=1)
    assert company.shown(made) == "expired" and "Removal verified" in activities(company)
    assert item_of(company, instance)["applyResult"] == ApplyResult.DONE.value


def test_what_is_back_at_the_second_read_is_not_removed(company: Company) -> None:
    """Casebook 25: another system pushes the membership back. The removal begins anew, and is corrected later."""
    _, instance = reviewed(company, "user")
    first_look(company, instance)
    company.outside.held.add(("user", company.ann.id))
    removal = second_look(company, instance)
    assert (removal.standing, removal.absent) != (Standing.REMOVED, ())
    assert item_of(company, instance)["applyResult"] != ApplyResult.DONE.value
    company.hours(1)
    assert removal_of(company, instance).standing is Standing.REMOVED
    assert company.outside.roles_of(company.ann) == set()


def test_what_cannot_be_read_a_second_time_is_not_removed(company: Company) -> None:
    """A failed read is "not known", never "gone"."""
    _, instance = reviewed(company, "user")
    first_look(company, instance)
    company.outside.blind = True
    assert second_look(company, instance).standing is Standing.FAILING
    company.outside.blind = False
    company.hours(1)
    state = company.services.reviews.state(instance.id)
    assert removal_of(company, instance).standing is Standing.REMOVED
    assert (state.removed, state.removal_failures) == (1, 0)


def test_what_is_accepted_for_later_stays_open_for_days_and_is_corrected(company: Company) -> None:
    """A manual task or a callback: no attempt is used up, and nothing is given up after six hours."""
    made, instance = reviewed(company, "user")
    company.outside.slow = {"user"}
    first_look(company, instance)
    removal, state = second_look(company, instance), company.services.reviews.state(instance.id)
    assert (removal.standing, state.status, state.removals_pending) == (Standing.PENDING, Status.APPLIED, 1)
    assert company.shown(made) == "expired"
    company.hours(30)
    owed = company.services.entitlements.assignment(made).delivery
    assert owed.due is not None and owed.attempts == 0
    company.outside.catch_up()
    company.hours(9)
    state = company.services.reviews.state(instance.id)
    assert (removal_of(company, instance).standing, state.removed, state.removals_pending) == (Standing.REMOVED, 1, 0)
    assert item_of(company, instance)["applyResult"] == ApplyResult.DONE.value


def test_a_hint_brings_the_news_at_once(company: Company) -> None:
    """A callback arrives: nobody waits for the next look."""
    made, instance = reviewed(company, "user")
    company.outside.slow = {"user"}
    close(company, instance)
    company.hours(6)
    company.outside.catch_up()
    company.services.queue.send("delivery", made)
    company.settle()
    assert removal_of(company, instance).standing is Standing.REMOVED


def test_what_no_connector_can_end_needs_a_person_and_says_why(company: Company) -> None:
    """Casebook 24: dynamic or synchronised membership is never silence."""
    made, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    removal, state = removal_of(company, instance), company.services.reviews.state(instance.id)
    assert (removal.standing, state.needs_person) == (Standing.NEEDS_PERSON, 1)
    assert "comes from a rule" in removal.reason and company.shown(made) == "expired"
    assert item_of(company, instance)["applyResult"] == ApplyResult.UNSUPPORTED.value
    assert needing(company, Needs.PERSON) == [removal.item_id]
    assert "Removal needs a person" in activities(company)


@pytest.mark.parametrize("witnessed", [True, False])
def test_somebody_ends_elsewhere_what_needs_a_person(company: Company, witnessed: bool) -> None:
    """Their word is verified by reading where that is possible."""
    _, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    removal, now = removal_of(company, instance), company.clock.now()
    args = (company.services, ADMIN, now)
    with pytest.raises(Exception, match="still shows"):
        settle(*args, "too-early", instance, removal.item_id, "removed", "done")
    company.outside.held.clear()
    company.outside.blind = not witnessed
    settle(*args, "settled", instance, removal.item_id, "removed", "Taken out of the rule")
    removal, state = removal_of(company, instance), company.services.reviews.state(instance.id)
    assert (removal.standing, removal.witnessed, removal.by) == (Standing.REMOVED, witnessed, ADMIN.id)
    assert (state.needs_person, state.removed, needing(company, Needs.PERSON), company.agenda()) == (0, 1, [], [])


def test_a_retry_is_tried_at_once(company: Company) -> None:
    _, instance = reviewed(company, "user")
    company.outside.fixed = {"user"}
    close(company, instance)
    company.outside.fixed = set()
    removal = removal_of(company, instance)
    retry(company.services, ADMIN, company.clock.now(), "again", instance, removal.item_id)
    company.settle()
    state = company.services.reviews.state(instance.id)
    assert (removal_of(company, instance).standing, state.removed, state.needs_person) == (Standing.REMOVED, 1, 0)


def test_a_deleted_target_has_nobody_left(company: Company) -> None:
    """Casebook 23, 28: a resource that is gone outside is no failure of a removal."""
    _, instance = reviewed(company, "user")
    company.outside.deleted = True
    assert close(company, instance)["applyResult"] == ApplyResult.DONE.value


def test_a_grant_to_a_deleted_target_fails_with_a_reason_and_is_not_tried_for_hours(company: Company) -> None:
    _, policy = company.package("One", "user")
    company.outside.deleted = True
    made = company.assign(policy, company.ann)
    assert (company.shown(made), company.agenda()) == ("deliveryFailed", [])
    assert "not there any more" in company.services.entitlements.request(company.newest()["id"]).status


def test_a_throttled_target_is_waited_for_without_blame(company: Company) -> None:
    """Casebook 20: revoke not retried on throttling."""
    _, instance = reviewed(company, "user")
    company.outside.busy = 3
    company.clock.set(instance.closes + timedelta(minutes=1))
    for _ in range(6):
        company.world.tick()
        company.clock.advance(minutes=1)
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removed, state.attempts) == (Status.APPLIED, 1, 0)


def test_a_throttled_delivery_uses_no_attempt(company: Company) -> None:
    _, policy = company.package("One", "user")
    company.outside.busy = 2
    made = company.assign(policy, company.ann)
    assert company.services.entitlements.assignment(made).delivery.attempts == 0
    for _ in range(3):
        company.clock.advance(minutes=1)
        company.world.tick()
    assert company.shown(made) == "delivered"


def test_a_grant_that_is_pending_is_delivered_when_it_is_there(company: Company) -> None:
    _, policy = company.package("Both", "user", "clerk")
    company.outside.slow = {"clerk"}
    made = company.assign(policy, company.ann)
    assert company.newest()["state"] == "partiallyDelivered"
    company.hours(10)
    assert company.services.entitlements.assignment(made).delivery.due is not None
    company.outside.catch_up()
    company.hours(5)
    assert (company.shown(made), company.newest()["state"]) == ("delivered", "delivered")


def test_another_way_to_the_access_needs_a_person(company: Company) -> None:
    """Casebook 24: "removed" is not said while the person still reaches it otherwise."""
    _, instance = reviewed(company, "user")
    company.outside.ways = ["direct assignment of Admin in account 1"]
    close(company, instance)
    removal = removal_of(company, instance)
    assert (removal.standing, removal.paths) == (Standing.NEEDS_PERSON, ("direct assignment of Admin in account 1",))


def test_a_right_that_another_assignment_gives_stays_and_the_removal_says_so(company: Company) -> None:
    """R9; casebook 19: the first of two overlapping grants to end must not take what the other justifies."""
    _, other = company.package("Other", "user")
    company.assign(other, company.ann)
    _, instance = reviewed(company, "user", "clerk")
    close(company, instance)
    removal = removal_of(company, instance)
    assert (removal.standing, company.outside.roles_of(company.ann)) == (Standing.REMOVED, {"user"})
    assert removal.paths == ("the assignment to Other gives it too",)


def test_somebody_who_has_left_is_already_gone(company: Company) -> None:
    _, instance = reviewed(company, "user")
    company.services.writer.remove(company.ann)
    close(company, instance)
    assert removal_of(company, instance).standing is Standing.ALREADY_GONE


def test_a_removal_that_is_held_back_leaves_everything_as_it_is(company: Company) -> None:
    made, instance = reviewed(company, "user")
    (item,) = company.services.items.get_many(instance.id, [item_of(company, instance)["id"]])
    hold(company.services, ADMIN, company.clock.now(), "hold", instance, item, "The last owner")
    close(company, instance)
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removals_held, company.shown(made)) == (Status.APPLIED, 1, "delivered")
    assert company.outside.roles_of(company.ann) == {"user"}


def test_a_newer_assignment_survives_and_is_listed_as_a_regrant(company: Company) -> None:
    """G27: the reviewed assignment ended and the package was given again before the removals were made."""
    made, instance = reviewed(company, "user", auto_apply=False)
    close(company, instance)
    company.remove(made)
    newer = company.assign(company.services.entitlements.policy(instance.policy_id), company.ann)
    apply_decisions(company.services, ADMIN, company.clock.now(), "apply", instance)
    company.settle()
    removal = removal_of(company, instance)
    assert company.shown(newer) == "delivered" and company.outside.roles_of(company.ann) == {"user"}
    assert item_of(company, instance)["applyResult"] == ApplyResult.GONE.value
    assert [one.assignment_id for one in removal.regrants] == [newer] and "Re-grant seen" in activities(company)
    days(company, 2)
    assert len(removal_of(company, instance).regrants) == 1


def test_a_nested_group_of_our_directory_is_another_way(company: Company) -> None:
    """Casebook 24: the direct membership goes, the one through a group within the group stays."""
    services, org = company.services, company.org
    asked = (services, ADMIN, company.clock.now())
    outer = create_group(*asked, "outer", "All of finance")
    inner = create_group(*asked, "inner", "Controllers")
    add_member(*asked, "nest", outer.id, inner.id, "group")
    add_member(*asked, "join", inner.id, company.ann.id)
    company.outside.found = Found("All of finance")
    draft = ResourceDraft(
        catalog_id=company.catalog.id, origin_system="AadGroup", origin_id=outer.id, connector="outside"
    )
    company.resource = add_resource(*asked, org.operation(), draft).resource_id
    _, instance = reviewed(company, f"Member_{outer.id}")
    close(company, instance)
    removal = removal_of(company, instance)
    assert removal.standing is Standing.NEEDS_PERSON
    assert removal.paths == ("member of the group Controllers, which is in All of finance",)


def test_a_slow_system_is_left_after_each_call_when_the_time_is_up(company: Company) -> None:
    """Bounded time: an invocation that runs out in the middle of 25 goes on in the next one, and does nothing twice."""
    _, instance = reviewed(company, "user")
    revoke, asked = company.outside.revoke, []

    def slow(right: Right, person: User) -> Answer:
        company.clock.seconds += company.services.settings.invocation_seconds + 1
        asked.append(person.id)
        return revoke(right, person)

    company.outside.revoke = slow  # type: ignore[method-assign]
    close(company, instance)
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removed, asked) == (Status.APPLIED, 1, [company.ann.id])


def test_what_is_given_to_another_resource_is_left_alone(company: Company) -> None:
    """The second look asks for the very rights that the removal names."""
    _, instance = reviewed(company, "user")
    close(company, instance)
    (right,) = removal_of(company, instance).rights
    assert right == Right("outside", "AadApplication", "payroll", "user")


def test_a_removal_at_once_takes_two_looks_too(company: Company) -> None:
    """`cutNow`: while the review is open; the close finds it done, and counts it once."""
    made, instance = reviewed(company, "user", cut_now=True)
    company.world.tick()
    assert company.outside.roles_of(company.ann) == set() and company.shown(made) == "delivered"
    company.clock.advance(minutes=2)
    company.world.tick()
    assert (company.shown(made), removal_of(company, instance).standing) == ("expired", Standing.REMOVED)
    assert item_of(company, instance)["applyResult"] == ApplyResult.DONE.value
    close(company, instance)
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removed, state.outcome.removed_at_once) == (Status.APPLIED, 1, 1)


def test_a_removal_at_once_that_no_connector_can_make_is_counted_once(company: Company) -> None:
    made, instance = reviewed(company, "user", cut_now=True)
    company.outside.fixed = {"user"}
    company.settle()
    company.settle()
    assert (company.shown(made), removal_of(company, instance).standing) == ("expired", Standing.NEEDS_PERSON)
    close(company, instance)
    state = company.services.reviews.state(instance.id)
    assert (state.status, state.removed, state.needs_person) == (Status.APPLIED, 0, 1)
