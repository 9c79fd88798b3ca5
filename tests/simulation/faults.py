"""What may go wrong with one AWS call, as it looks to the product once the SDK's own retries are used up.

Each fault knows to which calls it applies. `strike` stands at the point instead of the call: it makes the call or not,
and answers, raises, or ends the invocation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.simulation.batches import FIRST_ONLY, size
from tests.simulation.checks import mail_key
from tests.simulation.point import Call, Killed, Proceed

WRITES_ONE = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
BATCHES = frozenset({"BatchWriteItem", "BatchGetItem", "PutEvents"})
LAGGING = frozenset({"GetItem", "Query", "BatchGetItem"})
SLOW_DOWN = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "s3": ("SlowDown", 503),
    "sqs": ("ThrottlingException", 400),
    "sesv2": ("TooManyRequestsException", 429),
    "events": ("ThrottlingException", 400),
}
BROKEN = {
    "dynamodb": ("InternalServerError", 500),
    "s3": ("InternalError", 500),
    "sqs": ("ServiceUnavailable", 503),
    "sesv2": ("InternalServiceErrorException", 500),
    "events": ("InternalException", 500),
}


class Surroundings(Protocol):
    """What faults need to know of the invocation they strike in."""

    doubtful: set[str]

    def pass_time(self, seconds: float) -> None:
        """Let real time go by."""

    def before_the_last_write(self) -> Any:
        """A context in which reads answer from the store as it was before its last write."""

    @property
    def patience(self) -> float:
        """Seconds after which an invocation has to stop."""


@dataclass(frozen=True)
class Fault:
    """Nothing goes wrong; the others say what does."""

    name: str = field(default="none", init=False)

    def applies(self, call: Call) -> bool:
        """May this happen to that call?"""
        return True

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        """What happens instead of the call."""
        return proceed()


@dataclass(frozen=True)
class Refused(Fault):
    """The service fails, and nothing was done."""

    name: str = field(default="refused", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        raise call.refusal(*BROKEN.get(call.service, ("InternalError", 500)))


@dataclass(frozen=True)
class Lost(Fault):
    """It was done, and the answer does not arrive."""

    name: str = field(default="response lost", init=False)

    def applies(self, call: Call) -> bool:
        return not call.reads

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        proceed()
        _doubt(call, here)
        raise ReadTimeoutError(endpoint_url=f"https://{call.service}.example.com")


@dataclass(frozen=True)
class Malformed(Fault):
    """It was done, and the answer is cut off."""

    name: str = field(default="malformed", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        proceed()
        _doubt(call, here)
        raise ResponseParserError("Unable to parse response, invalid JSON received")


@dataclass(frozen=True)
class Repeated(Fault):
    """The first answer is lost on the way, the SDK sends again, and the product sees the second answer."""

    name: str = field(default="repeated", init=False)

    def applies(self, call: Call) -> bool:
        return not call.reads

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        proceed()
        _doubt(call, here)
        return proceed()


@dataclass(frozen=True)
class Throttled(Fault):
    """Too much is asked of the service just now."""

    name: str = field(default="throttled", init=False)

    def applies(self, call: Call) -> bool:
        return call.service in SLOW_DOWN

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        if call.operation == "TransactWriteItems":
            raise _cancelled(call, "ThrottlingError")
        raise call.refusal(*SLOW_DOWN[call.service])


@dataclass(frozen=True)
class Conflicting(Fault):
    """Somebody else's transaction, or conditional upload, is under way on the same thing."""

    name: str = field(default="conflict", init=False)

    def applies(self, call: Call) -> bool:
        conditional = call.operation == "PutObject" and "IfNoneMatch" in call.parameters
        return call.operation == "TransactWriteItems" or call.operation in WRITES_ONE or conditional

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        if call.operation == "TransactWriteItems":
            raise _cancelled(call, "TransactionConflict")
        if call.service == "s3":
            raise call.refusal("ConditionalRequestConflict", 409)
        raise call.refusal("TransactionConflictException")


@dataclass(frozen=True)
class KilledBefore(Fault):
    """The invocation ends right before the call."""

    name: str = field(default="killed before", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        raise Killed


@dataclass(frozen=True)
class KilledAfter(Fault):
    """The invocation ends right after the call."""

    name: str = field(default="killed after", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        proceed()
        _doubt(call, here)
        raise Killed


@dataclass(frozen=True)
class OutOfTime(Fault):
    """The call returns when the invocation's time is up: what can be left for the next one has to be left."""

    name: str = field(default="out of time", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        answer = proceed()
        here.pass_time(here.patience)
        return answer


@dataclass(frozen=True)
class Slow(Fault):
    """The call takes some seconds, and all goes on."""

    name: str = field(default="slow", init=False)

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        here.pass_time(4.0)
        return proceed()


@dataclass(frozen=True)
class Stale(Fault):
    """A read that does not ask for the latest answers from before the last write."""

    name: str = field(default="stale", init=False)

    def applies(self, call: Call) -> bool:
        if call.operation not in LAGGING:
            return False
        asked = call.parameters.get("RequestItems", {}).values() if "RequestItems" in call.parameters else ()
        consistent = call.parameters.get("ConsistentRead", False) or any(one.get("ConsistentRead") for one in asked)
        return not consistent

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        with here.before_the_last_write():
            return proceed()


@dataclass(frozen=True)
class Partial(Fault):
    """Of a batch only the first entry is done; the others are handed back."""

    name: str = field(default="partial", init=False)

    def applies(self, call: Call) -> bool:
        if call.operation not in BATCHES:
            return False
        return size(call) > 1

    def strike(self, call: Call, proceed: Proceed, here: Surroundings) -> Any:
        return FIRST_ONLY[call.operation](call, proceed)


ALL: tuple[Fault, ...] = (
    Refused(),
    Lost(),
    Malformed(),
    Repeated(),
    Throttled(),
    Conflicting(),
    KilledBefore(),
    KilledAfter(),
    OutOfTime(),
    Slow(),
    Stale(),
    Partial(),
)


def _doubt(call: Call, here: Surroundings) -> None:
    """Whether this mail went out is something the product cannot know."""
    if call.operation == "SendEmail":
        here.doubtful.add(mail_key(call))


def _cancelled(call: Call, reason: str) -> Exception:
    others = [{"Code": "None"}] * (len(call.parameters["TransactItems"]) - 1)
    reasons = [{"Code": reason, "Message": "injected"}, *others]
    codes = ", ".join(one["Code"] for one in reasons)
    told = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return call.refusal("TransactionCanceledException", message=told, CancellationReasons=reasons)
