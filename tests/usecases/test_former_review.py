"""What has changed about a person since the former review, frozen when the next one opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.meter import Meter
from bench.sizes import item_size
from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.items import Change, Decision, HistoryEntry
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.domain.schedules import Frequency
from chalicelib.storage.item_wire import entry_text, to_wire
from chalicelib.usecases import freeze_population
from chalicelib.usecases.former_review import differences
from chalicelib.usecases.frozen_files import Facts
from chalicelib.usecases.locate_item import locate_item
from tests import factories
from tests.factories import Organisation
from tests.world import World

THEN = Facts("boss", "Finance", 1_000)


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        (THEN, THEN, []),
        (None, THEN, [Change.NEW]),
        (THEN, Facts("boss", "Finance", 2_000), [Change.RENEWED]),
        (THEN, Facts("boss", "Finance", None), [Change.RENEWED]),
        (THEN, Facts("boss", "Finance", 500), []),
        (Facts("boss", "Finance", None), THEN, []),
        (THEN, Facts("chief", "Sales", 2_000), [Change.RENEWED, Change.MANAGER, Change.DEPARTMENT]),
        (Facts("", "", None), Facts("boss", "Sales", None), [Change.MANAGER, Change.DEPARTMENT]),
    ],
)
def test_what_differs_between_two_reviews(then: Facts | None, now: Facts, found: list[Change]) -> None:
    assert differences(then, now) == found


def open_next(world: World, policy_id: str) -> ReviewInstance:
    """Let the next occurrence open, at the end of its day."""
    definition_id = ids.definition_id(policy_id)
    before = len(world.services.reviews.instances_of(definition_id, 50, None).items)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    for _ in range(9):
        world.tick()
        found = world.services.reviews.instances_of(definition_id, 50, None).items
        if len(found) > before:
            return found[0]
        world.clock.advance(days=1)
    raise AssertionError("no review opened")


@pytest.mark.parametrize(("page", "chunk"), [(1, 1), (2, 1), (3, 2), (100, 20)])
def test_changes_since_the_former_review_are_frozen_with_the_items(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int, chunk: int
) -> None:
    """Whatever the chunks of either review are, and although the former one had other people."""
    services = replace(bootstrap.services(), settings=replace(world.services.settings, freeze_page=3, bucket_items=3))
    monkeypatch.setattr(bootstrap, "services", lambda: services)
    monkeypatch.setattr(freeze_population, "CHUNK_PAGES", 1)
    org = Organisation(services)
    org.person("boss"), org.person("chief")
    deputy = org.person("deputy")
    staff = [org.person(f"p{number}", manager="boss", department="Finance") for number in range(8)]
    settings = factories.by_manager(world.clock.now().date(), deputy, frequency=Frequency.WEEKLY, duration_days=3)
    policy = org.policy(review=settings)
    held = org.assign(policy, *staff)
    first = open_next(world, policy.id)
    assert [locate_item(services, first, one).changes for one in held] == [()] * 8
    world.clock.advance(days=4)
    world.tick()
    org.person("p1", manager="chief", department="Finance")
    org.person("p2", manager="boss", department="Sales")
    org.person("p3", manager="", department="")
    extended = services.entitlements.assignment(held[4])
    services.writer.put_all([replace(extended, ends=None)])
    shorter = services.entitlements.assignment(held[5])
    services.writer.put_all([replace(shorter, ends=world.clock.now() + timedelta(days=50))])
    late = org.assign(policy, *(org.person(f"late{number}", manager="boss") for number in range(5)))
    services = replace(services, settings=replace(services.settings, freeze_page=page))
    monkeypatch.setattr(freeze_population, "CHUNK_PAGES", chunk)
    second = open_next(world, policy.id)
    assert second.id != first.id
    found = {one: locate_item(services, second, one).changes for one in (*held, *late)}
    # An end that came nearer, or was never there, is no renewal; a later one is, below.
    assert [found[one] for one in held] == [
        (),
        (Change.MANAGER,),
        (Change.DEPARTMENT,),
        (Change.MANAGER, Change.DEPARTMENT),
        (),
        (),
        (),
        (),
    ]
    assert [found[one] for one in late] == [(Change.NEW,)] * 5
    world.clock.advance(days=4)
    world.tick()
    longer = services.entitlements.assignment(held[5])
    services.writer.put_all([replace(longer, ends=world.clock.now() + timedelta(days=400))])
    third = open_next(world, policy.id)
    assert locate_item(services, third, held[5]).changes == (Change.RENEWED,)
    assert locate_item(services, third, late[0]).changes == ()


def test_a_former_review_that_failed_is_passed_over(world: World) -> None:
    org = Organisation(world.services)
    org.person("boss")
    ann, deputy = org.person("ann", manager="boss"), org.person("deputy")
    settings = factories.by_manager(world.clock.now().date(), deputy, frequency=Frequency.WEEKLY, duration_days=3)
    policy = org.policy(review=settings)
    (held,) = org.assign(policy, ann)
    open_next(world, policy.id)
    world.clock.advance(days=4)
    world.tick()
    bob = org.person("bob", manager="boss")
    (later,) = org.assign(policy, bob)
    failed = open_next(world, policy.id)
    world.clock.advance(days=4)
    world.tick()
    state = world.services.reviews.state(failed.id)
    world.services.writer.put_all([replace(state, status=Status.FAILED)])
    world.clock.advance(seconds=10)  # what was cached is read again
    third = open_next(world, policy.id)
    assert locate_item(world.services, third, held).changes == ()
    assert locate_item(world.services, third, later).changes == (Change.NEW,)


def test_an_item_with_every_change_and_two_decisions_is_under_one_kilobyte(world: World) -> None:
    """The cost contract: one write unit."""
    org = Organisation(world.services)
    boss = org.person("boss")
    world.services.writer.put_all([replace(boss, display_name="Bartholomew Featherstonehaugh")])
    long = {"display_name": "Maximiliane Hohenstein-Lichtenfels", "job_title": "Senior Business Analyst"}
    ann = org.person("ann", manager="boss", department="Corporate Finance")
    world.services.writer.put_all([replace(ann, **long)])
    policy = org.policy(review=factories.by_manager(world.clock.now().date(), org.person("deputy")))
    (held,) = org.assign(policy, ann)
    item = locate_item(world.services, open_next(world, policy.id), held)
    assert item.manager_name == "Bartholomew Featherstonehaugh"
    entry = HistoryEntry(decision=Decision.APPROVE, by=ann.id, at=1_772_000_000_000, operation="f" * 16)
    entries = (replace(entry, reason="x" * 60), replace(entry, reason="y" * 60))
    full = replace(item, changes=tuple(Change)[1:], history=entries)
    assert len(entry_text(entry)) <= 113
    assert item_size(to_wire(full) | {"b": {"S": "12345678"}}) <= 1_024


def test_comparing_reads_nothing_of_the_table_an_item(world: World) -> None:
    """Cost: the second opening of a series reads the same items' worth of units as the first, and one query."""
    org = Organisation(world.services)
    org.person("boss")
    staff = [org.person(f"p{number}", manager="boss") for number in range(40)]
    settings = factories.by_manager(
        world.clock.now().date(), org.person("deputy"), frequency=Frequency.WEEKLY, duration_days=3
    )
    policy = org.policy(review=settings)
    org.assign(policy, *staff)
    with Meter() as first:
        open_next(world, policy.id)
    world.clock.advance(days=4)
    world.tick()
    world.clock.advance(days=2)
    with Meter() as second:
        open_next(world, policy.id)
    assert second.by_table["access-reviews-items"].write_units == first.by_table["access-reviews-items"].write_units
    assert (
        second.by_table["access-reviews-directory"].read_units <= first.by_table["access-reviews-directory"].read_units
    )
