"""Looking at a review: status and counts, each reviewer's progress, the reviews of a package (R148-R150)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.domain.items import Decision
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewDefinition, ReviewInstance, Tally
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.ports import Progress, Services


def counts(progress: Progress, state: InstanceState) -> Tally:
    """The decisions of an instance: exact once it is closed, as counted so far before."""
    outcome = state.outcome
    if outcome is not None and outcome.total:
        approved = outcome.approved + outcome.approved_by_rule
        denied = outcome.denied_by_person + outcome.denied_by_rule
        return Tally(outcome.total, approved, denied, outcome.dont_know, outcome.cancelled)
    return replace(progress.counts, total=state.items)


def finished_reviewers(progress: Progress, state: InstanceState) -> int:
    """Reviewers with nothing left, neither undecided nor Don't know, which is no finished work (G45); members of a
    shared set finish together."""
    together = 0
    for shared in state.shared:
        tally = progress.shared.get(shared.id, Tally())
        if not replace(tally, total=shared.items).undecided + tally.dont_know:
            together += len(shared.members)
    return progress.finished + together


@dataclass(frozen=True, slots=True)
class ToDo:
    """A review as a reviewer's list shows it: all their parts in it, and how many items they have left.

    `tally` counts what was decided in their parts, by whomever, an own item that others decide included. `instance`
    is known while the review is not closed.
    """

    parts: tuple[MyReview, ...]
    state: InstanceState | None
    items: int = 0
    undecided: int = 0
    tally: Tally = field(default_factory=Tally)
    instance: ReviewInstance | None = None


def to_do(services: Services, parts: Sequence[MyReview]) -> list[ToDo]:
    """The reviews of these parts in their order, each once, with progress: three batch reads for a page (states,
    counters, and instances unless they are remembered), and the caller's own items that others decide."""
    states = services.reviews.states(part.instance_id for part in parts)
    wanted = (part for part in parts if part.own_item or _is_open(states.get(part.instance_id)))
    instances = services.reviews.instances(part.instance_id for part in wanted)
    places = [list(_partitions(part, states.get(part.instance_id))) for part in parts]
    tallies = services.reviews.tallies(place for held in places for place in held)
    found: dict[str, ToDo] = {}
    for part, held in zip(parts, places, strict=True):
        counted = [_of_items(services, part)] if part.only else [tallies[place] for place in held if place in tallies]
        decided = sum(one.approved + one.denied + one.dont_know + one.cancelled for one in counted)
        others = part.own_item and not may_decide_own(instances[part.instance_id])
        asked = part.items - int(others)
        if others and 0 < decided < part.items:
            decided -= int(_is_decided(services, part))
        state = states.get(part.instance_id)
        instance = instances.get(part.instance_id) if _is_open(state) else None
        before = found.get(part.instance_id) or ToDo((), state, instance=instance)
        found[part.instance_id] = replace(
            before,
            parts=(*before.parts, part),
            items=before.items + asked,
            undecided=before.undecided + max(asked - decided, 0),
            tally=_sum(part.items, [before.tally, *counted]),
        )
    return list(found.values())


def _is_open(state: InstanceState | None) -> bool:
    return state is None or state.status not in CLOSED


def _sum(more: int, tallies: Sequence[Tally]) -> Tally:
    """The first tally with `more` items in all, and with what was decided of them."""
    return Tally(
        tallies[0].total + more,
        sum(one.approved for one in tallies),
        sum(one.denied for one in tallies),
        sum(one.dont_know for one in tallies),
        sum(one.cancelled for one in tallies),
    )


def _is_decided(services: Services, part: MyReview) -> bool:
    """Has somebody decided the reviewer's own item? The counts of a shared set do not tell."""
    item = services.items.get(part.instance_id, part.own_item_id)
    return item is not None and (item.decision is not Decision.NOT_REVIEWED or item.cancelled is not None)


def _partitions(part: MyReview, state: InstanceState | None) -> Iterator[tuple[str, str, str]]:
    """The partitions whose counts make up a part's progress."""
    shared = {one.id: one.shards for one in state.shared} if state else {}
    for shard in range(shared.get(part.set_id, 1)):
        yield part.instance_id, part.set_id, f"{shard:02x}"


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


def tally_of(row: ReviewerRow, progress: Progress) -> Tally:
    """A reviewer's tally: their own, or for a shared set the counts of the set over what it asks of them."""
    if not row.shared:
        return row.tally
    return replace(progress.shared.get(row.set_id, Tally()), total=row.tally.total)


def _singly(services: Services, instance: ReviewInstance, row: ReviewerRow) -> Tally:
    parts = services.reviews.my_parts(row.user_id, instance)
    same = [part for part in parts if (part.set_id, part.on_behalf_of) == (row.set_id, row.on_behalf_of)]
    return _of_items(services, same[0]) if same else Tally()


def _of_items(services: Services, part: MyReview) -> Tally:
    """The counts of single items, read one by one."""
    items = services.items.get_many(part.instance_id, part.only)
    gone = sum(1 for item in items if item.cancelled is not None)
    made = Counter(item.decision for item in items if item.cancelled is None)
    return Tally(len(items), made[Decision.APPROVE], made[Decision.DENY], made[Decision.DONT_KNOW], gone)


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
    """Every series of a package: its policies' own, ended ones and those of deleted policies included (G33), and
    ad-hoc ones; none that was deleted itself."""
    wanted: list[str] = []
    after: str | None = None
    while True:
        page = services.reviews.series_of_package(package_id, 100, after)
        wanted += [pointer.definition_id for pointer in page.items]
        after = page.next
        if after is None:
            break
    found = services.reviews.definitions(wanted)
    return [found[one] for one in wanted if one in found and found[one].deleted is None]
