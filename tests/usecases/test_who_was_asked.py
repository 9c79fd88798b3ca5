"""Whose silence counts: reviewers who were told, who looked, or who decided (G10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, decide, managed, opened
from tests.world import World


@pytest.fixture
def org(world: World) -> Organisation:
    return Organisation(bootstrap.services())


@pytest.fixture
def quiet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mail goes out."""
    services = bootstrap.services()
    silent = replace(services, settings=replace(services.settings, mail_enabled=False))
    monkeypatch.setattr(bootstrap, "services", lambda: silent)


def unseen(world: World, instance: ReviewInstance, set_id: str) -> dict[str, str]:
    """Item ids by person, found without anybody's listing them."""
    items = world.services.items.page(instance.id, set_id, 0, 100, None).items
    return {item.principal_id: item.id for item in items}


def kept(world: World, instance: ReviewInstance) -> dict[str, int]:
    found: dict[str, int] = closed(world, instance).outcome.kept_because
    return found


@pytest.mark.usefixtures("quiet")
def test_who_decided_without_ever_listing_was_asked(world: World, org: Organisation) -> None:
    """G10: a script that only decides knows of the review; the rest of its person's items follow the rule."""
    boss, _, (one, *_), policy, _ = managed(world, org, 3, no_response=NoResponse.REMOVE, brake_count=99)
    instance = opened(world, policy)
    item = unseen(world, instance, ids.set_of_one(boss.id))[one.id]
    assert decide(world, instance, boss, item, "Approve", "needed").status == 204
    world.drain()
    outcome = closed(world, instance).outcome
    assert (outcome.kept_because, outcome.denied_by_rule) == ({}, 2)


@pytest.mark.usefixtures("quiet")
def test_what_somebody_else_decided_does_not_make_a_reviewer_asked(world: World, org: Organisation) -> None:
    """G10: one of two decides; nobody was asked about their own item, so that it stays."""
    first, second, ann = (org.person(name) for name in ("first", "second", "ann"))
    chosen = {"no_response": NoResponse.REMOVE, "brake_count": 99, "justification_required": False}
    policy = org.policy(review=factories.by_people(world.clock.now().date(), first, second, **chosen))
    org.assign(policy, first, ann)
    instance = opened(world, policy)
    (shared,) = world.services.reviews.state(instance.id).shared
    assert decide(world, instance, first, unseen(world, instance, shared.id)[ann.id], "Approve").status == 204
    world.drain()
    assert kept(world, instance) == {"notAsked": 1}


@pytest.mark.usefixtures("quiet")
def test_a_decider_who_left_does_not_speak_for_the_rest(world: World, org: Organisation) -> None:
    """G10: an item without an eligible reviewer keeps access."""
    boss, _, (one, *_), policy, _ = managed(world, org, 3, no_response=NoResponse.REMOVE)
    instance = opened(world, policy)
    decide(world, instance, boss, unseen(world, instance, ids.set_of_one(boss.id))[one.id], "Deny")
    world.drain()
    gone: User = replace(boss, enabled=False)
    world.services.writer.put_all([gone])
    assert kept(world, instance) == {"notAsked": 2}
