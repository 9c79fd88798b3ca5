"""Whom a review contacted, or would have, and with which mails (R76)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.mail_log import SentMail, read_state
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import ReviewInstance, SharedSet
from chalicelib.usecases.ports import Page, Services


@dataclass(frozen=True, slots=True)
class Contacted:
    """A reviewer with every mail about the review. `first` is the first contact; without any the opening, when
    they would have been contacted."""

    row: ReviewerRow
    mails: tuple[SentMail, ...]
    first: datetime


def contacted(services: Services, instance: ReviewInstance, limit: int, after: str | None) -> Page[Contacted]:
    """A page of the reviewers of an instance, each once: one query and one or two batch reads."""
    page = services.reviews.reviewer_rows(instance.id, limit, after)
    state = services.reviews.recent_state(instance.id)
    places = {(row.user_id, row.set_id, row.on_behalf_of) for row in page.items}
    places |= {(row.user_id, ids.set_of_one(row.user_id), "") for row in page.items if row.shared}
    parts = services.reviews.parts_of(sorted(places), instance)
    shared = state.shared if state else ()
    listed = [row for row in page.items if not row.removed and not _listed_elsewhere(row, shared, parts)]
    return Page(tuple(_contacted(instance, row, parts) for row in listed), page.next)


def _listed_elsewhere(
    row: ReviewerRow, shared: tuple[SharedSet, ...], parts: dict[tuple[str, str, str], MyReview]
) -> bool:
    """Is the person asked in an earlier set too, where the list has them already?"""
    if not row.shared:
        return False
    earlier = (one for one in shared if one.id < row.set_id)
    alone = (row.user_id, ids.set_of_one(row.user_id), "") in parts
    return alone or any(row.user_id in one.members for one in earlier)


def _contacted(instance: ReviewInstance, row: ReviewerRow, parts: dict[tuple[str, str, str], MyReview]) -> Contacted:
    part = parts.get((row.user_id, row.set_id, row.on_behalf_of))
    mails = mails_of(part, instance) if part else []
    sent = [mail.sent for mail in mails if mail.sent]
    return Contacted(row, tuple(mails), min(sent, default=instance.opens))


def mails_of(part: MyReview, instance: ReviewInstance) -> list[SentMail]:
    """The mails to a reviewer about one part of a review, in the order they were sent."""
    mails = [read_state(kind, state) for kind, state in part.mails.items() if kind != "opened"]
    return sorted(mails, key=lambda mail: (mail.sent is None, mail.sent or instance.opens, mail.kind))
