"""What a look ahead at reviews takes and answers."""

from __future__ import annotations

from typing import Literal

import msgspec

from chalicelib.routes.graph.bodies import Id, ReviewBody
from chalicelib.routes.shapes import Answer, Count, Instant, Text


class PreviewBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A package; a policy of it, or none for a new one; settings as its `reviewSettings` would be saved."""

    access_package_id: Id
    assignment_policy_id: Id | None = None
    review_settings: ReviewBody | None = None


class Date(Answer, kw_only=True):
    """One review of the series. The local times are those of the time zone, with their distance from UTC."""

    date: str
    start_date_time: Instant
    end_date_time: Instant
    local_start: Instant
    local_end: Instant


class PreviewPerson(Answer, kw_only=True):
    """A person; of one the directory does not know the name is their id."""

    id: str
    display_name: str
    user_principal_name: str


class People(Answer, kw_only=True):
    """How many, and the first fifty."""

    count: Count
    value: list[PreviewPerson]


class PreviewReviewer(PreviewPerson, kw_only=True):
    """A person who would be asked: why, about how many people, and why no mail would reach them."""

    reasons: list[Literal["named", "owner", "fallback", "manager", "self"]]
    items: Count
    no_mail_because: Literal["disabled", "invitationPending", "noAddress", "mailSwitchedOff"] | None


class Reviewers(Answer, kw_only=True):
    """How many, and the first fifty, those with the most people first."""

    count: Count
    value: list[PreviewReviewer]


class Unanswered(Answer, kw_only=True):
    """What would happen if nobody answered; sums of reasons are `notAsked`, `noInformation`, `noResponse`."""

    removed: People
    approved: Count
    kept: Count
    kept_because: dict[str, int]
    waits_for_confirmation: bool


class Ahead(Answer, kw_only=True):
    """The first review. Not `complete`: the figures are those of the first `examined` assignments."""

    start_date_time: Instant
    end_date_time: Instant
    complete: bool
    examined: Count
    items: Count
    reviewers: Reviewers
    without_manager: People | None
    to_fallback: People
    need_reviewer: People
    without_mail: Reviewers
    if_nobody_answers: Unanswered


class Open(Answer, kw_only=True):
    """The review that is open now; it keeps the settings it began with."""

    id: str
    display_name: str
    end_date_time: Instant


class Preview(Answer, kw_only=True):
    """The next dates of the series and its first review; nothing of either when the settings are off."""

    time_zone: str | None
    waiting: Date | None
    next: list[Date]
    running: Open | None
    first_review: Ahead | None
    warning: Text = msgspec.UNSET
