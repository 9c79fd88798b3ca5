"""The work queue."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chalicelib import logs
from chalicelib.aws.clients import client

MESSAGE_VERSION = 1


@dataclass(frozen=True)
class WorkQueue:
    """Implements ports.Queue on SQS. A message names work; what to do is read from the table."""

    url: str

    def send(self, kind: str, subject_id: str, delay_seconds: int = 0, cause: str = "") -> None:
        """Ask a worker to continue `kind` for `subject_id`, at most 900 s from now. `cause`: see ports.Queue."""
        message = {"version": MESSAGE_VERSION, "kind": kind, "id": subject_id}
        body = json.dumps(message | {"correlation": cause or logs.unit().correlation})
        client("sqs").send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=min(delay_seconds, 900))
