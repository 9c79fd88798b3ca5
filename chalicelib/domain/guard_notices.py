"""What mails about guarded removals have to say: a confirmation is waited for, a removal was undone, a closed review
waits for its sign-off. See notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.checked_notices import LINES, LINK, Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationWaits(Checked):
    """To those who can confirm the removals of a closed review, once a day while they wait (G24)."""

    now: datetime
    review: str
    package: str
    closed: datetime
    zone: str
    link: str = field(metadata=LINK)
    """The page with the names, where one confirms."""
    to_remove: int
    people: int
    """Everybody in the review."""
    brake: bool
    """They wait because they are so many; else because results are applied by hand."""
    lapses: datetime | None = None
    """When the next review opens, which ends the wait; None when none will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRestored(Checked):
    """To a person whose access a review had ended, when that was undone. Like AccessEnded without anybody's name."""

    now: datetime
    package: str
    restored: datetime
    zone: str
    ends: datetime | None = None
    """When it ends by itself, as it would have before; None: it has no end."""
    link: str | None = field(default=None, metadata=LINK)
    """The access as the person sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionUndone(Checked):
    """To whoever denied, when somebody else undid the removal."""

    now: datetime
    review: str
    package: str
    person: str
    by: str
    restored: datetime
    zone: str
    reason: str = field(metadata=LINES)
    link: str = field(metadata=LINK)
    """The review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewToSign(Checked):
    """To the control owner, once a review's decisions and removals are sealed."""

    now: datetime
    review: str
    package: str
    closed: datetime
    zone: str
    people: int
    exceptions: int
    """Exceptions that want a disposition first."""
    link: str = field(metadata=LINK)
    """The evidence of the review, where one signs."""
