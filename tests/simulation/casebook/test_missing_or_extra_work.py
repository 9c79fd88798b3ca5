"""Failures 10 to 18 of other systems: work that is missing, or done for nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import SubjectSet
from chalicelib.domain.people import Group, Membership
from chalicelib.domain.reviews import Status
from chalicelib.usecases.advance_review import advance_review
from tests import factories
from tests.simulation.office import deliver, message, office
from tests.simulation.point import Call, Killed, Proceed

MINE = "/decisions/filterByCurrentUser(on='reviewer')"


def _tiny_pages(call: Call, proceed: Proceed) -> Any:
    """Every query answers with two rows at the most, whatever it asked for."""
    if call.operation == "Query":
        call.parameters["Limit"] = min(2, call.parameters.get("Limit", 2))
    return proceed()


def test_failure_10_every_record_of_a_batch_is_handled_wherever_a_bad_one_lies() -> None:
    """TEAM's stream handler worked on one record of each batch (#507). P21: of one to ten messages all but the one that
    cannot be done are, and that one comes back alone."""
    with office(), pytest.MonkeyPatch.context() as patch:
        for size in range(1, 11):
            for bad in range(size):
                done: list[str] = []
                patch.setitem(events.WORK, "count", lambda _, number, done=done: done.append(number))
                batch = [message("count", str(number)) for number in range(size)]
                batch[bad] = {"body": "{", "messageId": "bad"}
                assert deliver(*batch) == ["bad"]
                assert done == [str(number) for number in range(size) if number != bad]


def test_failure_10_every_decision_of_a_batch_of_the_stream_is_counted() -> None:
    """The same of the table's stream. P18: nine decisions in one batch are nine in the counts and in the audit."""
    names = tuple(f"p{number}" for number in range(9))
    with office(*names) as one:
        one.open()
        for name in names:
            one.decide(name, Decision.APPROVE)
        assert one.world.drain_stream() == 9
        assert one.services.reviews.progress(one.instance.id).counts.approved == 9
        one.clock.advance(minutes=1)
        audit = one.world.get("/api/v1/audit?activity=Approve%20decision").json["value"]
        assert len(audit) == 9


def test_failure_11_the_members_of_every_group_review() -> None:
    """TEAM asked the members of the first group only (#176). P4: everybody in every group named, groups in groups
    too."""
    with office() as one:
        crowd = [one.org.person(f"g{number}") for number in range(6)]
        groups = [Group(id=ids.guid("group", str(n)), display_name=f"Group {n}") for n in range(3)]
        inside = [Membership(group_id=groups[n // 2].id, member_id=crowd[n].id) for n in range(6)]
        inside[5] = Membership(group_id=groups[1].id, member_id=groups[2].id, member_kind="group")
        inside.append(Membership(group_id=groups[2].id, member_id=crowd[5].id))
        one.services.writer.put_all([*groups, *inside])
        named = tuple(SubjectSet("groupMembers", group.id) for group in groups[:2])
        review = replace(factories.by_people(one.clock.now().date()), primary=named)
        one.org.assign(one.org.policy(one.package, "Both", review), one.org.person("ann"))
        one.evening()
        with one.point.hooked(_tiny_pages):
            one.world.tick()
        assert set(one.mails("review")) == {f"g{number}" for number in range(6)}


def test_failure_12_nothing_is_cut_off_where_a_page_ends() -> None:
    """midPoint cut queries at 10,000 (MID-11043); VIGIL reads one page when it lists whom to mail and when it verifies.
    P1, P22: a whole review with two rows a page: everybody has an item, is asked about, decided and removed."""
    names = tuple(f"p{number}" for number in range(7))
    with office(*names, outside=True) as one, one.point.hooked(_tiny_pages):
        one.open()
        assert set(one.items()) == set(names) and one.state.population == 7
        for name in names[:5]:
            one.decide(name, Decision.DENY)
        assert one.close().outcome.denied_by_person == 5
        assert one.state.removed == 5 and one.in_the_system() == one.has_access() == set(names[5:])


def test_failure_13_paging_shows_everything_once_while_decisions_are_made() -> None:
    """midPoint paged by an order that was not stable: rows came twice or never (MID-11047). P22."""
    names = tuple(f"p{number}" for number in range(7))
    with office(*names) as one:
        one.open()
        seen: list[str] = []
        where: str | None = one.url("/decisions?$top=2")
        while where:
            page = one.world.get(where, "boss@example.com").json
            seen += [item["principal"]["displayName"].lower() for item in page["value"]]
            one.decide(seen[-1], Decision.DENY)
            where = page.get("@odata.nextLink", "").partition("/api")[2] or None
        assert sorted(seen) == sorted(names)


def test_failure_14_a_read_that_fails_makes_no_review_smaller() -> None:
    """VIGIL logs an enrichment that failed and writes the item without its access. P3: the opening pauses, says why,
    and is whole when it goes on."""
    with office("ann", "bob", "cy") as one:
        one.evening()

        def out(call: Call, proceed: Proceed) -> Any:
            asks = call.operation == "BatchGetItem" and any(
                "directory" in name for name in call.parameters["RequestItems"]
            )
            if asks:
                raise call.refusal("InternalServerError", 500)
            return proceed()

        with one.point.hooked(out):
            one.minutes(5)
        assert one.state.status is Status.INITIALIZING and one.state.error
        assert one.mails() == {} and one.services.items.page(one.instance.id, ids.NO_SET, 0, 9, None).items == ()
        one.clock.advance(hours=2)
        one.world.tick()
        assert one.state.status is Status.IN_PROGRESS and set(one.items()) == {"ann", "bob", "cy"}


def test_failure_14_a_review_that_is_open_has_been_told_of_or_will_be() -> None:
    """VIGIL crashed between "active" and its notifier: a live cycle that nobody was told about. P15: the mails are
    part of what an open review still has to do."""
    with office("ann") as one:
        one.evening()

        def dies(call: Call, proceed: Proceed) -> Any:
            if call.service == "sesv2":
                raise Killed
            return proceed()

        with pytest.raises(Killed), one.point.hooked(dies):
            one.world.tick()
        assert one.state.status is Status.IN_PROGRESS and one.mails() == {}
        one.clock.seconds += one.services.settings.lease_seconds + 1
        one.world.tick()
        assert one.mails() == {"boss": 1}


def test_failure_15_a_review_of_nobody_comes_to_its_end() -> None:
    """Openlane's campaigns with nothing to assess never completed. P8: nobody to review is a result too."""
    with office() as one:
        one.open()
        state = one.close()
        assert state.status is Status.APPLIED and state.items == 0 and one.agenda() == ["series"]


def test_failure_15_one_review_that_cannot_go_on_holds_up_no_other() -> None:
    """Probo: one failing source blocked the completion of everything else (#1418, #1568). P21."""
    with office("ann") as one:
        other = one.org.policy(one.new_package("Other"), review=one.review())
        one.org.assign(other, one.people["ann"])
        one.evening()
        broken = one.instance_id = ids.instance_id(ids.definition_id(other.id), one.clock.now().date())

        def refuses(call: Call, proceed: Proceed) -> Any:
            if call.service == "s3" and broken in call.parameters.get("Key", ""):
                raise call.refusal("InternalError", 500)
            return proceed()

        with one.point.hooked(refuses):
            one.minutes(17)
            assert one.state.status is Status.IN_PROGRESS and one.mails() == {"boss": 1}
            one.end()
            one.minutes(5)
            assert one.state.status is Status.APPLIED
        assert one.services.reviews.state(broken).error


def test_failure_16_who_has_decided_everything_is_not_reminded() -> None:
    """Entra kept reminding reviewers who had finished (entra-docs#495). P16: asked of the items, not of a counter that
    may lag."""
    with office("ann", "bob") as one:
        one.open()
        one.decide("ann", Decision.APPROVE)
        one.decide("bob", Decision.DENY)
        for _ in range(13):  # the stream, which counts, is not drained
            one.clock.advance(days=1)
            advance_review(one.services, one.instance.id)
        assert one.mails() == {"boss": 1}


def test_failure_17_a_message_that_cannot_be_read_is_not_acknowledged() -> None:
    """VIGIL acknowledged malformed messages, and they were lost. P21: it comes back, and ends among the dead letters,
    which have an alarm."""
    with office():
        for body in ("", "{", "null", "[]", '"instance"', '{"kind": "instance"}', '{"kind": [], "id": "x"}'):
            assert deliver({"body": body, "messageId": "7"}) == ["7"], body


def test_failure_17_a_mail_that_was_refused_for_now_is_sent_later() -> None:
    """VIGIL swallowed the failure of a mail and did not try again. P15."""
    with office("ann") as one:

        def slow(call: Call, proceed: Proceed) -> Any:
            if call.service == "sesv2":
                raise call.refusal("TooManyRequestsException", 429)
            return proceed()

        one.evening()
        with one.point.hooked(slow):
            one.minutes(5)
        assert one.mails() == {}
        one.clock.advance(minutes=10)
        one.world.tick()
        assert one.mails() == {"boss": 1}


def test_failure_17_a_reminder_that_was_refused_for_now_is_sent_later_and_nobody_asks_without_end() -> None:
    """The same of reminders. P15, P21: a day's quota that is used up costs a few questions, not as many as a worker has
    time for, and no reminder."""
    with office("ann") as one:
        one.open()
        asked: list[str] = []

        def slow(call: Call, proceed: Proceed) -> Any:
            if call.service == "sesv2":
                asked.append(call.operation)
                raise call.refusal("LimitExceededException", 400)
            return proceed()

        with one.point.hooked(slow):
            one.clock.set(one.clock.now().replace(hour=10) + timedelta(days=8))
            one.minutes(60)
        assert 5 <= len(asked) <= 25
        one.minutes(10)
        assert one.mails("reminder")["boss"] + one.mails()["boss"] >= 2 and one.state.throttled == 0


def test_failure_18_a_closed_review_still_tells_who_decided() -> None:
    """midPoint's reports lost their reviewers once a campaign was closed (#10935). P18."""
    with office("ann", "bob") as one:
        one.open()
        one.decide("ann", Decision.DENY, reason="left")
        one.close()
        text = one.world.get(f"/api/v1/reviews/{one.instance.id}/results.csv").text
        rows = {row["User"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}
        assert (rows["Ann"]["Reviewed by"], rows["Ann"]["Reason"], rows["Bob"]["Reviewed by"]) == ("Boss", "left", "")


def test_failure_18_only_this_occurrence_counts_who_did_not_answer() -> None:
    """midPoint counted the silent of older iterations (MID-4651). P5, P22."""
    with office("ann") as one:
        one.open()
        assert one.close().outcome.kept_because == {"noResponse": 1}
        first = one.instance.id
        one.clock.set(one.instance.opens + timedelta(days=95))
        one.world.tick()
        assert one.instance.id != first
        one.decide("ann", Decision.APPROVE)
        one.world.drain()
        found = one.world.get(f"/api/v1/reviews/{one.instance.id}/reviewers").json["value"]
        assert [(row["displayName"], row["counts"]["notReviewed"]) for row in found] == [("Boss", 0)]


def test_failure_18_who_stands_in_sees_the_items() -> None:
    """midPoint's deputies did not see the items of those they stood in for (#10520). P5: they see and decide them, and
    the decision says for whom."""
    with office("ann") as one:
        absence = {"to": one.deputy.id, "reason": "away"}
        absence |= {"startDateTime": "2026-03-02T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z"}
        reply = one.world.call("PUT", "/api/v1/me/delegate", absence, "boss@example.com")
        assert reply.status in (200, 204), reply.text
        one.open()
        (item,) = one.world.get(one.url(MINE), "deputy@example.com").json["value"]
        one.decide("ann", Decision.DENY, by=one.deputy)
        (entry,) = one.items()["ann"].history
        assert item["id"] == one.items()["ann"].id and (entry.by, entry.on_behalf_of) == (one.deputy.id, one.boss.id)
