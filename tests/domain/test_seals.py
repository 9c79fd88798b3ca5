"""Statements, checkpoints and the chain: one text form each, that anybody can compute again."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from chalicelib.domain import seals
from chalicelib.domain.items import canonical
from chalicelib.domain.merkle import Growth
from chalicelib.domain.seals import BEFORE_ALL, Kind, Sealed, SealWork, Statement, Table

MADE = datetime(2026, 11, 23, 22, 5, 9, 123456, tzinfo=UTC)
ROOT = sha256(b"").hexdigest()
STATEMENT = Statement(
    kind=Kind.DECISIONS,
    review="r",
    series="s",
    package="p",
    policy="y",
    catalog="c",
    made=MADE,
    sequence=7,
    origin="https://reviews.example.com",
    tables={"items": Table(0, ROOT)},
    facts={"settings": {"outcome": "Zurücknehmen"}, "balanced": True},
)


def test_a_statement_is_hashed_in_its_canonical_form() -> None:
    text = (
        '{"catalog":"c","facts":{"balanced":true,"settings":{"outcome":"Zurücknehmen"}},"format":1,'
        '"kind":"decisions","made":"2026-11-23T22:05:09Z","origin":"https://reviews.example.com","package":"p",'
        f'"policy":"y","review":"r","sequence":7,"series":"s","tables":{{"items":{{"count":0,"root":"{ROOT}"}}}}}}'
    )
    assert canonical(STATEMENT.body()).decode() == text
    assert STATEMENT.hash == sha256(text.encode()).hexdigest()


def test_what_is_signed_names_the_statement_and_the_chain_before_it() -> None:
    chain = sha256(bytes(32) + bytes.fromhex(STATEMENT.hash)).hexdigest()
    assert seals.checkpoint(STATEMENT, BEFORE_ALL) == (
        "access-reviews seal v1\norigin: https://reviews.example.com\nsequence: 7\n"
        f"statement: {STATEMENT.hash}\nprevious: {'0' * 64}\nchain: {chain}\n"
    )
    assert seals.chained(BEFORE_ALL, STATEMENT.hash) == chain


def test_the_object_in_the_vault_is_read_back_as_it_was_written() -> None:
    sealed = Sealed(STATEMENT, seals.checkpoint(STATEMENT, BEFORE_ALL), "c2ln", "f" * 64)
    found = Sealed.of_data(sealed.data())
    assert found.data() == sealed.data()
    assert found.statement == replace(STATEMENT, made=MADE.replace(microsecond=0))
    assert (found.previous, found.chain) == (BEFORE_ALL, seals.chained(BEFORE_ALL, STATEMENT.hash))


def test_a_salt_of_one_row_tells_nothing_of_another() -> None:
    seed = "ab" * 32
    found = {seals.salt(seed, table, index) for table in ("notices", "reviewers") for index in range(50)}
    assert len(found) == 100
    assert all(len(bytes.fromhex(one)) == 16 for one in found)
    assert seals.salt(seed, "notices", 3) == seals.salt(seed, "notices", 3) != seals.salt("cd" * 32, "notices", 3)


def test_work_knows_the_tables_it_has_read_so_far() -> None:
    tree = Growth().grown([sha256(b"one").digest(), sha256(b"two").digest()])
    work = SealWork(review_id="r", kind=Kind.DECISIONS, seed="ab" * 32, grown={"items": tree.text()})
    assert work.tables() == {"items": Table(2, tree.root().hex())}


def test_a_key_is_published_as_pem_and_by_its_fingerprint() -> None:
    der = bytes(range(256)) * 2
    text = seals.pem(der)
    head, *lines, foot = text.splitlines()
    assert (head, foot) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    assert base64.b64decode("".join(lines)) == der and max(map(len, lines)) == 64
    assert seals.fingerprint(der) == sha256(der).hexdigest()


def test_keys_in_the_vault_sort_as_the_chain_goes() -> None:
    assert seals.statement_key(9) < seals.statement_key(10) == "seals/0000000010.json"
    assert seals.leaves_key("r", Kind.DECISIONS, "items", 3) == "seals/r/decisions/items/000003"
    assert seals.rows_key("r", Kind.REMOVALS, "removals", 0) == "rows/r/removals/removals/000000.jsonl"
