"""CSV imports: asking for one, looking how far it is, and the worker's part, which may be killed anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.domain import assignment_rows, ids, person_rows
from chalicelib.domain.agenda import Due, ImportBegun, Job, Lease
from chalicelib.domain.attempts import Repeat
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Throttled
from chalicelib.domain.imports import BadRow, check_header
from chalicelib.domain.people import Actor
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases.attempts import NO_REPEAT, begun_before, remember
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.import_assignments import AssignmentImport
from chalicelib.usecases.import_pages import (
    Importer,
    PageResult,
    file_key,
    read_bad_rows,
    remembering,
    write_bad_rows,
)
from chalicelib.usecases.import_people import PeopleImport
from chalicelib.usecases.ports import Create, Drop, Page, Save, Services
from chalicelib.usecases.sources import succeeded

LOG = logging.getLogger("access_reviews")
MAX_FILE = 100_000_000
UPLOAD_TIME = timedelta(hours=1)
MAX_ATTEMPTS = 10
ENDED = ("done", "error")
_COLUMNS = {"people": person_rows.COLUMNS, "assignments": assignment_rows.COLUMNS}
_IMPORTERS: dict[str, Callable[[Services, Job, bytes], Importer]] = {
    "people": PeopleImport,
    "assignments": AssignmentImport,
}
_CATEGORIES = {"people": "UserManagement", "assignments": "EntitlementManagement"}
_ACTIVITIES = {"people": "Import users", "assignments": "Import assignments"}
_BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, with one page of its bad rows. `next_page` is None at the end of those so far."""

    job: Job
    bad_rows: tuple[BadRow, ...]
    next_page: int | None


def require_importer(actor: Actor) -> None:
    """Raises Forbidden for everybody but administrators."""
    if not actor.is_administrator:
        raise Forbidden("Only administrators import files.")


def start_import(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    subject: str,
    data: bytes | None,
    repeat: Repeat = NO_REPEAT,
) -> tuple[Job, str | None]:
    """Begin an import of `people` or `assignments`; with no `data`, also the address that takes the file.

    A repeated request gives the import it began.

    Raises Forbidden, and InvalidInput when the first line shows that the file cannot be used.
    """
    require_importer(actor)
    job = Job(id=ids.guid("import", operation), kind="import", subject_id=subject, actor_id=actor.id, created=now)
    known = begun_before(services, actor, now, repeat)
    if known is not None:
        return known, None if data is not None else services.files.upload_address(file_key(known.id))
    if data is not None:
        check_header(data, _COLUMNS[subject])
        services.files.put_once(file_key(job.id), data)
    listed = ImportBegun(created=now, job_id=job.id)
    begun = [Create(job), Create(listed), Create(_due(job)), Create(_event(job, now, "started"))]
    services.writer.commit(operation, *begun, *remember(job, repeat))
    if data is None:
        return job, services.files.upload_address(file_key(job.id))
    services.queue.send("job", job.id)
    return job, None


def import_progress(services: Services, actor: Actor, job_id: str, page: int = 0) -> Progress:
    """How far an import is; `page` counts the pages of bad rows. Raises Forbidden, NotFound."""
    require_importer(actor)
    job = services.reviews.job(job_id)
    if job is None or job.kind != "import":
        raise NotFound("There is no such import.")
    pages = job.result.get("badPages", 0)
    bad = read_bad_rows(services, job.id, page) if page < pages else []
    return Progress(job, tuple(bad), page + 1 if page + 1 < pages else None)


def list_imports(services: Services, actor: Actor, limit: int, after: str | None) -> Page[Job]:
    """A page of the imports, newest first. Raises Forbidden."""
    require_importer(actor)
    page = services.reviews.imports(limit, after)
    jobs = services.reports.jobs(one.job_id for one in page.items)
    return Page(tuple(jobs[one.job_id] for one in page.items if one.job_id in jobs), page.next)


def advance_import(services: Services, job: Job) -> None:
    """Do a bounded part of an import. Does nothing when it has ended or somebody else works on it."""
    real = services.clock.real()
    if job.status in ENDED or job.lease.until > real:
        return
    data = services.files.get(file_key(job.id))
    if data is None and services.clock.now() - job.created < UPLOAD_TIME:
        return  # not uploaded yet: the agenda row stays and the next tick asks again
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    begun = replace(job, status="running", attempts=job.attempts + 1)
    taken = services.reviews.take_job(begun, lease, real)
    if taken is None:
        return
    try:
        _work(services, taken, _usable(taken, data))
    except InvalidInput as problem:
        # Raised by the file as a whole before the first page; each page deals with its own rows.
        _end(services, replace(taken, status="error", error=problem.message))
    except Conflict:
        LOG.warning("another worker took over import %s", job.id)  # our lease ran out in the middle of a page


def _usable(job: Job, data: bytes | None) -> bytes:
    """The file. Raises InvalidInput when the import can never end well."""
    if data is None:
        raise InvalidInput("No file was uploaded within an hour.")
    if len(data) > MAX_FILE:
        raise InvalidInput(f"The file has {len(data):,} bytes; at most {MAX_FILE:,} are taken. Split it.")
    if job.attempts > MAX_ATTEMPTS:
        raise InvalidInput(f"Gave up after {MAX_ATTEMPTS} attempts to go on behind row {job.done}.")
    return data


def _work(services: Services, job: Job, data: bytes) -> None:
    budget = Budget(services.clock, services.settings.invocation_seconds)
    importer = _IMPORTERS[job.subject_id](services, job, data)
    job = replace(job, total=importer.count())
    rows = islice(importer.rows(), job.done, None)
    while page := list(islice(rows, importer.page_rows)):
        try:
            result = importer.process(page, remembering(services, job))
        except Throttled:
            return _let_go(services, job, _BUSY_SECONDS)
        except Conflict:  # somebody changed one of these people meanwhile: read again; this attempt counts
            return _let_go(services, job, _BUSY_SECONDS, job.attempts)
        job = _checkpoint(services, job, len(page), result)
        if not budget.left():
            return _let_go(services, job, 0)
    succeeded(services, SourceKind.CSV, job.subject_id, f"CSV files of {job.subject_id}", covers_until=job.created)
    _end(services, replace(job, status="done"))


def _checkpoint(services: Services, job: Job, rows: int, result: PageResult) -> Job:
    """Note a page as done. Its bad rows come first: a counted page of them must exist."""
    before = job.result
    if result.bad:
        write_bad_rows(services, job.id, before.get("badPages", 0), result.bad)
    counts = {
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "bad": len(result.bad),
        "badPages": 1 if result.bad else 0,
    }
    grown = {name: before.get(name, 0) + number for name, number in counts.items()}
    done = job.done + rows
    return services.reviews.save_job(replace(job, done=done, cursor=str(done), result=grown, attempts=0))


def _let_go(services: Services, job: Job, delay_seconds: int, attempts: int = 0) -> None:
    """Release the lease and ask for somebody to go on. Unless `attempts` are given this is no failed one."""
    services.reviews.save_job(replace(job, lease=replace(job.lease, until=0.0), attempts=attempts))
    services.queue.send("job", job.id, delay_seconds)


def _end(services: Services, job: Job) -> None:
    now = services.clock.now()
    ended = replace(job, finished=now, lease=replace(job.lease, until=0.0))
    recorded = _event(ended, now, "finished")
    services.writer.commit(f"{job.id}:end", Save(ended), Drop(_due(job)), Create(recorded))


def _due(job: Job) -> Due:
    return Due(when=job.created, kind="job", id=job.id)


def _event(job: Job, now: datetime, what: str) -> AuditEvent:
    details = {"rows": job.total, **job.result, "status": job.status} if job.finished else {}
    details.pop("badPages", None)
    category, activity = _CATEGORIES[job.subject_id], f"{_ACTIVITIES[job.subject_id]} - {what} (bulk)"
    actor = Actor(job.actor_id, "", "")
    return event(now, actor, category, activity, ("import", job.id), f"{job.id}:{what}", details=details)
