"""What SES tells of mails through SNS, made for a mail that was really sent."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.aws.clients import client
from tests.world import World

TOPIC = "arn:aws:sns:us-east-1:123456789012:access-reviews-mail-feedback"


class Post:
    """Listens to what is sent from now on, and plays the mail service afterwards."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: list[dict[str, Any]] = []
        self._waiting: list[dict[str, Any]] = []
        events = client("sesv2").meta.events
        self._undo = [
            ("before-parameter-build.sesv2.SendEmail", self._asked),
            ("after-call.sesv2.SendEmail", self._done),
        ]
        for name, listener in self._undo:
            events.register(name, listener)

    def close(self) -> None:
        """Listen no more."""
        for name, listener in self._undo:
            client("sesv2").meta.events.unregister(name, listener)

    def _asked(self, params: dict[str, Any], **_: Any) -> None:
        self._waiting.append(params)

    def _done(self, http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        params = self._waiting.pop()
        if http_response.status_code < 300:
            tags = {one["Name"]: [one["Value"]] for one in params["EmailTags"]}
            to = params["Destination"]["ToAddresses"]
            self.sent.append({"messageId": parsed["MessageId"], "tags": tags, "destination": to})

    def to(self, address: str) -> dict[str, Any]:
        """The last mail to an address."""
        return next(one for one in reversed(self.sent) if one["destination"] == [address])

    def message(self, kind: str, mail: dict[str, Any], **about: Any) -> str:
        """An event of SES about a mail. The mail is old enough to be surely recorded, unless `timestamp` says else."""
        when = about.pop("timestamp", "1970-01-01T00:00:00.000Z")
        name = kind.lower().replace("rendering failure", "failure")
        return json.dumps({"eventType": kind, "mail": {**mail, "timestamp": when}, name: {"timestamp": when, **about}})

    def tell(self, kind: str, address: str, **about: Any) -> str:
        """Have SES tell of the last mail to an address; the message, to be told again."""
        text = self.message(kind, self.to(address), **about)
        self.deliver(text)
        return text

    def deliver(self, text: str, topic: str = TOPIC) -> None:
        """Hand a message to the handler as SNS would, then let the work that follows be done."""
        import app as front

        sns = {"TopicArn": topic, "Message": text, "MessageId": "1", "Type": "Notification", "Subject": None}
        sns["MessageAttributes"] = {}
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:1", "Sns": sns}
        front.hear_of_mails({"Records": [record]}, None)
        self.world.drain_queue()

    def bounce(self, address: str, kind: str = "Permanent") -> str:
        """Have the last mail to an address come back."""
        recipients = [{"emailAddress": address, "diagnosticCode": f"smtp; 550 5.1.1 <{address}>: user unknown"}]
        return self.tell("Bounce", address, bounceType=kind, bounceSubType="General", bouncedRecipients=recipients)
