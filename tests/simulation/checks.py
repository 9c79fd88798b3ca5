"""The promises (docs/promises.md) as functions over the whole store, what was told to people, and the systems outside.

`check_promises` is what every simulated history ends with, once faults have stopped and the work has been done. Each
promise is one function, which says what it found broken; those about reviews are here, the others in `effects`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.items import BY_RULE, MOST_SUBMISSIONS, Decision, DecisionItem, HistoryEntry, leaf_hash
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import CLOSED, OPENING, ORDER, InstanceState, ReviewInstance, Status
from chalicelib.domain.series import MissedOccurrence
from tests.simulation.point import Call, Proceed
from tests.simulation.store import Store, set_of

Broken = Iterator[str]


@dataclass(frozen=True)
class Accepted:
    """A decision that was acknowledged to the person who made it."""

    item_id: str
    by: str
    decision: Decision


@dataclass
class Told:
    """What left the product: acknowledged decisions, mails the mail service took, with the product's time, and those
    of which the product cannot know whether it did. `outside`: the system outside (tests/outside.py), if there is one.
    `unread`: messages and records nobody has taken yet, or that went to the dead letters."""

    accepted: list[Accepted] = field(default_factory=list)
    mails: list[tuple[str, datetime]] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    outside: Any = None
    unread: list[str] = field(default_factory=list)

    def listening(self, now: Callable[[], datetime]) -> Callable[[Call, Proceed], Any]:
        """A hook for the point that notes each mail the service takes. It belongs innermost: added first."""

        def listen(call: Call, proceed: Proceed) -> Any:
            answer = proceed()
            if call.operation == "SendEmail":
                self.mails.append((mail_key(call), now()))
            return answer

        return listen


def mail_key(call: Call) -> str:
    """`person_kind_subject` of a mail, as its tags name it."""
    return str(next(tag["Value"] for tag in call.parameters["EmailTags"] if tag["Name"] == "notice"))


@dataclass(frozen=True)
class Seen:
    """All that the promises are checked on."""

    store: Store
    told: Told
    now: datetime
    real: float


def p1(seen: Seen) -> Broken:
    """P1: every assignment active when its review opened has exactly one item, no other has one, and the count that
    was fixed before is the count that is there."""
    for instance, state, items in _begun(seen):
        held = Counter(item.assignment_id for item in items)
        twice = [one for one, number in held.items() if number > 1]
        if twice:
            yield f"{instance.name}: two items of {twice}"
        if state.items != len(items):
            yield f"{instance.name}: {state.items} items were promised, {len(items)} are there"
        if not instance.only and not instance.follows and state.started is not None:
            yield from _population(seen, instance, state.started, held)


def _population(seen: Seen, instance: ReviewInstance, started: datetime, held: Counter[str]) -> Broken:
    for one in seen.store.assignments.values():
        over = one.expired is not None and one.expired <= started
        ours = instance.policy_id == one.policy_id and not one.former_policies and one.created <= instance.opens
        if ours and not over and one.active_at(instance.opens) and one.id not in held:
            yield f"{instance.name}: {one.id} has no item"
    for assignment_id in held:
        found = seen.store.assignments.get(assignment_id)
        if found is None or (found.expired is not None and found.expired < instance.opens):
            yield f"{instance.name}: an item of {assignment_id}, which was over"


def _begun(seen: Seen) -> Iterator[tuple[ReviewInstance, InstanceState, list[DecisionItem]]]:
    """The reviews that have opened."""
    for instance, state, items in seen.store.reviews():
        if state.status not in OPENING and not _never_opened(state):
            yield instance, state, items


def _never_opened(state: InstanceState) -> bool:
    return state.status is Status.FAILED and (state.failed_at is None or state.failed_at in OPENING)


def p2(seen: Seen) -> Broken:
    """P2: one review for each date of a series, and none for a date that was recorded as missed."""
    found = Counter((one.definition_id, one.day) for one in seen.store.all(ReviewInstance))
    yield from (f"{key}: {number} reviews" for key, number in found.items() if number > 1)
    missed = {(one.definition_id, one.day) for one in seen.store.all(MissedOccurrence)}
    yield from (f"{key}: opened and missed" for key in missed & found.keys())


def p3(seen: Seen) -> Broken:
    """P3: a source that cannot be read never makes a review smaller: what was read is what was counted."""
    for instance, state, _ in _begun(seen):
        if state.population < state.items:
            yield f"{instance.name}: {state.population} read, {state.items} items"


def p4(seen: Seen) -> Broken:
    """P4: every item has a reviewer, or is among those that visibly need one."""
    sets = defaultdict(set)
    for row in seen.store.all(ReviewerRow):
        sets[row.instance_id].add(row.set_id)
    for instance, _, items in _begun(seen):
        for item in items:
            if set_of(item) != ids.NO_SET and set_of(item) not in sets[instance.id]:
                yield f"{instance.name}: nobody reviews {item.principal_name}"


def p5(seen: Seen) -> Broken:
    """P5: decisions come from reviewers of the item (a reset, also from who manages the review), before the end, and
    never from the person they are about unless the policy says so."""
    reviewers = defaultdict(set)
    for row in seen.store.all(ReviewerRow):
        reviewers[row.instance_id, row.set_id].add(row.user_id)
    for part in seen.store.all(MyReview):  # stays when it ends, and what was decided until then stands
        reviewers[part.instance_id, part.set_id].add(part.user_id)
    for instance, state, items in seen.store.reviews():
        own = instance.settings.self_decision or instance.settings.reviewers is ReviewerKind.SELF
        for item in items:
            for entry in item.history:
                if entry.by != BY_RULE:
                    may = entry.by in reviewers[instance.id, set_of(item)] or entry.decision is Decision.NOT_REVIEWED
                    about = f"{instance.name}: the {entry.decision} of {item.principal_name}"
                    yield from _allowed(about, item, entry, state, may and (own or entry.by != item.principal_id))


def _allowed(about: str, item: DecisionItem, entry: HistoryEntry, state: InstanceState, may: bool) -> Broken:
    if not may:
        yield f"{about} is by {entry.by}, who may not decide it"
    if entry.at >= state.ends.timestamp() * 1000 and state.status is not Status.IN_PROGRESS:
        yield f"{about} came after the end"


def p6(seen: Seen) -> Broken:
    """P6: the decision in force is the last one recorded."""
    for instance, _, items in seen.store.reviews():
        for item in items:
            last = item.last.decision if item.last else Decision.NOT_REVIEWED
            if item.decision is not last:
                yield f"{instance.name}: {item.principal_name} is {item.decision}, last was {last}"


def p7(seen: Seen) -> Broken:
    """P7: history only grows, one entry for each submission, in the order of time."""
    for instance, _, items in seen.store.reviews():
        for item in items:
            operations = [entry.operation for entry in item.history]
            if len(set(operations)) < len(operations):
                yield f"{instance.name}: one submission about {item.principal_name} is recorded twice"
            if len(operations) > MOST_SUBMISSIONS:
                yield f"{instance.name}: {len(operations)} submissions about {item.principal_name}"


def p8(seen: Seen) -> Broken:
    """P8: a closed review has exactly one outcome for each item, and they add up to what it says."""
    for instance, state, items in seen.store.reviews():
        if state.status not in CLOSED or state.status is Status.FAILED or state.outcome is None:
            if state.status in CLOSED and state.status is not Status.FAILED and items:  # without any it is over at once
                yield f"{instance.name}: no outcome"
            continue
        counted, told = Counter(map(_outcome, items)), state.outcome
        stated = {"approved": told.approved, "denied": told.denied_by_person, "ruledOut": told.denied_by_rule}
        stated |= {"ruledIn": told.approved_by_rule, "dontKnow": told.dont_know, "cancelled": told.cancelled}
        stated |= {f"kept:{why}": number for why, number in told.kept_because.items()}
        if Counter({name: number for name, number in stated.items() if number}) != counted:
            yield f"{instance.name}: says {stated}, has {dict(counted)}"
        if told.total != len(items):
            yield f"{instance.name}: {told.total} outcomes of {len(items)} items"


def _outcome(item: DecisionItem) -> str:
    """Where the result of a review counts an item."""
    if item.cancelled is not None:
        return "cancelled"
    if item.decision is Decision.NOT_REVIEWED:
        return f"kept:{item.kept}"
    by_rule = item.last is not None and item.last.by == BY_RULE
    words = {Decision.APPROVE: ("approved", "ruledIn"), Decision.DENY: ("denied", "ruledOut")}
    return words.get(item.decision, ("dontKnow", "dontKnow"))[by_rule]


def p9(seen: Seen) -> Broken:
    """P9: an acknowledged decision is never lost: all of them stand in the history of their item, in their order."""
    found = {item.id: item for items in seen.store.items.values() for item in items}
    wanted: dict[str, list[Accepted]] = defaultdict(list)
    for one in seen.told.accepted:
        wanted[one.item_id].append(one)
    for item_id, told in wanted.items():
        history = iter((entry.by, entry.decision) for entry in found[item_id].history)
        for one in told:
            if (one.by, one.decision) not in history:
                yield f"{one.decision} of {found[item_id].principal_name} by {one.by} was acknowledged and is not there"


def p19(seen: Seen) -> Broken:
    """P19 (of the items; seals are checked where they are made): each leaf is the hash of the facts it stands for."""
    for instance, _, items in seen.store.reviews():
        yield from (f"{instance.name}: {item.id} was altered" for item in items if leaf_hash(item) != item.leaf)


def opened(state: InstanceState) -> bool:
    """Has the review begun?"""
    return state.status is not Status.FAILED and ORDER.index(state.status) >= ORDER.index(Status.IN_PROGRESS)


OF_REVIEWS = (p1, p2, p3, p4, p5, p6, p7, p8, p9, p19)


def broken(seen: Seen) -> list[str]:
    """Every promise that is broken, with what was found."""
    from tests.simulation.effects import OF_EFFECTS

    return [f"{check.__name__.upper()}: {what}" for check in (*OF_REVIEWS, *OF_EFFECTS) for what in check(seen)]


def check_promises(simulated: Any, told: Told) -> None:
    """Every promise holds now that faults have stopped and the work is done. Raises AssertionError with all that do
    not."""
    clock = simulated.world.clock
    found = broken(Seen(Store(contents(simulated)), told, clock.now(), clock.real()))
    assert not found, "\n".join(found)


def contents(simulated: Any) -> dict[str, dict[tuple[str, str], Any]]:
    """Every row of every table of a simulated product."""
    from tests.routes import attacking

    if simulated.account is None:
        return attacking.contents()
    tables = simulated.cloud.dynamodb.tables.items()
    return {name: {place: dict(found.item) for place, found in table.all()} for name, table in tables}
