"""Looking at a review: status and counts, each reviewer's progress, the reviews of a package (R148-R150)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chalicelib.domain import ids
from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewerRow, ReviewInstance, Tally
from chalicelib.usecases.notify_others import tally_of
from chalicelib.usecases.ports import Progress, Services


def counts(progress: Progress, state: InstanceState) -> Tally:
    """The decisions of an instance: exact once it is closed, as counted so far before."""
    outcome = state.outcome
    if outcome is not None and outcome.total:
        approved = outcome.approved + outcome.approved_by_rule
        denied = outcome.denied_by_person + outcome.denied_by_rule
        return Tally(outcome.total, approved, denied, outcome.dont_know)
    counted = progress.counts
    return Tally(state.items, counted.approved, counted.denied, counted.dont_know)


def finished_reviewers(progress: Progress, state: InstanceState) -> int:
    """Reviewers with nothing undecided left; members of a shared set finish together."""
    together = 0
    for shared in state.shared:
        tally = progress.shared.get(shared.id, Tally())
        if shared.items <= tally.approved + tally.denied + tally.dont_know:
            together += len(shared.members)
    return progress.finished + together


def tallies_of(services: Services, instance: ReviewInstance, rows: Sequence[ReviewerRow]) -> list[Tally]:
    """How far each of these reviewers is. Whoever joined a set of one is as far as its own reviewer; with single
    items, as far as those are (read one by one, at most 200)."""
    shared = any(row.shared for row in rows)
    progress = services.reviews.progress(instance.id) if shared else Progress(None, Tally(), 0, {})
    known = {row.set_id: row.tally for row in rows if not row.extra and not row.shared}
    found = []
    for row in rows:
        if row.some:
            found.append(_singly(services, instance, row))
        elif row.extra and not row.shared:
            if row.set_id not in known:
                known[row.set_id] = services.reviews.reviewers_of_set(instance.id, row.set_id)[0].tally
            found.append(known[row.set_id])
        else:
            found.append(tally_of(row, progress))
    return found


def _singly(services: Services, instance: ReviewInstance, row: ReviewerRow) -> Tally:
    parts = services.reviews.my_parts(row.user_id, instance)
    same = [part for part in parts if (part.set_id, part.on_behalf_of) == (row.set_id, row.on_behalf_of)]
    items = services.items.get_many(instance.id, [item_id for part in same for item_id in part.only])
    made = Counter(item.decision for item in items)
    return Tally(len(items), made[Decision.APPROVE], made[Decision.DENY], made[Decision.DONT_KNOW])


def latest_instances(
    services: Services, definitions: list[ReviewDefinition]
) -> dict[str, tuple[ReviewInstance, InstanceState | None]]:
    """The newest instance of each series with its state; series that never opened are left out."""
    newest = {}
    for definition in definitions:
        page = services.reviews.instances_of(definition.id, 1, None)
        if page.items:
            newest[definition.id] = page.items[0]
    states = services.reviews.states(instance.id for instance in newest.values())
    return {key: (instance, states.get(instance.id)) for key, instance in newest.items()}


def definitions_of_package(services: Services, package_id: str) -> list[ReviewDefinition]:
    """The series of a package's policies, those whose reviews were switched off included."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = services.entitlements.policies_of_package(package_id, 100, after)
        found += [ids.definition_id(policy.id) for policy in page.items]
        after = page.next
        if after is None:
            return list(services.reviews.definitions(found).values())
