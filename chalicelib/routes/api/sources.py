"""Our own root for data that comes in: sign-ins from any source, the sources and how young their data is, and what
waits for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from chalice.app import Blueprint
from msgspec import UNSET, UnsetType

from chalicelib.domain import errors, ids
from chalicelib.domain.sign_ins import LONGEST_RESOURCE, SignIn
from chalicelib.domain.sources import LONGEST_INTERVAL, Source, SourceKind, WaitingOpening
from chalicelib.routes.api.overview_shapes import Wait
from chalicelib.routes.graph.instants import as_instant
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Instant
from chalicelib.usecases.manage_sources import SourceDraft, change_source, look_at_sources
from chalicelib.usecases.sign_ins import Taken, Told, record_sign_ins
from chalicelib.usecases.wait_for_data import open_anyway

door = Blueprint(__name__)
LONGEST_NAME = 64
LONGEST_PRINCIPAL_NAME = 320


class OneSignIn(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A sign-in that succeeded, of a person by principal name or by id; `resource` is the origin id of what was
    signed in to."""

    at: str
    user_principal_name: str = ""
    user_id: str = ""
    resource: str = ""
    interactive: bool = True


class SignIns(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Up to 1,000 sign-ins of one source. `coversUntil`: the source knows every sign-in up to then (now, if nothing
    is said)."""

    source: str
    sign_ins: list[OneSignIn]
    covers_until: str | None = None


class TakenIn(Shape, kw_only=True):
    """What became of one sign-in. `unchanged`: it or a later one was known; `refused`: it lies in the future."""

    status: Taken


class Results(Shape, kw_only=True):
    """A result for each sign-in, in the same order."""

    results: list[TakenIn]


class SourceChanges(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`everyHours`: how often the source is expected to bring data, 0 for the usual. `retired`: nothing waits for it
    any more, until it brings data again."""

    every_hours: int | UnsetType = UNSET
    retired: bool | UnsetType = UNSET


class ListedSource(Shape, kw_only=True):
    """A source of data. `knownUntilDateTime`: its data reaches that far; `expectedDateTime`: when it counts as silent
    unless it brings data before, null when nobody expects it; `error`: why the last try failed."""

    id: str
    kind: SourceKind
    display_name: str
    created_date_time: Instant
    last_success_date_time: Instant | None
    last_failure_date_time: Instant | None
    error: str | None
    known_until_date_time: Instant | None
    expected_date_time: Instant | None
    every_hours: int
    silent: bool
    retired_date_time: Instant | None


class Sources(Shape, kw_only=True):
    """Every source, and the reviews that wait for one of them."""

    value: list[ListedSource]
    waiting: list[Wait]


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why something is done."""

    reason: str


@route(door, "POST", "/api/v1/sign-ins", takes=SignIns, gives=Results)
def send_sign_ins(call: Call) -> Answer:
    """Tell when people signed in: up to 1,000, in any order and as often as one likes. For administrators and holders
    of the role signInSender."""
    body: SignIns = call.body
    name = " ".join(body.source.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise errors.InvalidInput(f"Must have 1 to {LONGEST_NAME} printable characters.", "source")
    covers = _instant(body.covers_until, "coversUntil") if body.covers_until is not None else None
    rows = [_told(one, f"signIns/{number}") for number, one in enumerate(body.sign_ins)]
    results = record_sign_ins(call.services, call.actor, call.now, name, rows, covers)
    return {"results": [{"status": one.value} for one in results]}


def _told(one: OneSignIn, place: str) -> Told:
    if bool(one.user_id) == bool(one.user_principal_name):
        raise errors.InvalidInput("Name a userId or a userPrincipalName.", place)
    if one.user_id and not ids.is_guid(one.user_id):
        raise errors.InvalidInput("Must be the id of a person.", f"{place}/userId")
    if len(one.user_principal_name) > LONGEST_PRINCIPAL_NAME or not one.user_principal_name.isprintable():
        limit = f"at most {LONGEST_PRINCIPAL_NAME} printable characters"
        raise errors.InvalidInput(f"Must have {limit}.", f"{place}/userPrincipalName")
    if len(one.resource) > LONGEST_RESOURCE:
        raise errors.InvalidInput(f"Must have at most {LONGEST_RESOURCE} characters.", f"{place}/resource")
    sign_in = SignIn(at=_instant(one.at, f"{place}/at"), resource=one.resource, interactive=one.interactive)
    return Told(user_id=one.user_id, name=one.user_principal_name, sign_in=sign_in)


def _instant(text: str, target: str) -> datetime:
    found = as_instant(text)
    if found is None:
        raise errors.InvalidInput("Must be a timestamp such as 2026-01-31T00:00:00Z (RFC 3339).", target)
    return found


@route(door, "GET", "/api/v1/sources", gives=Sources)
def list_sources(call: Call) -> Answer:
    """The sources of data and what waits for them, for administrators and auditors."""
    found = look_at_sources(call.services, call.actor)
    return {
        "value": [_source(one, call.now) for one in found.sources],
        "waiting": [waiting_object(call, one, name) for one, name in found.waiting],
    }


@route(door, "PATCH", "/api/v1/sources/{source_id}", takes=SourceChanges, gives=ListedSource)
def patch_source(call: Call, source_id: str) -> Answer:
    """Say how often a source is expected, retire it, or count on it again."""
    body: SourceChanges = call.body
    if body.every_hours is not UNSET and not 0 <= body.every_hours <= LONGEST_INTERVAL:
        raise errors.InvalidInput(f"Must be 0 to {LONGEST_INTERVAL}.", "everyHours")
    draft = SourceDraft(
        every_hours=None if body.every_hours is UNSET else body.every_hours,
        retired=None if body.retired is UNSET else body.retired,
    )
    return _source(change_source(call.services, call.actor, call.now, call.operation, source_id, draft), call.now)


@route(door, "POST", "/api/v1/review-series/{series_id}/open-anyway", takes=Reason, gives=None)
def post_open_anyway(call: Call, series_id: str) -> Answer:
    """Let a review that waits for data open on the data there is; the reason becomes part of its evidence."""
    body: Reason = call.body
    open_anyway(call.services, call.actor, call.now, call.operation, series_id, body.reason)
    return None


def _source(found: Source, now: datetime) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind.value,
        "displayName": found.display_name,
        "createdDateTime": stamp(found.created),
        "lastSuccessDateTime": stamp(found.last_success),
        "lastFailureDateTime": stamp(found.last_failure),
        "error": found.error or None,
        "knownUntilDateTime": stamp(found.known_until),
        "expectedDateTime": stamp(found.expected),
        "everyHours": found.every_hours,
        "silent": found.expected is not None and found.expected <= now,
        "retiredDateTime": stamp(found.retired),
    }


def waiting_object(call: Call, found: WaitingOpening, package_name: str) -> dict[str, Any]:
    """The members of Wait."""
    return {
        "seriesId": found.definition_id,
        "displayName": found.display_name,
        "accessPackage": {"id": found.package_id, "displayName": package_name},
        "plannedDateTime": stamp(found.opens),
        "sinceDateTime": stamp(found.since),
        "sources": list(found.sources),
        "openedAnyway": found.anyway is not None,
        "mayOpen": call.actor.manages(found.catalog_id, found.package_id),
    }
