"""Hands queue messages to the queue handler, several at a time, as Lambda's event source mapping does."""

from __future__ import annotations

import math
import time
from threading import Event, Lock, Thread
from typing import Any

from local.handlers import Handlers, queue_record, report

THREADS = 4
PAUSE_SECONDS = 1.0  # after a failed call to the queue
RETRY_SECONDS = 5  # until a message that failed comes back
WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class QueueWorker:
    """Threads that receive, handle and delete messages. A failed message comes back after `retry_seconds`."""

    def __init__(
        self, handlers: Handlers, client: Any, url: str, arn: str = "", retry_seconds: int = RETRY_SECONDS
    ) -> None:
        self._handlers = handlers
        self._client = client
        self._url = url
        self._arn = arn
        self._retry_seconds = retry_seconds
        self._stop = Event()
        self._lock = Lock()
        self._threads = [Thread(target=self._run, name=f"queue-{number}") for number in range(THREADS)]
        self._failing_since = math.inf
        self.handled = 0
        self.failed = 0

    def fruitless(self, seconds: float) -> bool:
        """Has every message of so many seconds failed?"""
        return self._failing_since < time.monotonic() - seconds

    def start(self) -> None:
        """Begin to consume."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being handled, receive nothing more."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def waiting(self) -> int:
        """Messages visible, delayed or in flight."""
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(WAITING))
        return sum(int(answer["Attributes"].get(name, 0)) for name in WAITING)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                answer = self._client.receive_message(
                    QueueUrl=self._url, MaxNumberOfMessages=1, WaitTimeSeconds=1, AttributeNames=["All"]
                )
                for message in answer.get("Messages", []):
                    self._handle(message)
            except Exception as problem:  # noqa: BLE001 - whatever happens to one message, the thread goes on
                report("The queue cannot be served; trying again.", problem)
                self._stop.wait(PAUSE_SECONDS)

    def _handle(self, message: dict[str, Any]) -> None:
        """Delete the message only when its handler neither raised nor named it as failed."""
        succeeded = self._succeeds(message)
        with self._lock:  # counted before it leaves the queue, so that `tick` never sees an idle gap
            self.handled += 1
            self.failed += not succeeded
            self._failing_since = math.inf if succeeded else min(self._failing_since, time.monotonic())
        handle = {"QueueUrl": self._url, "ReceiptHandle": message["ReceiptHandle"]}
        if succeeded:
            self._client.delete_message(**handle)
        else:  # the queue's own visibility must outlast an invocation, which is long to wait for a retry
            self._client.change_message_visibility(**handle, VisibilityTimeout=self._retry_seconds)

    def _succeeds(self, message: dict[str, Any]) -> bool:
        event = {"Records": [queue_record(message, self._arn)]}
        try:
            answer = self._handlers.call(self._handlers.queue, event)
        except Exception as problem:  # noqa: BLE001 - as in Lambda, a failure means: deliver again
            report(f"Work failed and comes back: {message['Body']}.", problem)
            return False
        failures = answer.get("batchItemFailures", []) if isinstance(answer, dict) else []
        return message["MessageId"] not in {failure.get("itemIdentifier") for failure in failures}
