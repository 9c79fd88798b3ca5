"""Comparing two sides: who has the access outside, and who has an assignment.

Whoever is on one side only is looked into singly; what is left are the differences.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib.domain.people import User
from chalicelib.usecases.adopt_members import THREADS, other_package
from chalicelib.usecases.comparing import Comparison, Spot
from chalicelib.usecases.comparison_files import (
    EXTRA,
    MISSING,
    PAGE,
    Difference,
    page_of,
    put_page,
    put_target,
    rows_of,
)
from chalicelib.usecases.ports import Member
from chalicelib.usecases.recognise import recognise
from chalicelib.usecases.sorted_files import Entry, groups, merged

LOG = logging.getLogger("access_reviews")
LOOKED_AT = 200  # assignments without membership that are verified one by one
_SIDES = ("names", "mails")


def join(work: Comparison, spot: Spot) -> Spot:
    """Find who is on one side only: first by names and ids, then whom a mail address names without doubt."""
    target = spot.target
    assert target is not None, "the right was begun"
    held = bytearray(_length(work, spot))
    members = bytearray(target.members)
    for side in _SIDES:
        for one, other in _pairs(_entries(work, spot, "members", side), _entries(work, spot, "held", side)):
            left = [place for place in map(int, one) if not members[place]]
            right = [place for place in map(int, other) if not held[place]]
            if side == "names" or (len(left) == len(right) == 1):
                for place in left:
                    members[place] = 1
                for place in right:
                    held[place] = 1
    target.matched = sum(members)
    spot.found[MISSING] = _found(work, spot, MISSING, "members", members)
    spot.found[EXTRA] = _found(work, spot, EXTRA, "held", held)
    spot.step, spot.page = MISSING, 0
    return spot


def _length(work: Comparison, spot: Spot) -> int:
    return sum(1 for _ in rows_of(work.services, work.chunk_keys(spot, "held")))


def _entries(work: Comparison, spot: Spot, side: str, keys: str) -> Iterator[Entry]:
    return merged(work.services, (f"{key}.{keys}" for key in work.chunk_keys(spot, side)))


def _pairs(left: Iterator[Entry], right: Iterator[Entry]) -> Iterator[tuple[list[str], list[str]]]:
    """The values of both sides for each key that both have."""
    others = groups(right)
    other = next(others, None)
    for key, values in groups(left):
        while other is not None and other[0] < key:
            other = next(others, None)
        if other is not None and other[0] == key:
            yield values, other[1]


def _found(work: Comparison, spot: Spot, side: str, rows: str, seen: bytearray) -> int:
    """Write those whom nobody on the other side is; how many pages they fill."""
    page: list[Difference] = []
    number = 0
    for place, row in enumerate(rows_of(work.services, work.chunk_keys(spot, rows))):
        if not seen[place]:
            page.append(row)
        if len(page) == PAGE:
            put_page(work.services, work.instance.id, spot.number, f"found/{side}", number, page)
            page, number = [], number + 1
    if page:
        put_page(work.services, work.instance.id, spot.number, f"found/{side}", number, page)
        number += 1
    return number


def look_into_missing(work: Comparison, spot: Spot) -> Spot:
    """Who are the next members without an assignment, and do they have the access by another one?"""
    target = spot.target
    assert target is not None, "the right was begun"
    if spot.page >= spot.found.get(MISSING, 0):
        spot.step, spot.page = EXTRA, 0
        return spot
    services, right = work.services, work.scope(spot).right
    rows = page_of(services, work.instance.id, spot.number, f"found/{MISSING}", spot.page)
    known = recognise(services, [_member(row) for row in rows])
    for row in rows:
        row.person = known[row.key].user.id if row.key in known else ""
    with ThreadPoolExecutor(THREADS) as pool:
        others = list(pool.map(lambda row: row.person and other_package(services, row.person, right), rows))
    left = [row for row, other in zip(rows, others, strict=True) if not other]
    target.otherwise += len(rows) - len(left)
    target.missing += len(left)
    _leave(work, spot, MISSING, left)
    return spot


def look_into_extra(work: Comparison, spot: Spot) -> Spot:
    """Do the next assignments truly lack membership? The first are verified singly, as a removal would be."""
    target = spot.target
    assert target is not None, "the right was begun"
    if spot.page >= spot.found.get(EXTRA, 0):
        put_target(work.services, work.instance.id, spot.number, target)
        return Spot(number=spot.number + 1, step="begin", held=spot.held)
    rows = page_of(work.services, work.instance.id, spot.number, f"found/{EXTRA}", spot.page)
    left = rows
    if spot.looked < LOOKED_AT:
        spot.looked += len(rows)
        people = work.services.people.users(row.person for row in rows)
        with ThreadPoolExecutor(THREADS) as pool:
            held = list(pool.map(lambda row: _holds(work, spot, people.get(row.person)), rows))
        left = [row for row, holds in zip(rows, held, strict=True) if not holds]
    target.extra += len(left)
    _leave(work, spot, EXTRA, left)
    return spot


def _member(row: Difference) -> Member:
    return Member(
        key=row.key,
        display_name=row.name,
        principal_name=row.principal_name,
        mail=row.mail,
        external_id=row.external_id,
    )


def _holds(work: Comparison, spot: Spot, person: User | None) -> bool:
    """Does the system say, asked about this one person, that they have the right? Not being able to tell: no."""
    right = work.scope(spot).right
    connector = work.services.connectors.get(right.connector)
    try:
        return connector is not None and person is not None and connector.verify(right, person)
    except Exception:  # the list was read: this was only a second look
        LOG.exception("connector %s failed for %s", right.connector, person and person.id)
        return False


def _leave(work: Comparison, spot: Spot, side: str, rows: Sequence[Difference]) -> None:
    """Keep a page of differences and turn to the next."""
    assert spot.target is not None, "the right was begun"
    if rows:
        pages = spot.target.pages
        put_page(work.services, work.instance.id, spot.number, side, pages.get(side, 0), rows)
        pages[side] = pages.get(side, 0) + 1
    spot.page += 1
