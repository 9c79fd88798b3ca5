"""Mails that come back, and reviewers who cannot be reached: others are asked, and nobody's silence counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.domain.errors import InvalidInput, Throttled
from chalicelib.domain.mail_feedback import (
    MOST_TRANSIENT,
    WITHIN,
    Feedback,
    Heard,
    after_feedback,
    judged,
    mail_digest,
    read_feedback,
)
from chalicelib.domain.mail_log import Fault, read_state
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.ses import Post
from tests.usecases.test_edit_reviewers import needing, own
from tests.usecases.test_needs_reviewer import count, imported
from tests.usecases.test_review_rules import closed, decide, managed, mine, opened
from tests.world import World

MAILS = "/api/v1/mails"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOSS, DEPUTY = "boss@example.com", "deputy@example.com"


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    made = Post(world)
    yield made
    made.close()


def start_of(world: World, instance: ReviewInstance, user: User) -> str:
    """The state of a reviewer's start mail."""
    (part,) = world.services.reviews.parts_now(user.id, instance)
    return str(read_state("start", part.mails["start"]).state)


def reviewers(world: World, instance: ReviewInstance) -> dict[str, dict[str, Any]]:
    found = world.get(own(instance, "/reviewers?mails=true")).json["value"]
    return {one["displayName"]: one for one in found}


def activities(world: World, instance: ReviewInstance) -> list[dict[str, Any]]:
    """What was recorded about unreachable reviewers of a review, as details."""
    rows = world.services.audit.events_of_target(instance.id, 100, None).items
    return [row.details for row in rows if row.activity == "Pass on unreachable reviewer"]


def test_a_delivered_mail_says_so(world: World, org: Organisation, post: Post) -> None:
    boss, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    post.tell("Delivery", BOSS)
    assert start_of(world, instance, boss) == "delivered"
    (mail,) = world.get(f"{MAILS}?reviewId={instance.id}").json["value"]
    assert mail["state"] == "delivered" and mail["deliveredDateTime"] == "2026-03-02T23:59:30Z"


def test_a_bounce_hands_the_undecided_items_to_the_fallback_with_a_mail_of_their_own(
    world: World, org: Organisation, post: Post
) -> None:
    """G10: shown with the reviewer, recorded with whom, why and to whom, and told to others."""
    boss, deputy, people, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    post.bounce(BOSS)
    assert start_of(world, instance, boss) == "bounced"
    assert set(mine(world, instance, deputy)) == {person.id for person in people}
    assert len([mail for mail in world.mails() if mail["to"] == DEPUTY]) == 1
    told = reviewers(world, instance)
    assert told["Boss"]["unreachable"] == "bounced" and told["Deputy"]["onBehalfOf"] == boss.id
    assert count(world, instance) == 0
    (recorded,) = activities(world, instance)
    assert (recorded["person"], recorded["cause"], recorded["to"]) == (boss.id, "bounced", [deputy.id])
    (event,) = [one["Detail"] for one in world.published() if one["DetailType"] == "Reviewer Unreachable"]
    assert (event["person"]["id"], event["reason"], event["to"]) == (boss.id, "bounced", [deputy.id])
    (listed,) = world.get(f"{MAILS}/undelivered").json["value"]
    assert (listed["fault"], listed["address"], listed["waiting"]) == ("bounced", BOSS, True)
    outcome = closed(world, instance).outcome
    assert outcome.denied_by_rule == 2, "the fallback was asked in time, so that their silence counts"


def test_without_a_fallback_the_items_need_a_reviewer_and_nobodys_access_ends(
    world: World, org: Organisation, post: Post
) -> None:
    """G10: mail that came back is no silence."""
    _, _, people, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    imported(world, "deputy", enabled=False)
    instance = opened(world, policy)
    post.bounce(BOSS)
    assert needing(world, instance) == {person.id for person in people} and count(world, instance) == 2
    (recorded,) = activities(world, instance)
    assert recorded["to"] == []
    assert closed(world, instance).outcome.kept_because == {"notAsked": 2}


def test_who_bounced_and_decides_all_the_same_is_welcome(world: World, org: Organisation, post: Post) -> None:
    boss, _, people, policy, _ = managed(world, org, 2, no_response=NoResponse.REMOVE, brake_count=99)
    imported(world, "deputy", enabled=False)
    instance = opened(world, policy)
    post.bounce(BOSS)
    item = mine(world, instance, boss)[people[0].id]["id"]
    assert decide(world, instance, boss, item, "Approve", "needed").status == 204
    world.drain()
    outcome = closed(world, instance).outcome
    assert (outcome.approved, outcome.denied_by_rule) == (1, 1), "they looked, so that they were asked"


def test_what_others_can_decide_stays_with_them(world: World, org: Organisation, post: Post) -> None:
    """Of two who review together one cannot be reached: the fallback is not bothered."""
    one, two, ann, spare = (org.person(name) for name in ("one", "two", "ann", "spare"))
    review = factories.by_people(world.clock.now().date(), one, two)
    fallback = factories.by_manager(world.clock.now().date(), spare).fallback
    policy = org.policy(review=replace(review, fallback=fallback))
    org.assign(policy, ann)
    instance = opened(world, policy)
    post.bounce("one@example.com")
    assert reviewers(world, instance).keys() == {"One", "Two"}
    post.bounce("two@example.com")
    assert reviewers(world, instance).keys() == {"One", "Two", "Spare"}
    assert set(mine(world, instance, spare)) == {ann.id}


def test_a_fallback_who_cannot_be_reached_either_leaves_it_needing_a_reviewer(
    world: World, org: Organisation, post: Post
) -> None:
    _, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    post.bounce(BOSS)
    post.bounce(DEPUTY)
    assert needing(world, instance) == {people[0].id} and count(world, instance) == 1


def test_a_reviewer_who_is_switched_off_is_passed_on_and_keeps_their_part(world: World, org: Organisation) -> None:
    boss, deputy, people, policy, _ = managed(world, org, 2)
    instance = opened(world, policy)
    imported(world, "boss", enabled=False)
    assert set(mine(world, instance, deputy)) == {person.id for person in people}
    assert reviewers(world, instance)["Boss"]["unreachable"] == "disabled"
    imported(world, "boss", enabled=True)
    assert "unreachable" not in reviewers(world, instance)["Boss"]
    item = mine(world, instance, boss)[people[0].id]["id"]
    assert decide(world, instance, boss, item, "Approve", "needed").status == 204
    assert set(mine(world, instance, deputy)) == {person.id for person in people}, "who was asked stays asked"


@pytest.mark.parametrize("address", ["", "refused"])
def test_who_cannot_be_told_that_a_review_began_is_passed_on(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """No address at all, or one the mail service refuses."""
    boss, deputy, people, policy, _ = managed(world, org, 1)
    if not address:
        world.services.writer.put_all([replace(boss, mail="", principal_name="boss")])
    send = type(world.services.mailer).send

    def refuse(mailer: Any, mail: Any) -> str:
        if mail.to == BOSS:
            raise InvalidInput("SES refused the mail: no such domain.")
        return str(send(mailer, mail))

    monkeypatch.setattr(type(world.services.mailer), "send", refuse)
    instance = opened(world, policy)
    assert set(mine(world, instance, deputy)) == {people[0].id}
    assert reviewers(world, instance)["Boss"]["unreachable"] == (address or "noAddress")


def test_where_everything_is_decided_nobody_is_bothered(world: World, org: Organisation, post: Post) -> None:
    boss, _, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    item = mine(world, instance, boss)[people[0].id]["id"]
    decide(world, instance, boss, item, "Approve", "needed")
    post.bounce(BOSS)
    assert reviewers(world, instance).keys() == {"Boss"} and activities(world, instance)[0]["to"] == []


def test_a_bounced_address_is_not_mailed_again_until_it_is_cleared(world: World, org: Organisation, post: Post) -> None:
    boss, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    post.bounce(BOSS)
    (listed,) = world.get(f"{MAILS}/suppressed").json["value"]
    assert (listed["address"], listed["reason"], listed["inUse"]) == (BOSS, "bounced", True)
    assert listed["detail"] == "smtp; 550 5.1.1 <(address)>: user unknown", "states outlive an erasure"
    assert listed["to"]["id"] == boss.id
    world.clock.advance(minutes=1)
    second = org.policy(org.package("Other"), review=factories.by_manager(world.clock.now().date(), boss))
    org.assign(second, org.people["p0"])
    other = opened(world, second)
    assert start_of(world, other, boss) == "failed" and len([m for m in world.mails() if m["to"] == BOSS]) == 1
    assert world.call("DELETE", f"{MAILS}/suppressed/{BOSS}").status == 204
    world.tick()
    assert [start_of(world, one, boss) for one in (instance, other)] == ["sent", "sent"]
    assert "unreachable" not in reviewers(world, instance)["Boss"]
    assert world.get(f"{MAILS}/suppressed").json["value"] == []
    assert world.get(f"{MAILS}/undelivered").json["value"] == []
    kinds = [row.activity for row in world.services.audit.events_of_target(boss.id, 20, None).items]
    assert kinds == ["Mail address again", "Stop mailing address"]


def test_another_address_is_mailed_at_once(world: World, org: Organisation, post: Post) -> None:
    boss, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    post.bounce(BOSS)
    line = f"id,userPrincipalName,displayName,mail\n{boss.id},{BOSS},Boss,new@example.com\n"
    world.call("POST", "/api/v1/imports/people", line, headers={"content-type": "text/csv"})
    world.drain()
    assert post.to("new@example.com") and start_of(world, instance, boss) == "sent"
    assert "unreachable" not in reviewers(world, instance)["Boss"]
    assert [one["inUse"] for one in world.get(f"{MAILS}/suppressed").json["value"]] == [False]


def test_a_bounce_of_an_address_that_was_changed_meanwhile_judges_neither(
    world: World, org: Organisation, post: Post
) -> None:
    boss, _, _, policy, _ = managed(world, org, 1)
    opened(world, policy)
    world.services.writer.put_all([replace(boss, mail="new@example.com")])
    post.bounce(BOSS)
    world.tick()
    assert world.get(f"{MAILS}/suppressed").json["value"] == []
    assert post.to("new@example.com")


def test_what_may_pass_is_tried_again_a_day_later_and_given_up_in_the_end(
    world: World, org: Organisation, post: Post
) -> None:
    """A full mailbox: sent again, until the third bounce."""
    boss, deputy, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    for number in range(1, MOST_TRANSIENT + 1):
        post.bounce(BOSS, "Transient")
        post.bounce(BOSS, "Transient")  # told twice, counted once
        assert start_of(world, instance, boss) == "bounced"
        assert (number == MOST_TRANSIENT) == ("unreachable" in reviewers(world, instance)["Boss"])
        world.clock.advance(days=1, minutes=1)
        world.tick()
    assert len([mail for mail in world.mails() if mail["to"] == BOSS]) == MOST_TRANSIENT
    assert mine(world, instance, deputy)


def test_who_complains_is_mailed_no_more_and_others_are_asked(world: World, org: Organisation, post: Post) -> None:
    boss, deputy, people, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    post.tell("Delivery", BOSS)
    post.tell("Complaint", BOSS, complaintFeedbackType="abuse")
    assert start_of(world, instance, boss) == "complained"
    assert reviewers(world, instance)["Boss"]["unreachable"] == "complained"
    assert set(mine(world, instance, deputy)) == {people[0].id}
    world.clock.set(instance.closes - timedelta(days=1, hours=12))
    world.tick()
    assert len([mail for mail in world.mails() if mail["to"] == BOSS]) == 1, "no reminder"


def test_a_notice_that_bounced_is_listed_too(world: World, org: Organisation, post: Post) -> None:
    """R82: the mail about a finished review, which is no reviewer's."""
    boss, _, _, policy, _ = managed(world, org, 1, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    closed(world, instance)
    post.bounce("p0@example.com")
    listed = {one["to"]["displayName"]: one for one in world.get(f"{MAILS}/undelivered").json["value"]}
    assert listed["P0"]["kind"] == "ended" and listed["P0"]["fault"] == "bounced"
    mails = world.get(f"{MAILS}?personId={org.people['p0'].id}").json["value"]
    assert [one["state"] for one in mails] == ["bounced"] and boss


def test_nothing_that_does_not_match_a_mail_of_ours_counts(world: World, org: Organisation, post: Post) -> None:
    """Forged, unknown, malformed and foreign messages are harmless."""
    boss, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    real = post.to(BOSS)
    recipients = [{"emailAddress": BOSS}]
    bounced = {"bounceType": "Permanent", "bouncedRecipients": recipients}
    post.deliver(post.message("Bounce", {**real, "messageId": "guessed"}, **bounced))
    post.deliver(post.message("Bounce", {**real, "tags": {"person": [org.people["p0"].id]}}, **bounced))
    post.deliver(post.message("Bounce", {**real, "tags": {}}, **bounced))
    post.deliver(post.message("Bounce", real, **bounced), topic="arn:aws:sns:us-east-1:123456789012:another")
    for text in ("", "{", "[]", "null", '{"eventType":"Bounce"}', '{"eventType":[],"mail":{}}', "x" * 10_000):
        post.deliver(text)
    assert start_of(world, instance, boss) == "sent"
    assert world.get(f"{MAILS}/suppressed").json["value"] == []


def test_feedback_that_overtakes_the_record_of_its_mail_comes_again(
    world: World, org: Organisation, post: Post
) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    opened(world, policy)
    fresh = datetime.fromtimestamp(world.clock.real() - 5, UTC).isoformat()
    early = post.message("Delivery", {**post.to(BOSS), "messageId": "not yet recorded"}, timestamp=fresh)
    with pytest.raises(Throttled):
        post.deliver(early)
    world.clock.seconds += 600
    post.deliver(early)


def test_the_same_bounce_twice_is_one(world: World, org: Organisation, post: Post) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    instance = opened(world, policy)
    text = post.bounce(BOSS)
    before = world.get(f"{MAILS}/suppressed").json
    post.deliver(text)
    assert world.get(f"{MAILS}/suppressed").json == before and len(activities(world, instance)) == 1


def test_only_administrators_clear_addresses_and_only_they_and_auditors_see_them(
    world: World, org: Organisation, post: Post
) -> None:
    _, _, _, policy, _ = managed(world, org, 1)
    opened(world, policy)
    post.bounce(BOSS)
    assert world.get(f"{MAILS}/suppressed", DEPUTY).status == 403
    assert world.call("DELETE", f"{MAILS}/suppressed/{BOSS}", as_=DEPUTY).status == 403
    assert world.call("DELETE", f"{MAILS}/suppressed/nobody@example.com").status == 404


# the states of a mail ---------------------------------------------------------------------------------------
def feedback(heard: Heard, mail: str = "m", **more: Any) -> Feedback:
    known: dict[str, Any] = {"person_id": "p", "address": "A@x", "sent": NOW, "at": NOW, **more}
    return Feedback(heard=heard, mail=mail, **known)


ORDER = {"sent": 0, "delivered": 1, "failed": 2, "bounced": 2, "complained": 3}


@pytest.mark.parametrize("told", list(permutations(Heard)))
def test_no_state_goes_backwards_in_whatever_order_messages_come(told: tuple[Heard, ...]) -> None:
    state = f"sent {NOW.isoformat()} m"
    for heard in told:
        after = after_feedback("start", state, feedback(heard), NOW)
        if after is not None:
            assert ORDER[read_state("start", after).state] > ORDER[read_state("start", state).state]
            state = after
        assert after_feedback("start", state, feedback(heard), NOW) is None, "told twice changes nothing"
    assert read_state("start", state).state in ("complained", "failed")


@pytest.mark.parametrize(
    "state", ["pending", "sending 1 x", "withheld", "lost", "off", "failed", f"sent {NOW.isoformat()}"]
)
def test_a_mail_that_was_not_sent_is_not_changed(state: str) -> None:
    assert [after_feedback("start", state, feedback(heard), NOW) for heard in Heard] == [None] * 4
    assert after_feedback("start", f"sent {NOW.isoformat()} other", feedback(Heard.BOUNCED), NOW) is None


def test_bounces_that_lie_far_apart_are_not_counted_together() -> None:
    known = None
    for number in range(2 * MOST_TRANSIENT):
        when = NOW + number * (WITHIN + timedelta(days=1))
        known = judged(known, feedback(Heard.BOUNCED, mail=str(number), passing=True), when)
        assert known.fault is None and known.bounces == 1 and known.address == "a@x"


def test_a_complaint_after_bounces_keeps_the_first_reason() -> None:
    bounced = judged(None, feedback(Heard.BOUNCED), NOW)
    assert bounced.fault is Fault.BOUNCED
    again = judged(bounced, feedback(Heard.COMPLAINED, mail="n"), NOW + timedelta(days=1))
    assert (again.fault, again.since, again.last) == (Fault.BOUNCED, NOW, NOW + timedelta(days=1))


NAMES = st.sampled_from(["eventType", "mail", "tags", "person", "bounce", "timestamp", "messageId"])
ANYTHING = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_is_told_is_read_without_a_fault(told: Any) -> None:
    assert read_feedback(json.dumps(told)) is None


def test_ids_are_kept_short() -> None:
    assert len(mail_digest("0102018f" * 8)) == 16
