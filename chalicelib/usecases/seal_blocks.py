"""The rows of a sealed table in the vault: blocks of 4,096, each written once, and the tree that grows over them.

The rows of a block lie there before their hashes are counted. A worker that finds a block written takes what it says,
also where to go on: whoever seals a table again, however late, comes to the same root. The last line of a block is no
row: it tells where reading goes on (`after`, null: nowhere), rows read too many (`rest`), and what was counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.domain import merkle
from chalicelib.domain.items import canonical
from chalicelib.domain.merkle import BLOCK
from chalicelib.domain.seal_rows import Row
from chalicelib.domain.seals import Kind, SealWork, leaves_key, rows_key, salt
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Create, Save, Services
from chalicelib.usecases.seal_tables import Reviewed, Source


@dataclass(frozen=True)
class Block:
    """Some rows of a table, with their salts, and how the table goes on behind them."""

    rows: tuple[Row, ...] = ()
    after: str | None = ""
    rest: tuple[Row, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    def leaves(self) -> list[bytes]:
        """The leaf hash of each row."""
        return [merkle.leaf(bytes.fromhex(row.salt), row.record) for row in self.rows]

    def data(self) -> bytes:
        """The object in the vault."""
        tail = {"after": self.after, "rest": [_object(row) for row in self.rest], "counts": self.counts}
        return b"".join(canonical(one) + b"\n" for one in (*map(_object, self.rows), tail))


def _object(row: Row) -> dict[str, Any]:
    return {"record": row.record, "salt": row.salt}


def _block(data: bytes) -> Block:
    *rows, tail = (json.loads(line) for line in data.splitlines())
    rest = tuple(Row(**one) for one in tail["rest"])
    return Block(tuple(Row(**one) for one in rows), tail["after"], rest, tail["counts"])


def read_block(services: Services, review_id: str, kind: Kind, table: str, number: int) -> Block | None:
    """A block of a sealed table as it was written; None behind the last one."""
    data = services.vault.get(rows_key(review_id, kind, table, number))
    return _block(data) if data is not None else None


def rows_of(services: Services, review_id: str, kind: Kind, table: str, count: int) -> Iterator[Row]:
    """The rows of a sealed table, in order, a block in memory at a time. `count`: how many the seal says there are."""
    for number in range(-(-count // BLOCK)):
        block = read_block(services, review_id, kind, table, number)
        yield from block.rows if block else ()


def seal_table(review: Reviewed, work: SealWork, table: str, source: Source, budget: Budget) -> tuple[SealWork, bool]:
    """Go on with a table of the seal; the work as saved, and whether the table is whole. Raises Conflict when another
    worker is ahead."""
    tree = work.tree(table)
    last = Block()
    if tree.size:
        number = tree.size // BLOCK - 1
        last = read_block(review.services, work.review_id, work.kind, table, number) or last
    reading = _Reading(review, source, last)
    while reading.more:
        if not budget.left():
            return work, False
        block, adopted = _written(review.services, work, table, tree.size, reading.block(work, table, tree.size))
        if adopted:
            reading = _Reading(review, source, block)
        tree = tree.grown(block.leaves())
        counts = Counter(work.counts) + Counter(block.counts)
        work = replace(work, grown={**work.grown, table: tree.text()}, counts=dict(counts))
        if reading.more:
            work = save_work(review.services, work)
    return replace(work, grown={**work.grown, table: tree.text()}, whole=(*work.whole, table)), True


@dataclass
class _Reading:
    """A table as it is read behind a block."""

    review: Reviewed
    source: Source
    last: Block

    def __post_init__(self) -> None:
        self.pending, self.after = list(self.last.rest), self.last.after
        self.stretches = self.source(self.review, self.after) if self.after is not None else iter(())
        self.more = self.after is not None or bool(self.pending)

    def block(self, work: SealWork, table: str, place: int) -> Block:
        """The next block, whose first row is number `place` of the table."""
        counts: Counter[str] = Counter()
        while len(self.pending) < BLOCK and self.after is not None:
            stretch = next(self.stretches, None)
            self.after = stretch.after if stretch else None
            self.pending += stretch.rows if stretch else []
            counts += stretch.counts if stretch else Counter()
        taken, self.pending = self.pending[:BLOCK], self.pending[BLOCK:]
        self.more = self.after is not None or bool(self.pending)
        rows = (replace(row, salt=row.salt or salt(work.seed, table, place + index)) for index, row in enumerate(taken))
        return Block(tuple(rows), self.after, tuple(self.pending), dict(counts))


def _written(services: Services, work: SealWork, table: str, place: int, block: Block) -> tuple[Block, bool]:
    """The block as it lies in the vault, and whether somebody else had written it."""
    number = place // BLOCK
    if not block.rows:
        return block, False
    mine = services.vault.put_once(rows_key(work.review_id, work.kind, table, number), block.data())
    found = block if mine else read_block(services, work.review_id, work.kind, table, number)
    assert found is not None  # nobody can take it away
    leaves = b"".join(found.leaves())
    services.vault.put_once(leaves_key(work.review_id, work.kind, table, number), leaves)
    return found, not mine


def save_work(services: Services, work: SealWork) -> SealWork:
    """The work as saved. Raises Conflict when another worker is ahead."""
    operation = f"seal:{work.review_id}:{work.kind}:{work.version}"
    services.writer.commit(operation, Save(work) if work.version else Create(work))
    return replace(work, version=work.version + 1)
