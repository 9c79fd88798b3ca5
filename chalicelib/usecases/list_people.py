"""Everybody by name, and finding people by how their name or sign-in name begins."""

from __future__ import annotations

from string import ascii_lowercase, digits

from chalicelib.domain.people import User
from chalicelib.usecases.ports import Page, Services

_LETTERS = ascii_lowercase + digits  # how the index of names is cut; other beginnings come last, unsorted
_OTHERS = "~"


def people_by_name(services: Services, limit: int, after: str | None) -> Page[User]:
    """A page of everybody by display name, letter by letter; names that begin otherwise than with a to z or a digit
    follow in no order, for which the whole directory is read at the end. A page may be short. The cursor begins with
    the letter."""
    letter, inner = (after or _LETTERS[0])[0], (after or "")[1:] or None
    found: list[User] = []
    while letter != _OTHERS:
        page = services.people.users_by_display_name(letter, limit - len(found), inner)
        found += page.items
        if page.next:
            return Page(tuple(found), f"{letter}{page.next}")
        letter, inner = (*_LETTERS, _OTHERS)[_LETTERS.index(letter) + 1], None
        if len(found) >= limit:
            return Page(tuple(found), letter)
    rest = services.people.list_users(1_000, inner)
    found += [one for one in rest.items if one.display_name[:1].lower() not in _LETTERS or not one.display_name]
    return Page(tuple(found), f"{_OTHERS}{rest.next}" if rest.next else None)


def people_called(services: Services, start: str, limit: int, after: str | None) -> Page[User]:
    """A page of the people whose display name begins so, then those of whom only the sign-in name does. The cursor
    begins with `n` or `p`."""
    part, inner = (after or "n")[0], (after or "")[1:] or None
    found: list[User] = []
    if part == "n":
        page = services.people.users_by_display_name(start, limit, inner)
        if page.next or len(page.items) >= limit:
            return Page(page.items, f"n{page.next}" if page.next else "p")
        found, inner = list(page.items), None
    page = services.people.users_by_principal_name(start, limit - len(found), inner)
    found += [one for one in page.items if not one.display_name.lower().startswith(start.lower())]
    return Page(tuple(found), f"p{page.next}" if page.next else None)
