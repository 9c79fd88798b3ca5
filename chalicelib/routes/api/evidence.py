"""Our own root: the evidence of a review: its seals, the key that signs them, packs to download and to verify offline.

A pack is made by asking for it; the address that is answered with tells how far it is, and then leads to the file.
"""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint
from msgspec import UNSET, Struct, UnsetType

from chalicelib.domain import errors
from chalicelib.domain.agenda import Job
from chalicelib.domain.packs import MOST_SAMPLED, Sample
from chalicelib.domain.seals import Sealed, fingerprint, instant, pem
from chalicelib.routes import shapes
from chalicelib.routes.api.reports import download_link, root_of
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.declared import JSON
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Accepted, Answer, Call, Text, route
from chalicelib.usecases import evidence
from chalicelib.usecases.exports import expires, file_name, open_file
from chalicelib.usecases.pack_source import sample_of

door = Blueprint(__name__)
LONGEST_SEED = 200


class EvidenceWish(Struct, rename="camel", forbid_unknown_fields=True):
    """What a pack is to have: all (`{}`), the decision items with these ids, or `sample` of them, drawn by `seed`
    (any text; the same seed draws the same items)."""

    items: list[str] | UnsetType = UNSET
    sample: int | UnsetType = UNSET
    seed: str | UnsetType = UNSET


class EvidencePack(shapes.Answer, kw_only=True):
    """How far a pack is. `sampled`: how many items it is a sample of, null for a whole pack. `downloadUrl` leads to
    the file for 24 hours without signing in."""

    id: str
    review_id: str
    status: Literal["waiting", "running", "done", "error"]
    sampled: int | None
    seed: str | None
    seals: list[int]
    bytes: shapes.Count
    created_date_time: shapes.Instant
    finished_date_time: shapes.MomentOrNull
    expiration_date_time: shapes.Instant
    status_url: str
    error: shapes.Text = UNSET
    download_url: shapes.Text = UNSET


class EquationShape(shapes.Answer, kw_only=True):
    """What must add up: `total` = the sum of `terms`."""

    name: str
    total: int
    terms: dict[str, int]
    balanced: bool


class SealShape(shapes.Answer, kw_only=True):
    """A signed statement about a review. `statement`, `checkpoint` and `signature` are what verify_evidence.py checks;
    docs/evidence.md describes them."""

    sequence: shapes.Count
    kind: Literal["decisions", "removals", "addendum", "signOff"]
    made_date_time: shapes.Instant
    statement_hash: str
    chain: str
    fingerprint: str
    balanced: bool
    equations: list[EquationShape]
    tables: dict[str, shapes.Count]
    statement: dict[str, Any]
    checkpoint: str
    signature: str


class SigningKey(shapes.Answer, kw_only=True):
    """The key that signs seals and packs. Publish the fingerprint where auditors find it without this service."""

    algorithm: str
    fingerprint: str
    public_key: str


@route(door, "GET", "/api/v1/evidence-key", gives=SigningKey, refuses=(503,))
def signing_key(call: Call) -> Answer:
    """The public key of the signatures, and its fingerprint: the SHA-256 of its DER (SubjectPublicKeyInfo)."""
    public = call.services.signer.public_key()
    return {"algorithm": "RSASSA_PKCS1_V1_5_SHA_256", "fingerprint": fingerprint(public), "publicKey": pem(public)}


@route(door, "GET", REVIEW + "/seals", gives=shapes.Listed[SealShape])
def list_seals(call: Call, review_id: str) -> Answer:
    """Every signed statement about a review, as it lies in the evidence bucket, the first one first."""
    found = evidence.audited_review(call.services, call.actor, review_id)
    return {"value": [_seal(one) for one in evidence.seals_of(call.services, found)]}


@route(door, "POST", REVIEW + "/evidence", takes=EvidenceWish, gives={202: EvidencePack}, refuses=(404, 409))
def ask_for_pack(call: Call, review_id: str) -> Answer:
    """Have an evidence pack made. 202 with its address in `Location` and `statusUrl`; a worker makes it, a small one
    within seconds. The same asked again within a quarter of an hour is the same pack."""
    found = evidence.audited_review(call.services, call.actor, review_id)
    job = evidence.ask(call.services, call.actor, call.now, call.operation, found, _sample(call.body))
    body = _pack(call, job)
    return Accepted(body, {"Location": body["statusUrl"]})


@route(
    door,
    "GET",
    REVIEW + "/evidence/{pack_id}",
    gives={200: EvidencePack, 202: EvidencePack, 302: None},
)
def get_pack(call: Call, review_id: str, pack_id: str) -> Answer:
    """The pack: 302 to the zip, by an address that works for minutes. 202 while it is being made, and 200 when it
    failed or `Accept: application/json` asks how far it is."""
    found = evidence.audited_review(call.services, call.actor, review_id)
    job = evidence.find_pack(call.services, call.actor, found, pack_id)
    if job.status in ("waiting", "running"):
        return Accepted(_pack(call, job), {"Retry-After": "5"})
    if job.status == "error" or JSON in call.headers.get("accept", ""):
        return _pack(call, job)
    address = open_file(call.services, job.id, call.now, 0)
    return Text("", status=302, headers={"Location": str(address)})


def _sample(wish: EvidenceWish) -> Sample:
    """Raises InvalidInput for wishes that contradict themselves."""
    if wish.items is not UNSET:
        if not wish.items or wish.sample is not UNSET or wish.seed is not UNSET:
            raise errors.InvalidInput("items names at least one decision item, and excludes sample and seed.", "items")
        return Sample(items=tuple(wish.items))
    if wish.sample is UNSET:
        if wish.seed is not UNSET:
            raise errors.InvalidInput("seed needs sample, the number of items to draw.", "seed")
        return Sample()
    if not 1 <= wish.sample <= MOST_SAMPLED:
        raise errors.InvalidInput(f"sample must be from 1 to {MOST_SAMPLED}.", "sample")
    seed = wish.seed if wish.seed is not UNSET else ""
    if len(seed) > LONGEST_SEED or not seed.isprintable():
        raise errors.InvalidInput(f"seed has at most {LONGEST_SEED} characters, all of them printable.", "seed")
    return Sample(size=wish.sample, seed=seed)


def _pack(call: Call, job: Job) -> dict[str, Any]:
    sample = sample_of(job)
    body: dict[str, Any] = {
        "id": job.id,
        "reviewId": job.subject_id,
        "status": job.status,
        "sampled": None if sample.told is None else len(sample.items) or sample.size,
        "seed": sample.seed if sample.size else None,
        "seals": [int(one) for one in job.arguments["seals"].split(",")],
        "bytes": job.result.get("bytes", 0),
        "createdDateTime": stamp(job.created),
        "finishedDateTime": stamp(job.finished),
        "expirationDateTime": stamp(expires(job)),
        "statusUrl": f"{root_of(call)}/api/v1/reviews/{job.subject_id}/evidence/{job.id}",
    }
    if job.error:
        body["error"] = job.error
    if job.status == "done" and call.now < expires(job):
        body["downloadUrl"] = download_link(call, job, file_name(job))
    return body


def _seal(one: Sealed) -> dict[str, Any]:
    statement = one.statement
    return {
        "sequence": statement.sequence,
        "kind": statement.kind.value,
        "madeDateTime": instant(statement.made),
        "statementHash": statement.hash,
        "chain": one.chain,
        "fingerprint": one.fingerprint,
        "balanced": bool(statement.facts.get("balanced", True)),
        "equations": statement.facts.get("equations", []),
        "tables": {name: table.count for name, table in statement.tables.items()},
        "statement": statement.body(),
        "checkpoint": one.checkpoint,
        "signature": one.signature,
    }
