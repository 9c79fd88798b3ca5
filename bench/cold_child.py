"""One cold start in a process of its own, as Lambda's bootstrap makes it. Knows nothing but the folder it is given:

    python -I -S -B bench/cold_child.py FOLDER floor|app < EVENT

Prints, as its last line, what importing and the first request took and the most memory held. What Lambda's bootstrap
has imported itself before it comes to the handler is imported here before the clock starts.
"""

import http.client
import importlib
import json
import logging
import sys
import time
import traceback
import warnings
from typing import Any

BOOTSTRAP = (http.client, logging, traceback, warnings)


class Context:
    """Lambda's, as far as it matters."""

    aws_request_id = "cold"


def product(event: Any) -> float:
    """The packaged function and its first request."""
    handler = importlib.import_module("app").app
    imported = time.perf_counter()
    answer = handler(event, Context())
    if answer["statusCode"] >= 300:
        raise RuntimeError(f"{answer['statusCode']} {answer['body']}")
    return imported


def floor(asked: Any) -> float:
    """What such a function cannot do without, and one call of PynamoDB's client."""
    import chalice.app  # noqa: F401
    import jwt  # noqa: F401
    import msgspec  # noqa: F401
    import pynamodb.models  # noqa: F401
    from pynamodb.connection import Connection

    imported = time.perf_counter()
    client = Connection(region="us-east-1", host=asked["url"]).client
    client.get_item(TableName=asked["table"], Key={"pk": {"S": "none"}, "sk": {"S": "none"}})
    return imported


def peak_mib() -> float:
    """The most memory this process has held."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main(folder: str, what: str, event: Any) -> None:
    """Time it."""
    sys.path.insert(0, folder)
    cpu, began = time.process_time(), time.perf_counter()
    imported = {"app": product, "floor": floor}[what](event)
    done, spent = time.perf_counter(), time.process_time() - cpu
    told = {"import": imported - began, "request": done - imported, "wall": done - began, "cpu": spent}
    print(json.dumps({**told, "peakMiB": peak_mib()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.load(sys.stdin))
