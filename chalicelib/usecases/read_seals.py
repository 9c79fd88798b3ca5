"""Reading the seals of a review, each held against what lies in the vault; and holding all that is stored against them.

What the table says of a seal is a copy. The statement comes from the vault, and is looked at each time it is shown:
its hash, its place in the chain, its signature.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib.domain import errors, merkle, seals
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seal_rows import ITEMS, Row
from chalicelib.domain.seals import Kind, Seal, Sealed
from chalicelib.usecases.control_review import current
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Services
from chalicelib.usecases.seal_blocks import rows_of
from chalicelib.usecases.seal_tables import Reviewed
from chalicelib.usecases.seal_tables import items as stored_items

MOST_CHECKED = 100_000  # rows that are held against the seals within one request; packs are for more
MOST_TOLD = 100  # problems


@dataclass(frozen=True, slots=True)
class SealRead:
    """A seal as recorded, its statement as the vault has it (None: it is not there), and what is wrong with it."""

    seal: Seal
    sealed: Sealed | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found when everything stored was held against the seals of a review: how many seals and rows there are,
    and the first hundred `problems`, as sentences."""

    seals: int
    rows: int
    problems: tuple[str, ...]


def read_seals(services: Services, actor: Actor, instance: ReviewInstance) -> list[SealRead]:
    """The seals of a review in the order of the chain. Raises Forbidden."""
    if not sees_all(actor, instance):
        raise errors.Forbidden("Only those who administer or audit the review see its seals.")
    return [_read(services, one) for one in services.seals.of_review(instance.id)]


def check_seals(services: Services, actor: Actor, instance: ReviewInstance) -> Checked:
    """Hold every statement, every sealed row and every item that is stored against one another.

    Raises Forbidden, and Conflict when there are too many rows to check at once.
    """
    found = read_seals(services, actor, instance)
    rows = sum(table.count for one in found for table in one.seal.tables.values())
    if rows > MOST_CHECKED:
        raise errors.Conflict(f"These are {rows:,} rows, too many to check at once. Make an evidence pack.")
    problems = _differences(services, instance, current(services, instance), found)
    return Checked(len(found), rows, tuple(islice(problems, MOST_TOLD)))


def _read(services: Services, seal: Seal) -> SealRead:
    data = services.vault.get(seals.statement_key(seal.sequence))
    try:
        sealed = Sealed.of_data(data) if data is not None else None
    except (KeyError, ValueError, TypeError):
        return SealRead(seal, None, ("What lies in the vault is no statement.",))
    if sealed is None:
        return SealRead(seal, None, ("The statement is not in the vault.",))
    return SealRead(seal, sealed, tuple(_problems(services, seal, sealed)))


def _problems(services: Services, seal: Seal, sealed: Sealed) -> Iterator[str]:
    """What is wrong with a statement of the vault, and with what the table says of it."""
    statement = sealed.statement
    if statement.hash != seal.statement_hash or statement.sequence != seal.sequence:
        yield "The statement in the vault is another than the one that was recorded."
    if (statement.review, statement.kind, statement.tables) != (seal.review_id, seal.kind, seal.tables):
        yield "The record of the seal tells something else than its statement."
    if sealed.checkpoint != seals.checkpoint(statement, seal.previous) or sealed.chain != seal.chain:
        yield "The signed text does not belong to this statement at this place of the chain."
    public = services.vault.get(seals.public_key_key(sealed.fingerprint))
    if public is None or seals.fingerprint(public) != sealed.fingerprint:
        yield "The key that signed it is not known."
    elif not services.signer.signed(public, sealed.checkpoint.encode(), base64.b64decode(sealed.signature)):
        yield "The signature is wrong."


def _differences(
    services: Services, instance: ReviewInstance, state: InstanceState, found: Sequence[SealRead]
) -> Iterator[str]:
    """What is stored otherwise than it was sealed."""
    for one in found:
        yield from (f"Seal {one.seal.sequence}: {problem}" for problem in one.problems)
        statement = one.sealed.statement if one.sealed else None
        for table, told in statement.tables.items() if statement else ():
            name = f"Seal {one.seal.sequence}, table {table}"
            rows = list(rows_of(services, instance.id, one.seal.kind, table, told.count))
            leaves = [merkle.leaf(bytes.fromhex(row.salt), row.record) for row in rows]
            if (len(leaves), merkle.root(leaves).hex()) != (told.count, told.root):
                yield f"{name}: its {len(leaves)} rows do not lead to the sealed root."
            if (one.seal.kind, table) == (Kind.DECISIONS, ITEMS):
                yield from (f"{name}: {problem}" for problem in _items(Reviewed(services, instance, state), rows))


def _items(review: Reviewed, sealed: list[Row]) -> Iterator[str]:
    """The decision items as they are stored now, against their sealed rows."""
    known = {str(row.record["item"]): row for row in sealed}
    for stretch in stored_items(review, ""):
        for row in stretch.rows:
            before = known.pop(str(row.record["item"]), None)
            if before is None:
                yield f"item {row.record['item']} is stored but was not sealed."
            elif before != row:
                yield f"item {row.record['item']}: {_changed(before, row)}."
    for item in known:
        yield f"item {item} was sealed and is not stored any more."


def _changed(before: Row, after: Row) -> str:
    """Which members of a record are others, and how."""
    words = {"leaf": "frozen facts", "chain": "history"}
    names = [name for name in before.record if before.record[name] != after.record.get(name)]
    told = [_difference(words.get(name, name), before.record[name], after.record.get(name)) for name in names]
    return "; ".join(told or ["the salt is another"])


def _difference(name: str, before: Any, after: Any) -> str:
    return f"the {name} was sealed as {before!r} and is {after!r} now"
