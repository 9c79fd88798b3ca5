"""What stands behind a World: moto, or the in-memory AWS of tests/simulation/cloud."""

from __future__ import annotations

from typing import Any, Protocol

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.ses import ses_backends


class Backend(Protocol):
    """What a World looks at besides the AWS calls it makes."""

    def stream(self, table: str) -> list[dict[str, Any]]:
        """Every record of a table's stream since the table was made, as Lambda gets them."""
        ...

    def mails(self) -> list[dict[str, Any]]:
        """Every mail SES accepted, oldest first: to, subject, body (the HTML)."""
        ...


class Moto:
    """moto's backends. It answers the streams API with "not implemented" for this botocore, so its records are read
    directly."""

    def stream(self, table: str) -> list[dict[str, Any]]:
        """See Backend."""
        found = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].get_table(table)
        return [{**one.to_json(), "eventSourceARN": found.latest_stream_label} for one in found.stream_shard.items]

    def mails(self) -> list[dict[str, Any]]:
        """See Backend."""
        sent = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
        return [
            {"to": mail.destinations["ToAddresses"][0], "subject": mail.subject, "body": mail.body} for mail in sent
        ]
