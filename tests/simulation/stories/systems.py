"""Rights in systems outside: granted, taken away in two looks, watched, changed by hand, given by every package."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.domain.items import Decision
from chalicelib.domain.people import User
from chalicelib.usecases.role_scopes import remove_role
from tests import factories
from tests.connectors.byhand import ByHand
from tests.factories import ADMIN
from tests.routes.entitling import REQUESTS
from tests.simulation.reached import Reached
from tests.simulation.rig import Rig
from tests.simulation.stories import Act, Story
from tests.simulation.stories.reviews import decide, instance, work
from tests.usecases.test_deliver import Company

OUTSIDE = "outside"


def company(rig: Rig) -> Company:
    """The company of the stage, in the process there is now."""
    made: Company = rig.facts["company"]
    made.services = rig.services
    made.org.services = rig.services
    return made


def plugged(rig: Rig) -> Reached:
    """A system outside that fails as AWS does."""
    outside = Reached(rig.hook)
    rig.plug(OUTSIDE, outside)
    rig.told.outside = outside
    return outside


def staffed(rig: Rig) -> None:
    """Two packages: one gives both roles outside, one of them is given by the other, too."""
    made = Company(rig.world)
    plugged(rig)
    rig.facts["company"] = made
    rig.simulated.org = made.org
    both_package, both = made.package("Both", "user", "clerk")
    _, one = made.package("One", "user")
    rig.facts |= {"both": both, "one": one, "both_package": both_package}
    rig.settle()


def assigned(rig: Rig) -> None:
    """Somebody was given a package, and nothing is delivered yet."""
    made = company(rig)
    made.org.assign(rig.facts["both"], made.ann, made.bob)


def ending(rig: Rig) -> None:
    """One of two packages that give the same role is taken away."""
    made = company(rig)
    (first,) = made.org.assign(rig.facts["both"], made.ann)
    made.org.assign(rig.facts["one"], made.ann)
    rig.settle()
    body = {"requestType": "adminRemove", "assignment": {"id": first}}
    assert rig.world.post(REQUESTS, body).status == 201


def more_roles(rig: Rig) -> None:
    """A package gives a role more."""
    made = company(rig)
    made.org.assign(rig.facts["one"], made.ann, made.bob)
    rig.settle()
    package = rig.services.entitlements.package(rig.facts["one"].package_id)
    rig.facts["added"] = made.give(package, "clerk")


def fewer_roles(rig: Rig) -> None:
    """It gives it no more."""
    more_roles(rig)
    rig.settle()
    package_id, operation = rig.facts["one"].package_id, rig.org.operation()
    remove_role(rig.services, ADMIN, rig.clock.now(), operation, package_id, rig.facts["added"])


def denied(rig: Rig, *, close: bool = True) -> None:
    """Four people with a role outside are denied, and the review is over."""
    made = company(rig)
    boss = made.org.person("boss")
    review = factories.by_people(rig.clock.now().date(), boss, justification_required=False, brake_count=100)
    package = rig.services.entitlements.package(rig.facts["one"].package_id)
    policy = made.org.policy(package, "Reviewed", review=review)
    rig.facts["policy"] = policy.id
    people: list[User] = [made.org.person(name) for name in ("cy", "dan", "eli", "fred")]
    made.org.assign(policy, *people)
    rig.settle()
    rig.clock.set(rig.clock.now().replace(hour=23, minute=59, second=30))
    rig.settle()
    for name in ("cy", "dan", "eli", "fred"):
        decide(rig, "boss", name, Decision.DENY)
    rig.settle()
    if close:
        rig.clock.set(instance(rig).closes + timedelta(seconds=1))


def second_look(rig: Rig) -> None:
    """The first look was a minute ago."""
    denied(rig)
    rig.settle()
    rig.later_on(minutes=1, seconds=5)


def came_back(rig: Rig) -> None:
    """A day after the removals somebody gave one of them the role again, outside."""
    denied(rig)
    for _ in range(4):
        rig.settle()
        rig.later_on(minutes=1)
    cy = rig.org.people["cy"]
    rig.told.outside.held.add(("user", cy.id))
    rig.later_on(days=1)


def by_hand(rig: Rig) -> None:
    """Two people are to get access that only a person can give."""
    made = ByHand(rig.world)
    plugged(rig)
    rig.simulated.org = made.org
    rig.facts["by_hand"] = made
    _, policy = made.package()
    made.org.assign(policy, made.ann, made.bob)


def told(rig: Rig) -> None:
    """The tasks are given; it is time to tell of them."""
    rig.settle()
    rig.later_on(minutes=7)


def overdue(rig: Rig) -> None:
    """They were told, and nobody did them."""
    told(rig)
    rig.settle()
    rig.later_on(days=8)


def through(*spans: dict[str, Any]) -> Act:
    """What is due is done, again and again while time goes by."""

    def act(rig: Rig) -> None:
        rig.settle()
        for span in spans:
            rig.later_on(**span)
            rig.settle()

    return act


LATER = (301, 60, 60, 600, 3_600, 7_200, 14_400)
# A system that fails once is asked again later, by the delivery, which tells of what it did; a right that was given
# already is given, and told, once more by a worker who does not know of it.
TRIED = ("event Failed to", "event Fulfill", "event Partially", "event Remove resource", "event Add resource")
# Tasks given minutes after one another, because somebody failed between them, are told in a mail each.
APART = ("mail tasks", "notice tasks", "row reviews I N", *TRIED)
STORIES = [
    Story("rights are granted outside", frozenset({"work:delivery"}), staffed, work, assigned, LATER, TRIED),
    Story("rights are taken away outside", frozenset({"work:delivery"}), staffed, work, ending, LATER, TRIED),
    Story("a package gives a role more", frozenset({"job:roles"}), staffed, work, more_roles, LATER, TRIED),
    Story("a package gives a role less", frozenset({"job:roles"}), staffed, work, fewer_roles, LATER, TRIED),
    Story(
        "removals outside, in two looks",
        frozenset({"work:instance", "work:seal"}),
        staffed,
        through({"minutes": 1}, {"minutes": 1}),
        denied,
        LATER,
        TRIED,
    ),
    Story("the second look", frozenset({"work:instance"}), staffed, work, second_look, LATER, TRIED),
    Story("what came back is seen", frozenset({"work:watch"}), staffed, work, came_back, (*LATER, 90_000), TRIED),
    Story("tasks are given", frozenset({"work:delivery"}), by_hand, work, spans=LATER, loose=APART),
    Story("tasks are told", frozenset({"work:newTasks"}), by_hand, work, told, LATER, APART),
    Story("tasks are overdue", frozenset({"work:tasksDue"}), by_hand, work, overdue, LATER),
]
