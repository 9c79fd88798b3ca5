"""Applying: every denied assignment ends through a systemRemove request, one by one, repeatably (R117-R121, G26).

Twice over the list of what was denied: the first pass asks the systems outside and reads, the second, at least a
minute later, reads again and only then says that an access is gone. In between the review waits on the agenda; one
whose packages are merely recorded needs no second pass.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain import errors
from chalicelib.domain.audit import event
from chalicelib.domain.items import ApplyResult, Decision, DecisionItem
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.removals import BETWEEN_LOOKS, Removal
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.domain.series import live_review
from chalicelib.usecases.agenda import instance_row, reschedule
from chalicelib.usecases.bring_about import Told
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.hold_removals import NOBODY, excluded, last_one, leave_out
from chalicelib.usecases.judge_removals import COUNTED
from chalicelib.usecases.ports import Change, Create, Drop, Save, Services
from chalicelib.usecases.remove_item import Removing
from chalicelib.usecases.to_seal import ends_removals
from chalicelib.usecases.watch_plan import watched_from

LOG = logging.getLogger("access_reviews")
CHECKPOINT_ITEMS = 25
AGAIN = "again"  # the step of the second pass; without it: the first, until its end when something is left for it
WAITS = "wait"  # the first pass has left something for the second
MOST_PAUSES = 60  # times in a row that a system outside may ask the removals to slow down
RESULT_COUNTS = {
    ApplyResult.DONE: "removed",
    ApplyResult.GONE: "gone",
    ApplyResult.FAILED: "removal_failures",
    ApplyResult.NEW: "removals_pending",
    ApplyResult.UNSUPPORTED: "needs_person",
}


T = TypeVar("T")
Seen = TypeVar("Seen")


@dataclass
class Pass:
    """What one stretch of the list came to: how many to add to which count of the state, what to save, how many
    items were done, and how long a system outside asked to wait."""

    counts: Counter[str]
    removals: list[Removal]
    items: int = 0
    pause: timedelta | None = None


def apply_some(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """End denied assignments from the checkpoint on. The position is `cursor` = "file,index"."""
    number, index = (int(part) for part in (state.cursor or "0,0").split(","))
    while number < state.page:
        data = services.files.get(f"{folder(instance.id)}/removals/{number}.json")
        wanted = json.loads(data or b"[]")
        while index < len(wanted):
            stretch = wanted[index : index + CHECKPOINT_ITEMS]
            made = _stretch(services, instance, state, stretch, budget)
            index += made.items
            state = _after(state, made, f"{number},{index}")
            services.writer.put_all(made.removals)
            if made.pause:
                return reschedule(services, state, services.clock.now() + made.pause)
            if index < len(wanted) or number + 1 < state.page:
                state = services.reviews.checkpoint(state)
            if not budget.left():
                return state
        number, index = number + 1, 0
    if state.step == WAITS:
        later = services.clock.now() + BETWEEN_LOOKS
        return reschedule(services, replace(state, step=AGAIN, cursor=""), later)
    return _applied(services, instance, state)


def _after(state: InstanceState, made: Pass, cursor: str) -> InstanceState:
    """The state after a stretch (not saved)."""
    step = WAITS if made.removals and state.step != AGAIN else state.step
    more = {name: getattr(state, name) + number for name, number in made.counts.items()}
    throttled = state.throttled + 1 if made.pause and not made.items else 0
    return replace(state, cursor=cursor, step=step, throttled=throttled, **more)


def _stretch(
    services: Services, instance: ReviewInstance, state: InstanceState, item_ids: Sequence[str], budget: Budget
) -> Pass:
    """One pass over up to 25 items, less when the time is up or a system outside asks for patience."""
    made = Pass(Counter(), [])
    second = state.step == AGAIN
    known = services.removals.removals(instance.id, item_ids) if second else {}
    left_out = NOBODY if second else excluded(services, state)
    for item_id in item_ids:
        removal = known.get(item_id)
        if not second:
            begin = leave_out if item_id in left_out else begin_removal
            seen = begin(services, instance, state, item_id)
        else:
            seen = look_again(services, instance, state, removal) if removal and removal.again else None
        if isinstance(seen, Told):
            made.pause = seen.wait
            break
        made.items += 1
        if isinstance(seen, Removal) and not second:
            made.removals.append(seen)
        elif seen is not None:
            made.counts[COUNTED[seen.standing] if isinstance(seen, Removal) else RESULT_COUNTS[seen]] += 1
        if not budget.left():
            break
    return made


def begin_removal(
    services: Services, instance: ReviewInstance, state: InstanceState, item_id: str, again: bool = True
) -> Removal | ApplyResult | Told | None:
    """The first look at what one item denies. Its result when nothing is left to look at, else the removal, not saved
    (`again`: for the second pass); None when it denies nothing any more. The failure of one item does not stop the
    others (R120)."""
    item = services.items.get(instance.id, item_id)
    if item is None or item.decision is not Decision.DENY:
        return None
    if item.apply_result not in (ApplyResult.NEW, ApplyResult.FAILED):
        return _known(services, item, again)
    held = None if item.cancelled else last_one(services, instance, item)
    removing = Removing(services, instance, state, item, patient=state.throttled < MOST_PAUSES)
    seen = _twice(removing.first_look, again, item) if held is None else held
    if isinstance(seen, ApplyResult):
        services.items.applied(instance.id, item_id, seen, services.clock.now(), state.confirmed_by)
    return replace(seen, again=again) if isinstance(seen, Removal) else seen


def _known(services: Services, item: DecisionItem, again: bool) -> Removal | ApplyResult:
    """What came of a removal that is over: of one made at once, or of one that is not to be made by a connector."""
    if item.apply_result is not ApplyResult.UNSUPPORTED:
        return item.apply_result
    known = services.removals.removal(item.instance_id, item.id)
    return replace(known, again=again) if known else item.apply_result


def look_again(
    services: Services, instance: ReviewInstance, state: InstanceState, removal: Removal
) -> Removal | ApplyResult | Told | None:
    """The second look, which ends the assignment."""
    item = services.items.get(instance.id, removal.item_id)
    if item is None:
        return None
    removing = Removing(services, instance, state, item, patient=state.throttled < MOST_PAUSES)
    seen = _twice(removing.second_look, removal, item)
    if isinstance(seen, ApplyResult):
        services.items.applied(instance.id, item.id, seen, services.clock.now(), state.confirmed_by)
    return seen


def _twice(look: Callable[[T], Seen], given: T, item: DecisionItem) -> Seen | ApplyResult:
    """A look, and another when a delivery or a person changed the assignment this very moment."""
    try:
        try:
            return look(given)
        except errors.Conflict:
            return look(given)
    except errors.Throttled:
        raise
    except errors.ReviewError:
        LOG.exception("removal of item %s of review %s failed", item.id, item.instance_id)
        return ApplyResult.FAILED


def _applied(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """Everything is done: the instance leaves the agenda, and what it removed is watched from now on."""
    now = services.clock.now()
    operation = f"applied:{instance.id}"
    details = {"removed": state.removed, "failed": state.removal_failures, "alreadyGone": state.gone}
    open_ones = {"pending": state.removals_pending, "needsPerson": state.needs_person, "held": state.removals_held}
    details |= {name: number for name, number in open_ones.items() if number}
    target = ("reviewInstance", instance.id)
    activity = "Apply review" if state.confirmed_by else "Auto apply review"
    recorded = event(now, SYSTEM, "UserManagement", activity, target, operation, details=details)
    row = instance_row(datetime.fromisoformat(state.due), instance.id)
    done = replace(state, status=Status.APPLIED, step="", cursor="", due="", lease=replace(state.lease, until=0.0))
    watch: list[Change] = watched_from(services, instance.id, now) if state.removed + state.gone else []
    more = [*watch, *ends_removals(state, done, now)]
    services.writer.commit(operation, Save(done), Drop(row), Drop(live_review(instance)), Create(recorded), *more)
    return replace(done, version=done.version + 1)
