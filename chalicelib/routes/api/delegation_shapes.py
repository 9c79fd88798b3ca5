"""What our own addresses for delegation take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.routes.shapes import Answer, Instant
from chalicelib.usecases.joining import MOST_SINGLE

Items = Annotated[list[str], msgspec.Meta(max_length=MOST_SINGLE)]


class HandOver(msgspec.Struct, forbid_unknown_fields=True):
    """To whom (id or user principal name), why, and which items (none: everything)."""

    to: str
    reason: str
    items: Items = []


class TakeBack(msgspec.Struct, forbid_unknown_fields=True):
    """From whom (id) and which items; nothing for everything."""

    to: str = ""
    items: Items = []


class Assign(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes on `items`, or all of a `reviewer` (id) who can review no more, and why."""

    to: str
    reason: str
    items: Items = []
    reviewer: str = ""


class Absence(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Who stands in (id or user principal name), why, and from when to when."""

    to: str
    reason: str
    start_date_time: datetime
    end_date_time: datetime


class HandedOver(Answer, kw_only=True):
    """The items that went to the fallback reviewers instead, since nobody reviews their own access."""

    to_fallback: list[str]


class Person(Answer, kw_only=True):
    """A person."""

    id: str
    display_name: str


class Principal(Person, kw_only=True):
    """The person an item is about."""

    user_principal_name: str


class NeedsReviewer(Answer, kw_only=True):
    """An undecided item nobody can decide now, and who was to (null: there was nobody from the start)."""

    id: str
    principal: Principal
    reviewer: Person | None
    reviewer_reason: str


class Delegate(Answer, kw_only=True):
    """Who stands in for the caller; the name is "" for somebody who is gone."""

    to: str
    display_name: str
    reason: str
    start_date_time: Instant
    end_date_time: Instant
