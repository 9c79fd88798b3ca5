"""Closing: a drain, a sweep over every item with the no-response outcome, the exact result (R112-R116, G10, G24)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.history import EndedReview, LastReview
from chalicelib.domain.items import BY_RULE, ApplyResult, Decision, DecisionItem, HistoryEntry
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.review_rules import brakes, unanswered
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewInstance, Status, Unanswered
from chalicelib.domain.series import Needs, live_review
from chalicelib.usecases import notify_others
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.asked import Asking
from chalicelib.usecases.await_confirmation import waiting_row
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.partitions import Partition, partitions
from chalicelib.usecases.ports import Create, Drop, Put, Save, Services
from chalicelib.usecases.to_seal import seal_row

PAGE = 250
CHECKPOINT_ITEMS = 1_000
_NO_OUTCOMES = ("removedAtOnce", "ownDecisions")  # counted beside the outcomes, which add up without them
ANNOUNCE = "announce"  # the step of a completed instance whose result has not been told


def begin_closing(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """The end has passed: reviewers are out, and the sweep waits until no accepted decision can be under way."""
    wait = services.clock.real() + services.settings.closing_wait_seconds
    closing = replace(
        state, status=Status.COMPLETING, step="sweep", page=0, cursor="", wait_until=wait, outcome=Outcome()
    )
    return services.reviews.checkpoint(closing)


def sweep_some(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """Sweep from the checkpoint on, until done or out of time. None while the drain lasts.

    AutoReviewing and AutoReviewed are saved also when nothing is left to decide (G25): one write each a review.
    """
    if services.clock.real() < state.wait_until:
        waiting = replace(state, lease=replace(state.lease, until=0.0))
        services.reviews.checkpoint(waiting)
        services.queue.send("instance", instance.id, 1 + int(state.wait_until - services.clock.real()))
        return None
    if state.status is Status.COMPLETING:
        state = services.reviews.checkpoint(replace(state, status=Status.AUTO_REVIEWING))
    sweep = _Sweep(services, instance, state)
    for partition in partitions(services, instance, state):
        if sweep.run(partition) and not budget.left():
            return sweep.checkpoint()
    return services.reviews.checkpoint(replace(sweep.finish(), status=Status.AUTO_REVIEWED))


@dataclass
class _Sweep:
    """The running sweep: counts so far and denied items not yet written to the bucket."""

    services: Services
    instance: ReviewInstance
    state: InstanceState
    since: int = 0
    denied: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    position: str = ""
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.services, self.instance, self.state)
        self.counts.update(json.loads(self.state.step.partition(":")[2] or "{}"))

    def run(self, partition: Partition) -> bool:
        """Sweep one partition from its checkpoint; True after a checkpoint's worth of items."""
        at, _, inside = self.state.cursor.partition("|")
        after: str | None = inside if at == partition.order and inside else None
        while True:
            page = self.services.items.sweep(self.instance.id, partition.set_id, partition.shard, PAGE, after)
            for item in page.items:
                self._count(self._settle(item, partition))
            self.since += len(page.items)
            after = page.next
            self.position = f"{partition.order}|{after or '~'}"
            if self.since >= CHECKPOINT_ITEMS:
                self.state = self.checkpoint()
            if after is None:
                return self.since == 0

    def checkpoint(self) -> InstanceState:
        """Save counts and position; the denied items of this stretch go to the bucket first."""
        self._write_denied()
        counts = json.dumps(dict(self.counts), sort_keys=True)
        saved = self.services.reviews.checkpoint(
            replace(
                self.state,
                status=Status.AUTO_REVIEWING,
                step=f"sweep:{counts}",
                page=self.state.page + 1,
                cursor=self.position or self.state.cursor,
            )
        )
        self.since, self.state = 0, saved
        return saved

    def finish(self) -> InstanceState:
        """The state with the exact outcome (not saved)."""
        self._write_denied()
        counts = self.counts
        kept = {name[5:]: number for name, number in counts.items() if name.startswith("kept:")}
        outcome = Outcome(
            total=sum(number for name, number in counts.items() if name not in _NO_OUTCOMES),
            approved=counts["approved"],
            denied_by_person=counts["denied"],
            denied_by_rule=counts["deniedByRule"],
            approved_by_rule=counts["approvedByRule"],
            dont_know=counts["dontKnow"],
            kept=sum(kept.values()),
            kept_because=kept,
            cancelled=counts["cancelled"],
            removed_at_once=counts["removedAtOnce"],
            own_decisions=counts["ownDecisions"],
        )
        return replace(self.state, step="", cursor="", page=self.state.page + 1, outcome=outcome)

    def _write_denied(self) -> None:
        data = json.dumps(self.denied).encode()
        self.services.files.put(f"{folder(self.instance.id)}/removals/{self.state.page}.json", data)
        self.denied = []

    def _count(self, item: DecisionItem) -> None:
        by_rule = item.last is not None and item.last.by == BY_RULE
        self.counts["ownDecisions"] += item.decided_own
        if item.cancelled is not None:
            self.counts["cancelled"] += 1
        elif item.decision is Decision.DENY:
            self.denied.append(item.id)
            self.counts["removedAtOnce"] += item.apply_result in (ApplyResult.DONE, ApplyResult.GONE)
            self.counts["deniedByRule" if by_rule else "denied"] += 1
        elif item.decision is Decision.APPROVE:
            self.counts["approvedByRule" if by_rule else "approved"] += 1
        elif item.decision is Decision.DONT_KNOW:
            self.counts["dontKnow"] += 1
        else:
            self.counts[f"kept:{item.kept}"] += 1

    def _settle(self, item: DecisionItem, partition: Partition) -> DecisionItem:
        """The item with its no-response outcome recorded, when nobody decided it (R115)."""
        if not item.waits or item.kept:
            return item
        decision, kept = self._outcome(item, partition)
        entry = None
        if decision is not None:
            at = int(self.state.ends.timestamp() * 1000)
            entry = HistoryEntry(decision=decision, by=BY_RULE, at=at, operation=ids.digest(item.id)[:16])
        if self.services.items.close(self.instance.id, item.id, entry, kept):
            return replace(item, decision=decision or item.decision, kept=kept, history=(entry,) if entry else ())
        return self.services.items.get(self.instance.id, item.id) or item

    def _outcome(self, item: DecisionItem, partition: Partition) -> tuple[Decision | None, str]:
        """The rule's decision, and the reason; None keeps the item undecided and its access (G10, G19, G23, G24)."""
        if not self.asking.was_asked(item, partition.set_id):
            return None, "notAsked"
        if self.state.unanswered is Unanswered.KEEP:
            return None, "stoppedEarly"
        return unanswered(self.instance.settings, item.recommendation)


def complete(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """Results stand. Until `announce` has told of them nothing else happens."""
    outcome = state.outcome or Outcome()
    brake = brakes(instance.settings, outcome.outstanding, outcome.total)
    now = services.clock.now()
    done = replace(state, status=Status.COMPLETED, brake=brake, step=ANNOUNCE, cursor="", closed=now)
    operation = f"complete:{instance.id}"
    details = {"total": outcome.total, "removals": outcome.removals, "waiting": _waits(instance, done)}
    recorded = event(
        now,
        SYSTEM,
        "Policy",
        "Access review ended",
        ("reviewInstance", instance.id),
        operation,
        details=details,
    )
    ended = EndedReview(instance_id=instance.id, opens=instance.opens, ends=state.ends)
    last = LastReview(policy_id=instance.policy_id, instance_id=instance.id, ends=state.ends)
    ruled = _auto_review(services, instance, outcome)
    seal = seal_row(instance.id, services.clock.now())
    services.writer.commit(operation, Save(done), Create(recorded), Put(ended), Put(last), seal, *ruled)
    return replace(done, version=done.version + 1)


def _auto_review(services: Services, instance: ReviewInstance, outcome: Outcome) -> list[Create]:
    """The event of the decisions the no-response rule made, if it made any (R159)."""
    if outcome.approved_by_rule + outcome.denied_by_rule == 0:
        return []
    details = {"approved": outcome.approved_by_rule, "denied": outcome.denied_by_rule}
    target, operation = ("reviewInstance", instance.id), f"rule:{instance.id}"
    now = services.clock.now()
    return [Create(event(now, SYSTEM, "UserManagement", "Auto review", target, operation, details=details))]


def _waits(instance: ReviewInstance, state: InstanceState) -> bool:
    """Do the removals wait for a confirmation (G24)?"""
    outstanding = state.outcome.outstanding if state.outcome else 0
    return outstanding > 0 and (state.brake or state.withdrawn or not instance.settings.auto_apply)


def announce(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """Tell of the result; then removals begin at once, or wait for a confirmation (G24)."""
    notify_others.finished(services, instance, state)
    told = replace(state, step="")
    if _waits(instance, state):
        return _rest(services, instance, told)
    return services.reviews.checkpoint(replace(told, status=Status.APPLYING))


def _rest(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """Off the agenda, and among those that need a person, until somebody confirms the removals."""
    row = Drop(instance_row(datetime.fromisoformat(state.due), instance.id))
    rests = replace(state, due="", lease=replace(state.lease, until=0.0))
    now = services.clock.now()
    live = [] if state.hidden else [Put(live_review(instance, Needs.CONFIRMATION)), Put(waiting_row(instance, now))]
    services.writer.commit(f"waits:{instance.id}:{state.version}", Save(rests), row, *live)
    return replace(rests, version=rests.version + 1)
