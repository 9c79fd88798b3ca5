"""The address prefix of entitlement management, the ids that addresses and filters name, and bodies."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.routes.declared import Named
from chalicelib.routes.graph.odata import parse_segment
from chalicelib.routes.graph.walking import Source, listed
from chalicelib.usecases.ports import Page

E = TypeVar("E")

EM = "/v1.0/identityGovernance/entitlementManagement"
EM_CONTEXT = "identityGovernance/entitlementManagement"


def views_of_caller(offered: Collection[str], query: tuple[str, ...], gives: type) -> tuple[Named, ...]:
    """The `filterByCurrentUser(on='…')` addresses beside a list, for the description of the API."""
    return tuple(Named(f"filterByCurrentUser(on='{on}')", query, gives) for on in offered)


def current_user(segment: str, offered: Collection[str]) -> str:
    """What a `filterByCurrentUser(on='…')` segment asks for; "" for other segments. Raises InvalidInput naming the
    values there are."""
    found = parse_segment(segment)
    if found.name != "filterByCurrentUser" or found.kind != "function":
        return ""
    on = found.arguments["on"]
    if on not in offered:
        raise InvalidInput(f"filterByCurrentUser takes on={' | '.join(repr(one) for one in offered)} here.", "on")
    return on


def only_id(segment: str) -> str:
    """The id a path segment holds, in lower case. Raises NotFound for functions and other segments."""
    found = parse_segment(segment)
    if found.kind != "id":
        raise NotFound("There is no such resource.")
    return found.name.lower()


def only_count(segment: str) -> None:
    """Raises NotFound unless a path segment is `$count`, where a list has no addresses for its objects."""
    if parse_segment(segment).kind != "count":
        raise NotFound("Here is only $count.")


def plain_id(wanted: object) -> str:
    """The id a filter compares with, in lower case; "" for text that can be no id."""
    named = parse_segment(wanted) if isinstance(wanted, str) else None
    return named.name.lower() if named is not None and named.kind == "id" else ""


def found_by_id(get: Callable[[str], E | None], wanted: object) -> Source[E]:
    """A list of the one object with the id a filter names, or of none."""
    known = plain_id(wanted)
    found = get(known) if known else None
    return listed([found] if found is not None else [])


def part_of(get: Callable[[str, int, str | None], Page[E]], wanted: object) -> Source[E]:
    """The list of what belongs to the object with the id a filter names."""
    known = plain_id(wanted)
    return (lambda limit, after: get(known, limit, after)) if known else listed([])
