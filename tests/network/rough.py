"""A World whose AWS calls may fail: whoever calls insists, as people, Lambda and SQS do."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.world import TIMER_EVENT, Reply, World

LOG = logging.getLogger("access_reviews.tests")
PATIENCE = 12  # times that anybody tries again


@dataclass
class RoughWorld(World):
    """`refused` counts the answers that asked a person to try again, `failed` the invocations that came to nothing."""

    refused: int = 0
    failed: int = 0

    def call(self, method: str, url: str, body: Any = None, as_: Any = "admin@example.com", **more: Any) -> Reply:
        """A request by somebody who tries again when told that it did not work."""
        for _ in range(PATIENCE):
            reply = super().call(method, url, body, as_, **more)
            if reply.status < 500 and reply.status != 429:
                return reply
            self.refused += 1
        raise AssertionError(f"{method} {url} never works: {reply.status} {reply.text}")

    def tick(self, rounds: int = 100) -> None:
        """Timer after timer until nothing is due and nothing was delivered."""
        import app as front

        for _ in range(rounds):
            due = self._invoked(lambda: front.tick(TIMER_EVENT, None)["due"])
            done = self.drain()
            if due == done == 0:
                return
            self.clock.seconds += self.services.settings.closing_wait_seconds + 1
        raise AssertionError("work never ended")

    def drain_queue(self) -> int:
        """Every message that arrives, once. One that fails or whose answer is lost comes back much later; until then
        the agenda sends another."""
        import app as front
        from chalicelib.aws.clients import client

        done = 0
        while True:
            try:
                answer = client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            except (BotoCoreError, ClientError):
                continue
            if not answer.get("Messages"):
                return done
            for message in answer["Messages"]:
                record = {"body": message["Body"], "messageId": message["MessageId"], "attributes": {}}
                record |= {"receiptHandle": "", "eventSource": "aws:sqs", "eventSourceARN": ""}
                result = self._invoked(lambda record=record: front.work({"Records": [record]}, None))
                done += 1
                if result is None or result["batchItemFailures"]:
                    self.failed += 1
                    continue
                receipt = {"QueueUrl": self.queue_url, "ReceiptHandle": message["ReceiptHandle"]}
                self._invoked(lambda receipt=receipt: client("sqs").delete_message(**receipt))

    def drain_stream(self) -> int:
        """New records of the items table, again and again until the counting handler has taken them."""
        import app as front
        from chalicelib.storage.tables import ItemRow

        records = self.backend.stream(ItemRow.Meta.table_name)[self.streamed :]
        self.streamed += len(records)
        waiting = records
        for _ in range(PATIENCE):
            event = {"Records": waiting, "shardId": "shard"}
            result = self._invoked(lambda event=event: front.count_decisions(event, None)) if waiting else None
            if not waiting or (result is not None and not result.get("batchItemFailures")):
                return sum(1 for record in records if record["eventName"] == "MODIFY")
            self.failed += 1
        raise AssertionError("the records of the stream are never taken")

    def _invoked(self, act: Any) -> Any:
        """What an invocation answers, None where it failed."""
        try:
            return act()
        except Exception:  # whatever it was, Lambda would only see that it failed
            LOG.exception("an invocation failed")
        self.failed += 1
        return None
