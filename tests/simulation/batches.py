"""Batches of which only the first entry is done: what AWS answers then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulation.point import Call, Proceed


def size(call: Call) -> int:
    """How many entries a batch has."""
    if call.operation == "PutEvents":
        return len(call.parameters["Entries"])
    asked = call.parameters["RequestItems"].values()
    return sum(len(one["Keys"]) if isinstance(one, dict) else len(one) for one in asked)


def _written(call: Call, proceed: Proceed) -> Any:
    asked = call.parameters["RequestItems"]
    first = next(iter(asked))
    rest = {name: found[1:] if name == first else found for name, found in asked.items()}
    call.parameters["RequestItems"] = {first: asked[first][:1]}
    try:
        answer = proceed()
    finally:
        call.parameters["RequestItems"] = asked
    return answer | {"UnprocessedItems": {name: found for name, found in rest.items() if found}}


def _read(call: Call, proceed: Proceed) -> Any:
    asked = call.parameters["RequestItems"]
    first = next(iter(asked))
    rest = {
        name: {**found, "Keys": found["Keys"][1:] if name == first else found["Keys"]} for name, found in asked.items()
    }
    call.parameters["RequestItems"] = {first: {**asked[first], "Keys": asked[first]["Keys"][:1]}}
    try:
        answer = proceed()
    finally:
        call.parameters["RequestItems"] = asked
    return answer | {"UnprocessedKeys": {name: found for name, found in rest.items() if found["Keys"]}}


def _published(call: Call, proceed: Proceed) -> Any:
    entries = call.parameters["Entries"]
    call.parameters["Entries"] = entries[:1]
    try:
        answer = proceed()
    finally:
        call.parameters["Entries"] = entries
    again = [{"ErrorCode": "ThrottlingException", "ErrorMessage": "injected"}] * (len(entries) - 1)
    return {**answer, "FailedEntryCount": len(again), "Entries": [*answer["Entries"], *again]}


FIRST_ONLY: dict[str, Callable[[Call, Proceed], Any]] = {
    "BatchWriteItem": _written,
    "BatchGetItem": _read,
    "PutEvents": _published,
}
