"""Evidence packs made by hand, with a key of our own: right ones, and every kind of forgery of them.

What is right here is made by the product's domain, so that what the verifier refuses is the forgery alone.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chalicelib.domain import ids, merkle, packs, seals, zips
from chalicelib.domain.items import Decision, DecisionItem, HistoryEntry, canonical, frozen_facts, submitted
from chalicelib.domain.seal_rows import item_row
from chalicelib.domain.seals import BEFORE_ALL, Kind, Sealed, Statement, Table

OPENED = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
CLOSED = OPENED + timedelta(days=14)
REVIEW, OTHER = ids.guid("review", "forged"), ids.guid("review", "another")
Row = dict[str, Any]
Files = dict[str, bytes]


@cache
def key(name: str = "ours") -> rsa.RSAPrivateKey:
    """A signing key; making one takes a third of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def der(signer: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return signer.public_key().public_bytes(serialization.Encoding.DER, form)


def sign(text: str, signer: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(signer.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def fingerprint(signer: rsa.RSAPrivateKey | None = None) -> str:
    return seals.fingerprint(der(signer or key()))


def item(number: int) -> DecisionItem:
    """One of a review's items: every third denied, every fifth decided twice, every seventh not at all."""
    opened = int(OPENED.timestamp() * 1000)
    decided = [Decision.DENY if number % 3 == 0 else Decision.APPROVE]
    decided = [Decision.DONT_KNOW, *decided] if number % 5 == 0 else decided
    history = tuple(
        HistoryEntry(
            decision=one,
            by=ids.guid("reviewer", number % 4),
            at=opened + 1000 * (number * 10 + place),
            operation=f"{number:08x}{place:08x}",
            reason=f"Reason {number}",
        )
        for place, one in enumerate([] if number % 7 == 0 else decided)
    )
    made = DecisionItem(
        instance_id=REVIEW,
        id=ids.guid("item", number),
        assignment_id=ids.guid("assignment", number),
        principal_id=ids.guid("person", number),
        display_name=f"Person {number}",
        principal_name=f"person{number}@example.com",
        assigned=OPENED - timedelta(days=number),
        why="named",
        deadline=CLOSED,
        salt=f"{number:032x}",
        decision=history[-1].decision if history else Decision.NOT_REVIEWED,
        history=history,
        kept="" if history else "noResponse",
    )
    return made


def pack_row(place: int, one: DecisionItem) -> Row:
    sealed = item_row(one)
    return {
        "index": place,
        "salt": sealed.salt,
        "record": sealed.record,
        "facts": frozen_facts(one),
        "history": [submitted(entry) for entry in one.history],
        "names": {one.principal_id: [one.display_name, one.principal_name]},
    }


@dataclass
class Forge:
    """What a pack is made of, to be altered before it is `written`. `rows` are those of its one table."""

    rows: list[Row]
    count: int
    root: str
    statements: list[Statement] = field(default_factory=list)
    signer: rsa.RSAPrivateKey = field(default_factory=key)
    links: list[tuple[int, str]] = field(default_factory=list)
    manifest: Row = field(default_factory=dict)

    def altered(self, change: Callable[[list[Row]], object]) -> Forge:
        """The same with other rows: the seals stay what they are."""
        rows = deepcopy(self.rows)
        change(rows)
        return Forge(rows, self.count, self.root, self.statements, self.signer, self.links, self.manifest)

    def sealed(self) -> list[Sealed]:
        found, previous = [], BEFORE_ALL
        by_number = {one.sequence: one for one in self.statements}
        for number, linked in self.links:
            if number in by_number:
                text = seals.checkpoint(by_number[number], previous)
                mark = fingerprint(self.signer)
                found.append(Sealed(by_number[number], text, sign(text, self.signer), mark))
            previous = seals.chained(previous, linked)
        return found

    def files(self) -> Files:
        """Everything but pack.json and its signature."""
        (_, before), *links = self.links
        chain = {"before": seals.chained(BEFORE_ALL, before), "statements": [list(one) for one in links]}
        found: Files = {"key.pem": seals.pem(der(self.signer)).encode(), "chain.json": canonical(chain)}
        found |= {seals.statement_key(one.statement.sequence): one.data() for one in self.sealed()}
        found["data/items.jsonl"] = b"".join(packs.line(row) for row in self.rows)
        return found

    def written(self, path: Path, files: Mapping[str, bytes] | None = None) -> Path:
        """The pack as a zip, its list of files signed."""
        given = dict(self.files() if files is None else files)
        given |= signed_list(given, self.manifest, self.signer)
        return zipped(path, list(given.items()))


def signed_list(files: Mapping[str, bytes], manifest: Mapping[str, Any], signer: rsa.RSAPrivateKey) -> Files:
    listed = {name: merkle.sha256(data).hexdigest() for name, data in files.items()}
    text = json.dumps({**manifest, "files": listed}).encode()
    return {"pack.json": text, "pack.sig": sign(packs.signed_text(text), signer).encode()}


def zipped(path: Path, files: Sequence[tuple[str, bytes]]) -> Path:
    data, entries = bytearray(), []
    for name, content in files:
        file = zips.Deflating()
        file.add(content)
        entry, packed = file.packed(name, len(data))
        entries.append(entry)
        data += packed
    path.write_bytes(data + zips.ending(entries, len(data)))
    return path


def unzipped(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as found:
        return [(name, found.read(name)) for name in found.namelist()]


def statement(kind: Kind, sequence: int, tables: Mapping[str, Table], facts: Mapping[str, Any]) -> Statement:
    return Statement(
        kind=kind,
        review=REVIEW,
        series="series",
        package="package",
        policy="policy",
        catalog="catalog",
        made=CLOSED + timedelta(minutes=sequence),
        sequence=sequence,
        origin="https://reviews.example.com",
        tables=dict(tables),
        facts=dict(facts),
    )


@cache
def right(size: int = 500) -> Forge:
    """A right pack of one review with `size` items, the second statement of its deployment, and an addendum to it."""
    items = [item(number) for number in range(size)]
    rows = [pack_row(place, one) for place, one in enumerate(items)]
    root = merkle.root(merkle.leaf(bytes.fromhex(row["salt"]), row["record"]) for row in rows).hex()
    terms: dict[str, int] = {}
    for one in items:
        name = {"Approve": "approved", "Deny": "denied"}.get(one.decision.value, "kept")
        terms[name] = terms.get(name, 0) + 1
    facts = {
        "opened": seals.instant(OPENED),
        "closed": seals.instant(CLOSED),
        "equations": [{"name": "sealed", "total": size, "terms": terms, "balanced": True}],
        "balanced": True,
    }
    first = statement(Kind.DECISIONS, 2, {"items": Table(size, root)}, facts)
    second = statement(Kind.ADDENDUM, 4, {}, {"of": 2, "what": "regrant", "about": items[0].id})
    links = [(1, "1" * 64), (2, first.hash), (3, "3" * 64), (4, second.hash)]
    manifest = {
        "format": 1,
        "title": "Finance: Staff",
        "review": REVIEW,
        "made": "2026-03-17T00:00:00Z",
        "sample": None,
    }
    return Forge(rows, size, root, [first, second], key(), links, manifest)


def sample(of: Forge, places: Sequence[int], told: Mapping[str, Any]) -> Forge:
    """A sample of these rows."""
    leaves = [merkle.leaf(bytes.fromhex(row["salt"]), row["record"]) for row in of.rows]
    rows = [{**deepcopy(of.rows[place]), "proof": packs.steps(merkle.proof(leaves, place))} for place in places]
    manifest = {**of.manifest, "sample": dict(told)}
    return Forge(rows, of.count, of.root, of.statements, of.signer, of.links, manifest)
