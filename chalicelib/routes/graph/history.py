"""Graph's review history: definitions of reports, their runs, links to the files (R152, R170, R183)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import history
from chalicelib.domain.agenda import Job
from chalicelib.domain.history import HistoryDefinition, HistoryInstance
from chalicelib.routes.api.reports import download_link
from chalicelib.routes.declared import COUNTED, LIST, SORTED
from chalicelib.routes.graph.history_bodies import history_draft
from chalicelib.routes.graph.history_shapes import HistoryBody, HistoryReport, HistoryRun
from chalicelib.routes.graph.lists import collection, metadata, single, stamp
from chalicelib.routes.graph.odata import parse_query
from chalicelib.routes.graph.present_reviews import TYPE, query_scope
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.review_schedule import schedule_object
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.routes.shapes import Collection
from chalicelib.usecases.history import check_downloadable, create_history, find_history, find_run

door = Blueprint(__name__)
DEFINITIONS = "/v1.0/identityGovernance/accessReviews/historyDefinitions"
ONE = DEFINITIONS + "/{history_id}"
INSTANCES = ONE + "/instances"
CONTEXT = "identityGovernance/accessReviews/historyDefinitions"
DEFINITION_FILTERS = {"id": "string", "displayname": "string", "status": "string", "createddatetime": "datetime"}
DEFINITION_NAMES = (
    "id",
    "displayName",
    "reviewHistoryPeriodStartDateTime",
    "reviewHistoryPeriodEndDateTime",
    "decisions",
    "status",
    "createdDateTime",
    "createdBy",
    "scopes",
    "scheduleSettings",
)
INSTANCE_FILTERS = {"id": "string", "status": "string", "rundatetime": "datetime"}
INSTANCE_NAMES = (
    "id",
    "status",
    "runDateTime",
    "fulfilledDateTime",
    "expirationDateTime",
    "reviewHistoryPeriodStartDateTime",
    "reviewHistoryPeriodEndDateTime",
    "downloadUri",
)
_STATUS = {"waiting": "requested", "running": "inprogress", "done": "done", "error": "error"}


@route(door, "GET", DEFINITIONS, query=(*SORTED, "$expand"), gives=Collection[HistoryReport])
def list_histories(call: Call) -> Answer:
    """The reports the caller asked for, newest first."""
    return _definitions(call)


@route(door, "POST", DEFINITIONS, takes=HistoryBody, headers=("Retry-Attempt",), gives={201: HistoryReport})
def add_history(call: Call) -> Answer:
    """Ask for a report of ended reviews, once or again and again."""
    draft = history_draft(body_of(call), call.services.settings.default_time_zone)
    made = create_history(call.services, call.actor, call.now, call.operation, draft, call.retried)
    return Created({"@odata.context": metadata(call, f"{CONTEXT}/$entity"), **_show_definitions(call)([made])[0]})


@route(door, "GET", ONE, query=("$select", "$expand"), gives=HistoryReport, named=(COUNTED,))
def get_history(call: Call, history_id: str) -> Answer:
    """One report, or `$count`."""
    if history_id == "$count":
        return _definitions(call, count_only=True)
    return single(
        call,
        find_history(call.services, call.actor, history_id),
        context=CONTEXT,
        properties=DEFINITION_NAMES,
        present=_show_definitions(call),
        expandable={"instances": _expand_instances(call)},
    )


@route(door, "GET", INSTANCES, query=LIST, gives=Collection[HistoryRun])
def list_runs(call: Call, history_id: str) -> Answer:
    """The runs of a report, newest first."""
    return _instances(call, history_id)


@route(door, "GET", INSTANCES + "/{run_id}", query=("$select",), gives=HistoryRun, named=(COUNTED,))
def get_run(call: Call, history_id: str, run_id: str) -> Answer:
    """One run, or `$count`."""
    if run_id == "$count":
        return _instances(call, history_id, count_only=True)
    found = find_run(call.services, call.actor, history_id, run_id)
    context = f"{CONTEXT}('{history_id}')/instances"
    return single(call, found, context=context, properties=INSTANCE_NAMES, present=_show_instances(call))


@route(door, "POST", INSTANCES + "/{run_id}/generateDownloadUri", gives=HistoryRun)
def generate_download_uri(call: Call, history_id: str, run_id: str) -> Answer:
    """The run with a link to its file that works for 24 hours."""
    parse_query(call.query, ())
    call.json()  # nothing in it matters, but what is no JSON object was not meant for this address
    found = find_run(call.services, call.actor, history_id, run_id)
    job = call.services.reviews.job(found.id)
    check_downloadable(found, job, call.now)
    link = download_link(call, job, f"access-review-history-{found.run:%Y-%m-%d}.csv") if job else None
    context = metadata(call, f"{CONTEXT}('{history_id}')/instances/$entity")
    return {"@odata.context": context, **_instance(found, job), "downloadUri": link}


def _definitions(call: Call, count_only: bool = False) -> Answer:
    return collection(
        call,
        context=CONTEXT,
        known=DEFINITION_FILTERS,  # type: ignore[arg-type]
        source=lambda limit, after: call.services.reports.history_definitions(call.person.id, limit, after),
        present=_show_definitions(call),
        properties=DEFINITION_NAMES,
        expandable={"instances": _expand_instances(call)},
        orderable=("createddatetime", "displayname"),
        natural=(("createddatetime", True),),
        count_only=count_only,
    )


def _instances(call: Call, history_id: str, count_only: bool = False) -> Answer:
    found = find_history(call.services, call.actor, history_id)
    return collection(
        call,
        context=f"{CONTEXT}('{history_id}')/instances",
        known=INSTANCE_FILTERS,  # type: ignore[arg-type]
        source=lambda limit, after: call.services.reports.history_instances(found.id, limit, after),
        present=_show_instances(call),
        properties=INSTANCE_NAMES,
        count_only=count_only,
    )


def _show_definitions(call: Call) -> Any:
    def show(found: Sequence[HistoryDefinition]) -> list[dict[str, Any]]:
        newest = {one.id: _newest(call, one) for one in found}
        jobs = call.services.reports.jobs(run.id for run in newest.values() if run)
        person = {"id": call.person.id, "displayName": call.person.display_name}
        by = {"@odata.type": f"{TYPE}userIdentity", **person, "userPrincipalName": call.person.principal_name}
        return [{**_definition(one), "status": _status(newest[one.id], jobs), "createdBy": by} for one in found]

    return show


def _newest(call: Call, found: HistoryDefinition) -> HistoryInstance | None:
    return next(iter(call.services.reports.history_instances(found.id, 1, None).items), None)


def _status(run: HistoryInstance | None, jobs: dict[str, Job]) -> str:
    """A report has the status of its newest run."""
    job = jobs.get(run.id) if run else None
    return _STATUS[job.status] if job else "requested"


def _definition(found: HistoryDefinition) -> dict[str, Any]:
    scopes = found.scopes or (history.DEFINITIONS,)
    settings = None
    if found.schedule:
        settings = {"reportRange": found.report_range, "recurrence": schedule_object(found.schedule)["recurrence"]}
    return {
        "id": found.id,
        "displayName": found.display_name,
        "reviewHistoryPeriodStartDateTime": stamp(found.since),
        "reviewHistoryPeriodEndDateTime": stamp(found.until),
        "decisions": [result.value for result in found.results],
        "createdDateTime": stamp(found.created),
        "scopes": [query_scope(query) for query in scopes],
        "scheduleSettings": settings,
    }


def _expand_instances(call: Call) -> Any:
    def expand(found: Sequence[HistoryDefinition], _: object) -> list[object]:
        runs = [call.services.reports.history_instances(one.id, 50, None).items for one in found]
        return [_show_instances(call)(some) for some in runs]

    return expand


def _show_instances(call: Call) -> Any:
    def show(found: Sequence[HistoryInstance]) -> list[dict[str, Any]]:
        jobs = call.services.reports.jobs(run.id for run in found)
        return [_instance(run, jobs.get(run.id)) for run in found]

    return show


def _instance(found: HistoryInstance, job: Job | None) -> dict[str, Any]:
    return {
        "id": found.id,
        "status": _STATUS[job.status] if job else "requested",
        "runDateTime": stamp(found.run),
        "fulfilledDateTime": stamp(job.finished) if job else None,
        "expirationDateTime": stamp(found.expires),
        "reviewHistoryPeriodStartDateTime": stamp(found.since),
        "reviewHistoryPeriodEndDateTime": stamp(found.until),
        "downloadUri": None,
    }
