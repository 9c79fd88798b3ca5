"""Packs as the product makes them, out of reviews it has sealed by itself, checked by the script that lies in them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.domain import errors
from chalicelib.domain.agenda import Job
from chalicelib.domain.csv_text import original
from chalicelib.domain.items import Decision
from chalicelib.domain.packs import Sample
from chalicelib.domain.people import SYSTEM, Actor, Role
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import fingerprint
from chalicelib.evidence import verify_evidence as verifier
from chalicelib.usecases import evidence, exports, pack_source
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from tests.emails.hostile import HOSTILE
from tests.factories import ADMIN
from tests.sealing import Office, office
from tests.simulation.point import Call, Killed, Proceed

PEOPLE = ("ann", "bob", "cy", "dan", "eve", "fay", "gus")
ALL = Sample()


@pytest.fixture(scope="module")
def company() -> Iterator[Office]:
    with office() as one:
        yield one


@pytest.fixture(scope="module")
def review(company: Office) -> ReviewInstance:
    """A closed and sealed review of seven people."""
    found = company.review(*PEOPLE)
    for name, decision in zip(
        PEOPLE, (Decision.DENY, Decision.APPROVE, Decision.DENY, Decision.DONT_KNOW), strict=False
    ):
        company.decide(found, name, decision)
    company.decide(found, "bob", Decision.DENY)
    company.decide(found, "bob", Decision.APPROVE)
    company.close(found)
    return found


def wanted(company: Office, review: ReviewInstance, sample: Sample = ALL, actor: Actor = ADMIN) -> Job:
    """The job of a pack, before the worker."""
    now, operation = company.services.clock.now(), company.services.clock.new_id()
    return evidence.ask(company.services, actor, now, operation, review, sample)


def asked(company: Office, review: ReviewInstance, sample: Sample = ALL, actor: Actor = ADMIN) -> Job:
    """The job of a pack, after the worker."""
    job = wanted(company, review, sample, actor)
    company.work()
    return company.services.reviews.job(job.id)


def stored(company: Office, job: Job) -> bytes:
    found = company.services.files.get(exports.file_key(job.id, job.kind))
    assert found is not None, job
    return found


def mark(company: Office) -> str:
    return fingerprint(company.services.signer.public_key())


def made(company: Office, review: ReviewInstance, path: Path, sample: Sample = ALL) -> zipfile.ZipFile:
    """A pack that was made at once, after the script inside it has found it right."""
    job = asked(company, review, sample)
    assert job.status == "done", job
    path.write_bytes(stored(company, job))
    found = zipfile.ZipFile(path)
    script = path.with_suffix(".py")
    script.write_bytes(found.read("verify_evidence.py"))
    command = [sys.executable, "-I", "-S", str(script), str(path), "--fingerprint", mark(company)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return found


def rows(found: zipfile.ZipFile, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.read(f"data/{table}.jsonl").splitlines()]


def cells(found: zipfile.ZipFile, table: str) -> list[dict[str, str]]:
    text = found.read(f"tables/{table}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_pack_has_the_whole_review_and_verifies_itself(
    company: Office, review: ReviewInstance, tmp_path: Path
) -> None:
    found = made(company, review, tmp_path / "pack.zip")
    people = {one["Person"]: one for one in cells(found, "items")}
    assert {*people} == {name.title() for name in PEOPLE}
    assert (people["Ann"]["Decision"], people["Ann"]["Decided by"], people["Ann"]["Reason"]) == (
        "Deny",
        "Boss",
        "Because",
    )
    assert (people["Bob"]["Decision"], people["Bob"]["Submissions"]) == ("Approve", "3")
    assert (people["Eve"]["Decision"], people["Eve"]["Unanswered because"]) == ("NotReviewed", "noResponse")
    history = next(one["history"] for one in rows(found, "items") if one["record"]["decision"] == "Approve")
    assert [one["decision"] for one in history] == ["Approve", "Deny", "Approve"]
    assert {one["Person"]: one["Outcome"] for one in cells(found, "removals")} == {"Ann": "removed", "Cy": "removed"}
    assert [(one["Reviewer"], one["Why chosen"], one["Items"]) for one in cells(found, "reviewers")] == [
        ("Boss", "manager", "7")
    ]
    assert {one["Kind"] for one in cells(found, "notices")} >= {"start"}
    summary = found.read("summary.html").decode()
    assert "Everything adds up" in summary and "DOES NOT BALANCE" not in summary and "<script" not in summary


def test_a_table_of_many_rows_lies_in_several_files(
    company: Office, review: ReviewInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_source, "PART_ROWS", 3)
    company.world.clock.advance(minutes=16)
    found = made(company, review, tmp_path / "pack.zip")
    names = ["data/items.jsonl", "data/items-0002.jsonl", "data/items-0003.jsonl"]
    assert [len(found.read(name).splitlines()) for name in names] == [3, 3, 1]
    company.world.clock.advance(minutes=16)


def test_the_same_pack_is_the_same_bytes(company: Office, review: ReviewInstance) -> None:
    """Asked again within a quarter of an hour it is the same; made again it has the same bytes."""
    first, again = asked(company, review), asked(company, review)
    assert first.id == again.id
    fresh = replace(
        first, id=company.services.clock.new_id(), status="waiting", cursor="", result={}, done=0, version=0
    )
    fresh = replace(fresh, finished=None, lease=replace(fresh.lease, until=0.0))
    company.services.writer.commit(fresh.id, exports.Create(fresh), exports.Put(exports.due(fresh)))
    exports.advance_export(company.services, replace(fresh, version=1))
    assert stored(company, fresh) == stored(company, first)


def test_a_sample_is_verified_and_has_nothing_of_anybody_else(
    company: Office, review: ReviewInstance, tmp_path: Path
) -> None:
    """Brief, section 5: an auditor verifies some rows without seeing anyone else's data."""
    items = company.items(review)
    found = made(company, review, tmp_path / "pack.zip", Sample(items=(items["ann"].id, items["bob"].id)))
    assert {one["Person"] for one in cells(found, "items")} == {"Ann", "Bob"}
    assert [one["Person"] for one in cells(found, "removals")] == ["Ann"]
    everything = b"\n".join(found.read(name) for name in found.namelist() if name != "verify_evidence.py")
    for name in ("cy", "dan", "eve", "fay", "gus"):
        item, person = items[name], company.org.people[name]
        title = name.title()
        names = [f'"{title}"', f",{title},", f">{title}<", person.mail]
        for secret in (item.id, item.assignment_id, item.salt, item.leaf, person.id, *names):
            assert secret.encode() not in everything, (name, secret)


def test_a_seed_draws_the_same_rows_for_everybody(company: Office, review: ReviewInstance, tmp_path: Path) -> None:
    drawn = {
        seed: [
            one["index"]
            for one in rows(made(company, review, tmp_path / f"{place}.zip", Sample(size=3, seed=seed)), "items")
        ]
        for place, seed in enumerate(("spring", "spring audit", "härbst"))
    }
    assert all(len(places) == 3 for places in drawn.values()) and len({tuple(one) for one in drawn.values()}) > 1
    auditor = Actor(SYSTEM.id, "auditor", "Auditor", frozenset({(Role.AUDITOR, "")}))
    assert (
        asked(company, review, Sample(size=3, seed="spring"), auditor).id
        != asked(company, review, Sample(size=3, seed="spring")).id
    )
    whole = made(company, review, tmp_path / "all.zip", Sample(size=100, seed="more than there are"))
    assert len(rows(whole, "items")) == 7


def test_nothing_there_yet_is_a_conflict_and_foreign_items_are_refused(company: Office, review: ReviewInstance) -> None:
    with office() as other:
        running = other.review("zoe")
        with pytest.raises(errors.Conflict, match="not sealed yet"):
            asked(other, running)
    with pytest.raises(errors.InvalidInput, match="no decision item of this review"):
        asked(company, review, Sample(items=("nonsense",)))
    with pytest.raises(errors.InvalidInput, match="at most 1000"):
        asked(company, review, Sample(size=1001))


def test_what_people_wrote_runs_nowhere(tmp_path: Path) -> None:
    """The corpus of hostile texts as names and reasons: no cell of a CSV is a formula, nothing in the summary is
    markup, and the pack verifies."""
    with office() as company:
        texts = [one.replace("\0", "").encode("utf-8", "replace").decode()[:200] for one in HOSTILE]
        texts = [one for one in texts if one.strip() and (one.isprintable() or "\n" in one)]
        names = [f"p{number}" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            person = company.org.person(name, manager="boss")
            renamed = replace(person, display_name=text)
            company.services.writer.put_all([renamed])
            company.org.people[name] = renamed
        review = company.review(*names)
        boss = company.org.people["boss"]
        company.services.writer.put_all([replace(boss, display_name="<script>alert(1)</script>=1+1")])
        opened = open_instance(company.services, review.id, company.services.clock.now())
        for name, text in zip(names, texts, strict=True):
            kind = Decision.DENY if name == "p0" else Decision.APPROVE
            wish = Submission(item_id=company.items(review)[name].id, decision=kind, justification=text.strip())
            record_decision(
                company.services, boss, opened, wish, company.services.clock.now(), company.services.clock.new_id()
            )
        company.close(review)
        found = made(company, review, tmp_path / "pack.zip")
    for table in ("items", "removals", "reviewers", "notices"):
        for line in cells(found, table):
            assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d") for cell in line.values()), line
    people = {row["facts"]["principal"]: row["names"] for row in rows(found, "items")}
    told = {one["Person id"]: original(one["Person"]) for one in cells(found, "items")}
    assert told == {person: names[person][0] for person, names in people.items()}
    summary = found.read("summary.html").decode()
    assert "<script" not in summary and "&lt;script&gt;alert(1)" in summary


def interrupted(company: Office, job: Job, happens: Callable[[int], None]) -> Job:
    """Make a pack; `happens` with the number of each AWS call before it. Others go on with it when the worker died."""
    services, clock = company.services, company.world.clock
    calls = iter(range(100_000))

    def hook(call: Call, proceed: Proceed) -> Any:
        happens(next(calls))
        return proceed()

    with company.point.hooked(hook):
        for _ in range(30):
            clock.seconds += services.settings.lease_seconds + 1
            try:
                found = services.reviews.job(job.id)
                assert found is not None
                if found.finished is not None:
                    return found
                exports.advance_export(services, found)
            except Killed:
                continue
    raise AssertionError("the pack was never finished")


def test_a_pack_whose_worker_dies_anywhere_comes_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """P9: at every AWS call, with parts so small that the file has several, and with no time left after each."""
    monkeypatch.setattr(exports, "PART_BYTES", 4_000)
    monkeypatch.setattr(exports, "Budget", lambda *_: SimpleNamespace(left=lambda: False))
    with office() as company:
        company.cloud._services["s3"].least_part = 4_000
        review = company.review("ann", "bob")
        company.decide(review, "ann", Decision.DENY)
        company.close(review)
        job = wanted(company, review)
        start = company.cloud.snapshot()
        counted: list[int] = []
        whole = stored(company, interrupted(company, job, counted.append))
        assert company.services.reviews.due_until(company.services.clock.now() + timedelta(days=1), 50) is not None
        for dying in range(0, len(counted), 3):
            company.cloud.restore(start)

            def dies(number: int, wanted: int = dying) -> None:
                if number == wanted:
                    raise Killed

            assert stored(company, interrupted(company, job, dies)) == whole, f"died before call {dying}"


def test_whoever_lost_the_role_gets_no_pack(company: Office, review: ReviewInstance) -> None:
    left = company.org.person("leaver")
    company.org.grant(left, Role.AUDITOR)
    actor = Actor(left.id, left.principal_name, left.display_name, frozenset({(Role.AUDITOR, "")}))
    job = wanted(company, review, ALL, actor)
    company.services.writer.put_all([replace(left, enabled=False)])
    company.work()
    ended = company.services.reviews.job(job.id)
    assert ended is not None and ended.status == "error" and "disabled" in ended.error


def test_the_verifier_and_the_product_write_the_same_leaf(company: Office, review: ReviewInstance) -> None:
    """The script shares no code with the product; both must come to the same hashes for any text."""
    from chalicelib.domain import merkle
    from chalicelib.domain.items import canonical

    for text in HOSTILE:
        record = {"reason": text.encode("utf-8", "replace").decode(), "n": 1, "none": None}
        assert verifier.canonical(record) == canonical(record)
        assert verifier.leaf_of({"salt": "ab" * 16, "record": record}) == merkle.leaf(bytes.fromhex("ab" * 16), record)
