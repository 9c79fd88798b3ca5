"""Walking a source for the objects that match a filter and that the caller may see, within honest bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from chalicelib.domain.errors import FilterTooBroad
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.usecases.ports import Page

E = TypeVar("E")
Source = Callable[[int, str | None], Page[E]]
Present = Callable[[Sequence[E]], Sequence[dict[str, Any]]]

MOST = 10_000  # objects examined for one answer (brief, decision 14)
MOST_COUNTED = 100_000  # objects counted when nothing has to be looked at
STRETCH = 250  # objects examined in one go
COUNTED = 1_000  # objects counted in one go


def listed(entities: Sequence[E]) -> Source[E]:
    """A source over entities that are at hand."""

    def read(limit: int, after: str | None) -> Page[E]:
        start = int(after or 0)
        end = start + limit
        return Page(tuple(entities[start:end]), str(end) if end < len(entities) else None)

    return read


class Place(NamedTuple):
    """A place in a source: behind its cursor `after`, and `skip` objects further."""

    after: str | None = None
    skip: int = 0


@dataclass(frozen=True)
class Search(Generic[E]):
    """Walks a source for what the caller asked for and may see."""

    source: Source[E]
    present: Present[E]
    filter: Filter | None
    where: Callable[[E], bool] | None
    indexed: str

    @property
    def plain(self) -> bool:
        """Does every object of the source belong to the answer?"""
        return self.filter is None and self.where is None

    def page(self, top: int, start: Place) -> tuple[list[tuple[E, dict[str, Any]]], Place | None]:
        """Up to `top` matches from `start`, and where the next page starts; none only when the source ends."""
        found: list[tuple[E, dict[str, Any]]] = []
        examined, size = 0, top if self.plain else max(top, STRETCH)
        while True:
            page = self.source(size + start.skip, start.after)
            matches = self._matches(page.items[start.skip :])
            if len(matches) > top - len(found):
                fit = matches[: top - len(found)]
                needed = fit[-1][0] + 1
                if size <= needed:  # the source gives more than it was asked for: stay inside its page
                    return found + [match[1:] for match in fit], Place(start.after, start.skip + needed)
                # Ask again for the stretch that ends with the last match, to get the cursor behind it.
                size = needed
                continue
            found += [match[1:] for match in matches]
            examined = self._more(examined, page, MOST)
            if page.next is None or len(found) == top:
                return found, Place(page.next) if page.next else None
            start = Place(page.next)
            size = top - len(found) if self.plain else _stretch(examined)

    def all(self) -> list[tuple[E, dict[str, Any]]]:
        """Every match."""
        found: list[tuple[E, dict[str, Any]]] = []
        examined, after = 0, None
        while True:
            page = self.source(_stretch(examined), after)
            examined, after = self._more(examined, page, MOST), page.next
            found += [(entity, obj) for _, entity, obj in self._matches(page.items)]
            if after is None:
                return found

    def count(self) -> int:
        """How many match. Without filter nothing has to be looked at, so that more can be counted."""
        if not self.plain:
            return len(self.all())
        total, after = 0, None
        while True:
            page = self.source(COUNTED, after)
            total, after = self._more(total, page, MOST_COUNTED), page.next
            if after is None:
                return total

    def _matches(self, items: Sequence[E]) -> list[tuple[int, E, dict[str, Any]]]:
        seen = [(at, item) for at, item in enumerate(items) if self.where is None or self.where(item)]
        objects = self.present([item for _, item in seen])
        pairs = zip(seen, objects, strict=True)
        return [(at, item, obj) for (at, item), obj in pairs if self.filter is None or self.filter.matches(obj)]

    def _more(self, examined: int, page: Page[E], most: int) -> int:
        if examined + len(page.items) > most:
            raise FilterTooBroad(
                f"More than {most:,} objects would have to be examined for this answer. "
                f"Filters that an index serves here: {self.indexed or 'none'}.",
                "$filter",
            )
        return examined + len(page.items)


def _stretch(examined: int) -> int:
    """How many to read next: up to the bound, then one, which tells whether more follow."""
    return max(min(STRETCH, MOST - examined), 1)
