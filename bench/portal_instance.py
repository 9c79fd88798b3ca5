"""The instance `bench portal` looks at: the emulator holds two open reviews, this process serves them.

Run as a process of its own, because tables learn where the emulator is when they are imported:

    python -m bench.portal_instance ADDRESS     prints one JSON line, then serves until its input ends
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

FIRST = ("Ada", "Ben", "Cara", "Dan", "Eve", "Finn", "Gita", "Hugo", "Ivy", "Noor", "Omar", "Pia", "Rosa")
LAST = (
    "Adeyemi",
    "Brandt",
    "Castro",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Jansen",
    "Lindqvist",
    "Okafor",
)
REVIEWS = {"Warehouse": 1_000, "Logistics": 5_000}  # package: people its review is about


def main(address: str) -> None:
    """Fill the emulator, tell where the product is served and which reviews there are, and serve."""
    os.environ["AWS_ENDPOINT_URL"] = address
    from tests import conftest  # noqa: F401 - the environment of the tests, before the product is imported

    os.environ["ACCESS_REVIEWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL"] = address
    from typing import cast

    import app as front
    from chalicelib import bootstrap
    from local.levers import Levers
    from local.server import Server
    from tests.world import MovableClock, token

    clock = MovableClock()
    bootstrap.use_clock(clock)
    found = _fill(bootstrap.services(), clock)
    server = Server(front.app, 0, cast(Levers, None))
    server.start()
    told = {"address": f"http://127.0.0.1:{server.port}", "reviews": found, "token": token("boss@example.com")}
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    server.stop()


def _fill(services: Any, clock: Any) -> dict[str, str]:
    """Tables, bucket and queue; a review for each size, all of it waiting for one manager; their ids by package."""
    from chalicelib.aws.clients import client
    from chalicelib.domain import ids
    from chalicelib.storage import tables
    from chalicelib.usecases.advance_review import advance_review
    from chalicelib.usecases.open_review import open_due_review
    from tests.factories import Organisation, by_manager

    tables.create_all()
    client("s3").create_bucket(Bucket=services.settings.bucket)
    client("sqs").create_queue(QueueName="access-reviews-work")
    org = Organisation(services)
    boss, fallback = org.person("boss"), org.person("fallback")
    today, policies = clock.now().date(), {}
    for name, number in REVIEWS.items():
        settings = by_manager(today, fallback, justification_required=False)
        policies[name] = org.policy(org.package(name), review=settings)
        services.writer.put_all(_crowd(clock.now(), policies[name], boss.id, number))
    clock.set(clock.now().replace(hour=23, minute=59, second=30))
    found = {}
    for name, policy in policies.items():
        found[name] = open_due_review(services, ids.definition_id(policy.id)) or ""
        while services.reviews.state(found[name]).status != "InProgress":
            advance_review(services, found[name])
    clock.advance(hours=10)
    return found


def _crowd(now: Any, policy: Any, boss_id: str, number: int) -> Iterator[Any]:
    from chalicelib.domain import ids
    from chalicelib.domain.assignments import Assignment
    from chalicelib.domain.people import User

    for one in range(number):
        user_id, since = ids.guid("user", policy.id, one), now - timedelta(days=30 + one % 900)
        yield User(
            id=user_id,
            display_name=f"{FIRST[one % len(FIRST)]} {LAST[one % len(LAST)]}",
            principal_name=f"person{one}@example.com",
            department=("Inbound", "Outbound", "Returns")[one % 3],
            job_title=("Picker", "Packer", "Driver", "Lead")[one % 4],
            manager_id=boss_id,
            last_sign_in=now - timedelta(days=one % 200 + 1),
            sign_in_as_of=now,
        )
        yield Assignment(
            id=ids.assignment_id(policy.id, user_id, "bench"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=user_id,
            created=since,
            starts=since,
        )


if __name__ == "__main__":
    main(sys.argv[1])
