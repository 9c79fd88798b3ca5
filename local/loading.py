"""Loads a CSV file into a running instance, directly or through the bucket. Standard library only."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.client import Client, Failure

DIRECT_BYTES = 5_000_000  # larger files go straight to the bucket
LIMIT_SECONDS = 1800.0  # without any progress
POLL_SECONDS = 0.5
ENDED = ("done", "error")


def load(client: Client, kind: str, file: Path) -> dict[str, Any]:
    """Send the file as the administrator and wait for its end; the import as the API shows it. Raises Failure."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise Failure(f"{file} cannot be read: {problem.strerror}.") from problem
    token = client.post("/_local/token", {"who": "admin"})["token"]
    path = f"/api/v1/imports/{kind}"
    if len(content) > DIRECT_BYTES:
        accepted = client.post(path, {}, token)
        client.send("PUT", accepted["uploadUrl"], content, {"Content-Type": "text/csv"}, LIMIT_SECONDS)
    else:
        headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {token}"}
        accepted = client.send("POST", f"{client.url}{path}", content, headers)
    return _await(client, accepted["id"], token)


def _await(client: Client, import_id: str, token: str) -> dict[str, Any]:
    limit, told = 0.0, ""
    while not limit or time.monotonic() < limit:
        job: dict[str, Any] = client.get(f"/api/v1/imports/{import_id}", token)
        progress = f"{job['status']}: {job['done']} of {job['total']} rows" if job["total"] else job["status"]
        if progress != told:
            print(progress, file=sys.stderr, flush=True)
            limit, told = time.monotonic() + LIMIT_SECONDS, progress
        if job["status"] in ENDED:
            return {**job, "badRows": _bad_rows(client, job, token)}
        time.sleep(POLL_SECONDS)
    raise Failure(f"The import {import_id} has not moved for {LIMIT_SECONDS:.0f} s.")


def _bad_rows(client: Client, job: dict[str, Any], token: str) -> list[Any]:
    """Those of the first page and of every page after it."""
    rows: list[Any] = list(job.get("badRows", []))
    following = job.pop("nextLink", "")
    while following:
        parts = urlsplit(following)
        page = client.get(f"{parts.path}?{parts.query}", token)
        rows += page["badRows"]
        following = page.get("nextLink", "")
    return rows
