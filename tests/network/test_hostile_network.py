"""A review from its policy to its seals while calls are throttled, cut off, stalled and answered by nobody."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.retries.standard import ExponentialBackoff
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import Sealed
from chalicelib.settings import settings
from tests.conftest import empty_world, furnish, make_tables
from tests.house import House
from tests.network.hostile import Network, Rule, network
from tests.network.rough import RoughWorld
from tests.simulation.depth import Depth
from tests.simulation.worlds import SMALL
from tests.storage import engines

THROTTLED = {"code": "ProvisionedThroughputExceededException", "status": 400}
OUTLASTING: Rule = {"service": "dynamodb", "operation": "UpdateItem", "times": 4, "error": THROTTLED}
STAFF = [f"person{number:02d}" for number in range(8)]
EXPECTED = {
    *(("dynamodb", kind) for kind in ("error", "latency", "reset", "response")),
    *(("s3", kind) for kind in ("error", "response")),
    *(("sqs", kind) for kind in ("reset", "response")),
    ("ses", "error"),
    ("kms", "error"),
}


def _every(count: int, first: int = 1) -> Rule:
    """Of the calls a rule is about, `first` fail and `count` pass, over and over: no chance is in it."""
    return {"sequence": {"fail": first, "pass": count}}


def faults(rarely: int) -> list[Rule]:
    """Every kind of fault, each about once in so many calls and out of step with the others."""
    return [
        {"service": "dynamodb", "operation": "GetItem", "times": 1, "latency": 5_500},  # longer than the product waits
        {"service": "dynamodb", "operation": "UpdateItem", "response": {"abort_bytes": 0}, **_every(5, first=2)},
        {"service": "dynamodb", "operation": "UpdateItem", "error": THROTTLED, **_every(11, first=4)},
        {"service": "dynamodb", "operation": "TransactWriteItems", "response": {"abort_bytes": 0}, **_every(3)},
        {"service": "dynamodb", "error": THROTTLED, **_every(rarely)},
        {"service": "dynamodb", "error": THROTTLED, **_every(rarely * 4, first=4)},  # outlasts every attempt of a call
        {"service": "dynamodb", "reset": True, **_every(rarely + 3)},
        {"service": "dynamodb", "response": {"abort_bytes": 0}, **_every(rarely + 7)},  # done, and nobody hears of it
        {"service": "dynamodb", "response": {"truncate_frac": 0.5}, **_every(rarely + 11)},
        {"service": "dynamodb", "latency": 60, **_every(rarely - 5)},
        {"service": "s3", "error": {"code": "SlowDown", "status": 503}, **_every(7)},
        {"service": "s3", "response": {"abort_frac": 0.3}, **_every(5)},
        {"service": "sqs", "response": {"abort_bytes": 0}, **_every(11)},
        {"service": "sqs", "reset": True, **_every(13)},
        {"service": "ses", "error": {"code": "TooManyRequestsException", "status": 429}, **_every(5, first=4)},
        {"service": "kms", "error": {"code": "ThrottlingException", "status": 400}, **_every(2)},
    ]


class Stage:
    """The product, the network, and the mails that truly were accepted."""

    def __init__(self, house: House, world: RoughWorld, between: Network) -> None:
        self.house, self.world, self.network = house, world, between


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with (
        engines.ministack(tmp_path) as engine,
        network(engine) as between,
        engines.emulated(between.url, engine) as backend,
        pytest.MonkeyPatch.context() as patch,
    ):
        make_tables()
        furnish()
        engines.ensure_key()
        chosen = replace(settings(), **SMALL)
        slowly = ExponentialBackoff.delay_amount  # the waits between the attempts of a call are all that is shortened
        patch.setattr(bootstrap, "settings", lambda: chosen)
        patch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: slowly(self, context) / 10)
        found = empty_world(backend)
        world = RoughWorld(found.clock, found.app, found.queue_url, backend=backend)
        yield Stage(House(world), world, between)


def test_a_review_keeps_its_promises_on_a_hostile_network(stage: Stage, depth: Depth):
    """P3 P4 P5 P7 P11 P13 P15 P19 P21: every item once, every accepted decision kept, exactly the denied removed,
    mails only as often as their residue allows, sealed and verified; nothing left waiting."""
    house, world, between = stage.house, stage.world, stage.network
    names = STAFF * (4 if depth.long else 1)
    people = house.staff(*(f"{name}{number}" for number, name in enumerate(names)))
    policy = house.policy(*people)
    between.rules(*faults(17 if depth.long else 31))
    review = house.opened(policy)
    wanted = {one.display_name: "Deny" if number % 3 == 0 else "Approve" for number, one in enumerate(people[:-1])}
    between.rules(OUTLASTING, *faults(17 if depth.long else 31))
    for name, decision in wanted.items():
        assert house.decide(review, house.boss, name, decision, "why").status == 204
    house.closed(review)
    happened = {(one["service"], str(one["action"]).partition(":")[0]) for one in between.events()}
    between.rules()
    world.clock.advance(hours=1)
    world.tick()

    assert world.refused, "nobody was ever asked to try again"
    assert happened >= EXPECTED, f"these faults never happened: {EXPECTED - happened}"
    found = _items(world, review)
    assert sorted(one.display_name for one in found) == sorted(one.display_name for one in people)
    assert {one.display_name: one.decision.value for one in found if one.history} == wanted
    assert sum(len(one.history) for one in found) <= len(wanted) + world.refused, "asked once, recorded once"
    assert house.holders(policy) == {one.display_name for one in people if wanted.get(one.display_name) != "Deny"}
    assert house.status(review)["status"] == "Applied"
    _mails_only_as_allowed(world)
    _sealed(world, review)
    assert world.services.reviews.due_until(world.clock.now() - timedelta(minutes=1), 10) == []


def _items(world: RoughWorld, review: ReviewInstance) -> list[DecisionItem]:
    """Every item of the review; all reviewers are asked alone, so each has one partition."""
    reviewers = world.services.reviews.reviewer_rows(review.id, 100, None).items
    return [
        item for row in reviewers for item in world.services.items.sweep(review.id, row.set_id, 0, 1_000, None).items
    ]


def _mails_only_as_allowed(world: RoughWorld) -> None:
    """P15: the answer to a mail may be lost, so one may come twice, but never one for each attempt of a worker."""
    sent = Counter((mail["to"], mail["subject"]) for mail in world.mails())
    assert sent and max(sent.values()) <= 2, sent


def _sealed(world: RoughWorld, review: ReviewInstance) -> None:
    services = world.services
    public: Any = serialization.load_der_public_key(services.signer.public_key())
    seals = services.seals.of_review(review.id)
    assert [(one.kind.value, one.balanced) for one in seals] == [("decisions", True), ("removals", True)]
    for seal in seals:
        data = services.vault.get(f"seals/{seal.sequence:010d}.json")
        assert data is not None
        kept = Sealed.of_data(data)
        assert kept.statement.hash == seal.statement_hash and ids.is_guid(kept.statement.review)
        signature = base64.b64decode(kept.signature)
        public.verify(signature, kept.checkpoint.encode(), padding.PKCS1v15(), hashes.SHA256())
