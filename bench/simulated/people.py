"""The organisation of a simulated review: put straight into the store, cut from one row each that the product made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from bench.simulated.model import Plan
from bench.simulated.store import Packed
from bench.sizes import item_size
from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.storage import keys
from chalicelib.storage.rows import to_row

_NAME = "person{:07d}"
_PACK = msgspec.msgpack.Encoder().encode


def person_id(number: int) -> str:
    """The id of a person by number."""
    return ids.guid("simulated", number)


def manager_of(number: int, plan: Plan, fallback: str) -> str:
    """Who manages a person: ten people each, scattered; those who manage first have nobody above them."""
    place = number // plan.span
    return person_id(place) if place != number else fallback


class Mould:
    """Rows of one shape: texts of the same length are replaced in a packed row."""

    def __init__(self, entity: Any, *texts: str) -> None:
        wire = to_row(entity, 1, "batch").to_dynamodb_dict()
        self.packed, self.size, self.texts = _PACK(wire), item_size(wire), [text.encode() for text in texts]

    def cast(self, *texts: str) -> Packed:
        """The row with these texts."""
        packed = self.packed
        for old, new in zip(self.texts, texts, strict=True):
            packed = packed.replace(old, new.encode())
        return Packed(packed, self.size)


def settle(cloud: Any, services: Any, policy: AssignmentPolicy, fallback: str, plan: Plan) -> None:
    """Everybody and their assignments, in the order of their keys. What no part of a review reads is left out:
    names as a list, holdings, and the indexes of both tables."""
    now = services.clock.now()
    zero, boss, since = person_id(plan.items), person_id(plan.items + 1), now - timedelta(days=90)
    user = User(
        id=zero,
        display_name=_NAME.format(9999999),
        principal_name=f"{_NAME.format(9999999)}@example.com",
        mail=f"{_NAME.format(9999999)}@example.com",
        job_title="Analyst",
        department="Finance",
        manager_id=boss,
        created=since,
        last_sign_in=now - timedelta(days=1),
        sign_in_as_of=now,
    )
    people = Mould(user, zero, boss, _NAME.format(9999999), keys.user(zero)[0])
    _put(
        cloud,
        "directory",
        ((keys.user(one), number, one) for number, one in _numbered(plan)),
        lambda number, one, place: people.cast(one, manager_of(number, plan, fallback), _NAME.format(number), place[0]),
    )
    key = ids.assignment_id(policy.id, zero, "scale")
    held = Assignment(
        id=key, policy_id=policy.id, package_id=policy.package_id, target_id=zero, created=since, starts=since
    )
    assigned = Mould(held, key, zero)
    wanted = (
        (keys.assignment(policy.id, mine), mine, one)
        for _, one in _numbered(plan)
        for mine in [ids.assignment_id(policy.id, one, "scale")]
    )
    _put(cloud, "entitlements", wanted, lambda mine, one, place: assigned.cast(mine, one))


def _numbered(plan: Plan) -> Iterator[tuple[int, str]]:
    return ((number, person_id(number)) for number in range(plan.items))


def _put(cloud: Any, name: str, rows: Any, make: Any) -> None:
    """Put rows into a table in the order of their keys, so that each is an append."""
    table = cloud.table(name)
    for place, first, second in sorted(rows):
        table.rows.put(place[0], place[1:], make(first, second, place))
