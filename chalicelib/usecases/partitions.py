"""The partitions an instance's items lie in, in one order that a checkpoint can resume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.reviews import InstanceState, ReviewInstance, SharedSet
from chalicelib.usecases.ports import Services


@dataclass(frozen=True)
class Partition:
    """One partition of items, in sweep order; `shared` is None for a set of one."""

    order: str
    set_id: str
    shard: int
    shared: SharedSet | None = None


def partitions(services: Services, instance: ReviewInstance, state: InstanceState) -> Iterator[Partition]:
    """Every partition of an instance from the checkpoint on: sets of one by id, then the shared sets."""
    after, _, _ = state.cursor.partition("|")
    if not after or after < "8":
        yield from _singles(services, instance, after[:12])
    for shared in sorted(state.shared, key=_sweep_key):
        for shard in range(shared.shards):
            order = f"{_sweep_key(shared)}{shard:02x}"
            if order >= after:
                yield Partition(order, shared.id, shard, shared=shared)


def _singles(services: Services, instance: ReviewInstance, after: str) -> Iterator[Partition]:
    """The sets of one, beginning with the set `after` itself, in which a checkpoint lies."""
    cursor: str | None = f"R#{after}" if after else None
    if after and any(not row.extra for row in services.reviews.reviewers_of_set(instance.id, after)):
        yield _single(after)
    while True:
        page = services.reviews.reviewer_rows(instance.id, 100, cursor)
        for row in page.items:
            if not row.shared and not row.extra:
                yield _single(row.set_id)
        cursor = page.next
        if cursor is None:
            return


def _sweep_key(shared: SharedSet) -> str:
    """Shared sets begin with 8 to f; the set of nobody comes last."""
    return "g" + shared.id if shared.id == ids.NO_SET else shared.id


def _single(set_id: str) -> Partition:
    return Partition(f"{set_id}00", set_id, 0)
