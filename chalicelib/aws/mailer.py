"""Mail through SES v2."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.domain import errors
from chalicelib.usecases.ports import Mail

_SLOW_DOWN = {"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"}
_REFUSED = {"MessageRejected", "BadRequestException", "InvalidParameterValue"}


@dataclass(frozen=True)
class SesMailer:
    """Implements ports.Mailer. `sender` is a verified address, shown with the name of the mail's
    organisation, else this one."""

    sender: str
    organisation: str

    def send(self, mail: Mail) -> str:
        """Hand one mail to SES; returns its message id. Raises Throttled or InvalidInput (address refused)."""
        user, _, host = self.sender.partition("@")
        source = str(Address(f"{mail.organisation or self.organisation} Access Reviews", user, host))
        try:
            answer = client("sesv2").send_email(
                FromEmailAddress=source,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": _content(mail)},
                EmailTags=[{"Name": "notice", "Value": mail.key[:256]}] if mail.key else [],
            )
        except ClientError as problem:
            code = problem.response["Error"]["Code"]
            if code in _SLOW_DOWN:
                raise errors.Throttled("Mail cannot be sent as fast; it continues later.") from problem
            if code in _REFUSED:
                raise errors.InvalidInput(f"SES refused the mail: {problem.response['Error']['Message']}") from problem
            raise
        return str(answer["MessageId"])


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
