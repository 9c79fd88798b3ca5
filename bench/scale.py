"""Opening a large review on the local emulator: exactly one item an assignment, and what it took.

    python -m bench scale 20000

Runs in a process of its own, because the tables' endpoint is read when they are imported. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

SPAN = 10  # people a manager


def main(arguments: list[str]) -> int:
    """Open a review of the given number of assignments; 0 when every one has exactly one item."""
    from local.emulator import Emulator

    number = int(arguments[0]) if arguments else 20_000
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "state", Path(folder) / "objects", Path(folder) / "emulator.log")
        address = emulator.start()
        try:
            _configure(address)
            report = _run(number)
        finally:
            emulator.stop()
    print(json.dumps(report))
    return 0 if report["items"] == report["distinctItems"] == number else 1


def _configure(address: str) -> None:
    """The environment, before anything of the product is imported."""
    os.environ.update(
        AWS_ENDPOINT_URL=address,
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",
        AWS_DEFAULT_REGION="us-east-1",
        ACCESS_REVIEWS_STAGE="test",
        ACCESS_REVIEWS_ENDPOINT_URL=address,
        ACCESS_REVIEWS_FIRST_ADMINISTRATOR="admin@example.com",
        ACCESS_REVIEWS_MAIL_ENABLED="false",
    )


def _run(number: int) -> dict[str, Any]:
    from chalicelib import bootstrap
    from chalicelib.aws.clients import client
    from chalicelib.domain import ids
    from chalicelib.storage import tables
    from chalicelib.usecases.advance_review import advance_review
    from chalicelib.usecases.open_review import open_due_review
    from tests.world import MovableClock

    tables.create_all()
    client("s3").create_bucket(Bucket="access-reviews")
    queue = client("sqs").create_queue(QueueName="access-reviews-work")["QueueUrl"]
    os.environ["ACCESS_REVIEWS_WORK_QUEUE_URL"] = queue
    clock = MovableClock()
    bootstrap.use_clock(clock)
    services = bootstrap.services()
    policy_id = _organisation(services, number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock.set(clock.now().replace(hour=23, minute=59, second=30))
    began = time.monotonic()
    instance_id = open_due_review(services, ids.definition_id(policy_id)) or ""
    while _state(services, instance_id).status != "InProgress":
        advance_review(services, instance_id)
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    state = _state(services, instance_id)
    return {
        "assignments": number,
        "items": state.items,
        "distinctItems": _distinct(services, instance_id),
        "reviewers": state.reviewers,
        "seconds": round(seconds, 1),
        "memoryBeforeMiB": before // 1024,
        "memoryAfterMiB": after // 1024,
    }


def _state(services: Any, instance_id: str) -> Any:
    return services.reviews.state(instance_id)


def _organisation(services: Any, number: int) -> str:
    """People, their managers and one assignment each; the policy's id."""
    from chalicelib.domain import ids
    from chalicelib.domain.assignments import Assignment
    from chalicelib.domain.people import User
    from tests import factories

    org = factories.Organisation(services)
    fallback = org.person("fallback")
    policy = org.policy(review=factories.by_manager(services.clock.now().date(), fallback))
    since = services.clock.now() - timedelta(days=90)

    def entities() -> Any:
        for one in range(number):
            name = f"person{one}"
            manager = ids.guid("user", f"person{one // SPAN}") if one >= SPAN else fallback.id
            user_id = ids.guid("user", name)
            yield User(id=user_id, display_name=name, principal_name=f"{name}@example.com", manager_id=manager)
            yield Assignment(
                id=ids.assignment_id(policy.id, user_id, "scale"),
                policy_id=policy.id,
                package_id=policy.package_id,
                target_id=user_id,
                created=since,
                starts=since,
            )

    services.writer.put_all(entities())
    return policy.id


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
