"""An SQS client over one queue in memory; moto's queue loses count when several threads receive at once."""

from __future__ import annotations

import itertools
import time
from threading import Condition
from typing import Any


class FakeQueue:
    """Delays, visibility and long polls as SQS has them; a handle is a message id."""

    def __init__(self, visibility_seconds: float) -> None:
        self._visibility = visibility_seconds
        self._messages: dict[str, tuple[float, str]] = {}
        self._ids = itertools.count()
        self._changed = Condition()

    def send(self, body: str, delay: float = 0) -> None:
        with self._changed:
            self._messages[str(next(self._ids))] = (time.monotonic() + delay, body)
            self._changed.notify_all()

    def receive_message(self, WaitTimeSeconds: float, **_: Any) -> dict[str, Any]:
        limit = time.monotonic() + WaitTimeSeconds
        with self._changed:
            while True:
                now = time.monotonic()
                for key, (visible, body) in self._messages.items():
                    if visible <= now:
                        self._messages[key] = (now + self._visibility, body)
                        return {"Messages": [{"MessageId": key, "ReceiptHandle": key, "Body": body}]}
                if now >= limit:
                    return {}
                self._changed.wait(min(0.02, limit - now))

    def delete_message(self, ReceiptHandle: str, **_: Any) -> None:
        with self._changed:
            del self._messages[ReceiptHandle]

    def change_message_visibility(self, ReceiptHandle: str, VisibilityTimeout: float, **_: Any) -> None:
        with self._changed:
            self._messages[ReceiptHandle] = (time.monotonic() + VisibilityTimeout, self._messages[ReceiptHandle][1])

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(self._messages))}}
