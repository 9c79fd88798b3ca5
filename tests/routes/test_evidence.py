"""Asking for evidence over HTTP: seals, key, packs and samples, for those who may have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chalicelib.domain.items import Decision
from chalicelib.domain.people import Role
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.evidence import verify_evidence as verifier
from chalicelib.usecases import exports
from tests.sealing import Office, office
from tests.world import Reply

AUDITOR, BOSS, ANN, PLAIN = (f"{name}@example.com" for name in ("auditor", "boss", "ann", "plain"))
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def company() -> Iterator[Office]:
    with office() as one:
        one.org.grant(one.org.person("auditor"), Role.AUDITOR)
        one.org.person("plain")
        yield one


@pytest.fixture(scope="module")
def review(company: Office) -> ReviewInstance:
    found = company.review("ann", "bob", "cy")
    company.decide(found, "ann", Decision.DENY)
    company.close(found)
    return found


def root(review: ReviewInstance) -> str:
    return f"/api/v1/reviews/{review.id}"


def path(address: str) -> str:
    """An address of ours as the route sees it, without host and stage."""
    return urlsplit(address).path.removeprefix("/api")


def asked(company: Office, review: ReviewInstance, body: object, as_: str = AUDITOR) -> Reply:
    return company.world.post(f"{root(review)}/evidence", body, as_)


def test_a_pack_is_asked_for_and_its_address_leads_to_it(
    company: Office, review: ReviewInstance, tmp_path: Path
) -> None:
    answer = asked(company, review, {})
    assert answer.status == 202 and answer.json["status"] == "waiting" and answer.json["sampled"] is None
    assert answer.headers["Location"] == answer.json["statusUrl"]
    where = path(answer.headers["Location"])
    waits = company.world.get(where, AUDITOR)
    assert waits.status == 202 and waits.headers["Retry-After"] == "5"
    company.work()
    told = company.world.get(where, AUDITOR, headers=JSON)
    assert (told.status, told.json["id"], told.json["status"]) == (200, answer.json["id"], "done")
    found = company.world.get(where, AUDITOR)
    assert found.status == 302 and f"exports/{answer.json['id']}/pack.zip" in found.headers["Location"]
    linked = company.world.get(path(told.json["downloadUrl"]), None)
    assert linked.status == 302 and "pack.zip" in linked.headers["Location"]
    data = company.services.files.get(exports.file_key(answer.json["id"], exports.EVIDENCE))
    (tmp_path / "pack.zip").write_bytes(data)
    mark = company.world.get("/api/v1/evidence-key", AUDITOR).json["fingerprint"]
    assert verifier.main([str(tmp_path / "pack.zip"), "--fingerprint", mark]) == 0


def test_the_same_is_one_pack_for_a_quarter_of_an_hour(company: Office, review: ReviewInstance) -> None:
    first = asked(company, review, {"sample": 2, "seed": "a"}).json
    assert asked(company, review, {"sample": 2, "seed": "a"}).json["id"] == first["id"]
    assert asked(company, review, {"sample": 2, "seed": "b"}).json["id"] != first["id"]
    assert (first["sampled"], first["seed"]) == (2, "a")
    company.world.clock.advance(minutes=16)
    assert asked(company, review, {"sample": 2, "seed": "a"}).json["id"] != first["id"]


def test_nobody_else_sees_that_there_is_evidence(company: Office, review: ReviewInstance) -> None:
    """Auditors and administrators; the pack of somebody else is nobody's either."""
    pack = path(asked(company, review, {}).json["statusUrl"])
    for person in (BOSS, ANN, PLAIN):
        for answer in (
            asked(company, review, {}, person),
            company.world.get(f"{root(review)}/seals", person),
            company.world.get(pack, person),
        ):
            assert answer.status == 404, (person, answer.text)
    assert company.world.get(pack, "admin@example.com").status == 404
    assert company.world.get(f"{root(review)}/seals").status == 200


def test_the_seals_are_told_with_what_they_say(company: Office, review: ReviewInstance) -> None:
    first, second = company.world.get(f"{root(review)}/seals", AUDITOR).json["value"]
    key = company.world.get("/api/v1/evidence-key", PLAIN).json
    assert (first["kind"], second["kind"]) == ("decisions", "removals")
    assert first["fingerprint"] == second["fingerprint"] == key["fingerprint"]
    assert verifier.public_key(key["publicKey"])[1] == key["fingerprint"]
    assert first["statementHash"] == verifier.sha(verifier.canonical(first["statement"]))
    assert first["balanced"] and {one["name"] for one in first["equations"]} >= {"population", "sealed"}
    assert first["tables"]["items"] == 3


def test_a_review_that_is_not_sealed_has_none_yet(company: Office) -> None:
    with office() as other:
        answer = other.world.post(f"{root(other.review('zoe'))}/evidence", {})
        assert answer.status == 409 and "not sealed yet" in answer.error["message"]


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"items": []}, "items"),
        ({"items": ["x"], "sample": 3}, "items"),
        ({"seed": "x"}, "seed"),
        ({"sample": 0}, "sample"),
        ({"sample": 1001}, "sample"),
        ({"sample": 3, "seed": "x" * 201}, "seed"),
        ({"sample": 3, "seed": "a\nb"}, "seed"),
        ({"sample": "3"}, "sample"),
        ({"items": ["3f3de092-9f45-2026-1124-74188b790dbf"]}, "items"),
        ({"tables": ["items"]}, "tables"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_by_name(
    company: Office, review: ReviewInstance, body: dict[str, object], target: str
) -> None:
    answer = asked(company, review, body)
    assert answer.status == 400 and answer.error["target"] == target


def test_asking_for_evidence_is_told(company: Office, review: ReviewInstance) -> None:
    company.world.clock.advance(minutes=16)
    asked(company, review, {})
    told = company.world.get(f"/api/v1/audit?target={review.id}").json["value"]
    assert "Export evidence" in {one["activityDisplayName"] for one in told}
