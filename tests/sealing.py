"""What the tests of seals share: a review to seal, and a reader of seals that shares no code with the product.

`proven` takes nothing for granted: it hashes statements and rows itself, follows the chain of the whole deployment
and checks every signature with the public key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.domain import ids
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.settings import settings
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.ports import Services
from tests import factories
from tests.factories import Organisation
from tests.simulation.cloud import Cloud
from tests.simulation.point import Point
from tests.simulation.worlds import simulated
from tests.world import World


def text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def merkle(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def vault(key: str) -> bytes:
    return client("s3").get_object(Bucket=settings().evidence_bucket, Key=key)["Body"].read()


def vault_keys(prefix: str) -> list[str]:
    found = client("s3").list_objects_v2(Bucket=settings().evidence_bucket, Prefix=prefix).get("Contents", [])
    return [one["Key"] for one in found]


def rows(review: str, kind: str, table: str) -> list[dict[str, Any]]:
    """The rows of a sealed table; the last line of each block is none."""
    blocks = (vault(key).splitlines()[:-1] for key in vault_keys(f"rows/{review}/{kind}/{table}/"))
    return [json.loads(line) for block in blocks for line in block]


def proven() -> list[dict[str, Any]]:
    """Every statement of the deployment, in the order of the chain, after proving all of it."""
    key = load_der_public_key(bootstrap.services().signer.public_key())
    chain, found = bytes(32), []
    for number, name in enumerate(vault_keys("seals/0"), 1):
        stored = json.loads(vault(name))
        statement, signed = stored["statement"], stored["checkpoint"]
        key.verify(base64.b64decode(stored["signature"]), signed.encode(), PKCS1v15(), SHA256())
        hashed = sha256(text(statement)).digest()
        before, chain = chain, sha256(chain + hashed).digest()
        assert statement["sequence"] == number and name == f"seals/{number:010d}.json"
        lines = [f"origin: {statement['origin']}", f"sequence: {number}", f"statement: {hashed.hex()}"]
        lines += [f"previous: {before.hex()}", f"chain: {chain.hex()}", ""]
        assert signed == "\n".join(["access-reviews seal v1", *lines])
        for table, said in statement["tables"].items():
            kept = rows(statement["review"], statement["kind"], table)
            leaves = [sha256(b"\0" + bytes.fromhex(one["salt"]) + text(one["record"])).digest() for one in kept]
            assert (len(leaves), merkle(leaves).hex()) == (said["count"], said["root"])
            folder = f"seals/{statement['review']}/{statement['kind']}/{table}/"
            assert b"".join(leaves) == b"".join(vault(one) for one in vault_keys(folder))
        found.append(statement)
    head = bootstrap.services().seals.head()
    assert (head.sequence, head.chain) == (len(found), chain.hex())
    return found


def wrong_equations(statement: dict[str, Any]) -> list[str]:
    return [one["name"] for one in statement["facts"]["equations"] if not one["balanced"]]


@dataclass
class Office:
    """A small company whose packages are merely recorded, so that removals need one look."""

    world: World
    org: Organisation
    point: Point
    cloud: Cloud

    @property
    def services(self) -> Services:
        found: Services = self.world.services
        return found

    def review(self, *people: str, **settings: Any) -> ReviewInstance:
        """A review of these people, all asked of the manager `boss`, open since tonight."""
        return self.opened(self.planned(*people, **settings))

    def planned(self, *people: str, title: str = "One", **settings: Any) -> AssignmentPolicy:
        """The policy of a review that opens tonight."""
        org = self.org
        boss = org.people.get("boss") or org.person("boss")
        staff = [org.people.get(name) or org.person(name, manager="boss") for name in people]
        chosen = factories.by_manager(self.world.clock.now().date(), boss, justification_required=False, **settings)
        policy = org.policy(org.package(title), review=chosen)
        if staff:
            org.assign(policy, *staff)
        return policy

    def opened(self, policy: AssignmentPolicy) -> ReviewInstance:
        """Its review, now that it is night."""
        if self.world.clock.now().hour < 23:
            self.world.clock.set(self.world.clock.now().replace(hour=23, minute=59, second=30))
            self.world.tick()
        (instance,) = self.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
        return instance

    def items(self, instance: ReviewInstance) -> dict[str, DecisionItem]:
        """The items of the boss by the first name of whom they are about."""
        boss = self.org.people["boss"]
        page = self.services.items.sweep(instance.id, ids.set_of_one(boss.id), 0, 500, None)
        return {item.principal_name.partition("@")[0]: item for item in page.items}

    def decide(self, instance: ReviewInstance, name: str, decision: Decision) -> None:
        services = self.services
        found = open_instance(services, instance.id, services.clock.now())
        submission = Submission(item_id=self.items(instance)[name].id, decision=decision, justification="Because")
        person, now = self.org.people["boss"], services.clock.now()
        record_decision(services, person, found, submission, now, services.clock.new_id())

    def close(self, instance: ReviewInstance) -> InstanceState:
        """Its end comes, and everything that follows at once."""
        self.world.clock.set(instance.closes + timedelta(seconds=1))
        self.work()
        return self.state(instance)

    def state(self, instance: ReviewInstance) -> InstanceState:
        found = self.services.reviews.state(instance.id)
        assert found is not None
        return found

    def work(self) -> None:
        self.world.tick()
        self.world.tick()


@contextmanager
def office(**changed: Any) -> Iterator[Office]:
    """On an empty account of the in-memory AWS; `changed` are settings."""
    with simulated("memory", **changed) as one:
        yield Office(one.world, one.org, one.point, one.cloud)
