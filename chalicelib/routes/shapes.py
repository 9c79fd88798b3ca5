"""Words for describing answers: Structs that are never filled, only shown in /openapi.json and held against answers.

An answer of Graph's surface may leave every member but the id out (`$select`), so all of them are optional there.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

T = TypeVar("T")

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Count = Annotated[int, Meta(ge=0)]
Text = str | UnsetType
Flag = bool | UnsetType
Number = Annotated[int, Meta(ge=0)] | UnsetType
Moment = Instant | UnsetType
TextOrNull = str | None | UnsetType
MomentOrNull = Instant | None | UnsetType
MailState = Literal[
    "pending", "sending", "sent", "delivered", "bounced", "complained", "failed", "lost", "off", "withheld"
]


class Answer(Struct, rename="camel", forbid_unknown_fields=True):
    """Base of what we answer: these members and no others."""


class Entity(Answer, kw_only=True):
    """Base of an object of Graph's surface."""

    context: Text = field(default=UNSET, name="@odata.context")
    type: Text = field(default=UNSET, name="@odata.type")
    id: str


class Collection(Answer, Generic[T], kw_only=True):
    """A page of a list of Graph's surface."""

    context: str = field(name="@odata.context")
    count: Number = field(default=UNSET, name="@odata.count")
    next_link: Text = field(default=UNSET, name="@odata.nextLink")
    value: list[T]


class Listed(Answer, Generic[T], kw_only=True):
    """A page of a list of our own root; `nextLink` leads to the next one."""

    value: list[T]
    next_link: Text = UNSET


class ErrorDetail(Answer, kw_only=True):
    """One more fault of a request."""

    code: str
    message: str
    target: Text = UNSET


class InnerError(Answer, kw_only=True):
    """What to tell whoever runs this service."""

    date: str
    request_id: str = field(name="request-id")
    client_request_id: str = field(name="client-request-id")


class Fault(Answer, kw_only=True):
    """What was wrong: a code for programs, a sentence for people, and the member or option at fault."""

    code: str
    message: str
    target: Text = UNSET
    details: list[ErrorDetail] | UnsetType = UNSET
    inner_error: InnerError


class Refusal(Answer, kw_only=True):
    """Every refusal, on every address."""

    error: Fault


class Nothing(Struct, forbid_unknown_fields=True):
    """`{}`, or no body at all."""
