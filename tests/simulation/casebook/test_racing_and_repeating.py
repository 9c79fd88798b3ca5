"""Failures 1 to 9 of other systems: what races and what is done again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain import errors
from chalicelib.domain.items import Decision, HistoryEntry
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.open_review import open_due_review
from tests.factories import ADMIN
from tests.simulation.office import Office, deliver, message, office
from tests.simulation.point import Call, Killed, Proceed


class Meanwhile:
    """Right before the first call of this operation, something else happens, whole."""

    def __init__(self, operation: str, act: Any) -> None:
        self.operation, self.act, self.happened = operation, act, False

    def __call__(self, call: Call, proceed: Proceed) -> Any:
        if call.operation == self.operation and not self.happened:
            self.happened = True
            self.act()
        return proceed()


def test_failure_01_two_workers_that_both_apply_remove_once() -> None:
    """VIGIL guards its end state by a read, then writes "in progress" unconditionally: two consumers both apply.
    P11: the second finds what the first did, whoever holds the lease by then."""
    with office("ann", "bob", outside=True) as one:
        one.open()
        one.decide("ann", Decision.DENY)
        one.end()
        one.world.tick()
        one.clock.advance(minutes=1)
        assert one.state.status is Status.APPLYING

        def another() -> None:
            one.clock.seconds += one.services.settings.lease_seconds + 1
            advance_review(one.services, one.instance.id)

        meanwhile = Meanwhile("TransactWriteItems", another)
        with one.point.hooked(meanwhile):
            advance_review(one.services, one.instance.id)
        one.settle()
        assert meanwhile.happened and one.state.status is Status.APPLIED
        assert one.removal_requests() == {one.held["ann"]: 1}
        assert one.state.removed == 1 and one.mails("access")["ann"] == 1
        assert one.in_the_system() == {"bob"}


def test_failure_02_a_decision_never_overwrites_the_one_before_it() -> None:
    """VIGIL says write-once, yet puts the decision unconditionally over the earlier one and checks neither status nor
    deadline. P5, P7: history only grows, and the item itself refuses what comes too late, whatever is cached."""
    with office("ann") as one:
        one.open()
        one.decide("ann", Decision.APPROVE, reason="first")
        one.decide("ann", Decision.DENY, reason="second")
        item = one.items()["ann"]
        assert [(entry.decision, entry.reason) for entry in item.history] == [("Approve", "first"), ("Deny", "second")]
        late = HistoryEntry(decision=Decision.APPROVE, by=one.boss.id, at=0, operation="late")
        after_end = one.state.ends
        assert not one.services.items.record(one.instance.id, item.id, late, after_end).accepted
        assert one.close().outcome.denied_by_person == 1
        assert one.items()["ann"].history == item.history


def test_failure_03_nothing_is_decided_after_the_end_although_nothing_has_closed_yet() -> None:
    """midPoint took decisions after a stage's deadline until the close came by (MID-11028). P5: the end is part of
    the write's own condition."""
    with office("ann") as one:
        instance = one.open()
        one.end()
        assert one.state.status is Status.IN_PROGRESS, "nobody has closed it"
        reply = one.world.call(
            "PATCH", one.url(f"/decisions/{one.items()['ann'].id}"), {"decision": "Deny"}, "boss@example.com"
        )
        assert reply.status == 409 and one.items()["ann"].history == ()
        assert instance.id == one.instance.id


def test_failure_04_a_start_that_comes_again_while_the_first_is_under_way_starts_nothing() -> None:
    """midPoint took "start" again while its task ran; the button was mended, not the service (#10897). P2: the
    occurrence has one id, and the second commit finds it taken."""
    with office("ann", "bob") as one:
        one.evening()
        series = one.policy_series = one.services.reviews.due_until(one.clock.now(), 5)[0].id
        meanwhile = Meanwhile("TransactWriteItems", lambda: open_due_review(one.services, series))
        with one.point.hooked(meanwhile):
            open_due_review(one.services, series)
        assert deliver(*[message("series", series)] * 10) == []
        one.world.tick()
        assert meanwhile.happened and len(one.instances()) == 1
        assert set(one.items()) == {"ann", "bob"} and one.mails() == {"boss": 1}


def test_failure_05_nothing_happens_outside_before_the_record_that_it_shall() -> None:
    """Granted (Common Fate) grants in the system outside first, then writes several rows unconditionally, then
    publishes an event, and its comments admit both races. P18: record, event and order to deliver are one commit;
    killed before any call, there is no right without an assignment and no assignment without its event."""
    with office("ann", outside=True) as one:
        bob = one.org.person("bob")
        wish = Wish(target_id=bob.id, policy_id=one.policy.id)
        number, deaths = 0, 0
        while True:
            try:
                with one.point.hooked(_killed_before(number)):
                    made = assign(one.services, ADMIN, one.clock.now(), "same operation", wish)
                break
            except Killed:
                deaths += 1
            number += 1
            assert one.outside.roles_of(bob) == set()
            known = one.services.entitlements.holdings_of_person(bob.id)
            told = [event for event in one.events() if event.details.get("person") == bob.id]
            assert len(known) == len(told), "one without the other"
        assert deaths >= 3 and one.outside.roles_of(bob) == set()
        one.world.tick()
        assert one.outside.roles_of(bob) == {"user"}
        assert one.services.entitlements.assignment(made.assignment_id).state == "delivered"


def _killed_before(number: int) -> Any:
    left = [number]

    def hook(call: Call, proceed: Proceed) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return proceed()

    return hook


def test_failure_06_a_crash_between_sending_and_moving_on_sends_nothing_twice() -> None:
    """Openlane's sweep dispatches, then advances the time of the next run: a crash in between runs it twice. P2: what
    is done is known by its own id, and the agenda row goes last."""
    number = 0
    while True:
        with office("ann") as one:
            one.evening()
            try:
                with one.point.hooked(_killed_before(number)):
                    one.world.tick()
                break
            except Killed:
                pass
            one.clock.seconds += one.services.settings.lease_seconds + 1
            one.world.tick()
            assert len(one.instances()) == 1 and set(one.items()) == {"ann"}
            assert one.mails()["boss"] in (1, 2), number  # two: killed between SES and our record (P15)
            assert one.agenda() == ["instance", "series"], number
        number += 9
    assert number > 18


def test_failure_07_a_reminder_whose_answer_was_lost_is_not_sent_again() -> None:
    """TEAM sent a message for every turn of a loop; OpenReview tried "failed" reminders again that had been sent
    while the API was out (openreview-web#2527). P15: whoever may have been reminded is not reminded again."""
    with office("ann") as one:
        one.open()
        before = one.mails()["boss"]

        def lost(call: Call, proceed: Proceed) -> Any:
            if call.operation != "SendEmail":
                return proceed()
            proceed()
            raise EndpointConnectionError(endpoint_url="https://email.us-east-1.amazonaws.com")

        one.clock.set(one.clock.now().replace(hour=10) + (one.state.ends - one.clock.now()) / 2)
        with one.point.hooked(lost):
            one.world.tick()
        for _ in range(40):
            one.clock.advance(minutes=30)
            one.world.tick()
        assert one.mails()["boss"] == before + 1


def test_failure_08_a_worker_that_ran_out_of_time_is_followed_by_one_other_and_by_one_only() -> None:
    """Powertools' idempotency either ran a function again after a time-out or left it "in progress" for ever (#8049,
    #4759, #1038). P21: a lease ends by itself, and what follows finds what was done."""
    with office("ann", "bob", "cy") as one:
        one.evening()
        with pytest.raises(Killed), one.point.hooked(_at("BatchWriteItem", 2)):
            one.world.tick()
        assert advance_review(one.services, one.instance.id) == "busy"
        one.clock.seconds += one.services.settings.lease_seconds + 1
        one.world.tick()
        assert set(one.items()) == {"ann", "bob", "cy"} and one.mails() == {"boss": 1}
        assert one.state.status is Status.IN_PROGRESS and one.state.lease.until == 0


def _at(operation: str, number: int) -> Any:
    left = [number]

    def hook(call: Call, proceed: Proceed) -> Any:
        left[0] -= call.operation == operation
        if left[0] == 0:
            left[0] = -1
            raise Killed
        return proceed()

    return hook


def test_failure_09_a_write_that_was_made_twice_is_not_reported_as_a_conflict() -> None:
    """A conditional write whose answer is lost and that the SDK repeats reports a false conflict. P9: the operation's
    id is read back before anybody is told of one."""
    with office("ann") as one:
        one.open()

        def twice(call: Call, proceed: Proceed) -> Any:
            if call.operation in ("UpdateItem", "TransactWriteItems"):
                proceed()
            return proceed()

        with one.point.hooked(twice):
            one.decide("ann", Decision.DENY)
            made = one.org.package("Another", one.catalog)
        assert len(one.items()["ann"].history) == 1
        assert one.services.entitlements.package(made.id) == made
        with pytest.raises(errors.Conflict), one.point.hooked(twice):
            one.org.package("Another", one.catalog)


def test_an_office_has_what_the_tests_believe() -> None:
    """The rig itself."""
    with office("ann", outside=True) as one:
        assert isinstance(one, Office) and one.in_the_system() == {"ann"} == one.has_access()
