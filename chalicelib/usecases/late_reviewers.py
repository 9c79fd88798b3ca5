"""Who is behind in a review one day before it closes: for the summary to managers and owners (R82)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from chalicelib.domain.notices import LateReviewer
from chalicelib.domain.parts import ReviewerRow
from chalicelib.domain.reviews import ReviewInstance, Tally
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Services
from chalicelib.usecases.watch_review import tallies_of

PAGE = 100
Place = tuple[str, str]  # a person and a reviewer set


@dataclass
class _Found:
    """What was read so far: what each person is asked in each set, and what they gave away of it."""

    names: dict[str, str] = field(default_factory=dict)
    asked: dict[Place, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    given: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    given_all: set[Place] = field(default_factory=set)

    def add(self, row: ReviewerRow, tally: Tally) -> None:
        """Take note of one reviewer's row."""
        self.names[row.user_id] = row.display_name
        undecided, people = self.asked[row.user_id, row.set_id]
        self.asked[row.user_id, row.set_id] = undecided + tally.undecided, people + tally.total
        if row.on_behalf_of and row.some:
            self.given[row.on_behalf_of, row.set_id] += tally.undecided
        elif row.on_behalf_of:
            self.given_all.add((row.on_behalf_of, row.set_id))

    def late(self) -> list[tuple[str, LateReviewer]]:
        """Those with something undecided, each once, the most behind first."""
        owed: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for place, (undecided, people) in self.asked.items():
            left = undecided - self.given[place]
            if left > 0 and place not in self.given_all:
                before = owed[place[0]]
                owed[place[0]] = before[0] + left, before[1] + people
        found = [
            (who, LateReviewer(name=self.names[who], undecided=undecided, people=max(people, 1)))
            for who, (undecided, people) in owed.items()
        ]
        return sorted(found, key=lambda one: -one[1].undecided)


def late_reviewers(services: Services, instance: ReviewInstance, budget: Budget) -> list[tuple[str, LateReviewer]]:
    """Ids and names of the reviewers with undecided items by the counters. Who handed them over is not behind with
    them, who took them is."""
    found = _Found()
    after: str | None = None
    while budget.left():
        page = services.reviews.reviewer_rows(instance.id, PAGE, after)
        rows = [row for row in page.items if not row.removed]
        for row, tally in zip(rows, tallies_of(services, instance, rows), strict=True):
            found.add(row, tally)
        after = page.next
        if after is None:
            break
    return found.late()
