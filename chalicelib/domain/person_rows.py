"""One row of a people file: Entra's "Download users" export, or the same with `manager` and `lastSignIn`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.imports import Columns, Record, instant
from chalicelib.domain.people import User

Fields = dict[str, Any]
REFRESH = timedelta(hours=12)
"""A sign-in that is told again is written again, to keep the knowledge fresh (G21), only this much later."""

_NO_CHANGE = frozenset({"id", "version", "sign_in_as_of", "provisioned"})
_TOLD = frozenset({"user_type", "invitation", "enabled", "department", "job_title", "manager_id"})
_TEXTS = {
    "displayName": "display_name",
    "surname": "surname",
    "mail": "mail",
    "givenName": "given_name",
    "jobTitle": "job_title",
    "department": "department",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What a row says. `fields` are members of User by name; what the file does not tell is not in it.

    `id` may be ""; `manager` is a principal name (lower case) or an id, "" for nobody, None when not told.
    """

    line: int
    principal_name: str
    id: str
    manager: str | None
    fields: Fields

    @property
    def name(self) -> str:
        """The principal name as it is compared."""
        return self.principal_name.lower()


def parse_person(record: Record, now: datetime) -> PersonRow:
    """A row of a people file that is read at `now`. Raises InvalidInput whose target is the column."""
    cells = record.cells
    manager = cells.get("manager")
    row = PersonRow(
        record.line,
        _principal_name(cells["userPrincipalName"]),
        _id(cells.get("id", "")),
        None if manager is None else manager.lower(),
        _fields(cells, now),
    )
    if row.manager and row.manager in (row.name, row.id):
        raise InvalidInput("Nobody is their own manager.", "manager")
    return row


def merged(row: PersonRow, known: User | None, user_id: str, manager_id: str | None, started: datetime) -> User:
    """The person after the import begun at `started`; equal to `known` when there is nothing to write."""
    before = known or User(id=user_id, display_name=row.principal_name, principal_name=row.principal_name)
    after = replace(before, principal_name=row.principal_name, **row.fields)
    floor = before.last_sign_in if after.last_sign_in else before.seen.interactive  # "never" corrects what a file said
    if floor and (after.last_sign_in is None or after.last_sign_in < floor):
        after = replace(after, last_sign_in=floor, never_signed_in=False)  # no date moves backwards
    if manager_id is not None:
        after = replace(after, manager_id=manager_id)
    if "never_signed_in" not in row.fields or _is_fresh(before, after, started):
        return after
    return replace(after, sign_in_as_of=max(started, before.sign_in_as_of or started))


def differences(before: User | None, after: User) -> tuple[dict[str, Any], list[str]]:
    """What changed, for the audit event: values before and after, and the names of properties told without.

    Names, addresses and sign-ins are told without values, so that erasing a person leaves events valid. The
    freshness of a sign-in is no change of the person. A new person is compared with an empty one.
    """
    first = before or User(id=after.id, display_name="", principal_name="")
    names = [item.name for item in fields(User) if item.name not in _NO_CHANGE]
    changed = [name for name in names if getattr(first, name) != getattr(after, name)]
    told = {name: [getattr(first, name), getattr(after, name)] for name in changed if name in _TOLD}
    return told, [name for name in changed if name not in _TOLD]


def _is_fresh(before: User, after: User, started: datetime) -> bool:
    """Was the same sign-in told so shortly before that writing it again would buy nothing?"""
    same = (before.last_sign_in, before.never_signed_in) == (after.last_sign_in, after.never_signed_in)
    return same and before.sign_in_as_of is not None and started - before.sign_in_as_of < REFRESH


def _principal_name(text: str) -> str:
    if "@" not in text or len(text.split()) != 1:
        raise InvalidInput("A principal name is needed, like anna@example.com.", "userPrincipalName")
    return text


def _id(text: str) -> str:
    if text and not ids.is_guid(text.lower()):
        raise InvalidInput("An id must be a GUID; leave it empty if there is none.", "id")
    return text.lower()


def _fields(cells: dict[str, str], now: datetime) -> Fields:
    found: Fields = {field: cells[column] for column, field in _TEXTS.items() if column in cells}
    if not found.get("display_name"):
        found.pop("display_name", None)
    for column, reader in _READERS.items():
        if cells.get(column):
            found |= reader(cells[column], now)
    # Members have no invitation; for a guest an empty cell only means that this export does not know.
    if found.get("user_type") == "Member" and cells.get("invitationState") == "":
        found["invitation"] = ""
    return found


def _user_type(text: str, now: datetime) -> Fields:
    if text.lower() not in ("member", "guest"):
        raise InvalidInput("Must be Member or Guest.", "userType")
    return {"user_type": text.capitalize()}


def _enabled(text: str, now: datetime) -> Fields:
    if text.lower() not in ("true", "false"):
        raise InvalidInput("Must be true or false.", "accountEnabled")
    return {"enabled": text.lower() == "true"}


def _invitation(text: str, now: datetime) -> Fields:
    states = {"accepted": "accepted", "pending": "pending", "pendingacceptance": "pending"}
    squeezed = "".join(text.split()).lower()
    if squeezed not in states:
        raise InvalidInput("Must be Accepted or PendingAcceptance.", "invitationState")
    return {"invitation": states[squeezed]}


def _created(text: str, now: datetime) -> Fields:
    try:  # Entra's portal also writes American dates; AM and PM tell them apart from all others
        return {"created": datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)}
    except ValueError:
        return {"created": instant(text, "createdDateTime")}


def _last_sign_in(text: str, now: datetime) -> Fields:
    if text.lower() == "never":
        return {"last_sign_in": None, "never_signed_in": True}
    moment = instant(text, "lastSignIn")
    if moment > now + timedelta(days=1):  # a date of today may already be tomorrow's in UTC
        raise InvalidInput("Lies in the future.", "lastSignIn")
    return {"last_sign_in": moment, "never_signed_in": False}


_READERS: dict[str, Callable[[str, datetime], Fields]] = {
    "userType": _user_type,
    "accountEnabled": _enabled,
    "invitationState": _invitation,
    "createdDateTime": _created,
    "lastSignIn": _last_sign_in,
}
COLUMNS = Columns(
    known=("userPrincipalName", "id", *_TEXTS, *_READERS, "manager"),
    required=("userPrincipalName",),
    aliases={"objectid": "id"},
)
