"""Finding the decision item of an assignment. An item's place follows from its reviewer set, which is not known
from outside; the frozen population in the bucket knows it, chunk by chunk in the order of assignment ids."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.freeze_population import Freezer
from chalicelib.usecases.frozen_files import Frozen, bucket_rows, chunk_of, manifest_of
from chalicelib.usecases.panels import panels
from chalicelib.usecases.ports import Services


def locate_item(services: Services, instance: ReviewInstance, assignment_id: str) -> DecisionItem | None:
    """The item of an assignment in a review whose population is frozen; None when it is not in it.

    Costs a few reads of the bucket (about three up to 10,000 items, log2 of the chunks and one a bucket beyond)
    and one read of the table.
    """
    row = frozen_row(services, instance, assignment_id)
    if row is None:
        return None
    item_id = ids.decision_id(row.set_id, row.shards, row.assignment, instance.id)
    return services.items.get(instance.id, item_id)


def frozen_row(services: Services, instance: ReviewInstance, assignment_id: str) -> Frozen | None:
    """What was frozen about an assignment when the review opened; None when it is not in the population."""
    return frozen_rows(services, instance, [assignment_id]).get(assignment_id)


def frozen_rows(services: Services, instance: ReviewInstance, assignment_ids: Iterable[str]) -> dict[str, Frozen]:
    """What was frozen about these assignments; those that lie in the same chunk cost no more than one of them."""
    wanted = sorted(set(assignment_ids))
    buckets = Freezer(services, instance, panels(services, instance)).buckets if wanted else 0
    found: dict[str, Frozen] = {}
    while wanted:
        chunk = chunk_of(services, instance, wanted[0])
        manifest = manifest_of(services, instance.id, chunk) if chunk is not None else None
        if chunk is None or manifest is None:
            break
        here = {one for one in wanted if manifest.after is None or one <= manifest.after}
        for number in range(buckets):
            rows = bucket_rows(services, instance.id, chunk, number).rows
            found |= {row.assignment: row for row in rows if row.assignment in here}
            if here <= found.keys():
                break
        wanted = [one for one in wanted if one not in here]
    return found
