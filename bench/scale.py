"""Opening a large review on the local emulator: exactly one item an assignment, and how much memory it takes.

    python3 dev.py bench scale               2,000 and 20,000 assignments; fails when memory is not flat
    python3 dev.py bench scale 100000        one size

Three processes a size: this one owns the emulator, one seeds, one opens. The one that opens has never held the
organisation, so its peak is the opening's own. Prints one JSON line a size, and one with the ratio. With
PYTHONTRACEMALLOC=1 in the environment also the peak of Python's own allocations, without what was imported.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = (2_000, 20_000)
FLAT = 1.25  # the most by which the peak may grow from the first size to the last
SPAN = 10  # people a manager
QUEUE = "access-reviews-work"
Report = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Open a review of each size; 0 when every assignment has exactly one item and memory is flat."""
    sizes = [int(argument) for argument in arguments] or list(SIZES)
    reports = []
    for number in sizes:
        reports.append(measure(number))
        print(json.dumps(reports[-1]), flush=True)
    exact = all(report["items"] == report["distinctItems"] == report["assignments"] for report in reports)
    if len(reports) == 1:
        return 0 if exact else 1
    ratio = round(reports[-1]["peakMiB"] / reports[0]["peakMiB"], 3)
    print(json.dumps({"sizes": sizes, "peakRatio": ratio, "limit": FLAT, "everyItemOnce": exact}))
    return 0 if exact and ratio <= FLAT else 1


def measure(number: int) -> Report:
    """Seed an emulator of its own with `number` assignments and open their review in a fresh process."""
    from local.emulator import Emulator

    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "state", Path(folder) / "objects", Path(folder) / "emulator.log")
        address = emulator.start()
        try:
            policy_id = _child(address, "seed", str(number))["policy"]
            return {"assignments": number, **_child(address, "open", policy_id)}
        finally:
            emulator.stop()


def _child(address: str, *arguments: str) -> Report:
    """Run one part in a process of its own: the tables' endpoint is read when they are imported."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ACCESS_REVIEWS_STAGE": "test",
        "ACCESS_REVIEWS_ENDPOINT_URL": address,
        "ACCESS_REVIEWS_FIRST_ADMINISTRATOR": "admin@example.com",
        "ACCESS_REVIEWS_MAIL_ENABLED": "false",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Report = json.loads(done.stdout.splitlines()[-1])
    return found


def seed(number: int) -> Report:
    """Tables, bucket and queue; people, their managers and one assignment each; the policy's id."""
    from chalicelib import bootstrap
    from chalicelib.aws.clients import client
    from chalicelib.storage import tables
    from tests import factories
    from tests.world import MovableClock

    tables.create_all()
    client("s3").create_bucket(Bucket="access-reviews")
    client("sqs").create_queue(QueueName=QUEUE)
    bootstrap.use_clock(MovableClock())
    services = bootstrap.services()
    org = factories.Organisation(services)
    fallback = org.person("fallback")
    policy = org.policy(review=factories.by_manager(services.clock.now().date(), fallback))
    services.writer.put_all(_entities(services, policy, fallback.id, number))
    return {"policy": policy.id}


def _entities(services: Any, policy: Any, fallback_id: str, number: int) -> Any:
    from chalicelib.domain import ids
    from chalicelib.domain.assignments import Assignment
    from chalicelib.domain.people import User

    since = services.clock.now() - timedelta(days=90)
    for one in range(number):
        name = f"person{one}"
        manager = ids.guid("user", f"person{one // SPAN}") if one >= SPAN else fallback_id
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


def open_review(policy_id: str) -> Report:
    """Open the policy's review until it is in progress."""
    from chalicelib import bootstrap
    from chalicelib.aws.clients import client
    from chalicelib.domain import ids
    from chalicelib.usecases.advance_review import advance_review
    from chalicelib.usecases.open_review import open_due_review
    from tests.world import MovableClock

    os.environ["ACCESS_REVIEWS_WORK_QUEUE_URL"] = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    clock = MovableClock()
    bootstrap.use_clock(clock)
    services = bootstrap.services()
    clock.set(clock.now().replace(hour=23, minute=59, second=30))
    before = peak_mib()
    tracemalloc.reset_peak()
    allocated = tracemalloc.get_traced_memory()[0]
    began = time.monotonic()
    instance_id = open_due_review(services, ids.definition_id(policy_id)) or ""
    while _state(services, instance_id).status != "InProgress":
        advance_review(services, instance_id)
    seconds, peak = time.monotonic() - began, peak_mib()
    python = round((tracemalloc.get_traced_memory()[1] - allocated) / 2**20, 1)
    state = _state(services, instance_id)
    return {
        "items": state.items,
        "distinctItems": _distinct(services, instance_id),
        "reviewers": state.reviewers,
        "seconds": round(seconds, 1),
        "beforeMiB": before,
        "peakMiB": peak,
    } | ({"pythonPeakMiB": python} if tracemalloc.is_tracing() else {})


def _state(services: Any, instance_id: str) -> Any:
    return services.reviews.state(instance_id)


def peak_mib() -> float:
    """The most memory this program has held. The kernel's own figure on Linux: `getrusage` there begins with what
    the parent held when it started us."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # macOS counts bytes
    return round(kib / 1024, 1)


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
    part, argument = sys.argv[1:]
    print(json.dumps(seed(int(argument)) if part == "seed" else open_review(argument)))
