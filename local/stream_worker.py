"""Hands a table's stream to its handler, in order, each batch until it succeeds.

Every start reads from the oldest record. Handlers take records that repeat, and a position kept outside the tables
would be ahead of them after an unclean stop and skip records.
"""

from __future__ import annotations

import time
from threading import Event, Lock, Thread
from typing import Any

from botocore.exceptions import ClientError

from local.handlers import Handlers, report, stream_event, stream_record

BATCH = 1000
POLL_SECONDS = 0.25
RETRY_SECONDS = 1.0
_EXPIRED = {"ExpiredIteratorException", "TrimmedDataAccessException", "ValidationException"}


class StreamWorker:
    """Polls every shard of one stream for the handler `name`; `drain` may be called from any thread."""

    def __init__(self, handlers: Handlers, name: str, client: Any, arn: str) -> None:
        self._handlers = handlers
        self._name = name
        self._client = client
        self._arn = arn
        self._iterators: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"stream-{name}")
        self.handled = 0

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop polling; `drain` still works."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def drain(self) -> int:
        """Deliver every record there is; returns how many. What the handler raises comes through.

        Ends at the records of its own time, so that it ends at all while somebody goes on writing.
        """
        before = self.handled
        with self._lock:
            began = time.time()
            for shard in self._shards():
                while self._deliver(shard, began):
                    pass
            return self.handled - before

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = POLL_SECONDS
            try:
                self.drain()
            except Exception as problem:  # noqa: BLE001 - the batch stays where it is and is tried again
                report(f"{self._name} failed; the same records are tried again.", problem)
                pause = RETRY_SECONDS
            self._stop.wait(pause)

    def _shards(self) -> list[str]:
        described = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        return [shard["ShardId"] for shard in described]

    def _deliver(self, shard: str, began: float) -> bool:
        """Hand over one batch; whether older records than `began` (a Unix time) may follow."""
        answer = self._read(shard)
        records = answer["Records"]
        if records:
            event = stream_event([stream_record(record, self._arn) for record in records], shard, self._arn)
            said = self._handlers.call(self._name, event)
            if (said or {}).get("batchItemFailures"):
                raise RuntimeError(f"{self._name} did not take all records")
            self._last[shard] = records[-1]["dynamodb"]["SequenceNumber"]
            self.handled += len(records)
        following = answer.get("NextShardIterator")
        if following:
            self._iterators[shard] = following
        # Their times are whole seconds, rounded down.
        return bool(records) and records[-1]["dynamodb"]["ApproximateCreationDateTime"].timestamp() <= began

    def _read(self, shard: str) -> Any:
        try:
            return self._client.get_records(ShardIterator=self._iterator(shard), Limit=BATCH)
        except ClientError as problem:
            if problem.response["Error"]["Code"] not in _EXPIRED:
                raise
            self._iterators.pop(shard, None)
            return self._client.get_records(ShardIterator=self._iterator(shard), Limit=BATCH)

    def _iterator(self, shard: str) -> str:
        if shard not in self._iterators:
            self._iterators[shard] = self._fresh_iterator(shard)
        return self._iterators[shard]

    def _fresh_iterator(self, shard: str) -> str:
        start = {"ShardIteratorType": "TRIM_HORIZON"}
        last = self._last.get(shard)
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last} if last else start
        try:
            answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **after)
        except self._client.exceptions.TrimmedDataAccessException:
            answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **start)
        return str(answer["ShardIterator"])
