"""Mail through SES v2. What becomes of a mail is told later, see docs/mail.md."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any, cast

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.domain import errors
from chalicelib.usecases.ports import Mail

_SLOW_DOWN = {"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"}
_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9_-]")  # SES refuses mails whose tags have other characters
_PAUSES = (1.0, 2.0)  # seconds before a mail is tried again that came too fast, beyond botocore's own patience
_REFUSED = {"MessageRejected", "BadRequestException", "InvalidParameterValue"}


@dataclass(frozen=True)
class SesMailer:
    """Implements ports.Mailer. `sender` is a verified address, shown with the name of the mail's
    organisation, else this one. `configuration_set` publishes what becomes of the mails, "" for none."""

    sender: str
    organisation: str
    configuration_set: str = ""

    def send(self, mail: Mail) -> str:
        """Hand one mail to SES; returns its message id. Raises InvalidInput (address refused), and Throttled when the
        quota of a day is used up or SES asks to slow down for longer than some seconds: its rate is so many mails a
        second, shared with everybody else who sends in this account and region."""
        user, _, host = self.sender.partition("@")
        source = str(Address(f"{mail.organisation or self.organisation} Access Reviews", user, host))
        more = {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        asked: dict[str, Any] = {
            "FromEmailAddress": source,
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {"Simple": _content(mail)},
            "EmailTags": _tags(mail.key),
            **more,
        }
        for pause in (*_PAUSES, None):
            try:
                return str(client("sesv2").send_email(**asked)["MessageId"])
            except ClientError as problem:
                if pause is None or not _too_fast(problem):
                    raise _meaning(problem) from problem
            time.sleep(random.uniform(pause / 2, pause))
        raise AssertionError("the last attempt answers or raises")


def _too_fast(problem: ClientError) -> bool:
    """Is it the rate, which a second mends, and not the quota of a day?"""
    told = problem.response["Error"]
    return told["Code"] in _SLOW_DOWN - {"LimitExceededException"} and "daily" not in told.get("Message", "").lower()


def _meaning(problem: ClientError) -> Exception:
    """What the refusal of a mail means for whoever sends it."""
    code = problem.response["Error"]["Code"]
    if code in _SLOW_DOWN:
        return errors.Throttled("Mail cannot be sent as fast; it continues later.")
    if code in _REFUSED:
        return errors.InvalidInput(f"SES refused the mail: {problem.response['Error']['Message']}")
    return cast(Exception, problem)


def _tags(key: str) -> list[dict[str, str]]:
    """The person a mail is to, by which what SES tells of it finds its way back, and the whole key for people."""
    found = {"person": key.partition(".")[0], "notice": key}
    return [{"Name": name, "Value": _NOT_IN_TAGS.sub("_", value)[:256]} for name, value in found.items() if value]


def _content(mail: Mail) -> dict[str, Any]:
    content: dict[str, Any] = {
        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": mail.text, "Charset": "UTF-8"},
            "Html": {"Data": mail.html, "Charset": "UTF-8"},
        },
    }
    if mail.calendar:
        content["Attachments"] = [
            {
                "FileName": "review.ics",
                "ContentType": "text/calendar; charset=utf-8; method=PUBLISH",
                "RawContent": mail.calendar.encode(),
            }
        ]
    return content
