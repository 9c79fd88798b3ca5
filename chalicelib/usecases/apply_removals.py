"""Applying: every denied assignment ends through a systemRemove request, one by one, repeatably (R117-R121, G26)."""

from __future__ import annotations

import json
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.assignments import AssignmentRequest, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.guards import Spared
from chalicelib.domain.items import BY_RULE, ApplyResult, Decision, DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.resources import outside
from chalicelib.domain.reviews import InstanceState, ReviewInstance, Status
from chalicelib.domain.series import live_review
from chalicelib.usecases import notify_others
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.deliver import record, taken_back_first, try_now
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.ports import Create, Drop, Save, Services

LOG = logging.getLogger("access_reviews")
CHECKPOINT_ITEMS = 25


def apply_some(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """End denied assignments from the checkpoint on. The position is `cursor` = "file,index"."""
    number, index = (int(part) for part in (state.cursor or "0,0").split(","))
    left_out = _left_out(services, state)
    while number < state.page:
        data = services.files.get(f"{folder(instance.id)}/removals/{number}.json")
        wanted = json.loads(data or b"[]")
        while index < len(wanted):
            stretch = wanted[index : index + CHECKPOINT_ITEMS]
            results = [_remove(services, instance, state, item_id, left_out) for item_id in stretch]
            index += len(stretch)
            made = Counter(results)
            state = replace(
                state,
                cursor=f"{number},{index}",
                removed=state.removed + made[ApplyResult.DONE],
                removal_failures=state.removal_failures + made[ApplyResult.FAILED],
                gone=state.gone + made[ApplyResult.GONE],
                excluded=state.excluded + made[Spared.EXCLUDED],
                held=state.held + made[Spared.HELD],
            )
            if index < len(wanted) or number + 1 < state.page:
                state = services.reviews.checkpoint(state)
            if not budget.left():
                return state
        number, index = number + 1, 0
    return _applied(services, instance, state)


def _left_out(services: Services, state: InstanceState) -> frozenset[str]:
    """The items the confirmation left out."""
    given = state.confirmation and state.confirmation.excluded and services.guards.exclusions(state.instance_id)
    return frozenset(given.item_ids) if given else frozenset()


def _remove(
    services: Services, instance: ReviewInstance, state: InstanceState, item_id: str, left_out: frozenset[str]
) -> ApplyResult | Spared:
    """Remove what one item denies, unless the confirmation left it out."""
    reason = state.confirmation.reason if state.confirmation else ""
    if item_id in left_out and services.items.spare(instance.id, item_id, Spared.EXCLUDED, reason):
        return Spared.EXCLUDED
    return remove_denied(services, instance, state, item_id)


def remove_denied(services: Services, instance: ReviewInstance, state: InstanceState, item_id: str) -> ApplyResult:
    """Remove what one item denies; the failure of one item does not stop the others (R120)."""
    item = services.items.get(instance.id, item_id)
    if item is None or item.decision is not Decision.DENY:
        return ApplyResult.UNSUPPORTED
    if item.cancelled is not None:
        return ApplyResult.GONE
    if item.apply_result not in (ApplyResult.NEW, ApplyResult.FAILED):
        return item.apply_result
    try:
        try:
            result = _end(services, instance, state, item)
        except errors.Conflict:  # a delivery, or somebody, changed the assignment this very moment
            result = _end(services, instance, state, item)
    except errors.Throttled:
        raise
    except errors.ReviewError:
        LOG.exception("removal of item %s of review %s failed", item_id, instance.id)
        result = ApplyResult.FAILED
    services.items.applied(instance.id, item_id, result, services.clock.now(), state.confirmed_by)
    return result


def _end(services: Services, instance: ReviewInstance, state: InstanceState, item: DecisionItem) -> ApplyResult:
    """End the very assignment that was reviewed; a newer one of the same person survives (G27)."""
    assignment = services.entitlements.assignment(item.assignment_id)
    operation, moment = f"remove:{instance.id}:{item.id}", _moment(instance, state, item)
    if assignment is None:
        return ApplyResult.GONE
    package = services.entitlements.package(assignment.package_id)
    rights = outside(package.role_scopes) if package and not is_over(assignment, moment) else ()
    taken = not rights or taken_back_first(services, assignment, rights)
    request = end_assignment(
        services,
        SYSTEM,
        moment,
        operation,
        assignment,
        RequestType.SYSTEM_REMOVE,
        justification=f"Denied in {instance.name}",
        instance_id=instance.id,
        item_id=item.id,
        taken_back=taken and assignment.delivery is None,
    )
    ours = request or services.entitlements.request(ids.request_id(moment, operation))
    if ours is None:
        return ApplyResult.GONE
    if not _really_gone(services, assignment.id, ours):
        return ApplyResult.FAILED
    notify_others.access_ended(services, instance, item, assignment, services.clock.now())
    return ApplyResult.DONE


def _really_gone(services: Services, assignment_id: str, request: AssignmentRequest) -> bool:
    """Has a connector verified that every right of an ended assignment is gone, after another try if need be?

    What still fails is tried on by the agenda, which corrects item and counts when it succeeds.
    """
    if request.state == "delivered":
        return True
    ended = services.entitlements.assignment(assignment_id)
    if ended is None or ended.delivery is None:
        return True
    attempt = try_now(services, ended, ended.delivery)
    current = services.entitlements.request(request.id) or request
    return record(services, ended, attempt, current) is not None and attempt.done


def _moment(instance: ReviewInstance, state: InstanceState, item: DecisionItem) -> datetime:
    """The instant a removal bears, the same in every try: the close, or the decision's if that took effect at
    once."""
    if instance.settings.cut_now and item.last is not None and item.last.by != BY_RULE:
        return datetime.fromtimestamp(item.last.at / 1000, UTC)
    return state.ends


def _applied(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """Everything is done: the instance leaves the agenda."""
    now = services.clock.now()
    operation = f"applied:{instance.id}"
    details = {"removed": state.removed, "failed": state.removal_failures, "alreadyGone": state.gone}
    target = ("reviewInstance", instance.id)
    activity = "Apply review" if state.confirmed_by else "Auto apply review"
    recorded = event(now, SYSTEM, "UserManagement", activity, target, operation, details=details)
    row = instance_row(datetime.fromisoformat(state.due), instance.id)
    done = replace(state, status=Status.APPLIED, step="", cursor="", due="", lease=replace(state.lease, until=0.0))
    services.writer.commit(operation, Save(done), Drop(row), Drop(live_review(instance)), Create(recorded))
    return replace(done, version=done.version + 1)
