"""What the mail about reviews that wait for data has to say. See notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.checked_notices import LINK, Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReview(Checked):
    """A review that does not open because its data is too old."""

    package: str
    planned: datetime
    """When it should have opened."""
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsWait(Checked):
    """To those who run reviews that do not open because their data is too old; once a day about all of them."""

    now: datetime
    zone: str
    reviews: tuple[WaitingReview, ...]
    sources: tuple[tuple[str, datetime | None], ...]
    """The sources they wait for by name, and up to when their data is known."""
    link: str = field(metadata=LINK)
    """Where one sees the sources, and opens a review on the data there is."""

    @property
    def package(self) -> str:
        """What a list of mails calls this one."""
        return self.reviews[0].package
