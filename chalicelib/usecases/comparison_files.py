"""What comparing a review's assignments with the systems outside keeps in the bucket.

reviews/{instance}/target/held/{chunk}.*               the frozen population, once
reviews/{instance}/target/{n}/members/{chunk}.*        the members of the package's n-th right
reviews/{instance}/target/{n}/found/{side}/{page}      who is on one side only, before it was looked into
reviews/{instance}/target/{n}/{difference}/{page}      the differences that are left
reviews/{instance}/target/{n}.json                     the result
Of population and members there are three files a chunk: `rows`, and sorted `names` and `mails` with places in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.ports import Services
from chalicelib.usecases.sorted_files import Entry, put_sorted

COMPARE = "compare"  # the step of an opening between the freeze and the writing of items
MISSING, EXTRA = "missing", "extra"
PAGE = 100  # rows of a page of differences


class Target(msgspec.Struct, omit_defaults=True):
    """One right of the package against the members it has outside. `otherwise`: members who have it by another
    assignment. `problem`: why it was not compared. `pages` of differences by their side."""

    connection: str
    resource: str
    resource_name: str
    role: str
    at: datetime | None = None
    members: int = 0
    matched: int = 0
    otherwise: int = 0
    missing: int = 0
    extra: int = 0
    problem: str = ""
    pages: dict[str, int] = {}


class Difference(msgspec.Struct, array_like=True):
    """A member without an assignment (`key` and names are the system's own; `person` if the directory knows them), or
    an assignment without membership."""

    key: str = ""
    name: str = ""
    principal_name: str = ""
    mail: str = ""
    external_id: str = ""
    person: str = ""
    assignment: str = ""


def put_chunk(
    services: Services, key: str, rows: Sequence[Difference], names: Iterable[Entry], mails: Iterable[Entry]
) -> None:
    """Write one chunk of the population or of members; the values are places in all rows."""
    services.files.put(f"{key}.rows", _encoded(rows), names=True)
    put_sorted(services, f"{key}.names", names)
    put_sorted(services, f"{key}.mails", mails)


def rows_of(services: Services, keys: Iterable[str]) -> Iterator[Difference]:
    """The rows of several chunks, in order, streamed."""
    for key in keys:
        for line in services.files.lines(f"{key}.rows"):
            if line.strip():
                yield msgspec.json.decode(line, type=Difference)


def put_page(
    services: Services, instance_id: str, number: int, side: str, page: int, rows: Sequence[Difference]
) -> None:
    """Write a page of one side, found or left."""
    services.files.put(f"{target_folder(instance_id)}/{number}/{side}/{page:06d}", _encoded(rows), names=True)


def page_of(services: Services, instance_id: str, number: int, side: str, page: int) -> list[Difference]:
    """A page of one side."""
    stored = services.files.get(f"{target_folder(instance_id)}/{number}/{side}/{page:06d}") or b""
    return [msgspec.json.decode(line, type=Difference) for line in stored.splitlines() if line]


def _encoded(rows: Sequence[Difference]) -> bytes:
    return b"\n".join(map(msgspec.json.encode, rows))


def target_folder(instance_id: str) -> str:
    """Where a review's comparison lies."""
    return f"{folder(instance_id)}/target"


def put_target(services: Services, instance_id: str, number: int, target: Target) -> None:
    """Keep the result for one right."""
    services.files.put(f"{target_folder(instance_id)}/{number}.json", msgspec.json.encode(target))


def target_of(services: Services, instance_id: str, number: int) -> Target | None:
    """The result for the n-th right; None when there is none."""
    stored = services.files.get(f"{target_folder(instance_id)}/{number}.json")
    return msgspec.json.decode(stored, type=Target) if stored else None
