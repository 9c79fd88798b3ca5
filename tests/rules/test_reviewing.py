"""Rules about reviewers, their list, and how a review goes on, each through the whole product."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.packages import AssignmentPolicy, NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ORDER, InstanceState, Status
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.open_review import open_due_review
from chalicelib.usecases.ports import Services
from tests import factories
from tests.house import AR, MINE, House, house

__all__ = ["house"]


def self_reviewed(house: House, *people: User, **settings: object) -> AssignmentPolicy:
    """A policy whose people review themselves from today on."""
    today = house.world.clock.now().date()
    policy = house.organisation.policy(review=factories.by_oneself(today, brake_count=99, **settings))
    house.organisation.assign(policy, *people)
    return policy


def test_a_guest_who_has_not_accepted_takes_no_part_in_a_self_review(house: House) -> None:
    """R74, G10: no mail, no decision, and nothing is taken away for that silence."""
    guest = house.organisation.person("guest", user_type="Guest", invitation="pending")
    ann = house.organisation.person("ann")
    policy = self_reviewed(house, guest, ann, no_response=NoResponse.REMOVE)
    review = house.opened(policy)
    assert [mail["to"] for mail in house.world.mails()] == [ann.mail]
    items = house.world.get(house.url(review, "decisions")).json["value"]
    (own,) = [one for one in items if one["principal"]["id"] == guest.id]
    url = house.url(review, f"decisions/{own['id']}")
    assert house.world.call("PATCH", url, {"decision": "Deny"}, guest.principal_name).status == 403
    house.closed(review)
    assert house.holders(policy) == {"Guest"}
    assert house.world.get(url).json["@accessReviews.unansweredBecause"] == "notAsked"


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (NoResponse.KEEP, {"Silent", "Idle"}),
        (NoResponse.REMOVE, set()),
        (NoResponse.RECOMMENDATION, {"Silent"}),
    ],
)
def test_who_is_silent_about_oneself_gets_the_general_outcome(
    house: House, outcome: NoResponse, kept: set[str]
) -> None:
    """R102: self-reviews have no rule of their own; who answers is left to the answer."""
    idle = house.organisation.person("idle", last_sign_in=house.world.clock.now() - timedelta(days=60))
    silent, yes, no = (house.organisation.person(name) for name in ("silent", "yes", "no"))
    policy = self_reviewed(house, idle, silent, yes, no, no_response=outcome)
    review = house.opened(policy)
    assert house.decide(review, yes, "Yes", "Approve", "I work with it.").status == 204
    assert house.decide(review, no, "No", "Deny").status == 204
    house.closed(review)
    assert house.holders(policy) == {"Yes", *kept}


def test_without_mail_the_review_is_found_in_the_list(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """R83, R84, G13: mail is on; a deployment may switch it off. Then the list of pending reviews leads to the review
    all the same, whom it would have told is kept, and everything else goes on."""
    assert bootstrap.services().settings.mail_enabled
    quiet = replace(bootstrap.services(), settings=replace(bootstrap.services().settings, mail_enabled=False))
    monkeypatch.setattr(bootstrap, "services", lambda: quiet)
    policy = house.policy(*house.staff("ann", "bob"))
    review = house.opened(policy)
    (pending,) = house.world.get("/api/v1/reviews", house.boss.principal_name).json["value"]
    assert (pending["id"], pending["undecided"], pending["status"]) == (review.id, 2, Status.IN_PROGRESS)
    (series,) = house.world.get(f"{AR}/filterByCurrentUser(on='reviewer')", house.boss.principal_name).json["value"]
    assert series["id"] == review.definition_id and series["settings"]["mailNotificationsEnabled"] is True
    (told,) = house.world.get(house.url(review, "contactedReviewers")).json["value"]
    assert told["id"] == house.boss.id and told["@accessReviews.mails"][0]["state"] == "off"
    assert house.decide(review, house.boss, "Ann", "Deny").status == 204
    house.closed(review)
    assert house.holders(policy) == {"Bob"} and house.world.mails() == []


def test_mail_goes_out_whatever_a_client_asks_of_one_review(house: House) -> None:
    """R84: neither a policy nor a package's definition has a switch for start mail or reminders."""
    policy = house.policy(*house.staff("ann"))
    url = f"{AR}/{ids.definition_id(policy.id)}"
    shown = house.world.get(url).json
    for switch in ("mailNotificationsEnabled", "reminderNotificationsEnabled"):
        assert shown["settings"][switch] is True
        refusal = house.world.call("PUT", url, {**shown, "settings": {**shown["settings"], switch: False}})
        assert (refusal.status, refusal.error["target"]) == (400, f"settings/{switch}")
    house.opened(policy)
    assert [mail["to"] for mail in house.world.mails()] == [house.boss.mail]


@pytest.mark.parametrize("decision", ["Approve", "Deny", "DontKnow"])
def test_several_people_are_decided_at_once(house: House, decision: str) -> None:
    """R90: marked together, one choice and one reason; the others stay as they are."""
    review = house.opened(house.policy(*house.staff("ann", "bob", "cay")))
    items = house.items(review, house.boss)
    chosen = [
        {"id": items[name]["id"], "decision": decision, "justification": "Asked them."} for name in ("Ann", "Bob")
    ]
    reply = house.world.post(f"/api/v1/reviews/{review.id}/decisions", {"decisions": chosen}, house.boss.principal_name)
    assert [one["status"] for one in reply.json["results"]] == [200, 200]
    after = house.items(review, house.boss)
    assert {name: (one["decision"], one["justification"]) for name, one in after.items()} == {
        "Ann": (decision, "Asked them."),
        "Bob": (decision, "Asked them."),
        "Cay": ("NotReviewed", ""),
    }


def test_any_recorded_sign_in_counts(house: House) -> None:
    """R108, G22: what is recorded has no kind; an import brings one moment, and that is taken."""
    rows = "userPrincipalName,displayName,manager,createdDateTime,lastSignIn"
    rows += "\nann@example.com,Ann,boss@example.com,2020-01-01,2026-02-20T07:00:00Z"
    rows += "\nbob@example.com,Bob,boss@example.com,2020-01-01,2026-01-20T07:00:00Z\n"
    reply = house.world.post("/api/v1/imports/people", rows, headers={"content-type": "text/csv"})
    assert reply.status == 202
    house.world.tick()
    people = [house.world.services.people.user_by_principal_name(f"{name}@example.com") for name in ("ann", "bob")]
    review = house.opened(house.policy(*people))
    shown = house.items(review, house.boss)
    assert {name: one["recommendation"] for name, one in shown.items()} == {"Ann": "Approve", "Bob": "Deny"}
    assert shown["Ann"]["@accessReviews.lastSignInDateTime"] == "2026-02-20T07:00:00Z"


def test_what_is_edited_on_the_running_review_stays_with_it(house: House) -> None:
    """R139: reviewers and the end of the current instance; policy, series and the next instance know nothing of it."""
    helper = house.organisation.person("helper")
    today = house.world.clock.now().date()
    settings = factories.by_people(
        today, house.boss, justification_required=False, frequency=Frequency.WEEKLY, duration_days=3
    )
    policy = house.organisation.policy(review=settings)
    house.organisation.assign(policy, house.organisation.person("ann"))
    review = house.opened(policy)
    both = [{"query": f"/users/{one.id}", "queryType": "MicrosoftGraph"} for one in (house.boss, helper)]
    assert house.world.call("PATCH", house.url(review), {"reviewers": both}).status == 204
    until = {"endDateTime": "2026-03-07T00:00:00Z", "reason": "A holiday."}
    assert house.world.post(f"/api/v1/reviews/{review.id}/extend", until).status == 204
    house.world.tick()
    assert set(house.items(review, helper)) == {"Ann"}
    stored = house.world.services.entitlements.policy(policy.id)
    assert stored.review == policy.review
    house.world.clock.set(review.closes + timedelta(days=4))
    for _ in range(3):
        house.world.tick()
    following = house.instances(policy)[0]
    assert following.id != review.id and following.closes - following.opens == timedelta(days=3)
    assert following.settings == review.settings
    assert set(house.items(following, house.boss)) == {"Ann"}
    assert house.world.get(house.url(following, MINE), helper.principal_name).status == 404


def test_a_series_shows_what_runs_what_was_and_what_comes(house: House) -> None:
    """R150: the current instance while one is open, the previous ones, and the scheduled ones."""
    policy = house.policy(*house.staff("ann"), frequency=Frequency.MONTHLY)
    url = f"/api/v1/review-series/{ids.definition_id(policy.id)}"
    shown = house.world.get(url).json
    assert (shown["running"], shown["reviews"]) == (None, [])
    assert [one["date"] for one in shown["next"]][:2] == ["2026-03-02", "2026-04-02"]
    first = house.opened(policy)
    shown = house.world.get(url).json
    assert shown["running"]["id"] == first.id and shown["next"][0]["date"] == "2026-04-02"
    house.closed(first)
    shown = house.world.get(url).json
    assert shown["running"] is None
    assert [(one["id"], one["status"]) for one in shown["reviews"]] == [(first.id, "Applied")]
    house.world.clock.set(first.opens.replace(month=4, second=30))
    house.world.tick()
    shown = house.world.get(url).json
    assert [one["id"] for one in shown["reviews"]] == [shown["running"]["id"], first.id]
    (series,) = house.world.get(f"/api/v1/reviews?accessPackageId={policy.package_id}").json["value"]
    assert series["latest"]["id"] == shown["running"]["id"]


def test_decisions_come_in_pages_of_a_hundred(house: House) -> None:
    """R182: by default, for reviewers and administrators; a page leads to the next, and nobody is in two."""
    people = house.staff(*(f"p{number:03}" for number in range(101)))
    review = house.opened(house.policy(*people))
    for tail, who in ((MINE, house.boss.principal_name), ("decisions", "admin@example.com")):
        first = house.world.get(house.url(review, tail), who).json
        second = house.world.get(first["@odata.nextLink"].partition("/api")[2], who).json
        assert (len(first["value"]), len(second["value"])) == (100, 1)
        assert "@odata.nextLink" not in second
        assert len({one["id"] for one in first["value"] + second["value"]}) == 101


class Watched:
    """A port that tells of every state of an instance that is written."""

    def __init__(self, port: object, seen: list[Status]) -> None:
        self._port, self._seen = port, seen

    def checkpoint(self, state: InstanceState) -> InstanceState:
        self._seen.append(state.status)
        return self._port.checkpoint(state)  # type: ignore[attr-defined,no-any-return]

    def commit(self, operation: str, *changes: object) -> None:
        self._port.commit(operation, *changes)  # type: ignore[attr-defined]
        written = [getattr(change, "entity", None) for change in changes]
        self._seen.extend(one.status for one in written if isinstance(one, InstanceState))

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)


def watched(services: Services, seen: list[Status]) -> Services:
    """Services whose written states are seen."""
    return replace(services, reviews=Watched(services.reviews, seen), writer=Watched(services.writer, seen))


@pytest.mark.parametrize("denied", [True, False], ids=["somebody is removed", "nothing to do"])
def test_a_review_goes_through_its_states_in_order(house: House, denied: bool) -> None:
    """R119, R124, G25: also through those in which there is nothing to do."""
    policy = house.policy(*house.staff("ann"))
    house.world.clock.set(house.world.clock.now().replace(hour=23, minute=59, second=30))
    seen: list[Status] = []
    assert house.world.get(f"{AR}/{ids.definition_id(policy.id)}").json["status"] == Status.NOT_STARTED
    services = watched(bootstrap.services(), seen)
    review_id = open_due_review(services, ids.definition_id(policy.id))
    assert review_id is not None
    advance_review(services, review_id)
    review = house.instances(policy)[0]
    if denied:
        house.decide(review, house.boss, "Ann", "Deny")
    for moment in range(4):
        house.world.clock.set(review.closes + timedelta(minutes=5 * (moment + 1)))
        advance_review(services, review_id)
    assert list(dict.fromkeys(seen)) == [
        Status.INITIALIZING,
        Status.IN_PROGRESS,  # Starting lasts for one step and is written together with it
        Status.COMPLETING,
        Status.AUTO_REVIEWING,
        Status.AUTO_REVIEWED,
        Status.COMPLETED,
        Status.APPLYING,
        Status.APPLIED,
    ]
    assert seen == sorted(seen, key=ORDER.index)
