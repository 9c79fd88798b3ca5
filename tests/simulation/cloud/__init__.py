"""AWS in memory: what this product uses of it, with thousands of calls a second and snapshots for nothing.

It answers where moto would, below `tests/simulation/point.py`. That it answers what DynamoDB, S3 and the others would
is shown by the contract in `tests/storage`, which moto and an emulator meet as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient

from tests.simulation.cloud.dynamodb import DynamoDb
from tests.simulation.cloud.objects import ObjectStore
from tests.simulation.cloud.others import Events, Keys, MailService, Secrets
from tests.simulation.cloud.queues import Queues
from tests.simulation.cloud.streams import records
from tests.simulation.cloud.values import NotSimulated, Refused

__all__ = ["Cloud", "NotSimulated", "cloud"]
_METHOD = cache(xform_name)
_DONE = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RequestId": "simulated", "RetryAttempts": 0}


class Cloud:
    """An account. Its clock stands still; whoever moves time gives it theirs (`clock`, seconds since 1970)."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = lambda: 0.0
        self.dynamodb = DynamoDb(self.now)
        self.s3 = ObjectStore(self.now)
        self.sqs = Queues(self.now)
        self.ses, self.events, self.kms, self.secrets = MailService(), Events(), Keys(), Secrets()
        self._services: dict[str, Any] = {
            "dynamodb": self.dynamodb,
            "s3": self.s3,
            "sqs": self.sqs,
            "sesv2": self.ses,
            "events": self.events,
            "kms": self.kms,
            "secretsmanager": self.secrets,
            "ssm": self.secrets,
        }
        self._one_at_a_time = RLock()

    def now(self) -> float:
        """What time it is in this account."""
        return self.clock()

    def answer(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """What AWS answers to a call of this client. Raises the client's own errors."""
        service = client.meta.service_model.service_name
        act = getattr(self._services.get(service), _METHOD(operation), None)
        if act is None:
            raise NotSimulated(f"{service}.{operation}")
        try:
            with self._one_at_a_time:
                return {**act(parameters), "ResponseMetadata": _DONE}
        except Refused as no:
            answer = {
                "Error": {"Code": no.code, "Message": no.message},
                "ResponseMetadata": {**_DONE, "HTTPStatusCode": no.status},
                **no.more,
            }
            raise client.exceptions.from_code(no.code)(answer, operation) from None

    def stream(self, table: str) -> list[dict[str, Any]]:
        """Every record of a table's stream since the table was made."""
        return records(self.dynamodb.table(table))

    def mails(self) -> list[dict[str, Any]]:
        """Every mail accepted, oldest first: to, subject, body (the HTML)."""
        return [
            {
                "to": one["Destination"]["ToAddresses"][0],
                "subject": one["Content"]["Simple"]["Subject"]["Data"],
                "body": one["Content"]["Simple"]["Body"]["Html"]["Data"],
            }
            for one in self.ses.sent
        ]

    def snapshot(self) -> Any:
        """The account as it stands; nothing that happens later changes it."""
        return [service.freeze() for service in self._services.values()]

    def restore(self, snapshot: Any) -> None:
        """The account as it stood, any number of times."""
        for service, one in zip(self._services.values(), snapshot, strict=True):
            service.restore(one)


@contextmanager
def cloud() -> Iterator[Cloud]:
    """An account of its own, empty, that answers every AWS call of this process until the block ends."""
    found, below = Cloud(), BaseClient._make_api_call

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return found.answer(client, operation, parameters)

    BaseClient._make_api_call = call
    try:
        yield found
    finally:
        BaseClient._make_api_call = below
