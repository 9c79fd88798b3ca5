"""SQS: a message is hidden while somebody has it, and comes back when they do not delete it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.simulation.cloud.values import Refused

Wire = dict[str, Any]
VISIBILITY = 30.0  # seconds, as a queue has unless told otherwise


@dataclass(frozen=True, slots=True)
class Message:
    """A message: to be seen from `visible` on (seconds); `receipt` of whoever received it last."""

    id: str
    body: str
    visible: float
    received: int = 0
    receipt: str = ""


class Queues:
    """Queues by address."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.queues: dict[str, tuple[Message, ...]] = {}
        self.attributes: dict[str, Wire] = {}
        self.numbers = 0

    def create_queue(self, request: Wire) -> Wire:
        url = f"https://sqs.us-east-1.amazonaws.com/123456789012/{request['QueueName']}"
        self.queues.setdefault(url, ())
        self.attributes[url] = request.get("Attributes", {})
        return {"QueueUrl": url}

    def get_queue_url(self, request: Wire) -> Wire:
        for url in self.queues:
            if url.endswith(f"/{request['QueueName']}"):
                return {"QueueUrl": url}
        raise Refused("QueueDoesNotExist", "The specified queue does not exist.")

    def send_message(self, request: Wire) -> Wire:
        self.numbers += 1
        due = self.now() + request.get("DelaySeconds", 0)
        message = Message(f"message-{self.numbers}", request["MessageBody"], due)
        self._change(request, (*self._of(request), message))
        digest = hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest()
        return {"MessageId": message.id, "MD5OfMessageBody": digest}

    def receive_message(self, request: Wire) -> Wire:
        now, most = self.now(), request.get("MaxNumberOfMessages", 1)
        hidden = float(request.get("VisibilityTimeout", self._visibility(request)))
        found: list[Message] = []
        after: list[Message] = []
        for message in self._of(request):
            if message.visible <= now and len(found) < most:
                self.numbers += 1
                again, receipt = message.received + 1, f"receipt-{self.numbers}"
                message = replace(message, visible=now + hidden, received=again, receipt=receipt)
                found.append(message)
            after.append(message)
        self._change(request, tuple(after))
        return {"Messages": [_wire(message) for message in found]} if found else {}

    def delete_message(self, request: Wire) -> Wire:
        """The last receipt deletes; one of an earlier reception does nothing any more."""
        left = tuple(one for one in self._of(request) if one.receipt != request["ReceiptHandle"])
        self._change(request, left)
        return {}

    def change_message_visibility(self, request: Wire) -> Wire:
        until = self.now() + request["VisibilityTimeout"]
        asked = request["ReceiptHandle"]
        changed = (replace(one, visible=until) if one.receipt == asked else one for one in self._of(request))
        self._change(request, tuple(changed))
        return {}

    def purge_queue(self, request: Wire) -> Wire:
        self._change(request, ())
        return {}

    def get_queue_attributes(self, request: Wire) -> Wire:
        now, messages = self.now(), self._of(request)
        visible = sum(1 for one in messages if one.visible <= now)
        counts = {
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(len(messages) - visible),
        }
        return {"Attributes": {**self.attributes[request["QueueUrl"]], **counts}}

    def redeliver(self, url: str) -> int:
        """Let every message be received again at once, those somebody has too; returns how many."""
        self.queues[url] = tuple(replace(one, visible=self.now()) for one in self.queues[url])
        return len(self.queues[url])

    def _visibility(self, request: Wire) -> str:
        return str(self.attributes[request["QueueUrl"]].get("VisibilityTimeout", VISIBILITY))

    def _of(self, request: Wire) -> tuple[Message, ...]:
        if request["QueueUrl"] not in self.queues:
            raise Refused("QueueDoesNotExist", "The specified queue does not exist.")
        return self.queues[request["QueueUrl"]]

    def _change(self, request: Wire, messages: tuple[Message, ...]) -> None:
        self.queues[request["QueueUrl"]] = messages

    def freeze(self) -> Any:
        return dict(self.queues), dict(self.attributes), self.numbers

    def restore(self, frozen: Any) -> None:
        queues, attributes, self.numbers = frozen
        self.queues, self.attributes = dict(queues), dict(attributes)


def _wire(message: Message) -> Wire:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "Attributes": {"ApproximateReceiveCount": str(message.received)},
    }
