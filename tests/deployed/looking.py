"""What the tests see of a deployment through its API, and of its parts through AWS's."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.domain.seals import fingerprint
from local.venvs import ROOT
from tests.deployed.releases import MEMBER
from tests.deployed.stack import NAME, Stack, download, until

EM = "/v1.0/identityGovernance/entitlementManagement"
DEFINITIONS = "/v1.0/identityGovernance/accessReviews/definitions"


@dataclass
class Story:
    """What one test leaves for the next: they play one review, in order."""

    people: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    review: str = ""
    restored: dict[str, str] = field(default_factory=dict)


def ended(stack: Stack, path: str) -> Any:
    """A job, once it has ended."""
    found = stack.get(path)
    return found if found["status"] in ("done", "error") else None


def went_on(stack: Stack, path: str) -> Any:
    """A job, once it has ended; the timer that brings it back fires faster than once a minute."""
    stack.fire("TickTickEvent")
    return ended(stack, path)


def import_of(stack: Stack, name: str) -> str:
    """Begin to import twenty people; where it says how far it is."""
    rows = "".join(f"{name}{number}@example.com,{name} {number}\n" for number in range(20))
    begun = stack.call(
        "POST", "/api/v1/imports/people", f"userPrincipalName,displayName\n{rows}".encode(), content_type="text/csv"
    )
    assert begun.status == 202, begun
    return f"/api/v1/imports/{begun.json['id']}"


def marked(stack: Stack) -> bool:
    """Has the next release written a row?"""
    rows = stack.aws.client("dynamodb").scan(TableName=stack.physical("Entitlements"))["Items"]
    return any(MEMBER in row["data"]["S"] for row in rows if "data" in row)


def open_review(stack: Stack) -> str:
    """The id of the one open review, "" while there is none."""
    found = stack.get(DEFINITIONS)["value"]
    instances = [
        one for definition in found for one in stack.get(f"{DEFINITIONS}/{definition['id']}/instances")["value"]
    ]
    return next((str(one["id"]) for one in instances if one["status"] == "InProgress"), "")


def figures(stack: Stack, own: str) -> tuple[int, int, int]:
    counts = stack.get(own)["counts"]
    return counts["approved"], counts["denied"], counts["notReviewed"]


def holdings(stack: Stack, story: Story) -> dict[str, str]:
    """The state of everybody's assignment."""
    return {name: stack.get(f"{EM}/assignments/{one}")["state"] for name, one in story.held.items()}


def sealed(stack: Stack, own: str) -> bool:
    """Fire the timer, whose rule would fire once a minute, until both seals are there."""
    stack.fire("TickTickEvent")
    time.sleep(0.5)
    kinds = {one["kind"] for one in stack.get(f"{own}/seals")["value"] if one["balanced"]}
    return kinds >= {"decisions", "removals"}


def checked(stack: Stack, review: str, folder: Path) -> None:
    """Fetch the pack of a review and verify it."""
    asked = stack.post(f"/api/v1/reviews/{review}/evidence", {})
    assert asked.status == 202, asked
    done = until(lambda: ended(stack, asked.json["statusUrl"]), 30, "the pack is made")
    pack, mark = folder / "evidence.zip", stack.get("/api/v1/evidence-key")["fingerprint"]
    pack.write_bytes(download(done["downloadUrl"]))
    key = stack.aws.client("kms").get_public_key(KeyId=stack.physical("SealingKey"))["PublicKey"]
    assert mark == fingerprint(key)
    script = ROOT / "chalicelib" / "evidence" / "verify_evidence.py"
    command = [sys.executable, "-I", "-S", str(script), str(pack), "--fingerprint", mark]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def both(stack: Stack, correlation: str) -> dict[str, Any] | None:
    """The first line of the API and of the worker that has this id, once each has one."""
    found = {}
    for function in ("api", "work"):
        group = f"/aws/lambda/{NAME}-{function}"
        events = stack.aws.client("logs").filter_log_events(logGroupName=group)["events"]
        lines = [json.loads(one["message"]) for one in events if correlation in one["message"]]
        if lines:
            found[function] = lines[0]
    return found if len(found) == 2 else None
