"""What every import does with a page of rows: its result, remembered once, and the shape of an importer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.agenda import Job
from chalicelib.domain.imports import BadRow, Row
from chalicelib.usecases.ports import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What became of the rows of a page. `reachable`: people whose invitation is accepted, or
    whose mail address is changed by it."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: tuple[BadRow, ...] = ()
    reachable: tuple[str, ...] = ()


Remember = Callable[[PageResult], PageResult]


class Importer(Protocol):
    """One kind of import over one file."""

    page_rows: int

    def rows(self) -> Iterator[Row]:
        """The file from its first row. Raises InvalidInput when it cannot be used."""

    def count(self) -> int:
        """How many rows there are; looks through the whole file, so that faults come before any change."""

    def process(self, rows: Sequence[Row], remember: Remember) -> PageResult:
        """Import a page. May be repeated after being killed anywhere.

        `remember` is called once with the result and gives the result to go on with: the one of the first
        attempt, which saw the directory as it was before the page.
        """


def file_key(job_id: str) -> str:
    """Where the file lies in the bucket."""
    return f"imports/{job_id}/file.csv"


def _bad_key(job_id: str, page: int) -> str:
    return f"imports/{job_id}/bad/{page:06d}.jsonl"


def remembering(services: Services, job: Job) -> Remember:
    """Keeps the result of the page that begins after `job.done` rows; the first one kept stays."""
    key = f"imports/{job.id}/pages/{job.done:08d}.json"

    def remember(result: PageResult) -> PageResult:
        if services.files.put_once(key, _to_text(result)):
            return result
        return _from_text(services.files.get(key) or _to_text(result))

    return remember


def write_bad_rows(services: Services, job_id: str, page: int, bad: Sequence[BadRow]) -> None:
    """One object of JSON lines per page that has bad rows; `page` counts only those."""
    lines = [json.dumps([row.line, row.column, row.reason], ensure_ascii=False) for row in bad]
    services.files.put_once(_bad_key(job_id, page), "\n".join(lines).encode())


def read_bad_rows(services: Services, job_id: str, page: int) -> list[BadRow]:
    """The bad rows of one such object; none when there is no such page."""
    text = (services.files.get(_bad_key(job_id, page)) or b"").decode()
    return [BadRow(*json.loads(line)) for line in text.split("\n") if line]


def _to_text(result: PageResult) -> bytes:
    bad = [[row.line, row.column, row.reason] for row in result.bad]
    counts = [result.created, result.updated, result.unchanged]
    return json.dumps({"counts": counts, "bad": bad, "reachable": result.reachable}).encode()


def _from_text(text: bytes) -> PageResult:
    found = json.loads(text)
    created, updated, unchanged = found["counts"]
    return PageResult(
        created=created,
        updated=updated,
        unchanged=unchanged,
        bad=tuple(BadRow(*row) for row in found["bad"]),
        reachable=tuple(found["reachable"]),
    )
