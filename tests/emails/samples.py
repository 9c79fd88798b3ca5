"""One realistic and one nasty mail of every kind, and the variants whose wording differs."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.notices import (
    AccessEnded,
    DecisionsReset,
    LastCallSummary,
    LateReview,
    LateReviewer,
    Notice,
    Reminder,
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
from chalicelib.emails.render import Branding

NOW = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
PORTAL = "https://access.contoso.example"

BRANDING = Branding(organisation="Contoso", contact="identity@contoso.example")
NASTY_BRANDING = Branding(
    organisation="Müller & Söhne <b>GmbH</b> \u202etxt.exe",
    contact="Extension 4411\r\nBcc: everyone@contoso.example",
    logo_url="https://static.contoso.example/logo.png?a=1&b=2",
    footer="Musterstraße 1\r\n12345 Berlin <script>alert(1)</script>",
)

NAMES = ("Amina Diallo", "Jonas Weber", "Li Wei", "Fatima Zahra Bennani", "Tom Baker", "Zoë O'Brien")
NASTY_NAMES = (
    "فاطمة الزهراء بنت محمد",
    "<img src=x onerror=alert(1)>",
    "Wolfeschlegelsteinhausenbergerdorff" * 6,
    "👩🏽‍🚀 Zoë\r\nBcc: all@contoso.example",
    "\u202eevil\u202c https://evil.example/login",
    "שרה כהן",
)
NASTY_PACKAGE = "مالية <b>Finance</b> 🏦 {{ 7 * 7 }}\r\nBcc: all@contoso.example " + "Datenschutzgrundverordnung" * 10


def to_do(**changes: Any) -> ReviewToDo:
    """A manager's review of 60 people, with `changes`."""
    values: dict[str, Any] = {
        "review_id": "0b2f7c2e-7f0e-4a53-9a3d-1c1f6e7f0001.4",
        "review": "Finance Reporting: Employees, 17 March 2026",
        "package": "Finance Reporting",
        "closes": CLOSES,
        "zone": "Europe/Paris",
        "link": f"{PORTAL}/reviews/0b2f7c2e.4",
        "help": f"{PORTAL}/help",
        "why": "manager",
        "unanswered": NoResponse.REMOVE,
        "reason_required": True,
        "people": 60,
        "names": NAMES,
        "about": "Read access to the ledger and the monthly closing reports.",
    }
    return ReviewToDo(**(values | changes))


def own(**changes: Any) -> ReviewToDo:
    """A self-review, with `changes`."""
    values = {"why": "self", "people": 1, "names": (), "link": f"{PORTAL}/my-access/0b2f7c2e.4"}
    return to_do(**(values | changes))


def nasty(**changes: Any) -> ReviewToDo:
    """A review whose every text was written by somebody unkind."""
    values: dict[str, Any] = {
        "package": NASTY_PACKAGE,
        "names": NASTY_NAMES,
        "people": 100_000,
        "about": "</p><script>alert(1)</script>\u202e" + "x" * 400,
        "note": "Please\r\n.\r\nhurry <a href='https://evil.example'>here</a>\n\n\n\n" + "Lorem ipsum " * 60,
        "review": "\x00\x1b[31mReview\u2066",
    }
    return to_do(**(values | changes))


SEVERAL = (
    to_do(),
    own(
        review_id="travel",
        package="Travel Booking",
        review="Travel Booking: Everyone, 17 March 2026",
        link=f"{PORTAL}/my-access/travel",
        about=None,
    ),
    to_do(
        review_id="second",
        review="Warehouse Scanners: Site, 21 March 2026",
        package="Warehouse Scanners",
        link=f"{PORTAL}/reviews/second",
        closes=datetime(2026, 4, 4, 21, 59, tzinfo=UTC),
        why="owner",
        people=24,
        decided=3,
        unanswered=NoResponse.RECOMMENDATION,
        about=None,
        note="Seasonal staff left at the end of February. Please look at them first.",
    ),
)
LATE = LateReview(
    review="Finance Reporting: Employees, 17 March 2026",
    package="Finance Reporting",
    closes=datetime(2026, 3, 26, 22, 59, tzinfo=UTC),
    zone="Europe/Paris",
    why="owner",
    unanswered=NoResponse.REMOVE,
    late=12,
    reviewers=tuple(
        LateReviewer(name=name, undecided=48 - 7 * place, people=60 - 5 * place) for place, name in enumerate(NAMES)
    ),
    link=f"{PORTAL}/admin/reviews/0b2f7c2e.4",
)
NASTY_LATE = LateReview(
    review="x",
    package=NASTY_PACKAGE,
    closes=CLOSES,
    zone="Etc/GMT+5",
    why="manager",
    unanswered=NoResponse.RECOMMENDATION,
    late=100_000,
    reviewers=tuple(LateReviewer(name=name, undecided=99_999, people=100_000) for name in NASTY_NAMES * 3),
)
FINISHED: dict[str, Any] = {
    "now": datetime(2026, 4, 1, 7, 0, tzinfo=UTC),
    "review": "Finance Reporting: Employees, 17 March 2026",
    "package": "Finance Reporting",
    "closed": CLOSES,
    "zone": "Europe/Paris",
    "link": f"{PORTAL}/admin/reviews/0b2f7c2e.4",
    "approved": 45,
    "denied": 6,
    "dont_know": 2,
    "kept_unanswered": 5,
    "removed_by_rule": 2,
    "to_remove": 8,
}
WAITING = WaitingReview(package="Finance Reporting", planned=NOW, zone="Europe/Paris")
WAITS: dict[str, Any] = {
    "now": NOW,
    "zone": "Europe/Paris",
    "reviews": (WAITING,),
    "sources": (("IAM Identity Center", NOW), ("Okta", None)),
    "link": "https://reviews.example.com/admin/sources",
}
SWITCHED_OFF: dict[str, Any] = {
    "now": NOW,
    "package": "Finance Reporting",
    "policy": "Employees",
    "by": "Tom Baker",
    "at": NOW,
    "zone": "Europe/Paris",
    "link": f"{PORTAL}/admin/packages/0b2f7c2e",
}
RESET: dict[str, Any] = {
    "now": NOW,
    "review": "Finance Reporting: Employees, 17 March 2026",
    "package": "Finance Reporting",
    "closes": CLOSES,
    "zone": "Europe/Paris",
    "link": f"{PORTAL}/reviews/0b2f7c2e.4",
}
EXTENDED: dict[str, Any] = {**RESET, "reason": "The whole department was at the spring fair."}
ENDED: dict[str, Any] = {
    "now": datetime(2026, 4, 1, 7, 0, tzinfo=UTC),
    "package": "Finance Reporting",
    "ended": datetime(2026, 3, 31, 22, 4, tzinfo=UTC),
    "zone": "Europe/Paris",
    "review": "Finance Reporting: Employees, 17 March 2026",
    "cause": "decision",
    "link": f"{PORTAL}/my-access/0b2f7c2e.4",
    "had_since": datetime(2024, 9, 2, 8, 0, tzinfo=UTC),
    "reason": "Moved to the sales team in January and no longer closes the books.",
    "request_link": f"{PORTAL}/my-access",
}

TASK: dict[str, Any] = {
    "grant": False,
    "person": "Tom Baker",
    "resource": "Warehouse scanners",
    "role": "Operator",
    "system": "Site systems",
    "due": CLOSES,
}
NASTY_TASK = {"person": NASTY_NAMES[3], "resource": NASTY_PACKAGE, "role": NASTY_NAMES[1], "system": NASTY_NAMES[2]}


def tasks(*given: dict[str, Any], count: int = 1, **changes: Any) -> TasksToDo:
    """Tasks with these changes each, to whoever has them."""
    made = tuple(TaskToDo(**(TASK | one)) for one in given)
    values: dict[str, Any] = {"now": NOW, "zone": "Europe/Paris", "reminder": False, "link": f"{PORTAL}/tasks"}
    return TasksToDo(tasks=made, count=count, **(values | changes))


SAMPLES: dict[str, Notice] = {
    "tasks-one": tasks({}),
    "tasks-give": tasks({"grant": True}),
    "tasks-several": tasks(*[{"person": name} for name in NAMES], count=40),
    "tasks-due": tasks({}, now=CLOSES, reminder=True),
    "tasks-due-several": tasks({}, {"grant": True}, count=2, now=CLOSES, reminder=True),
    "tasks-nasty": tasks(NASTY_TASK, {**NASTY_TASK, "grant": True}, count=2),
    "tasks-nasty-one": tasks(NASTY_TASK),
    "started": ReviewStarted(now=NOW, reviews=(to_do(),)),
    "started-note": ReviewStarted(now=NOW, reviews=(to_do(note="Look at contractors first.", hand_over=False),)),
    "started-one": ReviewStarted(now=NOW, reviews=(to_do(people=1, names=("Amina Diallo",), why="fallback"),)),
    "started-self": ReviewStarted(now=NOW, reviews=(own(),)),
    "started-several": ReviewStarted(now=NOW, reviews=SEVERAL),
    "started-several-self": ReviewStarted(now=NOW, reviews=(own(), own(package="Travel Booking"))),
    "started-nasty": ReviewStarted(now=NOW, reviews=(nasty(),)),
    "started-several-nasty": ReviewStarted(now=NOW, reviews=(nasty(), nasty(why="self", people=1))),
    "reminder-midpoint": Reminder(now=NOW, kind="midpoint", reviews=(to_do(decided=12),)),
    "reminder-last": Reminder(now=NOW, kind="lastCall3", reviews=(to_do(decided=59, names=("Li Wei",)),)),
    "reminder-self": Reminder(now=NOW, kind="lastCall1", reviews=(own(),)),
    "reminder-several": Reminder(now=NOW, kind="manual", reviews=SEVERAL),
    "reminder-nasty": Reminder(now=NOW, kind="lastCall3", reviews=(nasty(decided=7),)),
    "last-call": LastCallSummary(now=NOW, reviews=(LATE,)),
    "last-call-nasty": LastCallSummary(now=NOW, reviews=(NASTY_LATE, LATE)),
    "finished": ReviewFinished(**FINISHED),
    "finished-brake": ReviewFinished(
        **(FINISHED | {"waiting": "brake", "removed_by_rule": 20, "to_remove": 26, "never_asked": 2})
    ),
    "finished-nasty": ReviewFinished(
        **(FINISHED | {"package": NASTY_PACKAGE, "review": NASTY_PACKAGE, "approved": 1_234_567})
    ),
    "waits": ReviewsWait(**WAITS),
    "waits-several": ReviewsWait(**(WAITS | {"reviews": (WAITING,) * 12})),
    "waits-nasty": ReviewsWait(
        **(
            WAITS
            | {"reviews": (WaitingReview(package=NASTY_PACKAGE, planned=NOW, zone="UTC"),)}
            | {"sources": ((NASTY_PACKAGE, None), (NASTY_NAMES[4], NOW))}
        )
    ),
    "switched-off": ReviewsSwitchedOff(**SWITCHED_OFF, running_until=CLOSES),
    "switched-off-deleted": ReviewsSwitchedOff(**(SWITCHED_OFF | {"by": "", "deleted": True})),
    "switched-off-nasty": ReviewsSwitchedOff(
        **(SWITCHED_OFF | {"package": NASTY_PACKAGE, "policy": NASTY_PACKAGE, "by": NASTY_NAMES[4]})
    ),
    "extended": ReviewExtended(**EXTENDED),
    "extended-nasty": ReviewExtended(
        **(EXTENDED | {"package": NASTY_PACKAGE, "review": NASTY_PACKAGE, "reason": "<b>No</b>\r\n\u202e" * 300})
    ),
    "reset": DecisionsReset(**RESET),
    "reset-nasty": DecisionsReset(**(RESET | {"package": NASTY_PACKAGE, "review": NASTY_PACKAGE})),
    "ended": AccessEnded(**ENDED),
    "ended-no-request": AccessEnded(
        **(ENDED | {"cause": "noAnswer", "reason": None, "request_link": None, "had_since": None})
    ),
    "ended-nasty": AccessEnded(
        **(ENDED | {"package": NASTY_PACKAGE, "review": NASTY_PACKAGE, "reason": "<b>No</b>\r\n\u202e" * 500})
    ),
}
