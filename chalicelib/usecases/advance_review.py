"""The driver of an instance: looks where it stands, does the next part, checkpoints, until the time is up.

Every part can be killed anywhere and done again. One worker at a time holds the lease; the lease outlives the
invocation, so that a stalled worker cannot write after another took over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.domain.agenda import Lease
from chalicelib.domain.reminders import reminders, send_window
from chalicelib.domain.reviews import OPENING, InstanceState, ReviewInstance, Status
from chalicelib.domain.series import Needs, live_review, needs_of
from chalicelib.usecases import notify, notify_others
from chalicelib.usecases.agenda import forget_stale, reschedule
from chalicelib.usecases.apply_removals import apply_some
from chalicelib.usecases.await_confirmation import waiting_row
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.close_review import ANNOUNCE, announce, begin_closing, complete, sweep_some
from chalicelib.usecases.compare_target import compare_some
from chalicelib.usecases.comparison_files import COMPARE
from chalicelib.usecases.failing import MOST_ATTEMPTS, attempt_failed, attempt_throttled
from chalicelib.usecases.follow_up import GATHER, chosen, gather_some
from chalicelib.usecases.former_review import former_review
from chalicelib.usecases.freeze_population import Freezer, met_before
from chalicelib.usecases.panels import panels
from chalicelib.usecases.ports import Change, Put, Save, Services
from chalicelib.usecases.write_items import Writing, bucket_count, start

LOG = logging.getLogger("access_reviews")
CHECKPOINT_ITEMS = 1_000  # written between two saved positions
CHANGES = 5  # times in a row the state may change under a worker's hands before that counts as a failure
TOGETHER = timedelta(minutes=15)  # how long start mails wait for other reviews that open at the same time
MAIL_PAUSE, MOST_SLOWER = 5, 6  # seconds before mails are tried again, doubled so often at the most
PROMPT = timedelta(hours=1)  # a reminder this fresh goes out although the sending window has just closed
Part = Callable[[Services, ReviewInstance, InstanceState, Budget], InstanceState | None]


def advance_review(services: Services, instance_id: str) -> str:
    """Continue one instance for as long as this invocation may. Returns what became of it, for the log."""
    instance, state = services.reviews.instance(instance_id), services.reviews.state(instance_id)
    if instance is None or state is None:
        return "unknown"
    if not _has_work(services, state):
        forget_stale(services, _listed(services, instance, state))
        return "idle"
    held = _taken(services, state)
    if held is None:
        return "busy"
    if held.attempts > MOST_ATTEMPTS:
        return attempt_failed(services, held, None)
    return _attempt(services, instance, held)


def _attempt(services: Services, instance: ReviewInstance, held: InstanceState) -> str:
    budget = Budget(services.clock, services.settings.invocation_seconds)
    try:
        ours = _listed(services, instance, replace(held, attempts=0, error=""))
        return _drive(services, instance, ours, budget)
    except errors.Throttled:
        return attempt_throttled(services, held)
    except errors.Conflict as problem:
        if held.attempts >= CHANGES:
            return attempt_failed(services, held, problem)
        services.queue.send("instance", instance.id)  # somebody (a Stop) changed the state under us: look again
        return "changed"
    except Exception as problem:  # whatever it is, the review has to say so instead of being tried for ever
        LOG.exception("review %s could not go on", instance.id)
        return attempt_failed(services, held, problem)


def _taken(services: Services, state: InstanceState) -> InstanceState | None:
    """The state with our lease, and the attempt that begins counted; None while somebody else works on it."""
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    return services.reviews.take_lease(replace(state, attempts=state.attempts + 1), lease, real)


def _listed(services: Services, instance: ReviewInstance, state: InstanceState) -> InstanceState:
    """The state of a review that an early build opened, with the rows that build did not write yet: among the live
    reviews and, if removals wait to be confirmed, on the agenda. Raises Conflict."""
    needs = needs_of(state)
    if state.listed or state.hidden or not (state.due or needs):
        return state
    changes: list[Change] = [Save(replace(state, listed=True)), Put(live_review(instance, needs))]
    if needs is Needs.CONFIRMATION:
        changes.append(Put(waiting_row(instance, services.clock.now())))
    services.writer.commit(f"listed:{instance.id}:{state.version}", *changes)
    return replace(state, listed=True, version=state.version + 1)


def _has_work(services: Services, state: InstanceState) -> bool:
    if state.status is Status.FAILED:
        return False
    return bool(state.due) and datetime.fromisoformat(state.due) <= services.clock.now()


def _drive(services: Services, instance: ReviewInstance, held: InstanceState, budget: Budget) -> str:
    state: InstanceState = held
    while budget.left():
        following = _part(services, state)(services, instance, state, budget)
        if following is None:
            return "waiting"
        state = following
        if state.lease.until == 0.0:
            return state.status
    released = replace(state, lease=replace(state.lease, until=0.0))
    services.reviews.checkpoint(released)
    services.queue.send("instance", instance.id)
    return "continues"


def _part(services: Services, state: InstanceState) -> Part:
    """The next part of the work, from the state alone."""
    if state.status in OPENING:
        return {GATHER: gather_some, "freeze": _freeze, COMPARE: _compare, "write": _write}.get(state.step, _start)
    if state.status is Status.IN_PROGRESS:
        return _close if services.clock.now() >= state.ends else _in_progress
    if state.status in (Status.COMPLETING, Status.AUTO_REVIEWING):
        return sweep_some
    if state.status is Status.AUTO_REVIEWED:
        return complete
    if state.step == ANNOUNCE:
        return announce
    return apply_some


def _freeze(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState:
    named, former = panels(services, instance, state.counted), former_review(services, instance)
    met = met_before(services, instance.id)
    freezer = Freezer(services, instance, named, former, managers=met, chosen=chosen(services, instance))
    while budget.left():
        state = services.reviews.checkpoint(freezer.freeze(state))
        if state.step != "freeze":
            break
    return state


def _compare(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState:
    return compare_some(services, instance, state, bucket_count(services, state), budget)


def _write(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState:
    writing = Writing(services, instance, bucket_count(services, state))
    while True:
        state = writing.write_chunk(state)
        if state.step != "write":
            return replace(state, status=Status.STARTING)  # saved together with what follows
        left = budget.left()
        if writing.since >= CHECKPOINT_ITEMS or not left:
            state, writing.since = services.reviews.checkpoint(state), 0
        if not left:
            return state


def _start(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState:
    return start(services, instance, state)


def _close(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState | None:
    return begin_closing(services, instance, state)


def _in_progress(
    services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget
) -> InstanceState | None:
    """Send the mails that are due, then sleep until the next one, or the close."""
    now = services.clock.now()
    kind, when = next_event(instance, state, now)
    if when > now:
        return reschedule(services, state, when)
    if kind == "start" and now - when < TOGETHER and _others_open_now(services, instance, now):
        services.reviews.checkpoint(replace(state, lease=replace(state.lease, until=0.0)))
        return None  # the next tick sends one mail about all of them
    if kind != "start" and now - when > PROMPT:
        window = send_window(now, instance.zone)
        if window > now:
            return reschedule(services, state, min(window, state.ends))
    following = _send(services, instance, state, kind, budget)
    if following is not None:
        return _mails_left(services, state, f"mail:{kind}", following, budget)
    if kind.startswith("extended:"):
        notify_others.extended(services, instance, state, kind)
    return _sent(state, kind)


def _mails_left(
    services: Services, state: InstanceState, step: str, cursor: str, budget: Budget
) -> InstanceState | None:
    """Save how far a round of mails came. With time left it was SES that asked to slow down: for seconds when it is
    the rate, longer every time when it is the quota of a day."""
    if not budget.left():
        return services.reviews.checkpoint(replace(state, step=step, cursor=cursor))
    on = (state.step, state.cursor) != (step, cursor)
    throttled = 0 if on else min(state.throttled + 1, MOST_SLOWER)
    until = services.clock.real() + MAIL_PAUSE * 2**throttled
    lease = replace(state.lease, until=until)
    services.reviews.checkpoint(replace(state, step=step, cursor=cursor, throttled=throttled, lease=lease))
    services.queue.send("instance", state.instance_id, MAIL_PAUSE * 2**throttled)
    return None


def _sent(state: InstanceState, kind: str) -> InstanceState:
    """The state after everybody got this mail: a round that was asked for is over, others happen once."""
    done = replace(state, step="", cursor="", throttled=0)
    if kind in state.rounds:
        return replace(done, rounds=tuple(one for one in state.rounds if one != kind))
    return replace(done, mailed=(*state.mailed, kind))


def _others_open_now(services: Services, instance: ReviewInstance, now: datetime) -> bool:
    """Is another review about to open or opening? Its reviewers are often the same people."""
    rows = services.reviews.due_until(now, 100)
    if any(row.kind == "series" for row in rows):
        return True
    others = services.reviews.states(row.id for row in rows if row.kind == "instance" and row.id != instance.id)
    return any(state.status in OPENING for state in others.values())


def _send(services: Services, instance: ReviewInstance, state: InstanceState, kind: str, budget: Budget) -> str | None:
    cursor = state.cursor if state.step == f"mail:{kind}" else ""
    if kind == "start":
        return notify.start_mails(services, instance, cursor, budget)
    if kind.startswith(("reset:", "extended:")):
        return notify.changes(services, instance, state, kind, cursor, budget)
    summing = cursor.startswith(notify_others.SUMMARY)
    following = None if summing else notify.reminders(services, instance, kind, cursor, budget)
    if following is not None or not kind.startswith("lastCall1"):
        return following
    return notify_others.last_call_summary(services, instance, state, budget, cursor if summing else "")


def next_event(instance: ReviewInstance, state: InstanceState, now: datetime) -> tuple[str, datetime]:
    """The next thing to happen to an open review: a kind of mail, or its `close`.

    Of several reminders that are due (a late tick) only the last is sent. An extension plans them anew, under names
    of its own, from its moment on.
    """
    if "start" not in state.mailed:
        return "start", state.started or instance.opens
    if state.rounds:
        return state.rounds[0], now
    since, again = state.extended or instance.opens, f".{state.extensions}" if state.extensions else ""
    every = reminders(instance.opens, state.ends, instance.zone)
    planned = [(f"{one.kind}{again}", one.due) for one in every if one.due > since]
    passed = max((number for number, (kind, _) in enumerate(planned) if kind in state.mailed), default=-1)
    waiting = planned[passed + 1 :]
    due = [one for one in waiting if one[1] <= now]
    return due[-1] if due else waiting[0] if waiting else ("close", state.ends)
