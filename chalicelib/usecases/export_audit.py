"""Audit events as a file of JSON lines in the bucket, for those who keep them elsewhere (R158).

A job walks the trail newest first and writes parts of at least 5 MiB, the least the bucket takes, so that memory
does not grow with the export. Its checkpoint lies behind each part: a worker that is killed repeats one part. One
whose time is up leaves what it has of a part as a file of its own for the next.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.attempts import Repeat
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.people import Actor
from chalicelib.usecases.attempts import NO_REPEAT, begun_before, remember
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.describe_audit import described
from chalicelib.usecases.ports import Create, Drop, Save, Services
from chalicelib.usecases.read_audit import AuditQuery, Position, require_reader, walk_events

LOG = logging.getLogger("access_reviews")
KIND = "auditExport"
PART_BYTES = 5 * 1024 * 1024
_AT_ONCE = 1_000
_END = "end"


def start_export(
    services: Services, actor: Actor, now: datetime, operation: str, query: AuditQuery, repeat: Repeat = NO_REPEAT
) -> Job:
    """Begin an export of every event of the query; a repeated request gives the export it began.

    Raises Forbidden unless the caller may read them all.
    """
    require_reader(services, actor)
    known = begun_before(services, actor, now, repeat)
    if known is not None:
        return known
    arguments = {name: value for name, value in msgspec.to_builtins(query).items() if value}
    job = Job(
        id=ids.guid(KIND, operation), kind=KIND, subject_id="", actor_id=actor.id, created=now, arguments=arguments
    )
    target = (KIND, job.id)
    recorded = event(now, actor, "AuditManagement", "Export audit logs", target, operation, details=arguments)
    services.writer.commit(operation, Create(job), Create(_due(job)), Create(recorded), *remember(job, repeat))
    services.queue.send("job", job.id)
    return job


def find_export(services: Services, actor: Actor, job_id: str) -> Job:
    """An export as it stands. Raises Forbidden, NotFound."""
    require_reader(services, actor)
    job = services.reviews.job(job_id) if ids.is_guid(job_id) else None
    if job is None or job.kind != KIND:
        raise NotFound("There is no such export.")
    return job


def advance_export(services: Services, job: Job) -> None:
    """Write parts until the time is up. Does nothing when it has ended or somebody else works on it."""
    real = services.clock.real()
    lease = Lease(owner=services.clock.new_id(), until=real + services.settings.lease_seconds)
    held = services.reviews.take_job(replace(job, status="running"), lease, real)
    if held is None:
        return
    budget = Budget(services.clock, services.settings.invocation_seconds)
    try:
        while held.cursor != _END:
            held = _part(services, held, budget)
            if held.cursor != _END and not budget.left():
                services.reviews.save_job(replace(held, lease=replace(held.lease, until=0.0)))
                services.queue.send("job", held.id)
                return
        _finish(services, held)
    except Conflict:
        LOG.warning("another worker took over export %s", job.id)  # our lease ran out in the middle of a part


@dataclass(frozen=True, slots=True)
class _Lines:
    """The text of some events, how many more they are, and where to go on."""

    data: bytes
    events: int
    next: Position | None


def _part(services: Services, job: Job, budget: Budget) -> Job:
    """Write the next part, or what there is of it, and note it as done. An export that fits into one part is
    written as one object."""
    lines = _lines(services, job, budget)
    result = dict(job.result)
    unfinished = lines.next is not None and len(lines.data) < PART_BYTES
    if unfinished:
        result["rest"] = result.get("rest", 0) + 1
        services.files.put(_rest(job, result["rest"]), lines.data)
    else:
        job = _written(services, job, lines)
        result["parts"] = result.get("parts", 0) + 1
    result["begun"] = int(unfinished)
    cursor = f"{lines.next.after}|{lines.next.row}" if lines.next else _END
    return services.reviews.save_job(replace(job, cursor=cursor, done=job.done + lines.events, result=result))


def _written(services: Services, job: Job, lines: _Lines) -> Job:
    """Write a whole part. A bucket's upload begins when it is known that one part is not enough."""
    number = job.result.get("parts", 0) + 1
    if number == 1 and lines.next is None:
        services.files.put(file_key(job.id), lines.data)
        return job
    if "upload" not in job.arguments:
        arguments = {**job.arguments, "upload": services.files.begin_parts(file_key(job.id))}
        job = services.reviews.save_job(replace(job, arguments=arguments))
    services.files.put_part(file_key(job.id), job.arguments["upload"], number, lines.data)
    return job


def _lines(services: Services, job: Job, budget: Budget) -> _Lines:
    """The next 5 MiB or more of lines; less at the end, or when the time is up."""
    query = msgspec.convert({name: value for name, value in job.arguments.items() if name != "upload"}, AuditQuery)
    after, _, row = job.cursor.partition("|")
    position = Position(after, row) if job.cursor else None
    begun = services.files.get(_rest(job, job.result["rest"])) if job.result.get("begun") else None
    data, count = bytearray(begun or b""), 0
    while True:
        part = walk_events(services, query, position, _AT_ONCE)
        for shown in described(services, part.events):
            data += msgspec.json.encode(shown) + b"\n"
        count, position = count + len(part.events), part.next
        if position is None or len(data) >= PART_BYTES or not budget.left():
            return _Lines(bytes(data), count, position)


def _finish(services: Services, job: Job) -> None:
    if "upload" in job.arguments:
        services.files.finish_parts(file_key(job.id), job.arguments["upload"])
    ended = replace(job, status="done", finished=services.clock.now(), lease=replace(job.lease, until=0.0))
    services.writer.commit(f"{job.id}:end", Save(ended), Drop(_due(job)))


def _due(job: Job) -> Due:
    return Due(when=job.created, kind="job", id=job.id)


def _rest(job: Job, number: int) -> str:
    return f"audit-exports/{job.id}/{number}.part"


def file_key(job_id: str) -> str:
    """Where the file lies in the bucket."""
    return f"audit-exports/{job_id}.jsonl"
