"""Review history reports: asking for one, its runs, recurring ones (R152, R154, R170, R183, G38)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.domain import history, ids
from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.history import REPORT, HistoryDefinition, HistoryInstance, Result
from chalicelib.domain.people import SYSTEM, Actor
from chalicelib.domain.recurrence import Schedule, next_after
from chalicelib.usecases import exports
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_YEARS = 10
_RETRIED = 100  # of the caller's newest reports, those a repeated call may have made
_START, _END = "reviewHistoryPeriodStartDateTime", "reviewHistoryPeriodEndDateTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDraft:
    """What a caller decides about a report; see HistoryDefinition for the members."""

    display_name: str
    results: tuple[Result, ...]
    scopes: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    schedule: Schedule | None = None
    report_range: str = ""


def create_history(
    services: Services, actor: Actor, now: datetime, operation: str, draft: HistoryDraft, retried: bool = False
) -> HistoryDefinition:
    """Ask for a report. One without a schedule runs at once. With `retried`, the same one made already is given.

    Raises Forbidden, InvalidInput naming the field.
    """
    require_report_reader(actor)
    _check(draft)
    known = _made_already(services, actor, draft) if retried else None
    if known is not None:
        return known
    made = HistoryDefinition(
        id=history.definition_id(actor.id, now, operation),
        owner_id=actor.id,
        display_name=draft.display_name,
        results=draft.results,
        scopes=draft.scopes,
        since=draft.since,
        until=draft.until,
        schedule=draft.schedule,
        report_range=draft.report_range,
        created=now,
    )
    following = _recurring(made, now) if draft.schedule else made
    first = _first_changes(following, now)
    recorded = _event(now, actor, "Create access review history definition", following, operation)
    services.writer.commit(operation, Create(following), Create(recorded), *first)
    if draft.schedule is None:
        services.queue.send("job", history.instance_id(made.id, now))
    return replace(following, version=1)


def run_due_report(services: Services, definition_id: str) -> None:
    """Begin the run of a recurring report that is due, and put the next one on the agenda."""
    found = services.reports.history_definition(definition_id)
    run = history.run_of(found, found.runs) if found else None
    if found is None or run is None or run.when > services.clock.now():
        return
    made = _instance(found, run.when, run.since, run.when)
    later = replace(found, runs=found.runs + 1)
    operation = f"report:{found.id}:{found.runs}"
    recorded = _event(services.clock.now(), SYSTEM, "Run access review history definition", found, operation)
    changes = [Save(later), Create(recorded), *_run_changes(made), Drop(_due(found, run.when)), *_next(later)]
    try:
        services.writer.commit(operation, *changes)
    except Conflict:
        return  # another worker began it
    services.queue.send("job", made.id)


def find_history(services: Services, actor: Actor, definition_id: str) -> HistoryDefinition:
    """The caller's own report (R170). Raises NotFound."""
    found = services.reports.history_definition(definition_id) if ids.is_guid(definition_id) else None
    if found is None or found.owner_id != actor.id:
        raise NotFound("There is no such review history definition.")
    return found


def find_run(services: Services, actor: Actor, definition_id: str, instance_id: str) -> HistoryInstance:
    """One run of the caller's own report. Raises NotFound."""
    definition = find_history(services, actor, definition_id)
    found = services.reports.history_instance(definition.id, instance_id) if ids.is_guid(instance_id) else None
    if found is None:
        raise NotFound("There is no such review history instance.")
    return found


def check_downloadable(found: HistoryInstance, job: Job | None, now: datetime) -> None:
    """Raises Conflict unless the run's file is there: made, and not older than 30 days (R183)."""
    if now >= found.expires:
        day = f"{found.expires:%Y-%m-%d}"
        raise Conflict(f"This report expired on {day}: files are kept for 30 days. Create a new history definition.")
    if job is not None and job.status == "error":
        raise Conflict(f"This report could not be made: {job.error}")
    if job is None or job.status != "done":
        raise Conflict("This report is still being made. Try again when its status is done.")


def _check(draft: HistoryDraft) -> None:
    for place, query in enumerate(draft.scopes):
        history.check_scope(query, f"scopes/{place}/query")
    if draft.schedule is not None:
        history.range_before(_EARLIEST.date(), draft.report_range, "scheduleSettings/reportRange")
        return
    if draft.since is None or draft.until is None:
        missing = _END if draft.since else _START
        raise InvalidInput("Must be given: the first and last instant of the report, unless it recurs.", missing)
    if draft.since < _EARLIEST:
        raise InvalidInput("Must be 2000-01-01T00:00:00Z or later.", _START)
    if draft.until < draft.since:
        raise InvalidInput(f"Must not lie before {_START}.", _END)
    if (draft.until - draft.since).days > 366 * _LONGEST_YEARS:
        raise InvalidInput(f"Must be at most {_LONGEST_YEARS} years after {_START}.", _END)


def _made_already(services: Services, actor: Actor, draft: HistoryDraft) -> HistoryDefinition | None:
    """The caller's newest report with the same content."""
    page = services.reports.history_definitions(actor.id, _RETRIED, None)
    return next((found for found in page.items if _draft_of(found) == draft), None)


def _draft_of(found: HistoryDefinition) -> HistoryDraft:
    return HistoryDraft(
        display_name=found.display_name,
        results=found.results,
        scopes=found.scopes,
        since=found.since,
        until=found.until,
        schedule=found.schedule,
        report_range=found.report_range,
    )


def _recurring(made: HistoryDefinition, now: datetime) -> HistoryDefinition:
    """The report with its first run: that of today or later. Raises InvalidInput when there is none."""
    first = next_after(made.schedule, now) if made.schedule else None
    if first is None:
        raise InvalidInput("No report would ever be made: the dates have passed.", "scheduleSettings/recurrence/range")
    return replace(made, runs=first.number)


def _first_changes(made: HistoryDefinition, now: datetime) -> list[Change]:
    if made.since is None or made.until is None:
        return _next(made)
    return _run_changes(_instance(made, now, made.since, made.until))


def _instance(made: HistoryDefinition, run: datetime, since: datetime, until: datetime) -> HistoryInstance:
    return HistoryInstance(
        id=history.instance_id(made.id, run),
        definition_id=made.id,
        owner_id=made.owner_id,
        run=run,
        since=since,
        until=until,
        expires=run + history.FILE_LIFE,
    )


def _run_changes(made: HistoryInstance) -> list[Change]:
    job = Job(id=made.id, kind=exports.HISTORY, subject_id=made.definition_id, actor_id=made.owner_id, created=made.run)
    return [Create(made), Create(job), Put(exports.due(job))]


def _next(made: HistoryDefinition) -> list[Change]:
    """The agenda row of the next run; none when the schedule has ended."""
    run = history.run_of(made, made.runs)
    return [Put(_due(made, run.when))] if run else []


def _due(made: HistoryDefinition, when: datetime) -> Due:
    return Due(when=when, kind=REPORT, id=made.id)


def _event(now: datetime, actor: Actor, activity: str, made: HistoryDefinition, operation: str) -> AuditEvent:
    details = {"displayName": made.display_name}
    return event(now, actor, "Policy", activity, ("historyDefinition", made.id), operation, details=details)
