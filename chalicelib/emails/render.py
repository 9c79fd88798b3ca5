"""Makes a mail of a notice: subject, plain text, HTML and, where a day matters, a calendar entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.domain.checked_notices import LINES, LINK, plain_address
from chalicelib.domain.guard_notices import AccessRestored, ConfirmationWaits, DecisionUndone, ReviewToSign
from chalicelib.domain.notices import (
    AccessEnded,
    DecisionsReset,
    LastCallSummary,
    Notice,
    Reminder,
    ReviewExtended,
    ReviewFinished,
    ReviewsSwitchedOff,
    ReviewStarted,
    TasksToDo,
)
from chalicelib.domain.waiting_notices import ReviewsWait
from chalicelib.domain.wording import one_line
from chalicelib.emails import asking, guarding, tasks, telling
from chalicelib.emails.calendar import calendar
from chalicelib.emails.clean import clean
from chalicelib.emails.page import NAME_END, NAME_START, SUBJECT_LENGTH, Page, bare
from chalicelib.emails.palette import DARK, LIGHT

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}")
_PAGE = re.compile(r"https://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]{1,2000}")
_WORDS: dict[type, Callable[[Any], Page]] = {
    ReviewStarted: asking.started,
    Reminder: asking.reminder,
    LastCallSummary: telling.last_call,
    ReviewFinished: telling.finished,
    AccessEnded: telling.ended,
    ReviewExtended: telling.extended,
    DecisionsReset: telling.reset,
    ReviewsSwitchedOff: telling.switched_off,
    ConfirmationWaits: guarding.confirmation,
    AccessRestored: guarding.restored,
    DecisionUndone: guarding.undone,
    ReviewToSign: guarding.to_sign,
    TasksToDo: tasks.to_do,
    ReviewsWait: telling.waits,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """Whose mail this is.

    `contact` is how to reach those who run it: a mail address, an https page, or words; it may be empty.
    Raises ValueError unless `logo_url` is empty or a plain https address: the one thing a mail may load.
    """

    organisation: str
    product: str = "Access Reviews"
    contact: str = field(default="", metadata=LINES)
    logo_url: str | None = field(default=None, metadata=LINK)
    footer: str | None = field(default=None, metadata=LINES)

    def __post_init__(self) -> None:
        if self.logo_url and not plain_address("logo_url", self.logo_url).startswith("https://"):
            raise ValueError("logo_url must start with https://")

    @property
    def contact_link(self) -> str | None:
        """Where a click on the contact leads; None if it is neither a mail address nor an https page."""
        if _MAIL_ADDRESS.fullmatch(self.contact):
            return f"mailto:{self.contact}"
        return self.contact if _PAGE.fullmatch(self.contact) else None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to send: `subject` one line of at most 140 characters, `calendar` an .ics text or None."""

    subject: str
    text: str
    html: str
    calendar: str | None


def render(notice: Notice, branding: Branding) -> Rendered:
    """The mail that says `notice`. The same notice always gives the same mail.

    Raises InvalidInput when a review's zone is unknown.
    """
    tidy, brand = clean(notice), clean(branding)
    page = _WORDS[type(notice)](tidy)
    subject = one_line(page.subject, SUBJECT_LENGTH)
    values = {"page": page, "brand": brand, "subject": subject, "light": LIGHT, "dark": DARK}
    return Rendered(
        subject=subject,
        text=_environment().get_template("mail.txt").render(values).strip() + "\n",
        html=_environment().get_template("mail.html").render(values),
        calendar=calendar(tidy) if isinstance(tidy, ReviewStarted) else None,
    )


@cache
def _environment() -> Environment:
    """The templates. jinja2 is imported here because only a sender of mails should pay its 37 ms."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["bare"] = bare
    environment.filters["rich"] = _rich
    return environment


def _rich(sentence: str) -> str:
    """`sentence` as HTML: escaped first, then the marks around names become elements."""
    from markupsafe import Markup, escape

    safe = str(escape(sentence)).replace(NAME_START, "<bdi>").replace(NAME_END, "</bdi>")
    return Markup(safe)
