"""Seals: what a review found, said once, signed and chained, so that nobody can say anything else afterwards.

A seal is a `Statement`: facts about a review, and for each table of rows their number and Merkle root. Statements of
the whole deployment form one chain: each carries a number, and what is signed (the checkpoint) names the statement's
hash and the chain before it. Taking one out, changing one or putting one in between changes every later chain value.

Hashes are SHA-256 in lower-case hex; `canonical` of domain/items gives the bytes of what is JSON.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from chalicelib.domain.items import canonical
from chalicelib.domain.merkle import Growth

FORMAT = 1
SEAL = "seal"  # agenda kind: a review has something to seal
BEFORE_ALL = "0" * 64  # the chain before the first statement
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Kind(StrEnum):
    """What a statement is about: the decisions when the review is Completed, what became of the removals when all of
    them have ended, what was seen later, and the control owner's acknowledgement."""

    DECISIONS = "decisions"
    REMOVALS = "removals"
    ADDENDUM = "addendum"
    SIGN_OFF = "signOff"


@dataclass(frozen=True, slots=True)
class Table:
    """A sealed table: how many rows, and the Merkle root over them."""

    count: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is sealed, number `sequence` of the chain of `origin` (the deployment). People appear by id only: erasing a
    person leaves every seal as it was."""

    kind: Kind
    review: str
    series: str
    package: str
    policy: str
    catalog: str
    made: datetime
    sequence: int
    origin: str
    tables: dict[str, Table] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON object of it, whose canonical form is hashed."""
        return {
            "format": FORMAT,
            "kind": self.kind.value,
            "review": self.review,
            "series": self.series,
            "package": self.package,
            "policy": self.policy,
            "catalog": self.catalog,
            "made": instant(self.made),
            "sequence": self.sequence,
            "origin": self.origin,
            "tables": {name: {"count": one.count, "root": one.root} for name, one in self.tables.items()},
            "facts": self.facts,
        }

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Statement:
        """The statement of such an object. Raises KeyError or ValueError for anything else."""
        names = ("review", "series", "package", "policy", "catalog", "sequence", "origin")
        return Statement(
            kind=Kind(body["kind"]),
            made=datetime.strptime(body["made"], _INSTANT).replace(tzinfo=UTC),
            tables={name: Table(one["count"], one["root"]) for name, one in body["tables"].items()},
            facts=dict(body["facts"]),
            **{name: body[name] for name in names},
        )

    @property
    def hash(self) -> str:
        """The hash that the chain and the signature are about."""
        return sha256(canonical(self.body())).hexdigest()


def instant(moment: datetime) -> str:
    """An instant as statements write it: to the second, UTC."""
    return moment.astimezone(UTC).strftime(_INSTANT)


def chained(previous: str, statement_hash: str) -> str:
    """The chain value of a statement behind `previous`, the value before it."""
    return sha256(bytes.fromhex(previous) + bytes.fromhex(statement_hash)).hexdigest()


def checkpoint(statement: Statement, previous: str) -> str:
    """The text that is signed: short, readable, and complete without the statement."""
    found = statement.hash
    return (
        "access-reviews seal v1\n"
        f"origin: {statement.origin}\n"
        f"sequence: {statement.sequence}\n"
        f"statement: {found}\n"
        f"previous: {previous}\n"
        f"chain: {chained(previous, found)}\n"
    )


def fingerprint(public_key: bytes) -> str:
    """Of a public key (DER SubjectPublicKeyInfo): how it is published, to be compared outside the product."""
    return sha256(public_key).hexdigest()


def pem(public_key: bytes) -> str:
    """A public key (DER) as PEM text."""
    text = base64.b64encode(public_key).decode()
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A statement as the vault keeps it: with the text that was signed and the signature (base64)."""

    statement: Statement
    checkpoint: str
    signature: str
    fingerprint: str

    def data(self) -> bytes:
        """The object in the vault."""
        facts = {"checkpoint": self.checkpoint, "signature": self.signature, "fingerprint": self.fingerprint}
        return canonical({"statement": self.statement.body(), **facts})

    @staticmethod
    def of_data(data: bytes) -> Sealed:
        """What `data` gave. Raises KeyError or ValueError for anything else."""
        found = json.loads(data)
        statement = Statement.of_body(found["statement"])
        return Sealed(statement, found["checkpoint"], found["signature"], found["fingerprint"])

    @property
    def previous(self) -> str:
        """The chain value before this statement."""
        return _line(self.checkpoint, "previous")

    @property
    def chain(self) -> str:
        """The chain value with this statement."""
        return _line(self.checkpoint, "chain")


def _line(text: str, name: str) -> str:
    return next(line.partition(": ")[2] for line in text.splitlines() if line.startswith(f"{name}: "))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The last statement that the table knows of. The vault may be one ahead: what lies there counts."""

    sequence: int = 0
    chain: str = BEFORE_ALL
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A statement among those of its review. `balanced` is False when an equation did not add up. `about` tells the
    statements of one kind apart: an addendum's own id, "" otherwise."""

    review_id: str
    kind: Kind
    sequence: int
    made: datetime
    statement_hash: str
    previous: str
    chain: str
    tables: dict[str, Table] = field(default_factory=dict)
    balanced: bool = True
    about: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One statement of the whole chain, by its number."""

    sequence: int
    statement_hash: str
    review_id: str
    kind: Kind
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealWork:
    """Where the sealing of a review stands: the trees of its tables so far (`grown`, as Growth writes them), which of
    them are `whole`, and what has been counted on the way.

    `seed` is secret: 64 hex digits, from which rows without a salt of their own get one.
    """

    review_id: str
    kind: Kind
    seed: str
    grown: dict[str, str] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def tree(self, table: str) -> Growth:
        """The tree over the rows of a table so far."""
        return Growth.of_text(self.grown.get(table, ""))

    def tables(self) -> dict[str, Table]:
        """The tables as they stand."""
        trees = {name: self.tree(name) for name in self.grown}
        return {name: Table(tree.size, tree.root().hex()) for name, tree in trees.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Something about a sealed review that waits to be sealed too: an addendum or a sign-off. `id` sorts by time, and
    the same happening always has the same one."""

    id: str
    review_id: str
    kind: Kind
    facts: dict[str, Any]
    version: int = 0


def salt(seed: str, table: str, index: int) -> str:
    """The salt (32 hex digits) of a row that has none of its own: without the seed nobody can guess at rows by
    hashing them, also who was shown the salt of another one."""
    return hmac.new(bytes.fromhex(seed), f"{table}#{index}".encode(), sha256).hexdigest()[:32]


def statement_key(sequence: int) -> str:
    """Where a statement lies in the vault."""
    return f"seals/{sequence:010d}.json"


def public_key_key(found: str) -> str:
    """Where the public key (DER) with this fingerprint lies in the vault."""
    return f"keys/{found}.der"


def leaves_key(review_id: str, kind: Kind, table: str, block: int) -> str:
    """Where the leaf hashes of a block lie in the vault, 32 bytes each."""
    return f"seals/{review_id}/{kind.value}/{table}/{block:06d}"


def rows_key(review_id: str, kind: Kind, table: str, block: int) -> str:
    """Where the rows of a block lie in the vault: a line of JSON each ({record, salt})."""
    return f"rows/{review_id}/{kind.value}/{table}/{block:06d}.jsonl"
