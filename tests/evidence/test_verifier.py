"""The script that auditors run: exit codes, what it says, and what it makes of packs that are none."""

from __future__ import annotations

import base64
import json
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chalicelib.domain import merkle, packs
from chalicelib.domain.seals import pem
from chalicelib.evidence import verify_evidence as verifier
from tests.evidence import forge
from tests.evidence.forge import Files, right, sample, signed_list, unzipped, zipped
from tests.simulation.depth import Depth, history

SCRIPT = Path(verifier.__file__)
HERE = "tests/evidence/test_verifier.py"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right pack of twenty rows."""
    return right(20).written(tmp_path_factory.mktemp("packs") / "pack.zip")


def status(path: Path, *options: str) -> int:
    return verifier.main([str(path), *options])


def problems(path: Path) -> list[str]:
    found: list[str] = verifier.verify(str(path), forge.fingerprint())["problems"]
    return found


def bare(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The script in a Python without any package, setting or folder of ours."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_a_right_pack_is_verified_and_its_signer_established_by_the_fingerprint_alone(pack: Path) -> None:
    mark = forge.fingerprint()
    spaced = " ".join(mark[start : start + 4] for start in range(0, 64, 4)).upper()
    assert status(pack) == 3
    for written in (mark, spaced, ":".join(mark[start : start + 2] for start in range(0, 64, 2))):
        assert status(pack, "--fingerprint", written) == 0
    assert status(pack, "--fingerprint", mark[:-1] + ("0" if mark[-1] != "0" else "1")) == 1


def test_it_needs_nothing_but_python(pack: Path) -> None:
    done = bare(str(pack), "--fingerprint", forge.fingerprint())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "VERIFIED" and "20 of 20 items" in done.stdout
    told = json.loads(bare(str(pack), "--json").stdout)
    assert (told["status"], told["problems"], told["rows"]) == (3, [], {"items": 20})
    assert bare("--no-such-option").returncode == 2


def test_unbalanced_equations_are_told_loudly_and_no_forgery(tmp_path: Path) -> None:
    """A seal that says that something is missing is right; one that says it is not, is wrong."""
    honest, lying = (_equation(balanced) for balanced in (False, True))
    assert problems(honest.written(tmp_path / "honest.zip")) == []
    told = "\n".join(verifier.told(verifier.verify(str(tmp_path / "honest.zip")), ""))
    assert "DOES NOT BALANCE  population: 21 = 20 reviewed" in told
    assert problems(lying.written(tmp_path / "lying.zip")) == [
        "seals/0000000002.json: equation population: 21 = 20? It says balanced: True"
    ]


def _equation(balanced: bool) -> forge.Forge:
    made = right(20)
    said = {"name": "population", "total": 21, "terms": {"reviewed": 20}, "balanced": balanced}
    return _with_statement(made, lambda facts: facts.update(equations=[said]))


def _with_statement(made: forge.Forge, change: Callable[[dict[str, Any]], object]) -> forge.Forge:
    """The same with another first statement, sealed and chained rightly."""
    facts = deepcopy(made.statements[0].facts)
    change(facts)
    first = replace(made.statements[0], facts=facts)
    links = [made.links[0], (2, first.hash), *made.links[2:]]
    return forge.Forge(made.rows, made.count, made.root, [first, made.statements[1]], made.signer, links, made.manifest)


def test_terms_that_the_rows_do_not_have_are_found(tmp_path: Path) -> None:
    said = {"name": "sealed", "total": 20, "terms": {"approved": 20}, "balanced": True}
    made = _with_statement(right(20), lambda facts: facts.update(equations=[said]))
    assert "approved is 20, but the rows say 11" in problems(made.written(tmp_path / "pack.zip"))[0]


def test_a_decision_outside_of_the_time_of_the_review_is_found(tmp_path: Path) -> None:
    made = _with_statement(right(20), lambda facts: facts.update(closed="2026-03-03T00:00:00Z"))
    found = problems(made.written(tmp_path / "pack.zip"))
    assert "data/items.jsonl row 8: history[0].at: 2026-03-03T00:00:20Z is not between" in found[0]


CHAIN: dict[str, Callable[[dict[str, Any]], object]] = {
    "one left out": lambda chain: chain["statements"].pop(1),
    "two exchanged": lambda chain: chain["statements"].reverse(),
    "cut off": lambda chain: chain["statements"].pop(),
    "its beginning cut off": lambda chain: chain["statements"].pop(0),
    "another one put in": lambda chain: chain["statements"].insert(1, [3, "4" * 64]),
    "another hash": lambda chain: chain["statements"][1].__setitem__(1, "4" * 64),
    "another number": lambda chain: chain["statements"][1].__setitem__(0, 9),
    "another beginning": lambda chain: chain.update(before="0" * 64),
}


@pytest.mark.parametrize("name", CHAIN)
def test_a_chain_that_was_altered_is_found_although_it_was_signed_again(tmp_path: Path, name: str) -> None:
    files = right(20).files()
    chain = json.loads(files["chain.json"])
    CHAIN[name](chain)
    files["chain.json"] = json.dumps(chain).encode()
    assert problems(right(20).written(tmp_path / "pack.zip", files))


SEALS: dict[str, Callable[[Files], object]] = {
    "taken out": lambda files: files.pop("seals/0000000004.json"),
    "decisions taken out": lambda files: files.pop("seals/0000000002.json"),
    "under another number": lambda files: files.update({"seals/0000000003.json": files.pop("seals/0000000002.json")}),
    "doubled": lambda files: files.update({"seals/0000000003.json": files["seals/0000000002.json"]}),
    "exchanged": lambda files: files.update(
        {
            "seals/0000000002.json": files["seals/0000000004.json"],
            "seals/0000000004.json": files["seals/0000000002.json"],
        }
    ),
    "statement edited": lambda files: _edit(files, lambda seal: seal["statement"].update(package="another")),
    "facts edited": lambda files: _edit(files, lambda seal: seal["statement"]["facts"].update(balanced=False)),
    "root edited": lambda files: _edit(files, lambda seal: seal["statement"]["tables"]["items"].update(root="0" * 64)),
    "count edited": lambda files: _edit(files, lambda seal: seal["statement"]["tables"]["items"].update(count=19)),
    "checkpoint edited": lambda files: _edit(files, lambda seal: seal.update(checkpoint=seal["checkpoint"] + "\n")),
    "signature edited": lambda files: _edit(files, lambda seal: seal.update(signature="A" * 512)),
    "signature of another seal": lambda files: _edit(
        files, lambda seal: seal.update(signature=json.loads(files["seals/0000000004.json"])["signature"])
    ),
    "fingerprint edited": lambda files: _edit(files, lambda seal: seal.update(fingerprint="0" * 64)),
    "no statement": lambda files: _edit(files, lambda seal: seal.clear()),
    "no JSON": lambda files: files.update({"seals/0000000002.json": b"{"}),
}


def _edit(files: Files, change: Callable[[dict[str, Any]], object]) -> None:
    seal = json.loads(files["seals/0000000002.json"])
    change(seal)
    files["seals/0000000002.json"] = json.dumps(seal).encode()


@pytest.mark.parametrize("name", SEALS)
def test_a_seal_that_was_altered_is_found_although_it_was_listed_again(tmp_path: Path, name: str) -> None:
    files = right(20).files()
    SEALS[name](files)
    assert problems(right(20).written(tmp_path / "pack.zip", files))


# Samples --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 20, 33])
def test_any_rows_are_proven_without_the_others(tmp_path: Path, size: int) -> None:
    for place in range(size):
        wanted = {"items": [right(size).rows[place]["record"]["item"]]}
        path = sample(right(size), [place], wanted).written(tmp_path / "pack.zip")
        assert problems(path) == [], place


def test_a_sample_by_seed_must_be_what_the_seed_draws(tmp_path: Path) -> None:
    made, told = right(500), {"seed": "spring", "size": 25}
    drawn = packs.draw("spring", made.root, made.count, 25)
    assert problems(sample(made, drawn, told).written(tmp_path / "right.zip")) == []
    others = [place for place in range(25) if place not in drawn] + drawn[:25]
    wrong = sorted(others[:25])
    assert problems(sample(made, wrong, told).written(tmp_path / "wrong.zip")) == [
        "data/items: the rows are not those that the seed draws"
    ]
    assert problems(sample(made, drawn[:-1], told).written(tmp_path / "short.zip"))


PROOFS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another place": lambda row: row.update(index=row["index"] + 1),
    "outside": lambda row: row.update(index=500),
    "negative": lambda row: row.update(index=-1),
    "a step less": lambda row: row["proof"].pop(),
    "a step more": lambda row: row["proof"].append({"side": "left", "hash": "0" * 64}),
    "sides exchanged": lambda row: row["proof"][0].update(side="left"),
    "another hash": lambda row: row["proof"][3].update(hash="0" * 64),
    "no steps": lambda row: row["proof"].clear(),
    "no proof": lambda row: row.pop("proof"),
    "another decision": lambda row: row["record"].update(decision="Approve"),
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_sampled_row_whose_proof_does_not_lead_to_the_root_is_found(tmp_path: Path, name: str) -> None:
    made = sample(right(500), [140], {"items": [right(500).rows[140]["record"]["item"]]})
    PROOFS[name](made.rows[0])
    assert any("data/items" in one for one in problems(made.written(tmp_path / "pack.zip")))


# Whatever else comes ---------------------------------------------------------------------------------------


def test_every_byte_of_every_file_counts(pack: Path, tmp_path: Path, depth: Depth) -> None:
    """A file altered, taken out or put in by somebody who cannot sign is named."""
    for number in depth.histories(3, 40):
        with history(number, HERE) as chance:
            for name, data in unzipped(pack):
                place = chance.randrange(len(data))
                other = data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
                changed = [(one, other if one == name else found) for one, found in unzipped(pack)]
                assert status(zipped(tmp_path / "pack.zip", changed), "--fingerprint", forge.fingerprint()) in (1, 2), (
                    name
                )
                left = [one for one in unzipped(pack) if one[0] != name]
                assert status(zipped(tmp_path / "pack.zip", left), "--fingerprint", forge.fingerprint()) in (1, 2), name
    more = [*unzipped(pack), ("tables/more.csv", b"")]
    assert "tables/more.csv: is 1 times in the zip, 0 in pack.json" in problems(zipped(tmp_path / "more.zip", more))
    for name, data in unzipped(pack):
        twice = zipped(tmp_path / "again.zip", [*unzipped(pack), (name, data)])
        assert any(one.startswith(f"{name}: is ") for one in problems(twice)), name
    twice = [*unzipped(pack), ("chain.json", b"{}")]
    assert any("chain.json: is 2 times" in one for one in problems(zipped(tmp_path / "twice.zip", twice)))


def test_random_damage_to_the_zip_is_never_taken_for_a_right_pack(pack: Path, tmp_path: Path, depth: Depth) -> None:
    """Unless it hit what means nothing, and all files came out as they were. Nothing ever ends in a traceback."""
    whole = pack.read_bytes()
    for number in depth.histories(60, 3_000):
        with history(number, HERE) as chance:
            data = bytearray(whole)
            for _ in range(chance.choice((1, 1, 2, 20))):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            cut = chance.choice((len(data), len(data), chance.randrange(len(data))))
            damaged = tmp_path / "pack.zip"
            damaged.write_bytes(data[:cut])
            code = status(damaged, "--fingerprint", forge.fingerprint())
            assert code in (1, 2) or unzipped(damaged) == unzipped(pack)


NONSENSE: dict[str, Callable[[Path, random.Random], object]] = {
    "empty": lambda path, _: path.write_bytes(b""),
    "no zip": lambda path, chance: path.write_bytes(chance.randbytes(5_000)),
    "an empty zip": lambda path, _: zipped(path, []),
    "no pack.json": lambda path, _: zipped(path, [("a.txt", b"a")]),
    "a pack.json that is no JSON": lambda path, _: zipped(path, [("pack.json", b"\xff\xfe")]),
    "a list": lambda path, _: zipped(path, [("pack.json", b"[]")]),
    "deep": lambda path, _: zipped(path, [("pack.json", b"[" * 100_000)]),
    "a path outside": lambda path, _: zipped(path, [("../pack.json", b"{}")]),
    "an absolute path": lambda path, _: zipped(path, [("/pack.json", b"{}")]),
    "a path of Windows": lambda path, _: zipped(path, [("C:pack.json", b"{}")]),
    "a backslash": lambda path, _: zipped(path, [("..\\pack.json", b"{}")]),
    "a bomb": lambda path, _: zipped(path, [("pack.json", b"{}"), ("a.txt", b"\0" * 60_000_000)]),
    "a lying size": lambda path, _: _lying(path),
    "an unusual method": lambda path, _: _method(path),
}


def _lying(path: Path) -> None:
    """A file that unpacks to more than the list says."""
    zipped(path, [("pack.json", b"{" + b" " * 1_000_000 + b"}")])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 1_000_002), struct.pack("<I", 20)))


def _method(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("pack.json", "{}")


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_no_pack_is_said_to_be_none(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    NONSENSE[name](tmp_path / "pack.zip", random.Random(7))
    assert status(tmp_path / "pack.zip") == 2
    assert capsys.readouterr().out.startswith("No readable pack: ")
    assert not (tmp_path.parent / "pack.json").exists()


def test_a_pack_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert status(tmp_path / "nothing.zip") == 2 and status(tmp_path) == 2


MALFORMED: dict[str, dict[str, Any]] = {
    "files is a list": {"files": []},
    "files of another type": {"files": {"data/items.jsonl": 5}},
    "no review": {"review": None},
    "a sample that is a word": {"sample": "yes"},
    "a sample without end": {"sample": {"seed": "x", "size": 10**12}},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_list_of_files_that_makes_no_sense_is_wrong(tmp_path: Path, name: str) -> None:
    files = right(20).files()
    text = json.dumps(
        {**json.loads(signed_list(files, right(20).manifest, forge.key())["pack.json"]), **MALFORMED[name]}
    )
    signature = forge.sign(packs.signed_text(text.encode()), forge.key()).encode()
    path = zipped(tmp_path / "pack.zip", [*files.items(), ("pack.json", text.encode()), ("pack.sig", signature)])
    assert status(path) in (1, 2)


def test_a_name_that_stands_twice_in_json_is_refused(tmp_path: Path) -> None:
    """Two readers could read two things."""
    files = right(20).files()
    first, *rest = files["data/items.jsonl"].splitlines(keepends=True)
    files["data/items.jsonl"] = first.replace(b'{"facts"', b'{"names":{},"facts"', 1) + b"".join(rest)
    assert any("stands twice" in one for one in problems(right(20).written(tmp_path / "pack.zip", files)))


# The signature ---------------------------------------------------------------------------------------------


def _theirs(public: rsa.RSAPublicKey, signature: bytes, text: bytes) -> bool:
    try:
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_signatures_are_judged_as_another_implementation_judges_them(depth: Depth) -> None:
    """Right ones, altered ones, and wrong paddings made with the private key: what Bleichenbacher's forgery of 2006
    and its relatives relied on."""
    signer = forge.key()
    modulus, mark = verifier.public_key(pem(forge.der(signer)))
    assert mark == forge.fingerprint() and modulus == signer.public_key().public_numbers().n
    private = signer.private_numbers()
    for number in depth.histories(4, 200):
        chance = random.Random(number)
        text = "".join(chance.choices("seal é\n", k=chance.randrange(80)))
        right_one = base64.b64decode(forge.sign(text, signer))
        flipped = bytearray(right_one)
        flipped[chance.randrange(384)] ^= 1 << chance.randrange(8)
        number_of = int.from_bytes(right_one, "big")
        tried = [right_one, bytes(flipped), right_one[:-1], right_one + b"\0", b"\0" * 384, chance.randbytes(384)]
        tried += [((number_of + modulus) % (1 << 3072)).to_bytes(384, "big")]
        digest = verifier.SHA_256 + merkle.sha256(text.encode()).digest()
        for padded in (
            b"\0\1" + b"\xff" * 8 + b"\0" + digest + b"\0" * (384 - 11 - len(digest)),  # rubbish behind the digest
            b"\0\2" + b"\xff" * (384 - 3 - len(digest)) + b"\0" + digest,
            b"\0\1" + b"\xfe" * (384 - 3 - len(digest)) + b"\0" + digest,
            b"\0\1" + b"\xff" * (384 - 3 - 32) + b"\0" + digest[-32:],  # no algorithm named
            b"\0\1" + b"\xff" * (384 - 3 - len(digest) + 2) + b"\0" + digest.replace(b"\5\0", b"", 1),  # no parameters
        ):
            tried.append(pow(int.from_bytes(padded, "big"), private.d, modulus).to_bytes(384, "big"))
        judged = [verifier.signed(text, base64.b64encode(one).decode(), modulus) for one in tried]
        assert judged == [_theirs(signer.public_key(), one, text.encode()) for one in tried] == [True] + [False] * 11


@pytest.mark.parametrize(("size", "exponent"), [(2048, 65537), (3072, 3)])
def test_keys_of_another_kind_are_refused(size: int, exponent: int) -> None:
    other = rsa.generate_private_key(public_exponent=exponent, key_size=size)
    with pytest.raises(ValueError):
        verifier.public_key(pem(forge.der(other)))
