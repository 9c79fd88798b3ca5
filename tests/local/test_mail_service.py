"""The mail service of the local stage: what SES would tell, given to the product's own handler."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.mail_feedback import Heard, read_feedback
from local import mail_service
from local.mail_service import MailService, event_of
from local.workers import Handlers

PERSON = "5b0d6b44-0000-4000-8000-000000000001"


def mail(to: str) -> dict[str, Any]:
    return {
        "messageId": f"of {to}",
        "timestamp": "2026-03-02T09:00:00+00:00",
        "destination": [to],
        "tags": {"person": [PERSON]},
    }


@pytest.mark.parametrize(
    ("to", "heard"),
    [
        ("ann@example.com", Heard.DELIVERED),
        ("bounce@simulator.amazonses.com", Heard.BOUNCED),
        ("Complaint@simulator.amazonses.com", Heard.COMPLAINED),
        ("success@simulator.amazonses.com", Heard.DELIVERED),
    ],
)
def test_addresses_of_the_simulator_answer_as_ses_lets_them(to: str, heard: Heard) -> None:
    """Read by the product's own reader."""
    found = read_feedback(json.dumps(event_of(mail(to))))
    assert found is not None
    assert (found.heard, found.person_id, found.address, found.passing) == (heard, PERSON, to, False)


class Listening:
    """Stands for the app's handlers; refuses the first call when asked to."""

    topic = "hear_of_mails"

    def __init__(self, refuse: int = 0) -> None:
        self.refuse = refuse
        self.heard: list[str] = []

    def call(self, name: str, event: dict[str, Any]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise RuntimeError("not recorded yet")
        self.heard.append(json.loads(event["Records"][0]["Sns"]["Message"])["eventType"])


def sent(service: MailService, to: str) -> None:
    context: dict[str, Any] = {}
    params = {"Destination": {"ToAddresses": [to]}, "EmailTags": [{"Name": "person", "Value": PERSON}]}
    service._remember(params, context)
    accepted = type("Accepted", (), {"status_code": 200})()
    service._keep(accepted, {"MessageId": "1"}, context)


def eventually(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not done():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_was_sent_is_told_a_moment_later_again_when_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_service, "AFTER_SECONDS", 0.0)
    monkeypatch.setattr(mail_service, "RETRY_SECONDS", 0.0)
    listening = Listening(refuse=1)
    handlers: Handlers = listening  # type: ignore[assignment]
    service = MailService(handlers)
    sent(service, "early@example.com")  # of the past, and it arrived
    sent(service, "bounce@simulator.amazonses.com")
    service.start()
    try:
        sent(service, "ann@example.com")
        eventually(lambda: not service.waiting())
    finally:
        service.stop()
    assert sorted(listening.heard) == ["Bounce", "Delivery"]
