"""How far each reviewer of a review is, and how its mails reached them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.reviews import ReviewInstance, Tally
from chalicelib.usecases.overview import not_begun
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.watch_review import tallies_of

NOT_STARTED, UNFINISHED, FINISHED = "notStarted", "unfinished", "finished"
STAGES = (NOT_STARTED, UNFINISHED, FINISHED)
_ROWS, _PAGES = 100, 10  # a call that looks for some reads a thousand reviewers at most


@dataclass(frozen=True, slots=True)
class OneReviewer:
    """A reviewer's row with how far they are; `part` has their mails, where that was asked for."""

    row: ReviewerRow
    tally: Tally
    part: MyReview | None = None


def reviewer_progress(
    services: Services, instance: ReviewInstance, stage: str, mails: bool, after: str | None
) -> Page[OneReviewer]:
    """A page of the reviewers, or of those at one of the STAGES: somewhat more than a hundred at most. The parts
    with the mails are one batch read more."""
    found: list[OneReviewer] = []
    for _ in range(_PAGES):
        page = services.reviews.reviewer_rows(instance.id, _ROWS, after)
        rows = [row for row in page.items if not row.removed]
        tallies = tallies_of(services, instance, rows)
        found += [OneReviewer(row, made) for row, made in zip(rows, tallies, strict=True) if _at(stage, made)]
        after = page.next
        if after is None or not stage or len(found) >= _ROWS // 2:
            break
    return Page(tuple(_with_mails(services, instance, found) if mails else found), after)


def _at(stage: str, made: Tally) -> bool:
    if stage == NOT_STARTED:
        return not_begun(made)
    left = made.undecided + made.dont_know
    return not stage or (left == 0) == (stage == FINISHED)


def _with_mails(services: Services, instance: ReviewInstance, found: list[OneReviewer]) -> list[OneReviewer]:
    places = [(one.row.user_id, one.row.set_id, one.row.on_behalf_of) for one in found]
    parts = services.reviews.parts_of(sorted(set(places)), instance)
    return [OneReviewer(one.row, one.tally, parts.get(place)) for one, place in zip(found, places, strict=True)]
