"""Events to others through EventBridge."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.usecases.ports import OutgoingEvent

LOG = logging.getLogger("access_reviews")
SOURCE = "access-reviews"
MOST_ENTRIES = 10  # of one PutEvents request
MOST_BYTES = 256 * 1024  # of one request, and so of one entry
_ENTRY_OVERHEAD = 64  # the time and the names of an entry's members, generously
_ROUNDS = 4
_AGAIN = {
    "ThrottlingException",
    "TooManyRequestsException",
    "InternalFailure",
    "InternalException",
    "ServiceUnavailable",
}
Entry = tuple[int, dict[str, Any]]  # an entry and its position among the events


@dataclass(frozen=True)
class EventBridge:
    """Implements ports.Bus. `bus` is a name or an ARN (a bus of another account); `pause` seconds of back-off."""

    bus: str
    pause: float = 0.1

    def publish(self, events: Sequence[OutgoingEvent]) -> set[int]:
        """See ports.Bus. Entries that were refused are tried again alone, the others of their request are not."""
        waiting = list(self._entries(events))
        for attempt in range(_ROUNDS):
            waiting = [entry for part in _parts(waiting) for entry in self._put(part)]
            if not waiting:
                break
            time.sleep(random.uniform(0, self.pause * 2**attempt))
        return {position for position, _ in waiting}

    def _entries(self, events: Sequence[OutgoingEvent]) -> Iterator[Entry]:
        for position, one in enumerate(events):
            entry = {
                "EventBusName": self.bus,
                "Source": SOURCE,
                "DetailType": one.kind,
                "Time": one.time,
                "Detail": json.dumps(one.detail, ensure_ascii=False, separators=(",", ":")),
            }
            if _size(entry) > MOST_BYTES:
                LOG.error("event %s is too large to be published", one.detail.get("id"))
                continue
            yield position, entry

    def _put(self, part: list[Entry]) -> list[Entry]:
        """Publish up to ten entries; those to try again."""
        try:
            answer = client("events").put_events(Entries=[entry for _, entry in part])
        except ClientError as problem:
            if problem.response["Error"]["Code"] in _AGAIN:
                return part
            raise
        again = []
        for (position, entry), result in zip(part, answer["Entries"], strict=True):
            code = result.get("ErrorCode")
            if code in _AGAIN:
                again.append((position, entry))
            elif code:
                LOG.error("event %s cannot be published: %s", json.loads(entry["Detail"])["id"], code)
        return again


def _parts(entries: list[Entry]) -> Iterator[list[Entry]]:
    """The entries in requests of at most ten and 256 KB."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        more = _size(entry[1])
        if part and (len(part) == MOST_ENTRIES or size + more > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(entry)
        size += more
    if part:
        yield part


def _size(entry: dict[str, Any]) -> int:
    """What an entry counts, in bytes, by EventBridge's rule."""
    return _ENTRY_OVERHEAD + sum(len(str(entry[name]).encode()) for name in ("Source", "DetailType", "Detail"))
