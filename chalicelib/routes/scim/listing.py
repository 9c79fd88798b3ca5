"""Lists of SCIM: filters and pages by number over a store that only knows cursors.

A whole list is counted once and each page notes where the next one begins, so that a page costs what it shows. A
filter that no index serves looks at 10,000 objects at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from chalicelib.domain import errors
from chalicelib.domain.provisioning import ListPosition
from chalicelib.routes.scim.calls import ScimCall
from chalicelib.routes.scim.faults import TooMany
from chalicelib.routes.scim.matching import matches
from chalicelib.routes.scim.paths import Compare, Expression, conjuncts, parse_filter
from chalicelib.routes.scim.schemas import LIST, Json
from chalicelib.usecases.ports import Page

E = TypeVar("E")
Source = Callable[[int, "str | None"], Page[E]]
LARGEST, USUAL = 200, 100
MOST_EXAMINED = 10_000
POSITION_SECONDS = 3_600.0
_PAGE = 500


class NotSupported(errors.ReviewError):
    """SCIM has it, we do not, as ServiceProviderConfig says."""

    code, status = "NotImplemented", 501


@dataclass(frozen=True)
class Listing(Generic[E]):
    """What a kind of object needs to be listed. `all` is the whole list, `count` how many it has; `show` gives
    JSON for several; `narrow` the shortest list with every match of a filter, None when no index gives one."""

    schema: str
    all: Source[E]
    count: Callable[[], int]
    show: Callable[[Sequence[E]], list[Json]]
    narrow: Callable[[dict[str, str], dict[str, str]], Source[E] | None]
    indexed: str
    prepared: Callable[[Sequence[E], Expression], list[Json]]


def listed(call: ScimCall, listing: Listing[E]) -> Json:
    """The answer to a GET of the list. Raises InvalidInput, NotSupported (sorting)."""
    if call.option("sortBy") or call.option("sortOrder"):
        raise NotSupported("Lists are not sorted; see ServiceProviderConfig.", "sortBy")
    start, count = call.number("startIndex", 1, 1), min(call.number("count", 0, USUAL), LARGEST)
    text = call.option("filter")
    if text:
        found = list(_matching(listing, parse_filter(text, listing.schema)))
        page, total = found[start - 1 : start - 1 + count], len(found)
    else:
        page, total = _from(call, listing, start, count)
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(page),
        "Resources": listing.show(page) if page else [],
    }


def _matching(listing: Listing[E], wanted: Expression) -> Iterator[E]:
    """Everything that matches. Raises TooMany."""
    terms = [
        one for one in conjuncts(wanted) if isinstance(one.value, str) and one.path.attribute and not one.path.only
    ]
    same = {_name(one): str(one.value) for one in terms if one.operator == "eq"}
    starts = {_name(one): str(one.value) for one in terms if one.operator == "sw"}
    source = listing.narrow(same, starts)
    examined = 0
    for page in _pages(source or listing.all):
        examined += len(page)
        if examined > MOST_EXAMINED:
            raise TooMany(
                f"More than {MOST_EXAMINED:,} would have to be looked at. Begin with {listing.indexed}.", "filter"
            )
        for one, shown in zip(page, listing.prepared(page, wanted), strict=True):
            if matches(shown, wanted):
                yield one


def _name(one: Compare) -> str:
    assert one.path.attribute is not None
    return ".".join(filter(None, (one.path.attribute.name, one.path.part)))


def _pages(source: Source[E]) -> Iterator[tuple[E, ...]]:
    page = source(_PAGE, None)
    yield page.items
    while page.next is not None:
        page = source(_PAGE, page.next)
        yield page.items


def _from(call: ScimCall, listing: Listing[E], start: int, count: int) -> tuple[list[E], int]:
    """A part of the whole list from number `start` on, and how many there are in all. Raises TooMany."""
    known = call.services.provisioning.position_before(call.by.id, listing.schema, start) if start > 1 else None
    if known is None or known.until < call.services.clock.real():
        known = ListPosition(client_id=call.by.id, asked=listing.schema, start=1, cursor="", total=-1, until=0.0)
    skip = start - known.start
    if skip > MOST_EXAMINED:
        raise TooMany("This page cannot be reached directly: read the list from its beginning.", "startIndex")
    total = known.total
    if (total >= 0 and start > total) or count == 0:
        return [], total if total >= 0 else listing.count()
    found: list[E] = []
    cursor: str | None = known.cursor or None
    while True:
        page = listing.all(skip + count - len(found), cursor)
        found, cursor = found + list(page.items), page.next
        if cursor is None or len(found) >= skip + count:
            break
    if total < 0:
        total = known.start - 1 + len(found) if cursor is None else listing.count()
    if cursor is not None:
        _note(call, known, known.start + len(found), cursor, total)
    return found[skip:], total


def _note(call: ScimCall, known: ListPosition, start: int, cursor: str, total: int) -> None:
    until = call.services.clock.real() + POSITION_SECONDS
    following = ListPosition(
        client_id=known.client_id, asked=known.asked, start=start, cursor=cursor, total=total, until=until
    )
    call.services.writer.put_all([following])
