"""AWS clients over moto whose calls fail as told, and the rig that connectors to AWS have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from botocore.session import get_session

from chalicelib.domain.connections import Connection
from tests.connectors.contract import Failure, Rig
from tests.world import START

READS = ("Get", "List", "Describe", "AdminList", "AdminGet")
CODES = {Failure.THROTTLED: "ThrottlingException", Failure.REFUSED: "AccessDeniedException"}
# One quick try more, so that a lost answer is asked for again as in production, without its pauses.
_SESSION = get_session()
_CONFIG = Config(retries={"max_attempts": 2, "mode": "standard"})


def _over_moto(service: str, region: str) -> Any:
    return _SESSION.create_client(service, region_name=region or "us-east-1", config=_CONFIG)


@dataclass
class ScriptedClients:
    """Implements connectors.aws_api.Clients. `asked` has every call as service:Operation; `create` makes a client of a
    service in a region."""

    create: Callable[[str, str], Any] = _over_moto
    how: Failure | None = None
    asked: list[str] = field(default_factory=list)
    _lost: set[str] = field(default_factory=set)
    _made: dict[str, Any] = field(default_factory=dict)

    def __call__(self, service: str, region: str, role_arn: str, external_id: str) -> Any:
        if service not in self._made:
            made = self.create(service, region)
            made.meta.events.register_first("before-call", self._answer)
            made.meta.events.register_last("before-send", self._lose)
            self._made[service] = made
        return self._made[service]

    @contextmanager
    def failing(self, how: Failure) -> Iterator[None]:
        """Every call fails so within the block."""
        self.how = how
        self._lost.clear()
        try:
            yield
        finally:
            self.how = None

    def _answer(self, model: Any, **_: Any) -> Any:
        """Answer in the service's place, before anything is sent; None: the service itself answers."""
        self.asked.append(f"{model.service_model.service_name}:{model.name}")
        if self.how in CODES:
            metadata = {"HTTPStatusCode": 400, "RetryAttempts": 0}
            error = {"Code": CODES[self.how], "Message": "told to fail"}
            return _Status(400), {"Error": error, "ResponseMetadata": metadata}
        if self.how is Failure.SLOW:
            raise ReadTimeoutError(endpoint_url="the service")
        if self.how is Failure.DEAF and not model.name.startswith(READS):
            return _Status(200), {"ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}
        return None

    def _lose(self, request: Any, **_: Any) -> None:
        """The service has answered; the first answer to each change does not arrive."""
        operation = self.asked[-1]
        if (
            self.how is Failure.LOST
            and not operation.partition(":")[2].startswith(READS)
            and operation not in self._lost
        ):
            self._lost.add(operation)
            raise ReadTimeoutError(endpoint_url=request.url)


@dataclass
class _Status:
    status_code: int


def connection(kind: str, **settings: str) -> Connection:
    """A connection of this kind."""
    return Connection(name=kind.lower(), kind=kind, display_name=kind, settings=settings, created=START, modified=START)


class AwsRig(Rig):
    """A connector over moto."""

    clients: ScriptedClients

    def failing(self, how: Failure) -> Any:
        return self.clients.failing(how)
