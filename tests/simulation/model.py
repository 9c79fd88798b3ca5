"""The product as a dictionary: what Access Reviews promises about one policy, with no table, no worker and no message.

Everything happens at once and one at a time. It knows people by their first names, and nothing of how the product does
it: where the two differ, one of them is wrong.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

OPENS_AT, LASTS = time(23, 59), timedelta(days=14)
UNDO = timedelta(days=7)
A_MINUTE = timedelta(minutes=1)


@dataclass(eq=False)
class Grant:
    """One access, until it ends by itself."""

    until: datetime | None


@dataclass
class Entry:
    """What a review says of one access."""

    grant: Grant
    history: list[tuple[str, str]] = field(default_factory=list)  # (by, decision)
    kept: str = ""
    cancelled: bool = False
    removed: datetime | None = None  # when the review took the access away
    gone: bool = False  # there was nothing left to take away
    restored: bool = False

    @property
    def decision(self) -> str:
        return self.history[-1][1] if self.history else "NotReviewed"


@dataclass
class Review:
    """One review. `phase`: open, waiting (for a confirmation), applied, declined, lapsed."""

    opened: datetime
    ends: datetime
    items: dict[str, Entry]
    reviewers: set[str]
    phase: str = "open"
    stopped: bool = False
    extended: bool = False

    def denied(self) -> list[str]:
        """Whose access is to be taken away."""
        return [who for who, one in self.items.items() if one.decision == "Deny" and not one.cancelled]


@dataclass
class Model:
    """The policy: monthly reviews of two weeks by `reviewers`, an outcome for silence, a brake."""

    start: date
    reviewers: frozenset[str]
    silence: str  # "keep" or "remove"
    brake_count: int
    brake_percent: int
    now: datetime
    holds: dict[str, Grant] = field(default_factory=dict)  # who has access
    reviews: list[Review] = field(default_factory=list)
    absent: dict[str, datetime] = field(default_factory=dict)  # reviewers in whose place Hal reviews, and until when
    dealt: int = 0  # occurrences that are over or open

    @property
    def review(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None

    @property
    def open(self) -> Review | None:
        return self.review if self.review and self.review.phase == "open" else None

    def occurrence(self, number: int) -> datetime:
        """When the review of this number opens: on the day of the start, or the last of a shorter month (G2)."""
        month = self.start.month - 1 + number
        year, month = self.start.year + month // 12, month % 12 + 1
        day = min(self.start.day, monthrange(year, month)[1])
        return datetime.combine(date(year, month, day), OPENS_AT, self.now.tzinfo)

    def next_event(self) -> datetime:
        """The next instant at which something happens by itself."""
        ends = [grant.until for grant in self.holds.values() if grant.until]
        return min([self.occurrence(self.dealt), *ends, *([self.open.ends] if self.open else [])])

    def pass_time(self, until: datetime) -> None:
        """What happens by itself until then, in its order."""
        while self.next_event() <= until:
            self.now = self.next_event()
            for who in [who for who, grant in self.holds.items() if grant.until and grant.until <= self.now]:
                self.end(who)
            if self.open and self.open.ends <= self.now:
                self._close(self.open)
            if self.occurrence(self.dealt) <= self.now:
                self._open()
        self.now = until

    # What people do: True when it is accepted ------------------------------------------------------------------

    def assign(self, who: str, until: datetime | None) -> bool:
        if who in self.holds or (until and until <= self.now):
            return False
        self.holds[who] = Grant(until)
        return True

    def end(self, who: str) -> bool:
        if who not in self.holds:
            return False
        ended, item = self.holds.pop(who), self.open.items.get(who) if self.open else None
        if item and item.grant is ended:
            item.cancelled = True
        return True

    def decide(self, by: str, who: str, what: str, reason: bool) -> bool:
        review = self.open
        if review is None or by not in review.reviewers or who not in review.items or review.items[who].cancelled:
            return False
        item = review.items[who]
        if item.decision == "Deny" and item.history[-1][0] != by and what != "Deny" and not reason:
            return False  # replacing another's Deny needs a reason (G16)
        item.history.append((by, what))
        return True

    def be_absent(self, by: str, until: datetime) -> bool:
        self.absent[by] = until
        if self.open:
            self.open.reviewers.add("hal")
        return True

    def hand_over(self, by: str, to: str) -> bool:
        return self.join(to)

    def join(self, who: str) -> bool:
        if self.open:
            self.open.reviewers.add(who)
        return bool(self.open)

    def take_back(self, to: str) -> bool:
        if self.open:
            self.open.reviewers.discard(to)
        return bool(self.open)

    def stop(self) -> bool:
        if self.open is None:
            return bool(self.review)  # stopping what has ended changes nothing
        self.open.stopped, self.open.ends = True, self.now
        self._close(self.open)
        return True

    def extend(self, days: int) -> bool:
        if self.open is None or (days < 1 and not self.open.extended):
            return False
        until = self.open.ends + timedelta(days=days)
        if until > self.occurrence(self.dealt) - A_MINUTE:
            return False
        self.open.ends, self.open.extended = until, True
        return True

    def confirm(self) -> bool:
        if self.review is None or self.review.phase not in ("waiting", "applied"):
            return False
        if self.review.phase == "waiting":
            self._apply(self.review)
        return True

    def decline(self) -> bool:
        if self.review is None or self.review.phase not in ("waiting", "declined"):
            return False
        self.review.phase = "declined"
        return True

    def restore(self, who: str) -> bool:
        item = self.review.items.get(who) if self.review else None
        if item is None or item.removed is None or item.restored or who in self.holds:
            return False
        if self.now > item.removed + UNDO or (item.grant.until and item.grant.until <= self.now):
            return False
        item.restored, self.holds[who] = True, Grant(item.grant.until)
        return True

    # What happens by itself -----------------------------------------------------------------------------------

    def _open(self) -> None:
        if self.review and self.review.phase == "waiting":
            self.review.phase = "lapsed"
        items = {who: Entry(grant) for who, grant in self.holds.items()}
        phase = "open" if items else "applied"
        stand_in = {"hal"} if any(until > self.now for until in self.absent.values()) else set()
        self.reviews.append(Review(self.now, self.now + LASTS, items, set(self.reviewers | stand_in), phase))
        self.dealt += 1

    def _close(self, review: Review) -> None:
        for item in review.items.values():
            if item.decision == "NotReviewed" and not item.cancelled:
                if review.stopped or self.silence == "keep":
                    item.kept = "stoppedEarly" if review.stopped else "noResponse"
                else:
                    item.history.append(("rule", "Deny"))
        denied = len(review.denied())
        if denied >= self.brake_count and denied * 100 > self.brake_percent * len(review.items):
            review.phase = "waiting"
        else:
            self._apply(review)

    def _apply(self, review: Review) -> None:
        review.phase = "applied"
        for who in review.denied():
            item = review.items[who]
            if self.holds.get(who) is item.grant:
                del self.holds[who]
                item.removed = self.now
            else:
                item.gone = True
