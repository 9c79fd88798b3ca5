"""Evidence packs: what is in one, which rows a sample draws, and each sealed table as people read it.

A row of a pack is the sealed record with its salt; a decision item also carries the facts and the history its record
is a hash of. Names are no part of what is sealed: they are joined when the pack is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from chalicelib.domain.csv_text import Column, Row, columns
from chalicelib.domain.items import BY_RULE, canonical
from chalicelib.domain.merkle import Step
from chalicelib.domain.seal_rows import ITEMS, NOTICES, REMOVALS, RESULT_NOTICES, REVIEWERS

FORMAT = 1
MOST_SAMPLED = 1_000
PART_ROWS = 16_384  # of one file of a table; a multiple of the blocks that sealed rows lie in
README = """This is an evidence pack of Access Reviews: what one access review decided, and what became of it.

summary.html        to read and print
tables/*.csv        to look into with a spreadsheet
data/*.jsonl        the same rows as they were sealed, with what their hashes are made of
seals/*.json        the signed statements about this review, each with the Merkle roots of its tables
chain.json          the place of these statements among all statements of the deployment
key.pem             the public key of the signatures
pack.json           the SHA-256 of every file above; pack.sig is the signature over it
verify_evidence.py  checks all of that: python3 verify_evidence.py PACK.zip --fingerprint HEX

Take the script and the key's fingerprint from somewhere else than this pack: whoever could forge a pack could forge
what lies in it. The script needs Python 3.9 or newer and nothing else, and writes nothing.
"""

TABLES: Mapping[str, tuple[Column, ...]] = {
    ITEMS: columns(
        "Row",
        "Person",
        "Principal name",
        "Decision",
        "Reason",
        "Decided by",
        "On behalf of",
        "Decided at",
        "Submissions",
        "Why this reviewer",
        "Recommendation",
        "Assigned since",
        "Last sign-in",
        "Unanswered because",
        "Cancelled",
        "Private note",
        "Person id",
        "Assignment id",
        "Decision item id",
        numbers=("Row", "Submissions"),
        moments=("Decided at", "Assigned since", "Last sign-in"),
    ),
    REVIEWERS: columns(
        "Row",
        "Reviewer",
        "Why chosen",
        "Items",
        "On behalf of",
        "Own item decided by others",
        "Joined later",
        "Taken off",
        "Unreachable because",
        "Reviewer id",
        "Set",
        numbers=("Row", "Items"),
    ),
    REMOVALS: columns(
        "Row",
        "Person",
        "Outcome",
        "Denied at",
        "Begun",
        "Accepted",
        "Seen absent",
        "Seen absent again",
        "Ended",
        "By",
        "A read confirmed it",
        "On whose word",
        "Other ways to the access",
        "Reason",
        "Decision item id",
        numbers=("Row",),
    ),
    NOTICES: columns(
        "Row", "Person", "Kind", "State", "Sent", "Delivered", "Failed", "Fault", "Person id", numbers=("Row",)
    ),
}
_NOTICE = TABLES[NOTICES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Which items a pack is about: `items` somebody named, or `size` of them drawn by a `seed`. Neither: all."""

    items: tuple[str, ...] = ()
    size: int = 0
    seed: str = ""

    @property
    def told(self) -> dict[str, Any] | None:
        """As pack.json tells it; None for a whole pack."""
        if self.items:
            return {"items": list(self.items)}
        return {"seed": self.seed, "size": self.size} if self.size else None


def draw(seed: str, root: str, count: int, size: int) -> list[int]:
    """Which `size` of `count` rows a seed draws, ascending: the first different values of SHA-256 over seed, root of
    the table and a counter (each on a line), modulo `count`. Whoever has the seed draws the same rows again."""
    found: set[int] = set()
    number = 0
    while len(found) < min(size, count):
        found.add(int.from_bytes(sha256(f"{seed}\n{root}\n{number}\n".encode()).digest(), "big") % count)
        number += 1
    return sorted(found)


def data_name(table: str, part: int) -> str:
    """The file of a table's n-th part, from 0."""
    return f"data/{table}.jsonl" if part == 0 else f"data/{table}-{part + 1:04d}.jsonl"


def csv_name(table: str, part: int) -> str:
    """The CSV file of a table's n-th part."""
    return data_name(table, part).replace("data/", "tables/").replace(".jsonl", ".csv")


def line(row: Mapping[str, Any]) -> bytes:
    """A row as a line of a data file."""
    return canonical(row) + b"\n"


def steps(proof: Sequence[Step]) -> list[dict[str, str]]:
    """An inclusion proof as a row carries it."""
    return [{"side": one.side, "hash": one.hash.hex()} for one in proof]


def signed_text(manifest: bytes) -> str:
    """What is signed of a pack: the hash of its pack.json."""
    return f"access-reviews pack v1\npack: {sha256(manifest).hexdigest()}\n"


def people_in(table: str, row: Mapping[str, Any]) -> set[str]:
    """Ids of the people a row is about."""
    record = row["record"]
    found = {record.get("person"), record.get("by"), record.get("onBehalfOf")}
    if table == ITEMS:
        history = row.get("history", [])
        found |= {row.get("facts", {}).get("principal")}
        found |= {one[name] for one in history for name in ("by", "onBehalfOf")}
    if table == REMOVALS:
        found |= {(record["word"] or {}).get("by")}
    return {one for one in found if one} - {BY_RULE}


def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of a table's CSV."""
    return _NOTICE if table == RESULT_NOTICES else TABLES[table]


def cells(table: str, row: Mapping[str, Any]) -> Row:
    """A row of a pack as its line of the CSV."""
    record, names = row["record"], _Names(row["names"])
    if table == ITEMS:
        return _item(row, names)
    if table == REVIEWERS:
        return (
            row["index"],
            names.of(record["person"]),
            record["why"],
            record["items"],
            names.of(record["onBehalfOf"]),
            _yes(record["ownItem"]),
            _yes(record["joinedLater"]),
            _yes(record["takenOff"]),
            record["unreachable"],
            record["person"],
            record["set"],
        )
    if table == REMOVALS:
        return _removal(row, names)
    kept = [record[name] for name in ("kind", "state", "sent", "delivered", "failed", "fault")]
    return (row["index"], names.of(record["person"]), *kept, record["person"])


class _Names:
    """The names of a row, by person id: [display name, principal name]."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names

    def of(self, person: str, which: int = 0) -> str:
        """A name; the id of somebody who is not there any more."""
        return self._names[person][which] if person in self._names else person if which == 0 else ""


def _item(row: Mapping[str, Any], names: _Names) -> Row:
    record, facts = row["record"], row["facts"]
    last: Mapping[str, Any] = row["history"][-1] if row["history"] else {}
    person = facts.get("principal", "")
    return (
        row["index"],
        names.of(person),
        names.of(person, 1),
        record["decision"],
        last.get("reason", ""),
        "The no-response rule" if last.get("by") == BY_RULE else names.of(last.get("by", "")),
        names.of(last.get("onBehalfOf", "")),
        _moment(last["at"] / 1000) if last else None,
        record["entries"],
        facts.get("why", ""),
        facts.get("recommendation", ""),
        _moment(facts.get("assigned")),
        _moment(facts.get("lastSignIn")),
        record["kept"],
        record["cancelled"] or "",
        last.get("note", ""),
        person,
        facts.get("assignment", ""),
        record["item"],
    )


def _removal(row: Mapping[str, Any], names: _Names) -> Row:
    record = row["record"]
    seen = [*record["absent"], "", ""]
    word = record["word"]
    return (
        row["index"],
        names.of(row.get("person", "")),
        record["outcome"],
        record["denied"],
        record["begun"],
        record["accepted"],
        seen[0],
        seen[1],
        record["ended"],
        names.of(record["by"]),
        _yes(record["witnessed"]),
        f"{word['source']} {word['at']} {names.of(word['by'])}".strip() if word else "",
        "; ".join(record["paths"]),
        record["reason"],
        record["item"],
    )


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
