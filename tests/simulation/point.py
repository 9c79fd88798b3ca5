"""The one point that every AWS call of this process passes, PynamoDB's and botocore's alike.

Hooks stand around the call, the last one added outermost. A hook may let it through, not make it, make it twice, keep
its answer back, hand the baton to another invocation, or die there. Whatever answers below (moto, the in-memory AWS, an
emulator) does not know of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

READS = frozenset({"GetItem", "BatchGetItem", "Query", "GetObject", "HeadObject", "ListParts", "GetPublicKey"})


class Killed(BaseException):
    """The invocation ends here, as when Lambda takes it away: no handler of the product may catch that."""


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call: `number` counts all of the process since the point was set up."""

    client: BaseClient
    operation: str
    parameters: dict[str, Any]
    number: int

    @property
    def service(self) -> str:
        """`dynamodb`, `s3`, `sqs`, `sesv2` …"""
        return str(self.client.meta.service_model.service_name)

    @property
    def reads(self) -> bool:
        """Does it leave everything as it was?"""
        return self.operation in READS

    def __str__(self) -> str:
        return f"{self.number}:{self.service}.{self.operation}"

    def refusal(self, code: str, status: int = 400, message: str = "injected", **more: Any) -> ClientError:
        """The error the service's client raises for this code."""
        answer = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RequestId": "injected"},
            **more,
        }
        kind = self.client.exceptions.from_code(code)
        return kind(answer, self.operation)


Proceed = Callable[[], Any]
Hook = Callable[[Call, Proceed], Any]


@dataclass
class Point:
    """Where hooks are added and removed."""

    hooks: list[Hook] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def hooked(self, hook: Hook) -> Iterator[None]:
        """This hook around every call, until the block ends."""
        self.hooks.append(hook)
        try:
            yield
        finally:
            self.hooks.remove(hook)

    def pass_through(self, call: Call, base: Proceed) -> Any:
        """Make the call through all hooks."""
        proceed = base
        for hook in tuple(self.hooks):
            proceed = _around(hook, call, proceed)
        return proceed()


def _around(hook: Hook, call: Call, inner: Proceed) -> Proceed:
    return lambda: hook(call, inner)


@contextmanager
def point() -> Iterator[Point]:
    """Every AWS call of the process through a point, until the block ends. What answers below is what answered before,
    so that points may be set up over one another."""
    found, below = Point(), BaseClient._make_api_call

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        one = Call(client, operation, parameters, next(found.numbers))
        return found.pass_through(one, lambda: below(client, operation, parameters))

    BaseClient._make_api_call = call
    try:
        yield found
    finally:
        BaseClient._make_api_call = below
