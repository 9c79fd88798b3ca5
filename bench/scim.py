"""How fast people are provisioned over SCIM into a running local instance, in tenths: no tenth may be slower than the
first for having more people there already. `bench scim [N] [URL]`; the
people stay."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
URL = "http://127.0.0.1:8000"


def main(arguments: list[str]) -> int:
    """Create N people (default 1,000) with a look before each, as identity providers do; print what each took."""
    number, url = int(arguments[0]) if arguments else 1_000, arguments[1] if len(arguments) > 1 else URL
    asked = [sys.executable, str(ROOT / "dev.py"), "token", "scim", "--url", url]
    token = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    run, size = f"{time.time():.0f}", max(number // 10, 1)
    for tenth in range(10):
        taken = [_create(connection, headers, f"b{run}-{tenth * size + place}") for place in range(size)]
        median = statistics.median(taken)
        print(f"{(tenth + 1) * size:>7,} people: {1_000 * median:6.1f} ms each, {1 / median:5.1f} a second")
    return 0


def _create(connection: http.client.HTTPConnection, headers: dict[str, str], name: str) -> float:
    """Look for one person, create them; seconds."""
    begun = time.perf_counter()
    body = {"userName": f"{name}@example.com", "externalId": name, "displayName": f"Bench {name}", "active": True}
    path = f"/scim/v2/Users?filter=userName%20eq%20%22{name}@example.com%22"
    for verb, address, sent in (("GET", path, None), ("POST", "/scim/v2/Users", json.dumps(body))):
        connection.request(verb, address, sent, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{verb} {address}: {answer.status} {text[:300]!r}")
    return time.perf_counter() - begun
