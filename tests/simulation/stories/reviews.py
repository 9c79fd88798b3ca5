"""A small review as it opens, runs, closes and is applied: the work of timers and workers, and people deciding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse, SubjectSet
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.change_assignment import change_assignment
from tests import factories
from tests.simulation.checks import Accepted
from tests.simulation.rig import DIED, Rig
from tests.simulation.stories import Act, Story

DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"
STAFF = ("ann", "bob", "cy", "dan", "eve", "mia", "max")


def staffed(**review: Any) -> Act:
    """Seven people with access, two managers and a fallback of two; the review opens tonight."""

    def stage(rig: Rig) -> None:
        org = rig.org
        fallback = [org.person(name) for name in ("fay", "flo")]
        bosses = [org.person("mia"), org.person("max")]
        staff = [org.person(name, manager="mia") for name in ("ann", "bob", "cy")]
        staff += [org.person(name, manager="max") for name in ("dan", "eve")]
        gone = org.person("gus", manager="max")
        chosen = {"justification_required": False, **review}
        asked = factories.by_manager(org.now.date(), fallback[0], **chosen)
        both = tuple(SubjectSet("singleUser", person.id) for person in fallback)
        catalog, owner = org.catalog(), org.person("oli")
        grant = RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{catalog.id}", principal_id=owner.id)
        org.services.writer.put_all([grant])
        policy = org.policy(org.package(catalog=catalog), review=replace(asked, fallback=both))
        rig.facts["policy"] = policy.id
        rig.facts["held"] = dict(zip(STAFF, org.assign(policy, *staff, *bosses), strict=True))
        (ended,) = org.assign(policy, gone)
        assignment = org.services.entitlements.assignment(ended)
        remove = RequestType.ADMIN_REMOVE
        end_assignment(org.services, factories.ADMIN, org.now, org.operation(), assignment, remove)
        rig.clock.set(rig.clock.now().replace(hour=23, minute=59, second=30))

    return stage


def instance(rig: Rig) -> ReviewInstance:
    """The newest review."""
    page = rig.services.reviews.instances_of(ids.definition_id(rig.facts["policy"]), 5, None)
    found: ReviewInstance = page.items[0]
    return found


def items(rig: Rig) -> dict[str, str]:
    """The items by name."""
    from tests.simulation.checks import contents
    from tests.simulation.store import Store

    found = Store(contents(rig.simulated)).items[instance(rig).id]
    return {item.principal_name.partition("@")[0]: item.id for item in found}


def decide(rig: Rig, who: str, name: str, decision: Decision) -> None:
    """A reviewer decides; what is acknowledged is remembered."""
    review, by = instance(rig), rig.org.people[who]
    address = f"{DEFINITIONS}/{review.definition_id}/instances/{review.id}/decisions/{items(rig)[name]}"
    for headers in ({}, {"retry-attempt": "1"}):
        body = {"decision": decision.value}
        reply = rig.run(lambda: rig.world.call("PATCH", address, body, by.principal_name, headers))  # noqa: B023
        if reply is not DIED and reply.status == 204:
            rig.told.accepted.append(Accepted(address.rpartition("/")[2], by.id, decision))
        if reply is not DIED and reply.status < 500 and reply.status != 429:
            return
    rig.facts.setdefault("statuses", []).append(0)  # tried twice in vain


def decided(rig: Rig) -> None:
    """Ann and Dan are denied, Bob is approved; Cy, Eve and the managers are left to the rule. The end comes."""
    rig.settle()
    decide(rig, "mia", "ann", Decision.DENY)
    decide(rig, "mia", "bob", Decision.APPROVE)
    decide(rig, "max", "dan", Decision.DENY)
    rig.deliver()
    rig.clock.set(instance(rig).closes + timedelta(seconds=1))


def denied(rig: Rig) -> None:
    """Two are denied in a review that removes at once, and the time for second thoughts is over."""
    rig.settle()
    for name in ("ann", "bob"):
        decide(rig, "mia", name, Decision.DENY)
    rig.later_on(minutes=5)


def running_out(rig: Rig) -> None:
    """Three assignments end while the review is open."""
    rig.settle()
    span = {"type": "afterDuration", "duration": "P1D"}
    for name in ("ann", "bob", "dan"):
        held, operation = rig.facts["held"][name], rig.org.operation()
        change_assignment(rig.services, factories.ADMIN, rig.org.now, operation, held, expiration=span)
    rig.later_on(days=1)


def half_way(rig: Rig) -> None:
    """The middle of the review, at ten in the morning."""
    rig.settle()
    decide(rig, "mia", "ann", Decision.DENY)
    rig.deliver()
    rig.clock.set((rig.clock.now() + timedelta(days=8)).replace(hour=10, minute=0))


def last_day(rig: Rig) -> None:
    """The day before the end: the last reminder, and what owners are told of those who are late."""
    half_way(rig)
    rig.settle()
    rig.clock.set((instance(rig).closes - timedelta(days=1)).replace(hour=10, minute=0))


def waits(rig: Rig) -> None:
    """Removals wait for somebody since yesterday."""
    decided(rig)
    rig.settle()
    rig.clock.set((rig.clock.now() + timedelta(days=2)).replace(hour=10, minute=0))


def work(rig: Rig) -> None:
    """What is due is done."""
    rig.settle()


def counting(rig: Rig) -> None:
    """Decisions are told by the stream, to who counts and who publishes."""
    rig.published = True
    for who, name, decision in (
        ("mia", "ann", Decision.DENY),
        ("mia", "ann", Decision.APPROVE),
        ("max", "dan", Decision.DONT_KNOW),
        ("fay", "max", Decision.APPROVE),
    ):
        decide(rig, who, name, decision)
    rig.deliver()


def asked(tail: str, body: dict[str, str], who: str) -> Act:
    """Something about all items of a review, which a job does."""

    def act(rig: Rig) -> None:
        review = instance(rig)
        address = f"{DEFINITIONS}/{review.definition_id}/instances/{review.id}/{tail}"
        for headers in ({}, {"retry-attempt": "1"}):
            reply = rig.run(lambda: rig.world.call("POST", address, body, who, headers))  # noqa: B023
            if reply is not DIED and reply.status < 500 and reply.status != 429:
                break
        else:
            rig.facts.setdefault("statuses", []).append(0)  # tried twice in vain
        rig.deliver()

    return act


def some_decided(rig: Rig) -> None:
    """Two of three managers have begun."""
    rig.settle()
    for who, name in (("mia", "ann"), ("mia", "bob"), ("max", "dan")):
        decide(rig, who, name, Decision.DENY)
    rig.deliver()
    rig.later_on(seconds=10)


PLAIN = staffed()
REMOVES = staffed(no_response=NoResponse.REMOVE, brake_count=100)
BRAKES = staffed(no_response=NoResponse.REMOVE, brake_count=2)
CUTS = staffed(cut_now=True)
BACKWARDS = staffed(no_response=NoResponse.RECOMMENDATION, brake_count=100)
TWICE = ("event Bulk", "job ", "row reviews J J", "due job")  # a client that heard nothing has asked for it twice
STORIES = [
    Story("a review opens", frozenset({"tick", "work", "work:series"}), PLAIN, work),
    Story("a review closes and removes", frozenset({"work:instance", "work:seal"}), REMOVES, work, decided),
    Story("a review closes by recommendation", frozenset({"work:instance"}), BACKWARDS, work, decided),
    Story(
        "many decisions at once",
        frozenset({"job:bulk"}),
        PLAIN,
        asked("batchRecordDecisions", {"decision": "Deny"}, "mia@example.com"),
        work,
        loose=TWICE,
    ),
    Story(
        "decisions are set back",
        frozenset({"job:reset"}),
        PLAIN,
        asked("resetDecisions", {}, "admin@example.com"),
        some_decided,
        loose=TWICE,
    ),
    Story("removals wait for somebody", frozenset({"work:instance"}), BRAKES, work, decided),
    Story("who can confirm is reminded", frozenset({"work:confirmation"}), BRAKES, work, waits),
    Story("access ends at once", frozenset({"work:cuts"}), CUTS, work, denied),
    Story("assignments run out", frozenset({"work:assignments"}), PLAIN, work, running_out),
    Story("reviewers are reminded", frozenset({"work:instance"}), PLAIN, work, half_way),
    Story("the last call", frozenset({"work:instance"}), PLAIN, work, last_day),
    Story(
        "decisions are counted and published",
        frozenset({"count_decisions", "publish_events"}),
        PLAIN,
        counting,
        lambda rig: rig.settle(),
    ),
]
