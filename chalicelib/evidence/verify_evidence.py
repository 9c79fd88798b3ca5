#!/usr/bin/env python3
"""Checks an evidence pack of Access Reviews without trusting whoever made it. Python 3.9 or newer, nothing else.

    python3 verify_evidence.py PACK.zip [--fingerprint HEX] [--json]

--fingerprint: the signing key's fingerprint as published outside of the pack. Without it anybody could have made the
pack with a key of their own; the answer is then "consistent, signer not established".
Exit status: 0 verified; 3 consistent, signer not established; 1 something is wrong; 2 this is no readable pack.
Read it from top to bottom: hashes and signatures, the zip and its signed list of files, the chain of seals, the rows.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]
WHOLE, LINE, RATIO = 32 << 20, 4 << 20, 200  # bytes of a file read whole, of a row; how much a zip may grow
SHA_256 = bytes.fromhex("3031300d060960864801650304020105000420")  # what the digest stands behind in a signature
RSA_3072 = bytes.fromhex("308201a2300d06092a864886f70d01010105000382018f003082018a0282018100")  # and in a public key
PATH = r"[\w-]+(\.\w+)?(/[\w-]+(\.\w+)?)?"  # of a file in a pack: at most one folder deep


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    """The one form of JSON that hashes are taken over: sorted names, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_of(row: Json) -> bytes:
    """A row as a leaf of the Merkle tree of its table (RFC 6962, with a salt)."""
    return hashlib.sha256(b"\0" + bytes.fromhex(row["salt"]) + canonical(row["record"])).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """The root of a tree, which splits at the largest power of two below its size."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:split]), root_of(leaves[split:]))


def proven(row: Json, table: Json) -> bool:
    """Does the proof of a sampled row lead from its own place to the root of its table (RFC 9162, 2.1.3.2)?"""
    found, place, last = leaf_of(row), row["index"], table["count"] - 1
    if not 0 <= place <= last:
        return False
    for step in row["proof"]:
        left = place & 1 or place == last
        while left and place and not place & 1:
            place, last = place >> 1, last >> 1
        if last == 0 or step["side"] != ("left" if left else "right"):
            return False
        other = bytes.fromhex(step["hash"])
        found, place, last = node(other, found) if left else node(found, other), place >> 1, last >> 1
    return bool(last == 0 and found.hex() == table["root"])


def public_key(pem: str) -> tuple[int, str]:
    """Modulus and fingerprint of the signing key: RSA with 3072 bits and the exponent 65537. The DER of such keys
    (SubjectPublicKeyInfo, of which the fingerprint is the hash) differs in nothing but the modulus."""
    info = base64.b64decode("".join(pem.split("\n")[1:-2]), validate=True)
    if len(info) != 422 or not info.startswith(RSA_3072) or not info.endswith(b"\2\3\1\0\1") or info[33] < 128:
        raise ValueError("is not an RSA public key of 3072 bits with the exponent 65537")
    return int.from_bytes(info[33:-5], "big"), sha(info)


def signed(text: str, signature: str, modulus: int) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2): the padded message is put together and compared whole."""
    raw, digest = base64.b64decode(signature, validate=True), hashlib.sha256(text.encode()).digest()
    padded, number = b"\0\1" + b"\xff" * 330 + b"\0" + SHA_256 + digest, int.from_bytes(raw, "big")
    return len(raw) == 384 and number < modulus and pow(number, 65537, modulus).to_bytes(384, "big") == padded


def parse(text: bytes) -> Any:
    """JSON in which no name stands twice: else two readers might read two things."""

    def once(pairs: list[tuple[str, Any]]) -> Json:
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a name stands twice among {[name for name, _ in pairs]}")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


class Pack:
    """A zip that is only ever read, never unpacked to disk, and what was found wrong in it."""

    def __init__(self, path: str) -> None:
        self.zip, self.problems = zipfile.ZipFile(path), list[str]()
        self.names = [one.filename for one in self.zip.infolist()]
        for one in self.zip.infolist():
            if not re.fullmatch(PATH, one.orig_filename) or one.flag_bits & 1 or one.compress_type not in (0, 8):
                raise ValueError(f"{one.orig_filename!r} lies outside of the pack, or is packed in an unusual way")
        size = sum(one.file_size for one in self.zip.infolist())
        if size > RATIO * os.path.getsize(path) + (1 << 20) or len(self.names) > 20_000:
            raise ValueError("it would grow out of all proportion")

    def wrong(self, where: str, what: object) -> None:
        self.problems.append(f"{where}: {what}")

    def read(self, name: str) -> bytes:
        if name not in self.names or self.zip.getinfo(name).file_size > WHOLE:
            raise ValueError(f"{name} is missing or too large")
        return self.zip.read(name)

    def check_files(self, listed: Json) -> None:
        """Every file is there once and has the hash that was signed, and nothing else is there."""
        for name in sorted({*self.names, *listed}):
            unlisted = name in ("pack.json", "pack.sig")
            if self.names.count(name) != 1 or unlisted is (name in listed):
                self.wrong(name, f"is {self.names.count(name)} times in the zip, {[*listed].count(name)} in pack.json")
            if unlisted or name not in self.names or name not in listed:
                continue
            digest = hashlib.sha256()
            try:
                with self.zip.open(name) as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
            except Exception as problem:
                self.wrong(name, f"cannot be unpacked: {problem}")
            if digest.hexdigest() != listed[name]:
                self.wrong(name, f"was altered: its hash is {digest.hexdigest()}, signed was {listed[name]}")

    def rows(self, table: str) -> Iterator[tuple[str, Json]]:
        """The rows of a table, one at a time, each with the file it stands in."""
        parts = {one for one in self.names if re.fullmatch(rf"data/{table}(-\d+)?\.jsonl", one)}
        for part in sorted(parts, key=lambda one: (len(one), one)):
            with self.zip.open(part) as file:
                while line := file.readline(LINE):
                    yield part, parse(line)


def check_chain(pack: Pack, chain: Json, seals: Json, modulus: int, fingerprint: str) -> None:
    """Every seal is signed and stands at its place in the chain, which leaves nothing out in between."""
    numbers, value = [number for number, _ in chain["statements"]], chain["before"]
    names = [f"seals/{number:010d}.json" for number in numbers]
    if numbers != list(range(numbers[0], numbers[-1] + 1)) or (numbers[0] == 1 and value != "0" * 64):
        pack.wrong("chain.json", f"is not the chain from {numbers[0]} to {numbers[-1]}")
    if {*seals} - {*names} or {names[0], names[-1]} - {*seals}:
        pack.wrong("chain.json", "does not begin and end with a seal of this pack, or leaves one out")
    for name, (number, linked) in zip(names, chain["statements"]):
        previous, value = value, sha(bytes.fromhex(value) + bytes.fromhex(linked))
        if name not in seals:
            continue  # of another review: there is nothing here but its hash
        seal = seals[name]
        found, origin = sha(canonical(seal["statement"])), seal["statement"]["origin"]
        text = f"access-reviews seal v1\norigin: {origin}\nsequence: {number}\nstatement: {found}\n"
        if found != linked or seal["statement"]["sequence"] != number:
            pack.wrong(name, f"statement: its hash is {found}; in chain.json number {number} has {linked}")
        if seal["checkpoint"] != f"{text}previous: {previous}\nchain: {value}\n":
            pack.wrong(name, "checkpoint: is not that of its statement and chain")
        if seal["fingerprint"] != fingerprint or not signed(seal["checkpoint"], seal["signature"], modulus):
            pack.wrong(name, "signature: is not that of key.pem over the checkpoint")


def statement_problems(one: Json, every: list[Json], counts: Json) -> Iterator[str]:
    """A statement names the others rightly; its equations add up as it says and as the rows (`counts`) say."""
    hashes, facts = {each["sequence"]: sha(canonical(each)) for each in every}, one["facts"]
    if [one[name] for name in ("format", "review", "origin")] != [1, every[0]["review"], every[0]["origin"]]:
        yield "is of another review, deployment or format"
    if [each["kind"] for each in every].count(one["kind"]) > 1 and one["kind"] != "addendum":
        yield f"is not the only one of kind {one['kind']}"
    decisions = facts["decisions"] if one["kind"] == "removals" else None
    if decisions and hashes.get(decisions["sequence"]) != decisions["statement"]:
        yield "facts.decisions: is not the seal of the decisions"
    earlier = sorted(found for sequence, found in hashes.items() if sequence < one["sequence"])
    if one["kind"] == "signOff" and sorted(facts["covers"]) != earlier:
        yield "facts.covers: is not every statement before the sign-off"
    for equation in facts.get("equations", []):
        name, total, terms = equation["name"], equation["total"], equation["terms"]
        if (total == sum(terms.values()) and min(terms.values()) >= 0) is not equation["balanced"]:
            yield f"equation {name}: {total} = {sum(terms.values())}? It says balanced: {equation['balanced']}"
        for term, said in terms.items():
            if name.split(".")[0] in ("sealed", "independent", "removals") and counts and counts.get(term, 0) != said:
                yield f"equation {name}: {term} is {said}, but the rows say {counts.get(term, 0)}"


def item_problems(row: Json, review: Json) -> Iterator[str]:
    """A decision item is what its facts and its history hash to, and people decided it while the review was open."""
    record, head, history = row["record"], row["record"]["leaf"], row["history"]
    if sha(bytes.fromhex(row["salt"]) + canonical(row["facts"])) != head or row["facts"]["item"] != record["item"]:
        yield f"facts: are not those that were frozen (record.leaf {head})"
    for place, one in enumerate(history):
        head = sha(bytes.fromhex(head) + canonical(one))
        at = f"{datetime(1970, 1, 1) + timedelta(seconds=one['at'] // 1000):%Y-%m-%dT%H:%M:%SZ}"
        if one["by"] != "rule" and not review["opened"] <= at <= review["closed"]:
            yield f"history[{place}].at: {at} is not between {review['opened']} and {review['closed']}"
    if (head, len(history)) != (record["chain"], record["entries"]):
        yield f"history: its hash is {head} with {len(history)} entries; sealed was {record['chain']}"
    if record["decision"] != [{"decision": "NotReviewed"}, *history][-1]["decision"]:
        yield "record.decision: is not the last one of the history"


def terms_of(table: str, row: Json) -> list[str]:
    """Under which terms of the equations a row counts: what was decided, and by whom each time; or what was removed."""
    if table != "items":
        return [row["record"]["outcome"]] if table == "removals" else []
    names = {row["facts"]["principal"]: "byThemselves", "rule": "byRule"}
    deciders = [names.get(one["by"], "byOthers") for one in row["history"]]
    decided = {"Approve": "approved", "Deny": "denied", "DontKnow": "dontKnow"}.get(row["record"]["decision"], "kept")
    decided += "ByRule" if deciders[-1:] == ["byRule"] else ""
    return ["cancelled" if row["record"]["cancelled"] else decided, *deciders]


def check_table(pack: Pack, table: str, statement: Json, sample: Json) -> tuple[int, Json]:
    """Every row, and the root over them or the proof of each; how many there are, and how many count as what."""
    sealed, leaves = statement["tables"][table], list[bytes]()
    seen, counts = dict[Any, int](), dict[str, int]()
    for part, row in pack.rows(table):
        problems = [*item_problems(row, statement["facts"])] if table == "items" else []
        if not proven(row, sealed) if sample else row["index"] != len(leaves):
            problems.append("proof: does not lead to the sealed root" if sample else f"index: is not {len(leaves)}")
        thing = row["record"]["item"] if table in ("items", "removals") else row["index"]
        for problem in [*problems, "stands in the table twice"] if thing in seen else problems:
            pack.wrong(f"{part} row {row['index']}", problem)
        seen[thing] = row["index"]
        for term in () if sample else terms_of(table, row):
            counts[term] = counts.get(term, 0) + 1
        leaves.append(leaf_of(row))
    if not sample and (len(leaves), root_of(leaves).hex()) != (sealed["count"], sealed["root"]):
        pack.wrong(f"data/{table}", f"{len(leaves)} rows with the root {root_of(leaves).hex()}; sealed were {sealed}")
    if table == "items" and {*seen} != {*sample.get("items", seen)}:
        pack.wrong(f"data/{table}", "the rows are not those that were asked for")
    if table == "items" and "seed" in sample and {*seen.values()} != drawn(sealed, **sample):
        pack.wrong(f"data/{table}", "the rows are not those that the seed draws")
    return len(leaves), counts


def drawn(table: Json, seed: str, size: int) -> set[int]:
    """The rows that a seed draws: hashes of seed, root and a counter, modulo the number of rows."""
    found: set[int] = set()
    for number in range(100 * min(size, 1000)):
        if len(found) < min(size, table["count"]):
            found.add(int(sha(f"{seed}\n{table['root']}\n{number}\n".encode()), 16) % table["count"])
    return found


def verify(path: str, fingerprint: str = "") -> Json:
    """What is in a pack, and what is wrong with it (`problems`). Raises whatever keeps it from being read at all."""
    pack = Pack(path)
    about = parse(pack.read("pack.json"))
    pack.check_files(dict(about["files"]))
    found: Json = {"pack": about, "problems": pack.problems, "statements": [], "rows": {}, "fingerprint": ""}
    step = "key.pem"
    try:
        modulus, found["fingerprint"] = public_key(pack.read(step).decode())
        if fingerprint not in ("", found["fingerprint"]):
            pack.wrong(step, f"the signer is {found['fingerprint']}, and not {fingerprint}")
        step, text = "pack.sig", f"access-reviews pack v1\npack: {sha(pack.read('pack.json'))}\n"
        if not signed(text, pack.read(step).decode(), modulus):
            pack.wrong(step, "is not the signature of key.pem over pack.json")
        step = "seals and chain.json"
        seals = {name: parse(pack.read(name)) for name in sorted({*pack.names}) if name.startswith("seals/")}
        found["statements"] = [seal["statement"] for seal in seals.values()]
        check_chain(pack, parse(pack.read("chain.json")), seals, modulus, found["fingerprint"])
        if [found["statements"][0][name] for name in ("kind", "review")] != ["decisions", about["review"]]:
            pack.wrong(step, f"the first seal is not that of the decisions of {about['review']}")
        for one in found["statements"]:
            counts: Json = {}
            for name in one["tables"]:
                step = f"data/{name}"
                found["rows"][name], own = check_table(pack, name, one, about["sample"] or {})
                counts.update(own)
            step = f"seals/{one['sequence']:010d}.json"
            for fault in statement_problems(one, found["statements"], counts):
                pack.wrong(step, fault)
    except Exception as problem:  # whatever a forger thought of is told, and never raised
        pack.wrong(step, problem if type(problem) is ValueError else f"malformed ({type(problem).__name__}: {problem})")
    return found


def told(found: Json, verdict: str) -> Iterator[str]:
    """What a reader wants to know of a pack, as lines."""
    yield f"{found['pack']['title']} ({found['pack']['review']}), " + ("sample" if found["pack"]["sample"] else "whole")
    for one in found["statements"]:
        tables = (f", {found['rows'].get(name)} of {each['count']} {name}" for name, each in one["tables"].items())
        yield f"Seal {one['sequence']}: {one['kind']}, {one['made']}{''.join(tables)}"
        for each in one["facts"].get("equations", []):
            terms = " + ".join(f"{number} {term}" for term, number in each["terms"].items())
            yield f"  {'' if each['balanced'] else 'DOES NOT BALANCE  '}{each['name']}: {each['total']} = {terms}"
    yield f"Signer: {found['fingerprint']}"
    yield "Not established: names (joined when the pack was made), and whether there are later seals than these."
    yield from (f"WRONG  {problem}" for problem in found["problems"][:1000])
    yield verdict


def main(argv: list[str]) -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("pack")
    reader.add_argument("--fingerprint", default="")
    reader.add_argument("--json", action="store_true", help="print JSON instead of text")
    options = reader.parse_args(argv)
    wanted = re.sub("[: ]", "", options.fingerprint).lower()
    try:
        found = verify(options.pack, wanted)
        status = 1 if found["problems"] else 0 if wanted else 3
        words = {0: "VERIFIED", 1: f"{len(found['problems'])} PROBLEMS", 3: "CONSISTENT, SIGNER NOT ESTABLISHED"}
        text = json.dumps({**found, "status": status}) if options.json else "\n".join(told(found, words[status]))
    except Exception as problem:
        text, status = f"No readable pack: {problem}", 2
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
