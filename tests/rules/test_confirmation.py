"""Removals that wait for a confirmation (G24): names and numbers, some left out, declined, told of daily, lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.guards import How
from chalicelib.domain.packages import AssignmentPolicy, NoResponse
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.domain.schedules import Frequency
from chalicelib.domain.series import Needs, needs_of
from chalicelib.usecases.confirm_removals import apply_decisions
from tests.factories import ADMIN
from tests.house import House, house
from tests.world import Reply

__all__ = ["house"]
NAMES = ("ann", "bob", "cid", "dee", "eve")


@dataclass
class Waiting:
    """A closed review whose denials wait: the manager denied Ann, Bob and Cid; the rule Eve; Dee is approved."""

    house: House
    policy: AssignmentPolicy
    review: ReviewInstance
    people: dict[str, User]

    def call(self, tail: str, body: Any = None, as_: str = "admin@example.com", method: str = "POST") -> Reply:
        return self.house.world.call(method, f"/api/v1/reviews/{self.review.id}/{tail}", body, as_)

    def listed(self, tail: str = "", as_: str = "admin@example.com") -> dict[str, Any]:
        reply = self.call(f"removals-to-confirm{tail}", None, as_, "GET")
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.json
        return found

    def item(self, name: str) -> str:
        return next(one["id"] for one in self.listed()["value"] if one["principal"]["displayName"] == name)

    def pass_a_minute(self) -> None:
        """Removals are looked at twice."""
        for _ in range(2):
            self.house.world.tick()
            self.house.world.clock.advance(minutes=1, seconds=1)
        self.house.world.tick()

    @property
    def state(self):
        return self.house.world.services.reviews.state(self.review.id)

    def audit(self, activity: str) -> list[AuditEvent]:
        events = self.house.world.services.audit.events_of_target(self.review.id, 100, None).items
        return [one for one in events if one.activity == activity]


@pytest.fixture
def waiting(house: House) -> Waiting:
    return wait(house)


def wait(house: House, **settings: Any) -> Waiting:
    people = {
        name.title(): house.organisation.person(name, manager="boss", department="Sales" if name < "c" else "Finance")
        for name in NAMES
    }
    chosen = {"no_response": NoResponse.REMOVE, "brake_count": 2, "brake_percent": 10, **settings}
    policy = house.policy(*people.values(), **chosen)
    review = house.opened(policy)
    for name in ("Ann", "Bob", "Cid"):
        house.decide(review, house.boss, name, "Deny", f"{name} moved on.")
    house.decide(review, house.boss, "Dee", "Approve")
    house.closed(review)
    found = Waiting(house, policy, review, people)
    assert needs_of(found.state) is Needs.CONFIRMATION
    return found


def test_names_and_numbers_before_anything_is_removed(waiting: Waiting) -> None:
    """G24: how many of how many, by cause, reviewer and department; each person with who decided and why."""
    found = waiting.listed()
    assert found["waiting"] is True and found["confirmation"] is None and "nextLink" not in found
    summary = found["summary"]
    assert (summary["removals"], summary["people"], summary["byPerson"], summary["byRule"]) == (4, 5, 3, 1)
    assert (summary["because"], summary["counted"]) == ("many", 4)
    by_reviewer = {one.get("id"): (one["displayName"], one["removals"]) for one in summary["byReviewer"]}
    assert by_reviewer == {waiting.house.boss.id: ("Boss", 3), None: (None, 1)}
    assert {one["displayName"]: one["removals"] for one in summary["byDepartment"]} == {"Sales": 2, "Finance": 2}
    rows = {one["principal"]["displayName"]: one for one in found["value"]}
    assert set(rows) == {"Ann", "Bob", "Cid", "Eve"}
    assert rows["Ann"]["denied"]["justification"] == "Ann moved on."
    assert rows["Ann"]["denied"]["reviewedBy"]["displayName"] == "Boss" and rows["Eve"]["denied"]["byRule"] is True
    assert waiting.house.holders(waiting.policy) == {"Ann", "Bob", "Cid", "Dee", "Eve"}


def test_a_search_finds_people_by_name_and_department(waiting: Waiting) -> None:
    found = waiting.listed("?search=sales")
    assert {one["principal"]["displayName"] for one in found["value"]} == {"Ann", "Bob"} and "summary" not in found
    assert [one["principal"]["displayName"] for one in waiting.listed("?search=EVE@")["value"]] == ["Eve"]
    assert waiting.listed("?search=nobody")["value"] == []


def test_confirmed_for_all_but_those_left_out(waiting: Waiting) -> None:
    """G24: whom the confirmation leaves out keeps access, with the reason, in the item, the sums and the audit
    trail."""
    body = {"except": [waiting.item("Ann")], "reason": "On leave until May."}
    assert waiting.call("confirm-removals", body).status == 204
    waiting.pass_a_minute()
    assert waiting.house.holders(waiting.policy) == {"Ann", "Dee"}
    state = waiting.state
    assert (state.status, state.removed, state.removals_held) == (Status.APPLIED, 3, 1)
    shown = waiting.house.status(waiting.review)
    assert shown["balance"]["balanced"] and shown["outcome"]["held"] == 1
    end = shown["confirmation"]
    assert (end["how"], end["reason"], end["excluded"]) == ("confirmed", "On leave until May.", 1)
    removal = waiting.house.world.services.removals.removal(waiting.review.id, body["except"][0])
    assert removal.standing == "held" and removal.reason.endswith("On leave until May.")
    (recorded,) = waiting.audit("Apply decision")
    assert recorded.details["excluded"] == 1 and recorded.details["reason"] == "On leave until May."


def test_repeating_a_confirmation_is_harmless_and_another_one_is_refused(waiting: Waiting) -> None:
    ann, bob = waiting.item("Ann"), waiting.item("Bob")
    body = {"except": [ann], "reason": "On leave."}
    assert [waiting.call("confirm-removals", body).status for _ in range(2)] == [204, 204]
    waiting.pass_a_minute()
    assert waiting.call("confirm-removals", body).status == 204
    assert waiting.call("confirm-removals", {"except": [ann, bob], "reason": "Both."}).status == 409
    assert waiting.call("apply").status == 204 and waiting.state.removals_held == 1
    assert len(waiting.audit("Apply decision")) == 1


def test_graphs_apply_decisions_confirms_everything(waiting: Waiting) -> None:
    """R118, G24."""
    assert waiting.house.world.post(waiting.house.url(waiting.review, "applyDecisions")).status == 204
    waiting.house.world.tick()
    assert waiting.house.holders(waiting.policy) == {"Dee"} and waiting.state.confirmation.how is How.CONFIRMED


def test_declined_everybody_keeps_access_and_the_review_is_over(waiting: Waiting) -> None:
    """G24: nothing is removed, now or by a later applyDecisions; overview and sums agree."""
    assert waiting.call("decline-removals", {"reason": "  "}).error["target"] == "reason"
    assert [waiting.call("decline-removals", {"reason": "A mistake."}).status for _ in range(2)] == [204, 204]
    waiting.house.world.tick()
    assert waiting.house.holders(waiting.policy) == {"Ann", "Bob", "Cid", "Dee", "Eve"}
    refused = waiting.house.world.post(waiting.house.url(waiting.review, "applyDecisions"))
    assert refused.status == 409 and "declined" in refused.error["message"]
    shown = waiting.house.status(waiting.review)
    assert shown["balance"]["balanced"] and not shown["waitingForConfirmation"]
    removals = next(one for one in shown["balance"]["equations"] if one["name"] == "removals")
    assert {"name": "notConfirmed", "count": 4} in removals["terms"]
    overview = waiting.house.world.get("/api/v1/overview").json
    assert overview["waitingForConfirmation"] == 0 and overview["live"] == 0
    assert waiting.listed()["value"] == [] and waiting.listed()["confirmation"]["how"] == "declined"


def test_unconfirmed_it_is_told_once_a_day_at_a_civil_hour(waiting: Waiting) -> None:
    """G24: those who can confirm get one mail a local day, however often the timer fires, until somebody answers."""
    house, owner = waiting.house, waiting.house.organisation.person("owner")
    house.organisation.grant(owner, Role.CATALOG_OWNER, f"catalog:{waiting.policy.catalog_id}")

    def told() -> int:
        return sum(1 for one in house.world.mails() if "Still to confirm" in one["subject"] and one["to"] == owner.mail)

    assert told() == 0
    house.world.clock.advance(hours=12)
    counts = []
    for _ in range(4):
        house.world.clock.advance(hours=24)
        for _ in range(3):
            house.world.tick()
        counts.append(told())
    hours = {one.at.hour for one in house.world.services.reviews.told_to(owner.id, 50, None).items}
    assert counts[-1] in (3, 4) and counts == sorted(set(counts)) and all(8 <= hour <= 18 for hour in hours)
    house.world.clock.advance(days=3)  # an outage: one mail makes good for it
    house.world.tick()
    assert told() == counts[-1] + 1
    assert waiting.call("decline-removals", {"reason": "No."}).status == 204
    house.world.clock.advance(days=2)
    house.world.tick()
    assert told() == counts[-1] + 1
    assert not [row for row in house.world.services.reviews.due_until(house.world.clock.now(), 99)]


def test_it_lapses_when_the_next_review_of_the_series_opens(house: House) -> None:
    """G24: nobody lost access; a later confirmation is refused in words; the audit trail and the evidence say so."""
    waiting = wait(house, frequency=Frequency.MONTHLY)
    house.world.clock.advance(days=30)
    for _ in range(3):
        house.world.tick()
    following = house.instances(waiting.policy)[0]
    assert following.id != waiting.review.id
    assert waiting.state.confirmation.how is How.LAPSED
    assert len(waiting.audit("Confirmation lapsed")) == 1
    for tail, body in (("apply", None), ("confirm-removals", {}), ("decline-removals", {"reason": "x"})):
        refused = waiting.call(tail, body)
        assert refused.status == 409 and "lapsed" in refused.error["message"]
    assert house.holders(waiting.policy) == {"Ann", "Bob", "Cid", "Dee", "Eve"}
    shown = house.status(waiting.review)
    assert shown["confirmation"]["how"] == "lapsed" and shown["balance"]["balanced"]
    assert house.world.get("/api/v1/overview").json["waitingForConfirmation"] == 0


def test_a_confirmation_and_the_next_opening_cannot_both_win(house: House) -> None:
    """G24: whoever is second sees what the first did: the opening comes again, and lapses nothing."""
    waiting = wait(house, frequency=Frequency.MONTHLY)
    services, state = house.world.services, waiting.state
    house.world.clock.advance(days=30)
    from chalicelib.usecases.confirm_removals import lapsing

    changes = lapsing(services, waiting.review, house.world.clock.now())
    apply_decisions(services, ADMIN, house.world.clock.now(), "confirm", waiting.review)
    from chalicelib.domain.errors import Conflict

    with pytest.raises(Conflict):
        services.writer.commit("open", *changes)
    for _ in range(3):
        house.world.tick()
    assert waiting.state.status is Status.APPLIED and state.confirmation is None
    assert house.instances(waiting.policy)[0].id != waiting.review.id and not waiting.audit("Confirmation lapsed")


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"except": ["x"], "reason": "x"}, "except/0"),
        ({"except": ["00000000-0000-0000-0000-000000000000"], "reason": "x"}, "except/0"),
        ({"except": "x"}, "except"),
        ({"reason": "x" * 501, "except": ["x"]}, "reason"),
    ],
)
def test_what_cannot_be_left_out_is_named(waiting: Waiting, body: dict[str, Any], target: str) -> None:
    refused = waiting.call("confirm-removals", body)
    assert refused.status == 400 and refused.error["target"] == target, refused.text
    assert needs_of(waiting.state) is Needs.CONFIRMATION


def test_an_approved_item_cannot_be_left_out_and_a_reason_is_needed(waiting: Waiting) -> None:
    items = waiting.house.world.get(waiting.house.url(waiting.review, "decisions")).json["value"]
    dee = next(one["id"] for one in items if one["principal"]["displayName"] == "Dee")
    assert waiting.call("confirm-removals", {"except": [dee], "reason": "x"}).error["target"] == "except/0"
    assert waiting.call("confirm-removals", {"except": [waiting.item("Ann")]}).error["target"] == "reason"


def test_a_reviewer_sees_no_list_and_confirms_nothing(waiting: Waiting) -> None:
    boss = waiting.house.boss.principal_name
    assert waiting.call("removals-to-confirm", None, boss, "GET").status == 403
    assert waiting.call("confirm-removals", {}, boss).status == 403
    assert waiting.call("decline-removals", {"reason": "x"}, boss).status == 403
    stranger = waiting.house.organisation.person("stranger").principal_name
    assert waiting.call("removals-to-confirm", None, stranger, "GET").status == 404
    auditor = waiting.house.organisation.person("auditor")
    waiting.house.organisation.grant(auditor, Role.AUDITOR)
    assert waiting.listed(as_=auditor.principal_name)["waiting"] is True
    assert waiting.call("confirm-removals", {}, auditor.principal_name).status == 403


def test_a_page_of_removals_costs_few_reads(waiting: Waiting) -> None:
    with Meter() as meter:
        waiting.listed("?search=a")
    assert meter.read_units <= 10 and meter.write_units == 0
