"""What SES would tell of the mails that were sent, a moment later: delivered, or as its mailbox simulator answers.

`bounce@…`, `complaint@…` and `suppressionlist@…` of the simulator's host (`simulator.amazonses.com`) come back, are
complained about, and come back; every other address gets its mail. Nothing leaves this machine.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from local.handlers import Handlers, report, topic_record

SIMULATOR = "simulator.amazonses.com"
BOUNCES, COMPLAINS = (f"bounce@{SIMULATOR}", f"suppressionlist@{SIMULATOR}"), f"complaint@{SIMULATOR}"
AFTER_SECONDS = 0.5  # a mail is recorded by then
RETRY_SECONDS, TRIES = 1.0, 5
_KEPT = "access-reviews-feedback"
_Mail = dict[str, Any]


class MailService:
    """Tells the handler of mails what became of each; one after the other. Of what was sent before it
    began to work (the past of the demonstration) only what did not arrive is told."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._mails: deque[tuple[float, int, _Mail]] = deque()
        self._stop = Event()
        self._begun = False
        self._thread = Thread(target=self._run, name="mail-service")
        self.handled = 0

    def listen(self, session: Any) -> None:
        """Learn of every mail that clients made from this botocore session send from now on."""
        session.register("before-parameter-build.sesv2.SendEmail", self._remember)
        session.register("after-call.sesv2.SendEmail", self._keep)

    def start(self) -> None:
        """Begin to tell."""
        self._begun = True
        self._thread.start()

    def stop(self) -> None:
        """Finish the mail at hand and tell no more."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def waiting(self) -> int:
        """Mails nothing was told of yet."""
        return len(self._mails)

    def _remember(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_KEPT] = params

    def _keep(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        params = context.pop(_KEPT, None)
        to = (params or {}).get("Destination", {}).get("ToAddresses", [])
        if not to or http_response.status_code >= 300 or not (self._begun or to[0].endswith(f"@{SIMULATOR}")):
            return
        tags = {tag["Name"]: [tag["Value"]] for tag in params.get("EmailTags", [])}
        sent = datetime.now(UTC).isoformat()
        mail = {"messageId": parsed["MessageId"], "timestamp": sent, "destination": to, "tags": tags}
        self._mails.append((time.monotonic() + AFTER_SECONDS, 0, mail))

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            while self._mails and self._mails[0][0] <= time.monotonic() and not self._stop.is_set():
                self._tell(*self._mails[0])
                self._mails.popleft()  # only now: until then it waits

    def _tell(self, _: float, tries: int, mail: _Mail) -> None:
        try:
            self._handlers.call(self._handlers.topic, topic_record(json.dumps(event_of(mail))))
            self.handled += 1
        except Exception as problem:  # noqa: BLE001 - as SNS, which gives a message again when its handler fails
            if tries < TRIES:
                self._mails.append((time.monotonic() + RETRY_SECONDS, tries + 1, mail))
            else:
                report("What became of a mail could not be told.", problem)


def event_of(mail: Mapping[str, Any]) -> dict[str, Any]:
    """The event SES publishes of a mail."""
    to, now = str(mail["destination"][0]).lower(), datetime.now(UTC).isoformat()
    if to in BOUNCES:
        recipients = [{"emailAddress": to, "action": "failed", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]
        told = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": recipients}
        return {"eventType": "Bounce", "mail": mail, "bounce": {"timestamp": now, **told}}
    if to == COMPLAINS:
        complaint = {"timestamp": now, "complaintFeedbackType": "abuse"}
        return {"eventType": "Complaint", "mail": mail, "complaint": complaint}
    return {"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": now, "recipients": [to]}}
