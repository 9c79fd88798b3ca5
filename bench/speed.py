"""The CPU one decision spends outside its one DynamoDB call, through the HTTP handler in this process.

The thread's CPU time of a PATCH, less what passes inside the AWS client's call: routing, token (cached), parsing,
rules, answer. Target: at most 0.5 ms (brief, issue of step 1).
"""

from __future__ import annotations

import statistics
import time
from typing import Any

ROUNDS = 300
ITEMS = 10  # an item with a long history is larger than those people make


def main() -> int:
    """Print the median and the 95th percentile in milliseconds."""
    from tests import conftest  # noqa: F401, I001 - the environment must be there before the product is imported
    from botocore.client import BaseClient
    from moto import mock_aws

    from tests import world as worlds

    inside = [0.0]
    original: Any = BaseClient._make_api_call

    def timed(self: Any, operation: str, parameters: Any) -> Any:
        began = time.thread_time()
        try:
            return original(self, operation, parameters)
        finally:
            inside[0] += time.thread_time() - began

    with mock_aws():
        world, paths, reviewer = _open_review()
        vars(worlds)["faults"] = lambda *_: []  # answers are held against the description in tests, not in production
        BaseClient._make_api_call = timed
        try:
            spent = [_one(world, paths[number % ITEMS], reviewer, inside) for number in range(ROUNDS)]
        finally:
            BaseClient._make_api_call = original
    spent = sorted(spent[20:])
    print(f"decision, CPU outside the DynamoDB call: median {statistics.median(spent):.3f} ms, ", end="")
    print(f"95th percentile {spent[int(len(spent) * 0.95)]:.3f} ms, {len(spent)} decisions")
    return 0


def _one(world: Any, path: str, reviewer: str, inside: list[float]) -> float:
    inside[0] = 0.0
    began = time.thread_time()
    reply = world.call("PATCH", path, {"decision": "Deny", "justification": "left the team"}, reviewer)
    spent = time.thread_time() - began - inside[0]
    if reply.status != 204:
        raise SystemExit(f"the decision was refused: {reply.text}")
    return spent * 1000


def _open_review() -> tuple[Any, list[str], str]:
    """A review with one manager; returns the world, the addresses of its items and the reviewer's name."""
    from chalicelib import bootstrap
    from chalicelib.aws.clients import client
    from chalicelib.domain import ids
    from chalicelib.settings import settings
    from chalicelib.storage import tables
    from tests import factories
    from tests.world import MovableClock, World

    tables.create_all()
    client("s3").create_bucket(Bucket=settings().bucket)
    client("sqs").create_queue(QueueName="access-reviews-work")
    client("sesv2").create_email_identity(EmailIdentity=settings().mail_from)
    clock = MovableClock()
    bootstrap.use_clock(clock)
    import app as front

    world = World(clock, front.app, settings().work_queue_url)
    org = factories.Organisation(bootstrap.services())
    boss, other = org.person("boss"), org.person("other")
    policy = org.policy(review=factories.by_manager(clock.now().date(), other))
    org.assign(policy, *(org.person(f"p{number}", manager="boss") for number in range(ITEMS)))
    clock.set(clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    instance = world.services.reviews.instances_of(ids.definition_id(policy.id), 1, None).items[0]
    items = world.services.items.page(instance.id, ids.set_of_one(boss.id), 0, ITEMS, None).items
    path = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    return world, [f"{path}/decisions/{item.id}" for item in items], boss.principal_name
