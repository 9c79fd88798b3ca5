"""P19: whatever is done to a pack's 500 rows is found, also when whoever did it can sign lists of files: the rows hang
from a sealed root. Every row is tried; the tree is built again each time, other rows' leaves are taken as known."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.seals import pem
from chalicelib.evidence import verify_evidence as verifier
from tests.evidence import forge
from tests.evidence.forge import Forge, Row, right
from tests.simulation.depth import Depth, history

Change = Callable[[Row], object]


def entry(row: Row) -> dict[str, Any]:
    """The last submission of a row; one is made where there is none."""
    if not row["history"]:
        row["history"].append(dict.fromkeys(("by", "operation", "onBehalfOf", "reason", "channel", "note"), ""))
        row["history"][-1] |= {"at": 1_772_500_000_000, "decision": "Approve"}
    return row["history"][-1]


EDITS: dict[str, Change] = {
    "decision": lambda row: row["record"].update(decision="DontKnow"),
    "kept": lambda row: row["record"].update(kept="notAsked"),
    "cancelled": lambda row: row["record"].update(cancelled="removed"),
    "leaf": lambda row: row["record"].update(leaf="0" * 64),
    "entries": lambda row: row["record"].update(entries=row["record"]["entries"] + 1),
    "item": lambda row: row["record"].update(item=forge.OTHER),
    "salt": lambda row: row.update(salt="f" * 32),
    "person": lambda row: row["facts"].update(principal=forge.OTHER),
    "last sign-in": lambda row: row["facts"].update(lastSignIn=1),
    "why": lambda row: row["facts"].update(why="self"),
    "reason": lambda row: entry(row).update(reason="because"),
    "decider": lambda row: entry(row).update(by=forge.OTHER),
    "decided": lambda row: entry(row).update(decision="DontKnow"),
    "moment": lambda row: entry(row).update(at=entry(row)["at"] + 1),
    "submission added": lambda row: row["history"].append(dict(entry(row))),
    "submission taken out": lambda row: row["history"].clear() if row["history"] else entry(row),
}
REVIEWED = {"opened": "2026-03-02T23:59:00Z", "closed": "2026-03-16T23:59:00Z"}


def found(row: Row, place: int, leaves: list[bytes], root: str) -> bool:
    """Does the verifier see it: in the row, or in the root over all rows?"""
    if list(verifier.item_problems(row, REVIEWED)) or row["index"] != place:
        return True
    changed = [*leaves[:place], verifier.leaf_of(row), *leaves[place + 1 :]]
    return verifier.root_of(changed).hex() != root


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    return [verifier.leaf_of(row) for row in right().rows]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_any_row_is_found(leaves: list[bytes], name: str) -> None:
    for place, row in enumerate(right().rows):
        edited = deepcopy(row)
        EDITS[name](edited)
        assert found(edited, place, leaves, right().root), f"row {place}"


def test_a_row_with_another_one_s_content_is_found(leaves: list[bytes]) -> None:
    """Swapped, also with their indexes exchanged so that each stands where it says."""
    rows, root = right().rows, right().root
    for place in range(len(rows)):
        other = (place * 7 + 1) % len(rows)
        assert other == place or found(rows[other], place, leaves, root)
        swapped = list(leaves)
        swapped[place], swapped[other] = swapped[other], swapped[place]
        assert other == place or verifier.root_of(swapped).hex() != root, f"rows {place} and {other}"


def test_a_row_taken_out_put_in_or_doubled_is_found(leaves: list[bytes]) -> None:
    root = right().root
    for place in range(len(leaves)):
        assert verifier.root_of(leaves[:place] + leaves[place + 1 :]).hex() != root
        assert verifier.root_of([*leaves[:place], leaves[place], *leaves[place:]]).hex() != root
        assert verifier.root_of([*leaves[:place], b"\0" * 32, *leaves[place:]]).hex() != root
        assert verifier.root_of(leaves[:place]).hex() != root


def insiders(seed: random.Random) -> list[tuple[str, Callable[[list[Row]], object]]]:
    """What somebody does who can sign lists of files, but has no way into the evidence bucket."""
    size = len(right().rows)
    place, other = seed.randrange(size), seed.randrange(size - 1)
    name = seed.choice(sorted(EDITS))

    def swap(rows: list[Row]) -> None:
        rows[other], rows[other + 1] = rows[other + 1], rows[other]

    return [
        (f"{name} of row {place}", lambda rows: EDITS[name](rows[place])),
        (f"row {place} taken out", lambda rows: rows.pop(place)),
        (f"row {place} doubled", lambda rows: rows.insert(place, deepcopy(rows[place]))),
        (f"row {other} swapped", swap),
        (f"cut off after {place}", lambda rows: rows.__delitem__(slice(place, None))),
    ]


def test_a_pack_whose_files_were_listed_and_signed_again_is_still_wrong(tmp_path: Path, depth: Depth) -> None:
    for number in depth.histories(3, 200):
        with history(number, "tests/evidence/test_tampering.py") as chance:
            for what, change in insiders(chance):
                path = right().altered(change).written(tmp_path / "pack.zip")
                told = verifier.verify(str(path), forge.fingerprint())
                assert any(one.startswith("data/items") for one in told["problems"]), what


def test_it_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    changed = right().altered(lambda rows: rows[41]["history"][-1].update(reason="another"))
    (problem,) = verifier.verify(str(changed.written(tmp_path / "pack.zip")))["problems"]
    assert problem.startswith("data/items.jsonl row 41: history: its hash is ")


def test_everything_signed_again_by_another_key_is_another_signer(tmp_path: Path) -> None:
    """A forger with a key of their own makes what is consistent; only the published fingerprint tells."""
    theirs = forge.key("theirs")
    made = right()
    forged = Forge(made.rows, made.count, made.root, made.statements, theirs, made.links, made.manifest)
    path = str(forged.written(tmp_path / "pack.zip"))
    assert verifier.main([path]) == 3
    assert verifier.main([path, "--fingerprint", forge.fingerprint()]) == 1
    assert verifier.main([path, "--fingerprint", forge.fingerprint(theirs)]) == 0


def test_seals_of_one_key_in_a_pack_of_another_are_found(tmp_path: Path) -> None:
    theirs = forge.key("theirs")
    files = right().files()
    files["key.pem"] = pem(forge.der(theirs)).encode()
    forged = Forge([], 0, "", signer=theirs, manifest=right().manifest)
    told = verifier.verify(str(forged.written(tmp_path / "pack.zip", files)))
    assert {one.partition(": ")[0] for one in told["problems"]} == {"seals/0000000002.json", "seals/0000000004.json"}
