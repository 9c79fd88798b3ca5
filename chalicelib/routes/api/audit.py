"""The audit trail: listing it, and exporting it as JSON lines (R158-R164)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.routes.api.periods import period
from chalicelib.routes.api.reports import download_link
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.graph.paging import LIFE
from chalicelib.routes.http import Accepted, Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Instant, Listed, Text
from chalicelib.usecases.describe_audit import described
from chalicelib.usecases.export_audit import find_export, start_export
from chalicelib.usecases.exports import expires, file_name
from chalicelib.usecases.read_audit import AuditQuery, Position, list_events, require_reader

door = Blueprint(__name__)
AUDIT = "/api/v1/audit"
USUAL = timedelta(days=30)  # how far back a list without `from` goes (R158)
FILTERS = ("from", "to", "activity", "category", "actor", "target", "$skiptoken")
_LONGEST = 1_024


class Export(msgspec.Struct, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """The body that asks for an export; what is left out is not filtered by."""

    since: str | None = None
    until: str | None = None
    activity: str = ""
    category: str = ""
    actor: str = ""
    target: str = ""


class Property(Shape, kw_only=True):
    """A changed property: text as it is, anything else as JSON text."""

    display_name: str
    old_value: str | None
    new_value: str | None


class Target(Shape, kw_only=True):
    """What a change was made to; the name as it is now."""

    type: str
    id: str
    display_name: str | None
    modified_properties: list[Property]


class Person(Shape, kw_only=True):
    """A person as they are called now; nulls for one who is gone."""

    id: str
    display_name: str | None
    user_principal_name: str | None


class App(Shape, kw_only=True):
    """This product, acting by itself, or a provisioning client (`appId`)."""

    display_name: str
    app_id: Text = msgspec.UNSET


class Initiator(Shape, kw_only=True):
    """Who made the change: one of these."""

    user: Person | msgspec.UnsetType = msgspec.UNSET
    app: App | msgspec.UnsetType = msgspec.UNSET


class Detail(Shape, kw_only=True):
    """One more fact about a change."""

    key: str
    value: str | None


class Event(Shape, kw_only=True):
    """One change, as Graph's directoryAudit tells it; `names` has what the ids in it are called now."""

    id: str
    activity_date_time: Instant
    category: str
    activity_display_name: str
    result: str
    initiated_by: Initiator
    on_behalf_of: Person | msgspec.UnsetType = msgspec.UNSET
    target_resources: list[Target]
    additional_details: list[Detail]
    names: dict[str, str]


class Begun(Shape, kw_only=True):
    """An export that was begun."""

    id: str


class Exported(Shape, kw_only=True):
    """How far an export is; the address gives the file until `expirationDateTime`."""

    id: str
    status: str
    created_date_time: Instant
    finished_date_time: Instant | None
    events: int
    download_url: Text = msgspec.UNSET
    expiration_date_time: Instant | msgspec.UnsetType = msgspec.UNSET


@route(door, "GET", AUDIT, query=FILTERS, gives=Listed[Event])
def list_audit(call: Call) -> Answer:
    """Events newest first, a hundred a page: the last 30 days, unless `from` and `to` say otherwise. `activity` may
    name several, separated by commas."""
    given = {name: values[0] for name, values in call.query.items()}
    token = given.pop("$skiptoken", None)
    require_reader(call.services, call.actor, given.get("target", ""))
    cursor = position(call, token)
    start = Position(cursor["after"], cursor["row"]) if cursor else None
    # The moment a list without an end was first asked for holds for all of its pages.
    latest = datetime.fromisoformat(cursor["until"]) if cursor else call.now + timedelta(seconds=1)
    query = _query(call, given, latest)
    events, following = list_events(call.services, call.actor, query, start)
    body: dict[str, Any] = {"value": described(call.services, events)}
    if following:
        payload = {"after": following.after, "row": following.row, "until": latest.isoformat()}
        body["nextLink"] = next_page(call, payload)
    return body


@route(door, "POST", AUDIT + "/exports", takes=Export, gives={202: Begun})
def add_export(call: Call) -> Answer:
    """Start an export of everything the filters let through."""
    require_reader(call.services, call.actor)
    body: Export = call.body
    given = {name: value for name, value in msgspec.to_builtins(body).items() if value is not None}
    query = _query(call, given, call.now + timedelta(seconds=1))
    return Accepted({"id": start_export(call.services, call.actor, call.now, call.operation, query, call.repeat()).id})


@route(door, "GET", AUDIT + "/exports/{export_id}", gives=Exported)
def show_export(call: Call, export_id: str) -> Answer:
    """How far an export is; when it is done, a link that gives the file for a day. Files are kept for 30 days."""
    job = find_export(call.services, call.actor, export_id)
    body: dict[str, Any] = {
        "id": job.id,
        "status": job.status,
        "createdDateTime": stamp(job.created),
        "finishedDateTime": stamp(job.finished),
        "events": job.done,
    }
    if job.finished and call.now < expires(job):
        body["downloadUrl"] = download_link(call, job, file_name(job))
        body["expirationDateTime"] = stamp(min(call.now + LIFE, expires(job)))
    return body


def _query(call: Call, given: dict[str, str], latest: datetime) -> AuditQuery:
    """The filters of a query or a body. Raises InvalidInput naming the one that is wrong."""
    for name, value in given.items():
        if len(value) > _LONGEST:
            raise errors.InvalidInput(f"{name} may have {_LONGEST} characters.", name)
        if not value.isprintable():
            raise errors.InvalidInput(f"{name} must not contain control characters.", name)
    since, until = period(given, latest, USUAL)
    return AuditQuery(
        since=since,
        until=until,
        activity=",".join(one.strip() for one in given.get("activity", "").split(",") if one.strip()),
        category=given.get("category", ""),
        actor_id=_actor(call, given.get("actor", "")),
        target_id=given.get("target", ""),
    )


def _actor(call: Call, text: str) -> str:
    """The id of an actor given by id or principal name. Raises InvalidInput for a name nobody has."""
    if "@" not in text:
        return text
    found = call.services.people.user_by_principal_name(text)
    if found is None:
        raise errors.InvalidInput("Nobody has this principal name; someone who left is found by their id.", "actor")
    return found.id
