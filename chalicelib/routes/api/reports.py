"""Reports as CSV files: results of a review, assignments of a package; large ones as jobs; signed links to files."""

from __future__ import annotations

import re
from typing import Any, Literal

from chalice.app import Blueprint
from msgspec import UNSET

from chalicelib.domain import errors
from chalicelib.domain.agenda import Job
from chalicelib.routes import shapes
from chalicelib.routes.declared import CSV, Gives
from chalicelib.routes.graph.lists import signer, stamp
from chalicelib.routes.graph.paging import Cursors, next_link
from chalicelib.routes.http import Accepted, Answer, Call, Text, route
from chalicelib.usecases.exports import (
    ASSIGNMENTS,
    INLINE_BYTES,
    RESULTS,
    Asked,
    expires,
    export,
    find_export,
    open_file,
)
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.report_sources import state_filter
from chalicelib.usecases.seeing import administers, find_package

door = Blueprint(__name__)
_ROOT = re.compile(r"/(?:v1\.0|api/v1)/")
_LINK = "download"  # keeps these signatures apart from those of page cursors


class ExportStatus(shapes.Answer, kw_only=True):
    """How far a large report is; `downloadUrl` leads to the file for 24 hours."""

    id: str
    kind: Literal["results", "assignments", "coverage"]
    status: Literal["waiting", "running", "done", "error"]
    rows: shapes.Count
    created_date_time: shapes.Instant
    finished_date_time: shapes.MomentOrNull
    expiration_date_time: shapes.Instant
    status_url: str
    error: shapes.Text = UNSET
    download_url: shapes.Text = UNSET


FILE: dict[int, Gives] = {200: CSV, 202: ExportStatus}  # what fits an answer, or what makes it


@route(door, "GET", "/api/v1/reviews/{review_id}/results.csv", gives=FILE)
def results_csv(call: Call, review_id: str) -> Answer:
    """The results of a review as CSV, while it runs and afterwards; 202 with an export's id for a large one."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review download its results.")
    return csv_answer(call, Asked(RESULTS, found.id, {}))


@route(door, "GET", "/api/v1/access-packages/{package_id}/assignments.csv", query=("state",), gives=FILE)
def assignments_csv(call: Call, package_id: str) -> Answer:
    """The assignments of a package as CSV: active ones, or those in the state asked for."""
    found = find_package(call.services, call.actor, package_id)
    if not administers(call.actor, found.catalog_id, found.id):
        raise errors.Forbidden("Only those who manage or audit the access package download its assignments.")
    state = state_filter((call.query.get("state") or ["active"])[0])
    return csv_answer(call, Asked(ASSIGNMENTS, found.id, {"state": state}))


@route(door, "GET", "/api/v1/exports/{export_id}", gives=ExportStatus)
def show_export(call: Call, export_id: str) -> Answer:
    """How far a large report is, and where its file is when it is done."""
    return _export(call, find_export(call.services, call.actor, export_id))


@route(door, "GET", "/api/v1/downloads/{token}", public=True, gives={200: CSV, 302: None}, refuses=(404,))
def download(call: Call, token: str) -> Answer:
    """The file behind a signed link: itself, or where it is when it is large."""
    try:
        payload = _links(call).open(token, "", _LINK, call.now)
    except errors.InvalidCursor as problem:
        raise errors.NotFound("This link was altered, or is older than 24 hours. Ask for a new one.") from problem
    found = open_file(call.services, str(payload["job"]), call.now, INLINE_BYTES)
    if isinstance(found, str):
        return Text("", status=302, headers={"Location": found})
    return _csv(found, str(payload["name"]))


def csv_answer(call: Call, asked: Asked) -> Answer:
    """The file, or 202 with the job that makes it."""
    made = export(call.services, call.actor, call.now, asked)
    if isinstance(made, Job):
        return Accepted(_export(call, made))
    return _csv(made, f"{asked.what}-{call.now:%Y-%m-%d}.csv")


def download_link(call: Call, job: Job, name: str) -> str:
    """An absolute link to a finished report's file that works for 24 hours without signing in (R152, R183).

    It is ours, not the bucket's: an address signed with a function's own credentials dies with those, which is
    hours before the day is over.
    """
    token = _links(call).seal({"job": job.id, "name": name}, "", _LINK, call.now)
    return f"{root_of(call)}/api/v1/downloads/{token}"


def root_of(call: Call) -> str:
    """The address this service is reached at, with its stage."""
    here = next_link(call.headers, call.request_path, {}, "").partition("?")[0]
    return _ROOT.split(here, maxsplit=1)[0]


def _links(call: Call) -> Cursors:
    return signer(call.services.settings.cursor_secret)


def _csv(data: bytes, name: str) -> Text:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Text(data.decode(), "text/csv; charset=utf-8", headers=disposition)


def _export(call: Call, job: Job) -> dict[str, Any]:
    what = job.arguments["what"]
    body: dict[str, Any] = {
        "id": job.id,
        "kind": what,
        "status": job.status,
        "rows": job.done,
        "createdDateTime": stamp(job.created),
        "finishedDateTime": stamp(job.finished),
        "expirationDateTime": stamp(expires(job)),
        "statusUrl": f"{root_of(call)}/api/v1/exports/{job.id}",
    }
    if job.error:
        body["error"] = job.error
    if job.status == "done" and call.now < expires(job):
        body["downloadUrl"] = download_link(call, job, f"{what}-{job.created:%Y-%m-%d}.csv")
    return body
