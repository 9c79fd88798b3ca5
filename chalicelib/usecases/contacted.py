"""Whom a review contacted, or would have, and with which mails (R76)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import ReviewInstance, SharedSet
from chalicelib.usecases.ports import Page, Services


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail to a reviewer. `state`: `sent`, `pending`, `sending`, `failed`, `lost`, `off` (mail was switched off)
    or `withheld` (a guest who has not accepted the invitation, R73); `sent` is None until it went out."""

    kind: str
    state: str
    sent: datetime | None


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
    mails = [sent_mail(kind, state) for kind, state in part.mails.items() if kind != "opened"] if part else []
    mails.sort(key=lambda mail: (mail.sent is None, mail.sent or instance.opens, mail.kind))
    sent = [mail.sent for mail in mails if mail.sent]
    return Contacted(row, tuple(mails), min(sent, default=instance.opens))


def sent_mail(kind: str, state: str) -> SentMail:
    """A mail by the state it has in a reviewer's part."""
    word, _, when = state.partition(" ")
    return SentMail(kind, word, datetime.fromisoformat(when) if word == "sent" else None)
