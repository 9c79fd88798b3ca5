"""The parts of a review on the emulator, each run as a process of its own by bench/scale.py, which see.

python -m bench.scale_parts ADDRESS seed|open|decide|close|seal ARGUMENT      prints one JSON line
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from typing import Any

from bench.floor import Floor
from bench.scale_watch import Report, Watch
from bench.stage import BOSS, SPAN, Clock, _crowd

DECIDING = 0.5  # of the managers
DENIED = 25  # every 25th decision denies
MOST = 200  # invocations of a part


def furnish(address: str) -> None:
    """Queue, buckets, signing key and tables."""
    from local import resources

    aws = resources.Aws(address)
    resources.ensure_queue(aws.client("sqs"))
    resources.ensure_bucket(aws.client("s3"))
    resources.ensure_evidence_bucket(aws.client("s3"))
    resources.ensure_signing_key(aws.client("kms"))
    resources.ensure_tables(aws.client("dynamodb"))


def seed(number: int) -> Report:
    """People, their managers and one assignment each; the policy's id."""
    from chalicelib import bootstrap
    from chalicelib.domain import ids
    from tests.factories import Organisation, by_manager

    clock = Clock()
    bootstrap.use_clock(clock)
    services = bootstrap.services()
    org = Organisation(services)
    boss = org.person(BOSS)
    chosen = by_manager(clock.now().date(), boss, justification_required=False, brake_count=number + 1)
    policy = org.policy(review=chosen)
    managers = [ids.guid("user", f"manager{one}") for one in range(-(-number // SPAN))]
    services.writer.put_all(_crowd(clock.now(), policy, managers, number))
    return {"policy": policy.id, "items": number}


def opened(services: Any, clock: Clock, found: Report, watch: Watch) -> Report:
    """Open the policy's review until it is in progress."""
    from chalicelib.domain import ids
    from chalicelib.usecases.advance_review import advance_review
    from chalicelib.usecases.open_review import open_due_review

    with watch.running():
        instance_id = open_due_review(services, ids.definition_id(found["policy"])) or ""
        for _ in range(MOST):
            if services.reviews.state(instance_id).status == "InProgress":
                break
            advance_review(services, instance_id)
    state = services.reviews.state(instance_id)
    told = {"items": state.items, "reviewers": state.reviewers, "distinctItems": _distinct(services, instance_id)}
    return {"found": {"instance": instance_id}, "told": told, "rows": watch.rows({})}


def decided(services: Any, clock: Clock, found: Report, watch: Watch) -> Report:
    """Half of the managers decide, each all of their items in one call."""
    from chalicelib.domain import ids
    from chalicelib.domain.items import Decision
    from chalicelib.usecases.decide import Submission, record_many

    instance = services.reviews.instance(found["instance"])
    managers = [ids.guid("user", f"manager{one}") for one in range(-(-found["items"] // SPAN))]
    number = 0
    with watch.running():
        for manager in managers[: max(int(len(managers) * DECIDING), 1)]:
            items = services.items.page(instance.id, ids.set_of_one(manager), 0, 100, None).items
            wanted = [
                Submission(
                    item_id=item.id, decision=Decision.DENY if (number + place) % DENIED == 0 else Decision.APPROVE
                )
                for place, item in enumerate(items)
            ]
            number += len(wanted)
            person = services.people.user(manager)
            results = record_many(services, person, instance, wanted, clock.now(), services.clock.new_id())
            refused = [one for one in results if one.refusal is not None]
            assert not refused, refused[0]
    return {"rows": watch.rows({"decide": number})}


def closed(services: Any, clock: Clock, found: Report, watch: Watch) -> Report:
    """Close it, and remove what was denied."""
    from chalicelib.usecases.advance_review import advance_review

    instance = services.reviews.instance(found["instance"])
    clock.set(instance.closes + timedelta(seconds=5))
    with watch.running():
        for _ in range(MOST):
            if services.reviews.state(instance.id).status == "Applied":
                break
            advance_review(services, instance.id)
            clock.seconds += services.settings.closing_wait_seconds + 1
    state = services.reviews.state(instance.id)
    assert state.status == "Applied" and state.removed == state.outcome.removals > 0
    return {"rows": watch.rows({"remove": state.removed})}


def sealed(services: Any, clock: Clock, found: Report, watch: Watch) -> Report:
    """Both seals."""
    from chalicelib.usecases.seal_review import seal_review

    instance = services.reviews.instance(found["instance"])
    clock.set(instance.closes + timedelta(days=1))
    with watch.running():
        for _ in range(MOST):
            if len(services.seals.of_review(instance.id)) == 2:
                break
            seal_review(services, instance.id)
    seals = services.seals.of_review(instance.id)
    assert len(seals) == 2 and all(one.balanced for one in seals)
    return {"rows": watch.rows({})}


def _distinct(services: Any, instance_id: str) -> int:
    """How many assignments have an item, walked through every partition of the review."""
    from chalicelib.usecases.list_items import items_of_review

    instance, state = services.reviews.instance(instance_id), services.reviews.state(instance_id)
    seen: set[str] = set()
    after: str | None = None
    while True:
        page = items_of_review(services, instance, state, 1_000, after)
        seen |= {item.assignment_id for item in page.items}
        after = page.next
        if after is None:
            return len(seen)


PARTS = {
    "open": (opened, "open", ""),
    "decide": (decided, "decide", ""),
    "close": (closed, "close", "remove"),
    "seal": (sealed, "seal", ""),
}


def main(address: str, part: str, argument: str) -> Report:
    """Run one part over the emulator at this address."""
    os.environ["AWS_ENDPOINT_URL"] = address
    if part == "seed":
        furnish(address)
        return seed(int(argument))
    found = json.loads(argument)
    floor = Floor(address)
    from chalicelib import bootstrap

    clock = Clock()
    clock.set(clock.now().replace(hour=23, minute=59, second=30))
    bootstrap.use_clock(clock)
    act, first, then = PARTS[part]
    return act(bootstrap.services(), clock, found, Watch(floor, found["items"], first, then))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
