"""The rows of an evidence pack: sealed rows out of the vault, decision items with the facts and the history that their
records are hashes of, names as they are today, and for samples the proof of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from chalicelib.domain import merkle, packs
from chalicelib.domain.items import DecisionItem, frozen_facts, submitted
from chalicelib.domain.merkle import BLOCK
from chalicelib.domain.packs import Sample
from chalicelib.domain.people import User
from chalicelib.domain.seal_rows import ITEMS, REMOVALS, REVIEWERS, Row
from chalicelib.domain.seals import Statement, leaves_key
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import named
from chalicelib.usecases.seal_blocks import read_block

PackRow = dict[str, Any]
_TOGETHER = 100


@dataclass
class SealedTable:
    """One table of a statement, as it lies in the vault."""

    services: Services
    statement: Statement
    name: str

    @property
    def count(self) -> int:
        """How many rows were sealed."""
        return self.statement.tables[self.name].count

    def rows(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Row]]:
        """The rows from one place up to (not including) another, each with its place; a block in memory at a time."""
        end = min(self.count, self.count if last is None else last)
        for number in range(first // BLOCK, -(-end // BLOCK)):
            block = read_block(self.services, self.statement.review, self.statement.kind, self.name, number)
            for place, row in enumerate(block.rows if block else (), number * BLOCK):
                if first <= place < end:
                    yield place, row

    def proof(self, place: int) -> list[dict[str, str]]:
        """What it takes to come from a row to the sealed root without any other row."""
        found = merkle.proof_in_blocks(self._leaves(place // BLOCK), place, self._roots)
        return packs.steps(found)

    @cached_property
    def _roots(self) -> list[bytes]:
        return [merkle.root(self._leaves(number)) for number in range(-(-self.count // BLOCK))]

    def _leaves(self, number: int) -> tuple[bytes, ...]:
        key = leaves_key(self.statement.review, self.statement.kind, self.name, number)
        return merkle.hashes(self.services.vault.get(key) or b"")


def pack_rows(table: SealedTable, rows: Iterable[tuple[int, Row]]) -> Iterator[PackRow]:
    """Sealed rows as a pack has them."""
    services = table.services
    known: dict[str, User] = {}
    stream = iter(rows)
    while some := list(islice(stream, _TOGETHER)):
        made = [{"index": place, "salt": row.salt, "record": row.record} for place, row in some]
        if table.name in (ITEMS, REMOVALS):
            _with_items(services, table, made)
        wanted = {one for row in made for one in packs.people_in(table.name, row)} | {_person(row) for row in made}
        known |= named(services, wanted - known.keys() - {""})
        for row in made:
            people = sorted(packs.people_in(table.name, row) | {_person(row)})
            row["names"] = {one: [known[one].display_name, known[one].principal_name] for one in people if one in known}
            yield row
        if len(known) > 10 * BLOCK:
            known.clear()


def _person(row: PackRow) -> str:
    return str(row.get("person", ""))


def _with_items(services: Services, table: SealedTable, rows: Sequence[PackRow]) -> None:
    """What the decision items of these rows tell. One that is not there any more tells nothing, which the verifier
    finds."""
    wanted = [row["record"]["item"] for row in rows]
    items = {one.id: one for one in services.items.get_many(table.statement.review, wanted)}
    for row in rows:
        found = items.get(row["record"]["item"])
        if table.name == REMOVALS:
            row["person"] = found.principal_id if found else ""
        else:
            row |= _told(found) if found else {"facts": {}, "history": []}


def _told(item: DecisionItem) -> PackRow:
    return {"facts": frozen_facts(item), "history": [submitted(one) for one in item.history]}


def sampled(tables: Sequence[SealedTable], sample: Sample) -> dict[str, list[tuple[int, Row]]]:
    """The rows of a sample: the items it is about, what became of their removal, and who was asked about them. Nothing
    of anybody else, and so no mails."""
    found: dict[str, list[tuple[int, Row]]] = {}
    items, sets = set(sample.items), set()
    for table in sorted(tables, key=lambda one: one.name != ITEMS):  # the items first: they say what else belongs
        if table.name == ITEMS:
            found[ITEMS] = list(_chosen(table, sample))
            items = {row.record["item"] for _, row in found[ITEMS]}
            sets = {row.record["set"] for _, row in found[ITEMS]}
        elif table.name == REMOVALS:
            found[REMOVALS] = [one for one in table.rows() if one[1].record["item"] in items]
        elif table.name == REVIEWERS:
            found[REVIEWERS] = [one for one in table.rows() if one[1].record["set"] in sets]
        else:
            found[table.name] = []
    return found


def _chosen(table: SealedTable, sample: Sample) -> Iterator[tuple[int, Row]]:
    if sample.items:
        yield from (one for one in table.rows() if one[1].record["item"] in sample.items)
        return
    drawn = set(packs.draw(sample.seed, table.statement.tables[ITEMS].root, table.count, sample.size))
    for first in sorted({place - place % BLOCK for place in drawn}):
        yield from (one for one in table.rows(first, first + BLOCK) if one[0] in drawn)
