"""Reports as files: what fits an answer is made at once, the rest by a job that writes it to the bucket.

The worker holds one part of at most some megabytes, whatever the size of the report. It notes its place when a
part is in the bucket, or with the begun part laid aside, so that after a death at any point every row is in the
file once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import csv_text, ids
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.csv_text import Row
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound, ReviewError, Throttled, Unavailable
from chalicelib.domain.history import FILE_LIFE
from chalicelib.domain.people import Actor
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.export_audit import KIND as AUDIT
from chalicelib.usecases.export_audit import file_key as audit_key
from chalicelib.usecases.pack_source import PackSource
from chalicelib.usecases.ports import Create, Drop, Put, Save, Services
from chalicelib.usecases.report_sources import Assignments, CoverageRows, History, Results, Source
from chalicelib.usecases.roles import first_administrator, roles_of

LOG = logging.getLogger("access_reviews")
INLINE_BYTES = 2_000_000  # of an answer: with its escapes it stays below Lambda's 6 MB
INLINE_SECONDS = 8.0
PART_BYTES = 5 * 1024 * 1024  # the least S3 takes but for the last part
MAX_ATTEMPTS = 10
EXPORT, HISTORY, EVIDENCE = "export", "history", "evidence"  # kinds of jobs
RESULTS, ASSIGNMENTS, COVERAGE = "results", "assignments", "coverage"  # what an export is of
SAME_ASKING = timedelta(minutes=15)
_BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A report somebody may see: `what` it is of, its subject's id, and its options."""

    what: str
    subject_id: str
    options: Mapping[str, str]


def file_key(job_id: str, kind: str = EXPORT) -> str:
    """Where the file lies in the bucket."""
    if kind == AUDIT:
        return audit_key(job_id)
    return f"exports/{job_id}/{'pack.zip' if kind == EVIDENCE else 'report.csv'}"


def export(services: Services, actor: Actor, now: datetime, asked: Asked) -> bytes | Job:
    """The file, or the job that makes it when it is large. Asking again within a quarter of an hour gives the
    same job. The caller's right to see the subject was checked when it was found."""
    job = _job(actor, now, asked)
    found = services.reviews.job(job.id)
    if found is not None:
        return found
    return _at_once(services, job) or _started(services, job)


def expires(job: Job) -> datetime:
    """When a report's file is gone (R183)."""
    return job.created + FILE_LIFE


def find_export(services: Services, actor: Actor, job_id: str) -> Job:
    """The caller's own export. Raises NotFound."""
    job = services.reviews.job(job_id) if ids.is_guid(job_id) else None
    if job is None or job.kind != EXPORT or job.actor_id != actor.id:
        raise NotFound("There is no such export.")
    return job


def open_file(services: Services, job_id: str, now: datetime, most: int) -> bytes | str:
    """The file of a finished report, or a short-lived address when it is a pack, an export of the audit log, or has
    more than `most` bytes.

    Raises NotFound when it is not there (any more).
    """
    job = services.reviews.job(job_id) if ids.is_guid(job_id) else None
    if job is None or job.kind not in (EXPORT, HISTORY, EVIDENCE, AUDIT) or job.status != "done" or now >= expires(job):
        raise NotFound("This file is not there any more: reports are kept for 30 days.")
    key = file_key(job.id, job.kind)
    if job.kind in (EVIDENCE, AUDIT) or job.result["bytes"] > most:
        return services.files.download_address(key, file_name(job))
    data = services.files.get(key)
    if data is None:
        raise NotFound("This file is not there any more: reports are kept for 30 days.")
    return data


def file_name(job: Job) -> str:
    """The name a report is saved under."""
    if job.kind == AUDIT:
        return f"audit-{job.created:%Y-%m-%d}.jsonl"
    what = job.arguments.get("what", "access-review-history")
    return f"{what}-{job.created:%Y-%m-%d}.{'zip' if job.kind == EVIDENCE else 'csv'}"


def advance_export(services: Services, job: Job) -> None:
    """Do a bounded part of a report. Does nothing when somebody else works on it."""
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    held = services.reviews.take_job(replace(job, status="running", attempts=job.attempts + 1), lease, real)
    if held is None:
        return
    writing = _Writing(services, held)
    try:
        if held.attempts > MAX_ATTEMPTS:
            raise InvalidInput(f"Gave up after {MAX_ATTEMPTS} attempts to go on behind row {held.done}.")
        writing.run(source_of(services, held))
    except (Throttled, Unavailable):  # that a key or a system does not answer now is no end of the report
        writing.let_go(_BUSY_SECONDS)
    except Conflict:
        LOG.warning("another worker took over report %s", job.id)
    except ReviewError as problem:
        end(services, replace(writing.saved, status="error", error=problem.message))


def source_of(services: Services, job: Job) -> Source:
    """The rows of a report, as its asker may see them now. Raises InvalidInput when they cannot be any more."""
    if job.kind == HISTORY:
        return _history(services, job)
    what, options = job.arguments["what"], job.arguments
    if what in (RESULTS, EVIDENCE):
        instance = services.reviews.instance(job.subject_id)
        if instance is None:
            raise InvalidInput("The review is not there any more.")
        if what == EVIDENCE:
            return PackSource(services, _asker(services, job), instance, job)
        return Results(services, _asker(services, job), instance)
    if what == ASSIGNMENTS:
        return Assignments(services, job.subject_id, options["state"], job.created)
    counts, uncovered = options["counts"] == "true", options["uncovered"] == "true"
    return CoverageRows(services, _asker(services, job), counts, uncovered, job.created)


def _history(services: Services, job: Job) -> Source:
    wanted = services.reports.history_definition(job.subject_id)
    run = services.reports.history_instance(job.subject_id, job.id)
    if wanted is None or run is None:
        raise InvalidInput("The report's definition is not there any more.")
    return History(services, _asker(services, job), wanted, run)


def _asker(services: Services, job: Job) -> Actor:
    """Who asked, with the roles they have now (R170)."""
    first = first_administrator(services)
    user = services.people.user(job.actor_id) or (first if first.id == job.actor_id else None)
    if user is None or not user.enabled:
        raise InvalidInput("The account that asked for this report is gone or disabled.")
    actor = Actor(user.id, user.principal_name, user.display_name, roles_of(services, user))
    require_report_reader(actor)
    return actor


def _job(actor: Actor, now: datetime, asked: Asked) -> Job:
    arguments = {"what": asked.what, **asked.options}
    asking = int(now.timestamp() // SAME_ASKING.total_seconds())
    job_id = ids.guid(EXPORT, actor.id, asked.subject_id, sorted(arguments.items()), asking)
    return Job(id=job_id, kind=EXPORT, subject_id=asked.subject_id, actor_id=actor.id, created=now, arguments=arguments)


def _at_once(services: Services, job: Job) -> bytes | None:
    """The whole file; None when it grows too large or takes too long for an answer."""
    budget, source = Budget(services.clock, INLINE_SECONDS), source_of(services, job)
    data = bytearray(csv_text.heading(source.columns))
    cursor: str | None = ""
    while cursor is not None:
        rows, cursor = source.read(cursor)
        data += csv_text.lines(source.columns, rows)
        if len(data) > INLINE_BYTES or not budget.left():
            return None
    return bytes(data)


def _started(services: Services, job: Job) -> Job:
    services.writer.commit(f"export:{job.id}", Create(job), Put(due(job)))
    services.queue.send("job", job.id)
    return job


def due(job: Job) -> Due:
    """The agenda row of a report being made."""
    return Due(when=job.created, kind="job", id=job.id)


def end(services: Services, job: Job) -> None:
    """A report is done, or never will be."""
    ended = replace(job, finished=services.clock.now(), lease=replace(job.lease, until=0.0))
    services.writer.commit(f"{job.id}:end:{job.version}", Save(ended), Drop(due(job)))


def _encoded(source: Source, rows: Sequence[Row]) -> bytes:
    """Rows as the file has them: lines, or what they are if the source has no columns."""
    return csv_text.lines(source.columns, rows) if source.columns else b"".join(bytes(row) for row in rows)  # type: ignore[arg-type]


class _Writing:
    """The running work on one file. `saved` is the checkpoint; `buffer` holds the rows behind its last part."""

    def __init__(self, services: Services, job: Job) -> None:
        self.services, self.saved = services, job
        self.buffer = bytearray()

    def run(self, source: Source) -> None:
        """Go on from the checkpoint until the end, or until the time is up."""
        budget = Budget(self.services.clock, self.services.settings.invocation_seconds)
        job = self.saved
        if job.result.get("whole"):
            return self._finish(job)
        self.buffer += self._begun(source)
        while True:
            rows, following = source.read(job.cursor)
            self.buffer += _encoded(source, rows)
            job = replace(job, cursor=following or "", done=job.done + len(rows), attempts=0)
            if following is None:
                return self._finish(self._whole(job))
            if len(self.buffer) >= PART_BYTES:
                job = self.saved = self.services.reviews.save_job(self._with_part(job))
            if not budget.left():
                return self._lay_aside(job)

    def let_go(self, delay_seconds: int) -> None:
        """Release the lease at the last checkpoint and ask for somebody to go on."""
        self.services.reviews.save_job(replace(self.saved, lease=replace(self.saved.lease, until=0.0)))
        self.services.queue.send("job", self.saved.id, delay_seconds)

    def _begun(self, source: Source) -> bytes:
        """What an earlier invocation left that is in no part yet."""
        result = self.saved.result
        if not result:
            return csv_text.heading(source.columns) if source.columns else b""
        return (self.services.files.get(self._aside(result["aside"])) or b"") if result["aside"] else b""

    def _aside(self, number: int) -> str:
        return f"exports/{self.saved.id}/begun/{number:06d}.csv"

    def _with_part(self, job: Job) -> Job:
        """The job with the buffer as a part in the bucket: the same part again after a death before the save."""
        before = job.result or {"parts": 0, "bytes": 0}
        upload = job.arguments.get("upload") or self.services.files.begin_parts(file_key(job.id, job.kind))
        number = before["parts"] + 1
        self.services.files.put_part(file_key(job.id, job.kind), upload, number, bytes(self.buffer))
        result = {"parts": number, "bytes": before["bytes"] + len(self.buffer), "aside": 0}
        self.buffer.clear()
        return replace(job, arguments={**job.arguments, "upload": upload}, result=result)

    def _lay_aside(self, job: Job) -> None:
        """Keep the begun part under a name no other checkpoint has, then note it."""
        number = self.saved.version
        self.services.files.put(self._aside(number), bytes(self.buffer))
        before = job.result or {"parts": 0, "bytes": 0}
        self.saved = replace(job, result={**before, "aside": number}, version=self.saved.version)
        self.let_go(0)

    def _whole(self, job: Job) -> Job:
        """Bring the last rows into the bucket. That all parts are there is noted before they become one object:
        afterwards the upload takes none any more."""
        if not job.result.get("parts"):
            self.services.files.put(file_key(job.id, job.kind), bytes(self.buffer))
            return replace(job, result={"parts": 0, "bytes": len(self.buffer), "aside": 0})
        if self.buffer:
            job = self._with_part(job)
        job = replace(job, result={**job.result, "whole": 1})
        self.saved = self.services.reviews.save_job(job)
        return self.saved

    def _finish(self, job: Job) -> None:
        if job.result["parts"]:
            self.services.files.finish_parts(file_key(job.id, job.kind), job.arguments["upload"])
        end(self.services, replace(job, status="done"))
