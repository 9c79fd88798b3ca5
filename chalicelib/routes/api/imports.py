"""Our own addresses for CSV imports."""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint
from msgspec import UNSET

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Job
from chalicelib.routes import http
from chalicelib.routes.declared import JSON
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.graph.paging import next_link
from chalicelib.routes.http import Accepted, Call
from chalicelib.routes.shapes import Answer, Listed, MomentOrNull, Nothing, Text
from chalicelib.usecases.imports import import_progress, list_imports, require_importer, start_import
from chalicelib.usecases.roles import named

door = Blueprint(__name__)
PAGE = 50
MAX_CSV = 5_000_000  # bytes; API Gateway and Lambda take little more
_TYPES = ("text/csv", JSON)


class Started(Answer, kw_only=True):
    """An import that was begun; `uploadUrl` is where to PUT the file when the body held none."""

    id: str
    upload_url: Text = UNSET


class BadRow(Answer, kw_only=True):
    """A row that was left out."""

    line: int
    column: str
    reason: str


class ImportHead(Answer, kw_only=True):
    """How far an import is."""

    id: str
    kind: Literal["people", "assignments"]
    status: str
    created_date_time: MomentOrNull
    finished_date_time: MomentOrNull
    total: int
    done: int
    created: int
    updated: int
    unchanged: int
    bad: int
    error: Text = UNSET


class Importer(Answer, kw_only=True):
    """Who began an import; the name of somebody who is gone is null."""

    id: str
    display_name: str | None


class ListedImport(ImportHead, kw_only=True):
    """An import among the others."""

    by: Importer


class Import(ImportHead, kw_only=True):
    """How far an import is, with the rows that were left out, page by page."""

    bad_rows: list[BadRow]
    next_link: Text = UNSET


@http.route(door, "POST", "/api/v1/imports/people", content_types=_TYPES, takes=Nothing, gives={202: Started})
def import_people(call: Call) -> Accepted:
    """Import people from the CSV body, or answer where to upload a larger file."""
    return _start(call, "people")


@http.route(door, "POST", "/api/v1/imports/assignments", content_types=_TYPES, takes=Nothing, gives={202: Started})
def import_assignments(call: Call) -> Accepted:
    """Import assignments from the CSV body, or answer where to upload a larger file."""
    return _start(call, "assignments")


@http.route(door, "GET", "/api/v1/imports", query=("$skiptoken",), gives=Listed[ListedImport])
def list_all(call: Call) -> dict[str, Any]:
    """The imports, newest first, with who began them."""
    token = (call.query.get("$skiptoken") or [""])[0]
    page = list_imports(call.services, call.actor, PAGE, position(call, token).get("after"))
    people = named(call.services, (job.actor_id for job in page.items))
    value = []
    for job in page.items:
        by = people.get(job.actor_id)
        value.append({**_head(job), "by": {"id": job.actor_id, "displayName": by.display_name if by else None}})
    return {"value": value} | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@http.route(door, "GET", "/api/v1/imports/{import_id}", query=("$skiptoken",), gives=Import)
def show_import(call: Call, import_id: str) -> dict[str, Any]:
    """How far an import is, with the rows that were left out."""
    if not ids.is_guid(import_id):
        require_importer(call.actor)
        raise errors.NotFound("There is no such import.")
    progress = import_progress(call.services, call.actor, import_id, _page(call))
    rows = [{"line": row.line, "column": row.column, "reason": row.reason} for row in progress.bad_rows]
    body = {**_head(progress.job), "badRows": rows}
    if progress.next_page is not None:
        body["nextLink"] = next_link(call.headers, call.request_path, {}, str(progress.next_page))
    return body


def _head(job: Job) -> dict[str, Any]:
    counts = {name: job.result.get(name, 0) for name in ("created", "updated", "unchanged", "bad")}
    body = {
        "id": job.id,
        "kind": job.subject_id,
        "status": job.status,
        "createdDateTime": stamp(job.created),
        "finishedDateTime": stamp(job.finished),
        "total": job.total,
        "done": job.done,
        **counts,
    }
    return body | ({"error": job.error} if job.error else {})


def _start(call: Call, subject: str) -> Accepted:
    require_importer(call.actor)
    data = _csv(call)
    job, address = start_import(
        call.services, call.actor, call.now, call.operation, subject, data, call.repeat(MAX_CSV)
    )
    return Accepted({"id": job.id, "uploadUrl": address} if address else {"id": job.id})


def _csv(call: Call) -> bytes | None:
    """The file in the body; None when the caller sent `{}` to upload it. Raises TooLarge, InvalidInput."""
    if not call.carries_file:
        return None
    try:
        return call.raw_body(MAX_CSV)
    except errors.TooLarge as problem:
        raise errors.TooLarge(
            f"The file is larger than {MAX_CSV:,} bytes. Send {{}} as {JSON} to this address instead "
            "and PUT the file to the uploadUrl of the answer."
        ) from problem


def _page(call: Call) -> int:
    text = call.query.get("$skiptoken", ["0"])[-1]
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise errors.InvalidCursor("Follow nextLink exactly as it was given.", "$skiptoken")
    return int(text)
