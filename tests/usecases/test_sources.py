"""Noting successes and failures of sources: cheap, in any order, with an event only when one is silent or back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bench.meter import Meter
from chalicelib.domain.sources import Source, SourceKind
from chalicelib.storage.sources import SourceTable
from chalicelib.usecases.sources import failed, succeeded
from tests.usecases.importing import import_desk
from tests.world import START, World


def okta(world: World) -> Source:
    (found,) = world.services.sources.sources()
    return found  # type: ignore[no-any-return]


def succeed(world: World, **more: Any) -> None:
    succeeded(world.services, SourceKind.SCIM, "okta", "Okta", **more)


def activities(world: World) -> list[str]:
    days = (f"{START + timedelta(days=day):%Y-%m-%d}" for day in range(40))
    events = [one for day in days for one in world.services.audit.events(day, 100, None).items]
    return [one.activity for one in sorted(events, key=lambda one: one.id) if one.target_kind == "source"]


def test_a_success_is_one_read_and_one_write_and_the_next_one_of_the_minute_none(world: World) -> None:
    succeed(world)
    world.clock.advance(hours=1)
    with Meter() as meter:
        succeed(world)
    assert (meter.write_units, meter.read_units) == (1, 1)
    with Meter() as meter:
        succeed(world)
    assert meter.write_units == 0
    assert okta(world).last_success == world.clock.now()
    assert activities(world) == ["Add data source"]


def test_silence_and_its_end_are_recorded_once_each(world: World) -> None:
    succeed(world)
    world.clock.advance(days=6)
    succeed(world)
    world.clock.advance(days=2)
    world.tick()
    assert not okta(world).stale and activities(world) == ["Add data source"]
    world.clock.advance(days=6)
    world.tick()
    world.tick()
    assert okta(world).stale and activities(world) == ["Add data source", "Data source stale"]
    assert world.services.reviews.due_until(world.clock.now() + timedelta(days=400), 10) == []
    succeed(world)
    assert not okta(world).stale
    assert activities(world)[2:] == ["Data source recovered"]
    world.clock.advance(days=8)
    world.tick()
    assert activities(world)[3:] == ["Data source stale"], "it is watched again"


def test_old_data_brings_no_source_back(world: World) -> None:
    succeed(world)
    world.clock.advance(days=8)
    world.tick()
    succeed(world, covers_until=START)
    assert okta(world).stale and activities(world) == ["Add data source", "Data source stale"]


def test_two_at_once_lose_nothing(world: World, monkeypatch: Any) -> None:
    """The one that wrote second reads again; the one whose source was created meanwhile too."""
    look, others = SourceTable.source, [None, None]

    def looking(self: SourceTable, identity: str) -> Source | None:
        found = look(self, identity)
        if others:
            others.pop()
            failed(world.services, SourceKind.SCIM, "okta", "Okta", f"HTTP 50{len(others)}")
        return found

    monkeypatch.setattr(SourceTable, "source", looking)
    succeed(world)
    found = okta(world)
    assert found.last_success == found.last_failure == START
    assert activities(world) == ["Add data source"]


def test_a_csv_import_is_a_source_nobody_expects_again(aws: None) -> None:
    desk = import_desk()
    desk.run("anna@example.com,Anna,,")
    (found,) = desk.services.sources.sources()
    assert (found.kind, found.subject_id, found.last_success) == (SourceKind.CSV, "people", START)
    assert found.expected is None
