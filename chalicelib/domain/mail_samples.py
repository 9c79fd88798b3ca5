"""One realistic mail of every kind, for previews: what administrators see before anybody gets one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.domain.guard_notices import AccessRestored, ConfirmationWaits, DecisionUndone, ReviewToSign
from chalicelib.domain.notices import (
    AccessEnded,
    DecisionsReset,
    LastCallSummary,
    LateReview,
    LateReviewer,
    Notice,
    Reminder,
    ReminderKind,
    ReviewExtended,
    ReviewFinished,
    ReviewsSwitchedOff,
    ReviewStarted,
    ReviewToDo,
    TasksToDo,
    TaskToDo,
)
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.waiting_notices import ReviewsWait, WaitingReview

_NOW = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
_CLOSES = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
_ZONE = "Europe/Paris"
_REVIEW = "Finance Reporting: Employees, 17 March 2026"
_PACKAGE = "Finance Reporting"

Sample = Callable[[str], Notice]


def _to_do(portal: str, **changes: Any) -> ReviewToDo:
    values: dict[str, Any] = {
        "review_id": "preview",
        "review": _REVIEW,
        "package": _PACKAGE,
        "closes": _CLOSES,
        "zone": _ZONE,
        "link": f"{portal}/reviews/preview",
        "why": "manager",
        "unanswered": NoResponse.REMOVE,
        "reason_required": True,
        "people": 12,
        "names": ("Amina Diallo", "Jonas Weber", "Li Wei", "Fatima Bennani", "Tom Baker"),
        "about": "Read access to the ledger and the monthly closing reports.",
        "help": f"{portal}/help",
    }
    return ReviewToDo(**(values | changes))


def _own(portal: str) -> ReviewToDo:
    return _to_do(portal, why="self", people=1, names=())


def _several(portal: str) -> tuple[ReviewToDo, ...]:
    other = {"review": "Warehouse Scanners: Site, 17 March 2026", "package": "Warehouse Scanners", "people": 4}
    return _to_do(portal), _to_do(portal, review_id="other", why="named", about=None, **other)


def _started(portal: str) -> Notice:
    return ReviewStarted(now=_NOW, reviews=(_to_do(portal, note="Please look at contractors first."),))


def _started_self(portal: str) -> Notice:
    return ReviewStarted(now=_NOW, reviews=(_own(portal),))


def _started_several(portal: str) -> Notice:
    return ReviewStarted(now=_NOW, reviews=_several(portal))


def _reminder(kind: ReminderKind, portal: str) -> Notice:
    return Reminder(now=_NOW, kind=kind, reviews=(_to_do(portal, decided=5, names=("Li Wei", "Tom Baker")),))


def _last_call(portal: str) -> Notice:
    late = LateReview(
        review=_REVIEW,
        package=_PACKAGE,
        closes=_CLOSES,
        zone=_ZONE,
        why="manager",
        unanswered=NoResponse.REMOVE,
        late=1,
        reviewers=(LateReviewer(name="Jonas Weber", undecided=7, people=12),),
        link=f"{portal}/admin/reviews/preview",
    )
    return LastCallSummary(now=_NOW, reviews=(late,))


def _finished(portal: str) -> Notice:
    return ReviewFinished(
        now=_CLOSES,
        review=_REVIEW,
        package=_PACKAGE,
        closed=_CLOSES,
        zone=_ZONE,
        link=f"{portal}/admin/reviews/preview",
        approved=45,
        denied=6,
        dont_know=2,
        kept_unanswered=5,
        removed_by_rule=2,
        to_remove=8,
    )


def _ended(portal: str) -> Notice:
    return AccessEnded(
        now=_CLOSES,
        package=_PACKAGE,
        ended=_CLOSES,
        zone=_ZONE,
        review=_REVIEW,
        cause="decision",
        link=f"{portal}/my-access/preview",
        had_since=datetime(2024, 9, 2, 8, 0, tzinfo=UTC),
        reason="Moved to the sales team in January.",
    )


def _switched_off(portal: str) -> Notice:
    return ReviewsSwitchedOff(
        now=_NOW,
        package=_PACKAGE,
        policy="Employees",
        by="Tom Baker",
        at=_NOW,
        zone=_ZONE,
        running_until=_CLOSES,
        link=f"{portal}/admin/packages/preview",
    )


def _extended(portal: str) -> Notice:
    link, reason = f"{portal}/reviews/preview", "The whole department was at the spring fair."
    return ReviewExtended(
        now=_NOW, review=_REVIEW, package=_PACKAGE, closes=_CLOSES, zone=_ZONE, reason=reason, link=link
    )


def _reset(portal: str) -> Notice:
    link = f"{portal}/reviews/preview"
    return DecisionsReset(now=_NOW, review=_REVIEW, package=_PACKAGE, closes=_CLOSES, zone=_ZONE, link=link)


def _confirmation(portal: str) -> Notice:
    return ConfirmationWaits(
        now=datetime(2026, 4, 3, 6, 0, tzinfo=UTC),
        review=_REVIEW,
        package=_PACKAGE,
        closed=_CLOSES,
        zone=_ZONE,
        link=f"{portal}/admin/reviews/preview/confirm",
        to_remove=21,
        people=60,
        brake=True,
        lapses=datetime(2026, 6, 17, 21, 59, tzinfo=UTC),
    )


def _restored(portal: str) -> Notice:
    at, link = datetime(2026, 4, 2, 13, 20, tzinfo=UTC), f"{portal}/my-access/preview"
    return AccessRestored(now=at, package=_PACKAGE, restored=at, zone=_ZONE, link=link)


def _undone(portal: str) -> Notice:
    at = datetime(2026, 4, 2, 13, 20, tzinfo=UTC)
    return DecisionUndone(
        now=at,
        review=_REVIEW,
        package=_PACKAGE,
        person="Jonas Weber",
        by="Tom Baker",
        restored=at,
        zone=_ZONE,
        reason="Closes the first quarter until the end of April.",
        link=f"{portal}/reviews/preview",
    )


def _to_sign(portal: str) -> Notice:
    return ReviewToSign(
        now=_CLOSES + timedelta(minutes=20),
        review=_REVIEW,
        package=_PACKAGE,
        closed=_CLOSES,
        zone=_ZONE,
        people=60,
        exceptions=2,
        link=f"{portal}/evidence/preview",
    )


def _task(**changes: Any) -> TaskToDo:
    values: dict[str, Any] = {
        "grant": False,
        "person": "Jonas Weber",
        "resource": "Warehouse scanners",
        "role": "Operator",
        "system": "Site systems",
        "due": _CLOSES,
    }
    return TaskToDo(**(values | changes))


def _tasks(portal: str, reminder: bool = False) -> Notice:
    given = (_task(), _task(person="Li Wei"), _task(person="Fatima Bennani", grant=True))
    return TasksToDo(
        now=_CLOSES if reminder else _NOW, zone=_ZONE, reminder=reminder, tasks=given, count=3, link=f"{portal}/tasks"
    )


def _tasks_due(portal: str) -> Notice:
    return _tasks(portal, reminder=True)


def _waits(portal: str) -> Notice:
    return ReviewsWait(
        now=_NOW,
        zone=_ZONE,
        reviews=(WaitingReview(package=_PACKAGE, planned=_NOW - timedelta(hours=10), zone=_ZONE),),
        sources=(("IAM Identity Center", _NOW - timedelta(days=9)),),
        link=f"{portal}/admin/sources",
    )


SAMPLES: Mapping[str, tuple[str, Sample]] = {
    "reviewStarted": ("A review has opened, to its reviewer", _started),
    "reviewStartedSelf": ("A review of one's own access has opened", _started_self),
    "reviewStartedSeveral": ("Several reviews have opened at once, in one mail", _started_several),
    "reminderMidpoint": ("Half of the time is over", partial(_reminder, "midpoint")),
    "reminderLastCall3": ("Three days are left", partial(_reminder, "lastCall3")),
    "reminderLastCall1": ("One day is left", partial(_reminder, "lastCall1")),
    "reminderManual": ("An administrator asks for an answer", partial(_reminder, "manual")),
    "lastCallSummary": ("One day is left, to the managers of reviewers and the owners", _last_call),
    "reviewFinished": ("A review has closed, to those who run it", _finished),
    "reviewExtended": ("A review closes later, to its reviewers and the owners", _extended),
    "decisionsReset": ("Every decision of a review was set back, to its reviewers", _reset),
    "accessEnded": ("A review ended somebody's access, to that person", _ended),
    "confirmationWaits": ("Removals wait for a confirmation, once a day", _confirmation),
    "accessRestored": ("A removal was undone, to the person", _restored),
    "decisionUndone": ("A removal was undone, to whoever denied", _undone),
    "reviewToSign": ("A closed review waits for its sign-off, to the control owner", _to_sign),
    "reviewsWait": ("Reviews do not open because their data is too old, to those who run them", _waits),
    "reviewsSwitchedOff": ("No further review will open, to the owners", _switched_off),
    "tasksGiven": ("Access has to be changed by hand, to whoever has the tasks", _tasks),
    "tasksDue": ("Tasks should be done by now", _tasks_due),
}
"""By template: what it is, and the notice for a portal's address."""
