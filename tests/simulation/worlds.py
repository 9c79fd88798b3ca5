"""The whole product in an account of its own, with every AWS call passing one point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.conftest import account, empty_world
from tests.factories import Organisation
from tests.simulation.point import Point, point
from tests.world import World

SMALL = {"freeze_page": 3, "bucket_items": 4}  # several pages, chunks and buckets in a review of a few people


@dataclass
class Simulated:
    """One product: its world, its people, and the point where its calls pass."""

    world: World
    org: Organisation
    point: Point


@contextmanager
def simulated(engine: str = "moto", **changed: Any) -> Iterator[Simulated]:
    """A fresh product over an engine. `changed` are settings; pages are small unless they say otherwise."""
    from chalicelib import bootstrap
    from chalicelib.settings import settings

    with ENGINES[engine](), pytest.MonkeyPatch.context() as patch:
        chosen = replace(settings(), **{**SMALL, **changed})
        patch.setattr(bootstrap, "settings", lambda: chosen)
        with point() as found:
            world = empty_world()
            yield Simulated(world, Organisation(world.services), found)


ENGINES = {"moto": account}
