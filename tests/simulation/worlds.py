"""The whole product in an account of its own, with every AWS call passing one point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from tests.backends import Backend
from tests.conftest import account, empty_world, furnish, make_tables
from tests.factories import Organisation
from tests.simulation.cloud import Cloud, cloud
from tests.simulation.point import Point, point
from tests.world import World

SMALL = {"freeze_page": 3, "bucket_items": 4}  # several pages, chunks and buckets in a review of a few people


@dataclass
class Simulated:
    """One product: its world, its people, the point where its calls pass, and the account behind (`memory` only)."""

    world: World
    org: Organisation
    point: Point
    account: Cloud | None = None

    @property
    def cloud(self) -> Cloud:
        """The in-memory AWS: snapshots, stale reads, left-over batches. Only with `engine="memory"`."""
        assert self.account is not None, "this world does not stand on the in-memory AWS"
        return self.account


@contextmanager
def simulated(engine: str = "moto", **changed: Any) -> Iterator[Simulated]:
    """A fresh product over an engine. `changed` are settings; pages are small unless they say otherwise."""
    from chalicelib import bootstrap
    from chalicelib.settings import settings

    with ENGINES[engine]() as backend, pytest.MonkeyPatch.context() as patch:
        chosen = replace(settings(), **{**SMALL, **changed})
        patch.setattr(bootstrap, "settings", lambda: chosen)
        patch.setattr("chalicelib.aws.mailer.time", SimpleNamespace(sleep=lambda _: None))  # nobody waits for SES
        with point() as found:
            world = empty_world(backend)
            memory = backend if isinstance(backend, Cloud) else None
            if memory:
                memory.clock = world.clock.real
            yield Simulated(world, Organisation(world.services), found, memory)


@cache
def _furnished() -> Any:
    """A snapshot of an account with our tables, buckets, queue, sender and signing key."""
    from chalicelib.aws.clients import client
    from chalicelib.settings import settings

    with cloud() as made:
        make_tables()
        furnish()
        key = client("kms").create_key(KeySpec="RSA_3072", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        client("kms").create_alias(AliasName=settings().signing_key, TargetKeyId=key)
        return made.snapshot()


@contextmanager
def memory_account() -> Iterator[Cloud]:
    """An empty account of the in-memory AWS, as `account()` is of moto's, a hundred times as fast."""
    empty = _furnished()
    with cloud() as found:
        found.restore(empty)
        yield found


ENGINES: dict[str, Callable[[], AbstractContextManager[Backend]]] = {"moto": account, "memory": memory_account}
