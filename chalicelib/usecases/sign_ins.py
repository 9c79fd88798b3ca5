"""Taking in when people signed in, from whatever source: repeated, late and in any order without harm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain import errors
from chalicelib.domain.people import Actor, Right, User
from chalicelib.domain.sign_ins import SKEW, SignIn, UsedResource, moved, resource_key, short
from chalicelib.domain.sources import SourceKind, source_id
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Services
from chalicelib.usecases.sources import succeeded

MOST_ROWS = 1_000
SECONDS = 20.0  # after which no further person is begun
_TRIES = 4


class Taken(StrEnum):
    """What became of a row. Unchanged: this sign-in or a later one was known."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknownPerson"
    REFUSED = "refused"
    NOT_ATTEMPTED = "notAttempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sign-in as told: of whom, by id or by principal name (either may be ""), and what."""

    user_id: str = ""
    name: str = ""
    sign_in: SignIn


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that tells of sign-ins; `subject_id` is its id among its kind."""

    kind: SourceKind
    subject_id: str
    display_name: str

    @property
    def short(self) -> str:
        """How people's rows name it."""
        return short(source_id(self.kind, self.subject_id))


def record_sign_ins(
    services: Services,
    actor: Actor,
    now: datetime,
    name: str,
    rows: Sequence[Told],
    covers_until: datetime | None = None,
) -> list[Taken]:
    """Take in up to 1,000 sign-ins that somebody sends of the source `name`, a result for each in the same order.
    `covers_until`: up to when the source knows every sign-in (default: now).

    Raises Forbidden, TooLarge, InvalidInput for a future `covers_until`.
    """
    if not actor.may(Right.SEND_SIGN_INS):
        raise errors.Forbidden("Only administrators and those with the role signInSender tell of sign-ins.")
    if len(rows) > MOST_ROWS:
        raise errors.TooLarge(f"At most {MOST_ROWS} sign-ins a call; there are {len(rows)}.")
    if covers_until is not None and covers_until > now + SKEW:
        raise errors.InvalidInput("Lies in the future.", "coversUntil")
    return take_in(services, Origin(SourceKind.SIGN_INS, name.lower(), name), rows, covers_until)


def take_in(
    services: Services, origin: Origin, rows: Sequence[Told], covers_until: datetime | None = None
) -> list[Taken]:
    """Move everybody's dates forward to what `rows` tell, and note that the source works.

    What was not attempted, because time was up, leaves the source's own dates alone: it will be sent again.
    """
    now = services.clock.now()
    results = [Taken.REFUSED if one.sign_in.at > now + SKEW else Taken.UNKNOWN for one in rows]
    people = _people(services, rows)
    by_person: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(rows):
        user = people.get(one.user_id or one.name.lower())
        if user is not None and results[place] is Taken.UNKNOWN:
            by_person[user.id].append(place)
    users = {user.id: user for user in people.values()}
    _note_resources(services, origin, (rows[place].sign_in for places in by_person.values() for place in places))
    budget = Budget(services.clock, SECONDS)
    for user_id, places in by_person.items():
        told = [replace(rows[place].sign_in, at=min(rows[place].sign_in.at, now)) for place in places]
        result = _move(services, users[user_id], told, origin) if budget.left() else Taken.NOT_ATTEMPTED
        for place in places:
            results[place] = result
    if Taken.NOT_ATTEMPTED not in results:
        succeeded(services, origin.kind, origin.subject_id, origin.display_name, covers_until=covers_until)
    return results


def _people(services: Services, rows: Iterable[Told]) -> dict[str, User]:
    """Those whom the rows are about, by what they are called there: an id, or a name in lower case."""
    ids_of = services.people.ids_by_principal_names({one.name.lower() for one in rows if not one.user_id})
    users = services.people.users({*(one.user_id for one in rows if one.user_id), *ids_of.values()})
    return users | {name: users[user_id] for name, user_id in ids_of.items() if user_id in users}


def _move(services: Services, user: User, told: Sequence[SignIn], origin: Origin) -> Taken:
    """Move one person forward. Somebody who was moved by another at this moment is read again."""
    found: User | None = user
    for _ in range(_TRIES):
        if found is None:
            return Taken.UNKNOWN
        after = moved(found.seen, told, origin.short)
        if after == found.seen:
            return Taken.UNCHANGED
        if services.sign_ins.move(found, after):
            return Taken.UPDATED
        found = services.people.user(user.id)
    return Taken.NOT_ATTEMPTED


def _note_resources(services: Services, origin: Origin, told: Iterable[SignIn]) -> None:
    """Remember of which resources the use is told, and since when; before anybody's use of them is."""
    named = {resource_key(one.resource): one.resource for one in told if one.resource}
    known = services.sign_ins.used(named)
    fresh = [
        UsedResource(key=key, origin_id=name, source=origin.short, since=known[key].since if key in known else now)
        for now in (services.clock.now(),)
        for key, name in named.items()
        if key not in known or known[key].source != origin.short
    ]
    services.writer.put_all(fresh)
