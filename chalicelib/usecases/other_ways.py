"""Other ways in which a person still has an access that was taken from them, looked for before "removed" is said; and
on whose word that rests where a system is not read."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from chalicelib.domain.connections import Word
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import RestsOnWord, SeesPaths, Services, able

LOG = logging.getLogger("access_reviews")
_DEEPEST = 10  # groups within groups that are followed
_MOST = 10


def other_ways(services: Services, person: User, rights: Iterable[Right]) -> tuple[str, ...]:
    """Short phrases for people, ten at most: nested groups of our directory, and what the connector sees."""
    found: dict[str, None] = {}
    for right in rights:
        if right.origin_system == GROUP:
            found |= dict.fromkeys(_nested(services, person, right.resource))
        sees = able(services.connectors.get(right.connector), SeesPaths)
        found |= dict.fromkeys(_seen(sees, right, person) if sees else ())
    return tuple(found)[:_MOST]


def word_about(services: Services, person: User, rights: Iterable[Right]) -> Word | None:
    """The last word that "not there" rests on for one of these rights; None when each of them was read where it
    lies."""
    words = []
    for right in rights:
        told = able(services.connectors.get(right.connector), RestsOnWord)
        word = told.word(right, person) if told else None
        words += [word] if word else []
    return max(words, key=lambda word: word.at, default=None)


def _seen(connector: SeesPaths, right: Right, person: User) -> Iterable[str]:
    """What the connector sees. That it cannot tell is said, not taken for "no other way"."""
    try:
        return connector.paths(right, person)
    except Exception:  # whatever a system outside does
        LOG.exception("connector %s could not tell of other ways for %s", right.connector, person.id)
        return [f"{right.connector} could not tell whether there is another way"]


def _nested(services: Services, person: User, group_id: str) -> Iterable[str]:
    """Groups of the person that are in the group, directly or through others; the person's own membership in it is
    what was taken away."""
    if services.people.group(group_id) is None:
        return
    seen: set[str] = set()
    for mine in services.people.groups_of(person.id):
        if mine != group_id and _leads_to(services, mine, group_id, seen, _DEEPEST):
            named = [services.people.group(one) for one in (mine, group_id)]
            inner, outer = (one.display_name if one else "?" for one in named)
            yield f"member of the group {inner}, which is in {outer}"


def _leads_to(services: Services, group_id: str, wanted: str, seen: set[str], deepest: int) -> bool:
    if group_id in seen or not deepest:
        return False
    seen.add(group_id)
    around = services.people.groups_of(group_id)
    return wanted in around or any(_leads_to(services, one, wanted, seen, deepest - 1) for one in around)
