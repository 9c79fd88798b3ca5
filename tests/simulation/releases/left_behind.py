"""What earlier builds left in the account: their rows, files and messages, as their own code wrote them.

Each `build-*.json` was written by the code of that commit, which played five reviews of one small organisation and
was then stopped: `applied`; `waiting` for a confirmation; `open`, with a decision that was changed; `closing`, before
its sweep; `opening`, where the worker died before it wrote an item. The files are never changed again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulation.worlds import Simulated, simulated

BUILDS = sorted(file.stem for file in Path(__file__).parent.glob("build-*.json"))


@dataclass(kw_only=True)
class LeftBehind(Simulated):
    """Today's product over an account that an earlier build filled."""

    reviews: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def state(self, review: str) -> Any:
        return self.world.services.reviews.state(self.reviews[review])

    def instance(self, review: str) -> Any:
        return self.world.services.reviews.instance(self.reviews[review])


@contextmanager
def left_behind_by(build: str, **changed: Any) -> Iterator[LeftBehind]:
    """A world that goes on where the build stopped. `changed` are settings."""
    found = _golden(build)
    with simulated("memory", freeze_page=2, bucket_items=2, **changed) as one:
        from chalicelib.storage import tables
        from chalicelib.storage.base import raw_client

        for table in tables.TABLES:
            for row in found["rows"][table.Meta.table_name]:
                item = {name: _value(value) for name, value in row.items()}
                raw_client(table).put_item(TableName=table.Meta.table_name, Item=item)
        for key, text in found["files"].items():
            one.world.services.files.put(key, text.encode())
        clock = one.world.clock
        clock.product, clock.seconds, clock.counter = datetime.fromisoformat(found["now"]), found["real"], 1_000_000
        reviews = {name: about["instance"] for name, about in found["reviews"].items()}
        yield LeftBehind(
            one.world,
            one.org,
            one.point,
            one.account,
            reviews=reviews,
            people=found["people"],
            messages=found["messages"],
        )


@cache
def _golden(build: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / f"{build}.json").read_text())
    return found


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """A value in DynamoDB's wire form; JSON has no bytes."""
    ((kind, inner),) = value.items()
    if kind == "B":
        return {"B": base64.b64decode(inner)}
    if kind == "L":
        return {"L": [_value(part) for part in inner]}
    if kind == "M":
        return {"M": {name: _value(part) for name, part in inner.items()}}
    return value
