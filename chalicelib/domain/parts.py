"""A reviewer's part in a review, as the review lists it and as it lies under its reviewer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.delegation import HandedOver
from chalicelib.domain.reviews import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRow:
    """A reviewer's part in an instance, as listed under the instance: progress and identity, frozen names.

    One row per reviewer and set. For a set of one the tally is this reviewer's; for shared sets it has only the
    total, and the counts are the set's own. `own_item`: one of the items is the reviewer's own, decided by others.
    `extra`: they joined the set while the review ran, in their own right or `on_behalf_of` one of its reviewers,
    for all of its items or only for `some` of them (0: all). `removed`: they are its reviewer no more. `unreachable`:
    why nobody waits for them (`domain/reviewers.py`, Unreachable), "" as long as they can be asked.
    """

    instance_id: str
    user_id: str
    set_id: str
    display_name: str
    principal_name: str
    reason: str
    tally: Tally = field(default_factory=Tally)
    shared: bool = False
    own_item: bool = False
    extra: bool = False
    on_behalf_of: str = ""
    some: int = 0
    removed: bool = False
    unreachable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReview:
    """A review as it lies under its reviewer, newest first: enough to list it and to send its mails.

    `own_item_id` is the reviewer's own item in a shared set (`own_item`), which others decide.
    One part per reviewer and set, and one more per person on whose behalf they review (`on_behalf_of`). A part
    counts for all items of its set or for `only` some. `since`: when they were made a reviewer of a running
    review. `handed`: what this reviewer handed over. `removed`: it counts no more, and is kept for its mails.
    `unreachable` as in ReviewerRow.
    `mails` maps a mail kind to its state (`domain/mail_log.py`).
    """

    user_id: str
    instance_id: str
    definition_id: str
    set_id: str
    opens: datetime
    closes: datetime
    name: str
    package_name: str
    reason: str
    items: int
    self_review: bool = False
    own_item: bool = False
    own_item_id: str = ""
    on_behalf_of: str = ""
    only: tuple[str, ...] = ()
    since: datetime | None = None
    handed: tuple[HandedOver, ...] = ()
    removed: bool = False
    unreachable: str = ""
    mails: dict[str, str] = field(default_factory=dict)

    def covers(self, item_id: str) -> bool:
        """Does this part make its reviewer a reviewer of that item (not looking at whose access it is)?"""
        return self.set_id == ids.decision_place(item_id)[0] and (not self.only or item_id in self.only)

    @property
    def handed_all(self) -> bool:
        """Has this reviewer handed over everything?"""
        return any(not one.only for one in self.handed)
