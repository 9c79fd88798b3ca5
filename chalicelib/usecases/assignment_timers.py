"""What time does to assignments: scheduled ones begin, others run out; and what follows when one has ended while a
review holds an item of it (R36, R161, G46).

Everything that falls into one minute of the assignments of one policy waits in one partition of `Timer` rows behind
one row of the agenda: the agenda stays short when 20,000 end at one instant, nothing is scanned, and an assignment
without an end has no row at all. Timers are never taken back. What is done follows from the assignment as it stands
when its timer is looked at, so that late, twice and killed in between come out the same.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.domain import errors
from chalicelib.domain.assignments import Assignment, AssignmentState, Timer, minute_of
from chalicelib.domain.audit import event
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases import notify_others
from chalicelib.usecases.agenda import work_off
from chalicelib.usecases.assign import CATEGORY, adding_request_id, end_run_out
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.cancel_items import cancel_items, reviews_of
from chalicelib.usecases.ports import Create, Save, Services
from chalicelib.usecases.timers import due_of

LOG = logging.getLogger("access_reviews")
BEGUN = "Fulfill access package assignment request"
PAGE = 100
THREADS = 8  # each assignment waits for its transaction nearly all the time


def run_timers(services: Services, row_id: str) -> None:
    """Look at every assignment of one agenda row, a page at a time, as the only worker."""
    row = due_of(row_id)

    def some(budget: Budget) -> bool:
        after, left = None, False
        while budget.left():
            page = services.entitlements.timers(row_id[:12], row.when, PAGE, after)
            left = _look_at(services, page.items) or left
            after = page.next
            if after is None:
                return not left
        return False

    work_off(services, row, some)


def _look_at(services: Services, timers: Sequence[Timer]) -> bool:
    """Do what each timer is about; True when some have to be looked at again. One failure does not stop others."""
    running: dict[str, list[ReviewInstance]] = {}

    def one(timer: Timer) -> bool:
        try:
            done = _act(services, timer, running)
        except errors.Throttled:
            raise
        except errors.ReviewError:
            LOG.exception("looking at assignment %s failed", timer.assignment_id)
            return True
        if done:
            services.writer.remove(timer)
        return not done

    with ThreadPoolExecutor(THREADS) as pool:
        return any(list(pool.map(one, timers)))


def _act(services: Services, timer: Timer, running: dict[str, list[ReviewInstance]]) -> bool:
    """Bring one assignment up to date; False when its timer has to stay."""
    now, assignment = services.clock.now(), services.entitlements.assignment(timer.assignment_id)
    if assignment is None:
        return True
    if timer.minute == minute_of(assignment.starts) <= now:
        _begin(services, assignment)
    if is_over(assignment, now):
        return _over(services, assignment, running)
    return now >= timer.minute


def _begin(services: Services, assignment: Assignment) -> None:
    """The scheduled start has come: the request that made the assignment is delivered (R36). While rights outside
    are owed, their delivery moves the request on instead."""
    if assignment.delivery is not None:
        return
    request = services.entitlements.request(adding_request_id(assignment))
    if request is None or request.state != "scheduled":
        return
    begun = replace(request, state="delivered", completed=assignment.starts)
    operation = f"begin:{assignment.id}:{assignment.version}"
    target, details = ("assignment", assignment.id), {"person": assignment.target_id, "request": request.id}
    recorded = event(assignment.starts, SYSTEM, CATEGORY, BEGUN, target, operation, details=details)
    services.writer.commit(operation, Save(begun), Create(recorded))


def _over(services: Services, assignment: Assignment, running: dict[str, list[ReviewInstance]]) -> bool:
    """End what has run out, cancel the items of reviews that are open, and tell the person (R161, G46)."""
    if assignment.state is not AssignmentState.EXPIRED:
        assignment = end_run_out(services, assignment)
    policies = "".join((assignment.policy_id, *assignment.former_policies))
    if policies not in running:
        running[policies] = reviews_of(services, assignment)
    done = cancel_items(services, assignment, running[policies])
    if assignment.ran_out:
        notify_others.access_ran_out(services, assignment)
    return done
