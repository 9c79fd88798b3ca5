"""Writing a report: killed anywhere, taken over by another worker, in parts, every row is in the file once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.domain.agenda import Job
from chalicelib.domain.csv_text import heading, lines
from chalicelib.domain.errors import Throttled
from chalicelib.domain.report_rows import RESULTS
from chalicelib.settings import settings
from chalicelib.usecases import exports
from chalicelib.usecases.ports import Create, Put, Services
from tests.usecases.desk import Desk, office

__all__ = ["office"]
PAGES, ROWS = 5, 2
PART = 512  # bytes, in place of S3's least of 5 MiB
WIDE = "x" * 150  # a reason so long that few rows fill a part


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few rows, for us and for the bucket."""
    monkeypatch.setattr(exports, "PART_BYTES", PART)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", PART)


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


@dataclass
class Numbered:
    """A report of numbered rows, some a page."""

    columns = RESULTS
    reason: str = ""
    seen: list[str] = field(default_factory=list)

    def read(self, cursor: str) -> tuple[list[Any], str | None]:
        page = int(cursor or 0)
        self.seen.append(cursor)
        rows = [(f"row {page}.{number}", self.reason, *[None] * (len(RESULTS) - 2)) for number in range(ROWS)]
        return rows, str(page + 1) if page + 1 < PAGES else None


def whole(source: Numbered) -> bytes:
    """The file as it must be."""
    rows = [row for page in range(PAGES) for row in source.read(str(page))[0]]
    return heading(RESULTS) + lines(RESULTS, rows)


def ordered(office: Desk) -> Job:
    """A report that waits for a worker."""
    arguments = {"what": "results"}
    job = Job(id=office.operation(), kind="export", subject_id="x", actor_id="x", created=office.now)
    job = replace(job, arguments=arguments)
    office.services.writer.commit(office.operation(), Create(job), Put(exports.due(job)))
    return job


def stored(job: Job) -> bytes:
    body = client("s3").get_object(Bucket=settings().bucket, Key=exports.file_key(job.id))["Body"]
    return bytes(body.read())


def work(office: Desk, job: Job, services: Services | None = None) -> Job:
    """One invocation by somebody who finds no lease in the way."""
    office.clock.seconds += 1_000
    found = office.services.reviews.job(job.id)
    assert found is not None
    if found.finished is None:
        exports.advance_export(services or office.services, found)
    after = office.services.reviews.job(job.id)
    assert after is not None
    return after


def finished(office: Desk, job: Job) -> Job:
    for _ in range(50):
        found = work(office, job)
        if found.finished:
            return found
    raise AssertionError("never ended")


@dataclass
class Mortal:
    """A port whose calls are counted with those of its brothers; the process dies around one of them."""

    port: Any
    calls: list[str]
    dies: Callable[[int], str]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)

        def called(*given: Any, **named: Any) -> Any:
            self.calls.append(name)
            when = self.dies(len(self.calls))
            if when == "before":
                raise Killed
            result = method(*given, **named)
            if when == "after":
                raise Killed
            return result

        return called


def mortal(services: Services, dies: Callable[[int], str], calls: list[str]) -> Services:
    ports = {name: Mortal(getattr(services, name), calls, dies) for name in ("files", "reviews", "writer", "queue")}
    return replace(services, **ports)


def deaths(office: Desk, source: Numbered) -> Iterator[tuple[int, str]]:
    """Before and after every call of a report that nobody kills, each invocation doing one page."""
    calls: list[str] = []
    job, alive = ordered(office), mortal(office.services, lambda number: "", calls)
    while not work(office, job, alive).finished:
        pass
    assert stored(job) == whole(source)
    yield from ((number, when) for number in range(1, len(calls) + 1) for when in ("before", "after"))


@pytest.mark.parametrize("wide", [False, True], ids=["small", "in parts"])
def test_a_worker_killed_at_any_call_leaves_every_row_in_the_file_once(
    office: Desk, monkeypatch: pytest.MonkeyPatch, wide: bool
) -> None:
    """Issue 3: memory flat, resumable after a kill at any page, exactly once per row."""
    source = Numbered(WIDE if wide else "")
    wanted = whole(source)
    monkeypatch.setattr(exports, "source_of", lambda services, job: source)
    monkeypatch.setattr(exports.Budget, "left", lambda self: False)
    for number, when in deaths(office, source):
        job, calls = ordered(office), []
        doomed = mortal(office.services, lambda at, n=number, w=when: w if at == n else "", calls)
        with pytest.raises(Killed):
            for _ in range(50):
                work(office, job, doomed)
        done = finished(office, job)
        assert (done.status, done.done) == ("done", ROWS * PAGES), (number, when)
        assert stored(job) == wanted, (number, when, calls[-1])
        assert done.result["bytes"] == len(wanted)
        assert not [row for row in office.services.reviews.due_until(office.now, 100) if row.id == job.id]


def test_a_large_report_is_one_object_of_several_parts(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Numbered(WIDE)
    monkeypatch.setattr(exports, "source_of", lambda services, job: source)
    done = work(office, ordered(office))
    assert done.status == "done" and done.result["parts"] == 3
    assert stored(done) == whole(source)
    assert source.seen[:PAGES] == ["", *(str(page) for page in range(1, PAGES))]  # read once, in one invocation


def test_a_worker_with_a_lease_is_left_alone(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Numbered()
    monkeypatch.setattr(exports, "source_of", lambda services, job: source)
    job = ordered(office)
    with pytest.raises(Killed):
        work(office, job, mortal(office.services, lambda at: "after" if at == 1 else "", []))
    held = office.services.reviews.job(job.id)
    exports.advance_export(office.services, held)  # within the lease of the dead
    assert office.services.reviews.job(job.id) == held and source.seen == []
    assert finished(office, job).status == "done"


def test_a_table_that_is_busy_is_asked_again_later(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    source, busy = Numbered(), [Throttled("busy")]

    def slow(services: Services, job: Job) -> Numbered:
        if busy:
            raise busy.pop()
        return source

    monkeypatch.setattr(exports, "source_of", slow)
    job = ordered(office)
    assert work(office, job).status == "running"
    assert work(office, job).status == "done" and stored(job) == whole(source)


def test_a_report_that_never_gets_on_ends_in_error(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(services: Services, job: Job) -> Numbered:
        raise Killed

    monkeypatch.setattr(exports, "source_of", broken)
    job = ordered(office)
    for _ in range(exports.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            work(office, job)
    done = work(office, job)
    assert done.status == "error" and "10 attempts" in done.error


class Nowhere:
    """A bucket that keeps nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: "upload"


@dataclass
class Long:
    """A report of many rows, a hundred a page."""

    pages: int
    columns = RESULTS

    def read(self, cursor: str) -> tuple[list[Any], str | None]:
        page = int(cursor or 0)
        row = (f"row {page}", "x" * 200, *[None] * (len(RESULTS) - 2))
        return [row] * 100, str(page + 1) if page + 1 < self.pages else None


def test_memory_does_not_grow_with_the_report(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brief section 4: at most 1.25 times as much for ten times the rows."""
    monkeypatch.setattr(exports, "PART_BYTES", 1_000_000)
    services = replace(office.services, files=Nowhere())

    def peak(pages: int) -> int:
        monkeypatch.setattr(exports, "source_of", lambda services, job: Long(pages))
        job = ordered(office)
        tracemalloc.start()
        done = work(office, job, services)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (done.status, done.done) == ("done", 100 * pages)
        return most

    peak(10)  # what is imported and cached on the way
    assert peak(500) <= 1.25 * peak(50)
