"""The log: one JSON object a line on Lambda, plain text elsewhere, and what every line says of its unit of work.

A line has `level`, `time`, `message`, `function`, `requestId` (the invocation's), `correlationId` (the same one from an
HTTP request through every message and agenda row to all that it caused) and facts of its own (`FACTS`): ids, kinds and
numbers, never a name, a mail address, a token or a reason. `extra={"facts": {...}}` adds facts to a line,
`extra={"metrics": {...}}` figures for CloudWatch in the embedded metric format, which costs no call.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

LOGGERS = ("access_reviews", "access-reviews")  # ours, and Chalice's
NAMESPACE = "AccessReviews"
FACTS: Mapping[str, str] = {
    "method": "of HTTP",
    "route": "its pattern, without what stands in its places",
    "subjects": "the ids among those",
    "status": "of HTTP",
    "ms": "milliseconds it took",
    "person": "who asked, or whom the work is about: an id",
    "clientRequestId": "the id the client gave the request",
    "messageId": "of the queue",
    "kind": "of work",
    "attempt": "how often the message was received",
    "outcome": "of work: done, idle, busy, continues, waiting, throttled, pauses, Failed",
    "review": "id",
    "series": "id",
    "job": "id",
    "assignment": "id",
    "source": "id",
    "subject": "id of what other kinds of work are about",
    "due": "rows of the agenda that are due",
    "seal": "number of a seal",
    "equation": "that does not balance",
    "sequence": "number of a stream's record",
}
METRICS: Mapping[str, str] = {  # name and unit; docs/operations.md says what each one means
    "AgendaSecondsBehind": "Seconds",
    "SealsOverdue": "Count",
    "ReviewsOpen": "Count",
    "ReviewsFailed": "Count",
    "ReviewsAwaitingConfirmation": "Count",
    "ReviewsLate": "Count",
    "ItemsUndecidedNearDeadline": "Count",
    "MailsUndelivered": "Count",
    "RemovalsNeedingPerson": "Count",
    "SourcesStale": "Count",
    "Decisions": "Count",
    "MailsBounced": "Count",
    "WorkFailed": "Count",
    "SealsUnbalanced": "Count",
    "TrailRowsUnreadable": "Count",
}
MOST_TEXT, MOST_FRAMES = 500, 12
_HIDDEN = re.compile(
    r"[^\s@\"'<>(),;:=]+@[^\s@\"'<>(),;]+|eyJ[\w-]+(?:\.[\w-]*)*|\b(?:scim_|whsec_)[\w+/=-]+"
    r"|(?i:(?:signature|token|secret|password)=)[^\s&\"']+"
)
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass(slots=True)
class Unit:
    """What is being done: a request, a message, a timer. `facts` stand in every line of it; `client` is the id that a
    client gave its request ("": none)."""

    correlation: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    client: str = ""


_NOTHING = Unit()
_current: ContextVar[Unit] = ContextVar("unit", default=_NOTHING)
_process = [_NOTHING]  # on Lambda, where a process has one event at a time, its threads belong to that


def unit() -> Unit:
    """The unit of work this line of code runs in."""
    found = _current.get()
    return _process[0] if found is _NOTHING else found


@contextmanager
def within(inner: Unit) -> Iterator[Unit]:
    """Everything inside belongs to this unit of work."""
    token, before = _current.set(inner), _process[0]
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        _process[0] = inner
    try:
        yield inner
    finally:
        _current.reset(token)
        _process[0] = before


def hidden(text: str) -> str:
    """A text without the mail addresses, tokens and signatures in it, and not longer than is useful."""
    return _HIDDEN.sub("***", text[: MOST_TEXT * 4])[:MOST_TEXT]


class Lines(logging.Formatter):
    """One JSON object a line. `function` and `stage` are those of this process."""

    def __init__(self, function: str, stage: str) -> None:
        super().__init__()
        self._function, self._stage = function, stage
        self._encode = msgspec.json.Encoder().encode

    def format(self, record: logging.LogRecord) -> str:
        """See the module."""
        members, current = record.__dict__, unit()
        line: dict[str, Any] = {
            "level": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "message": hidden(record.getMessage()) if record.args or record.exc_info else record.msg,
            "function": self._function,
            "correlationId": current.correlation,
            **current.facts,
            **members.get("facts", {}),
        }
        if "metrics" in members:
            line |= self._measured(members["metrics"], record.created)
        if record.exc_info and record.exc_info[1] is not None:
            line |= told(record.exc_info[1], record.exc_info[2])
        return self._encode(line).decode()

    def _measured(self, metrics: Mapping[str, float], created: float) -> dict[str, Any]:
        """Figures as CloudWatch's embedded metric format wants them."""
        named = [{"Name": name, "Unit": METRICS[name]} for name in metrics]
        about = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": named}
        return {
            "_aws": {"Timestamp": int(created * 1000), "CloudWatchMetrics": [about]},
            "Stage": self._stage,
            **metrics,
        }


def told(problem: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """A failure in a line: its kind, what it says, what caused it, and where, the innermost place first."""
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:][::-1]
    found = {
        "error": type(problem).__name__,
        "detail": hidden(str(problem)),
        "where": [f"{os.path.relpath(one.filename, _HOME)}:{one.lineno} {one.name}" for one in frames],
    }
    cause = problem.__cause__ or problem.__context__
    return found | ({"cause": f"{type(cause).__name__}: {hidden(str(cause))}"} if cause else {})


class Plain(logging.Formatter):
    """The same for people who run it on their own machine."""

    def format(self, record: logging.LogRecord) -> str:
        """The text, then the facts and figures as name=value."""
        facts = {**unit().facts, **record.__dict__.get("facts", {}), **record.__dict__.get("metrics", {})}
        more = "".join(f" {name}={value}" for name, value in facts.items())
        return super().format(record) + more


def configure(environment: Mapping[str, str] = os.environ) -> None:
    """On Lambda, write JSON lines, of our own loggers from INFO on and of libraries from WARNING on. Elsewhere whoever
    starts the process says where its log goes."""
    function = environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
    if not function:
        return
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines(function, environment.get("ACCESS_REVIEWS_STAGE", "")))
    root = logging.getLogger()
    root.handlers[:] = [handler]  # Lambda's own would write every line a second time
    root.setLevel(logging.WARNING)


def install(app: Any) -> None:
    """Configure the log, and give every event of a Chalice app its unit of work: that of a request is told of by API
    Gateway's id of it, that of any other event by the invocation's."""
    configure()

    @app.middleware("all")  # type: ignore[untyped-decorator]
    def own_unit(event: Any, get_response: Callable[[Any], Any]) -> Any:
        asked = isinstance(event.context, dict)  # an HTTP request has API Gateway's context beside Lambda's
        context = event.lambda_context if asked else event.context
        invocation = str(getattr(context, "aws_request_id", ""))
        named = str(event.context.get("requestId", "")) if asked else ""  # the local stage's gateway names none
        with within(Unit(named or invocation, {"requestId": invocation})):
            return get_response(event)
