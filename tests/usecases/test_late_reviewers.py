"""Who is named as behind one day before the close, and who is reminded: those who have the items now (R82, G12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import bootstrap
from chalicelib.domain.packages import SubjectSet
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.late_reviewers import late_reviewers
from chalicelib.usecases.notify_others import last_call_summary
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_delegation import hand, own, settle
from tests.usecases.test_review_rules import decide, managed, mine, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


def behind(world: World, instance: ReviewInstance) -> dict[str, tuple[int, int]]:
    """Undecided and all items by the name of each late reviewer."""
    found = late_reviewers(world.services, instance, Budget(world.services.clock, 100.0))
    return {one.name: (one.undecided, one.people) for _, one in found}


def test_who_handed_everything_over_is_neither_named_nor_reminded(world: World, org: Organisation) -> None:
    """R82, G12: the one it was handed to is, in the owner's summary and to their own manager."""
    boss, _, people, policy, _ = managed(world, org, 3, justification_required=False)
    owner, chief = org.person("owner"), org.person("chief")
    helper = org.person("helper", manager="chief")
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    instance = opened(world, policy)
    assert hand(world, instance, boss, helper).status == 200
    decide(world, instance, helper, mine(world, instance, helper)[people[0].id]["id"], "Approve")
    world.drain()
    assert behind(world, instance) == {"Helper": (2, 3)}
    before = reached(world, boss)
    world.clock.set((instance.closes - timedelta(days=1)).replace(hour=17))
    for _ in range(3):
        world.tick()
        world.clock.advance(hours=1)
    assert reached(world, boss) == before and reached(world, helper) > 1
    for reader in (owner, chief):
        (mail,) = [one for one in world.mails() if one["to"] == reader.mail]
        assert "Helper" in mail["body"] and "Boss" not in mail["body"]


class Two:
    """A budget of two parts."""

    def __init__(self) -> None:
        self.parts = 2

    def left(self) -> bool:
        self.parts -= 1
        return self.parts >= 0


def test_summaries_go_on_where_time_ran_out_and_nobody_gets_two(world: World, org: Organisation) -> None:
    """R82, P15, P16: a company with more managers of late reviewers than one invocation can write to."""
    bosses = [org.person(f"boss{number}", manager=f"chief{number}") for number in range(6)]
    chiefs = [org.person(f"chief{number}") for number in range(6)]
    for number in range(6):
        org.person(f"p{number}", manager=f"boss{number}")
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), bosses[0]))
    org.assign(policy, *(org.people[f"p{number}"] for number in range(6)))
    instance = opened(world, policy)
    state, cursor, calls = world.services.reviews.state(instance.id), "", 0
    while cursor is not None and calls < 9:
        calls += 1
        cursor = last_call_summary(world.services, instance, state, Two(), cursor)
    assert calls == 6 and {reached(world, chief) for chief in chiefs} == {1}


def reached(world: World, person: User) -> int:
    return sum(1 for mail in world.mails() if mail["to"] == person.mail)


def test_single_items_count_for_who_took_them(world: World, org: Organisation) -> None:
    boss, _, (one, two, three), policy, _ = managed(world, org, 3, justification_required=False)
    helper = org.person("helper")
    instance = opened(world, policy)
    items = {who: item["id"] for who, item in mine(world, instance, boss).items()}
    assert hand(world, instance, boss, helper, items[one.id], items[two.id]).status == 200
    assert behind(world, instance) == {"Boss": (1, 3), "Helper": (2, 2)}
    decide(world, instance, boss, items[three.id], "Approve")
    world.drain()
    assert behind(world, instance) == {"Helper": (2, 2)}
    assert world.post(own(instance, "/take-back"), {}, boss.principal_name).status == 204
    settle(world)
    assert behind(world, instance) == {"Boss": (2, 3)}


def test_who_reviews_in_two_ways_is_named_once(world: World, org: Organisation) -> None:
    """A manager who is the fallback, too; members of a shared list are all behind with it."""
    first, second = org.person("first"), org.person("second")
    staff = [org.person("ann", manager="first"), org.person("bob")]
    review = factories.by_manager(world.clock.now().date(), first)
    review = replace(review, fallback=(*review.fallback, SubjectSet("singleUser", second.id)))
    policy = org.policy(review=review)
    org.assign(policy, *staff)
    instance = opened(world, policy)
    assert behind(world, instance) == {"First": (2, 2), "Second": (1, 1)}
