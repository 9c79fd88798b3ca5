"""Mail through SES v2. What becomes of a mail is told later, see docs/mail.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.domain import errors
from chalicelib.usecases.ports import Mail

_SLOW_DOWN = {"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"}
_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9_-]")  # SES refuses mails whose tags have other characters
_REFUSED = {"MessageRejected", "BadRequestException", "InvalidParameterValue"}


@dataclass(frozen=True)
class SesMailer:
    """Implements ports.Mailer. `sender` is a verified address, shown with the name of the mail's
    organisation, else this one. `configuration_set` publishes what becomes of the mails, "" for none."""

    sender: str
    organisation: str
    configuration_set: str = ""

    def send(self, mail: Mail) -> str:
        """Hand one mail to SES; returns its message id. Raises Throttled or InvalidInput (address refused)."""
        user, _, host = self.sender.partition("@")
        source = str(Address(f"{mail.organisation or self.organisation} Access Reviews", user, host))
        more = {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        try:
            answer = client("sesv2").send_email(
                FromEmailAddress=source,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": _content(mail)},
                EmailTags=_tags(mail.key),
                **more,
            )
        except ClientError as problem:
            code = problem.response["Error"]["Code"]
            if code in _SLOW_DOWN:
                raise errors.Throttled("Mail cannot be sent as fast; it continues later.") from problem
            if code in _REFUSED:
                raise errors.InvalidInput(f"SES refused the mail: {problem.response['Error']['Message']}") from problem
            raise
        return str(answer["MessageId"])


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
