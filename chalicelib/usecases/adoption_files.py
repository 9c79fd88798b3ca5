"""What an adoption keeps in the bucket, and where its worker stands.

adoptions/{id}/wanted.json                            what was asked for
adoptions/{id}/groups.json                            the groups it is about, as they were listed
adoptions/{id}/group/{n}.json                         what became of a group
adoptions/{id}/group/{n}/{outcome}/{page}.jsonl       its members by outcome, page by page
adoptions/{id}/group/{n}/members|held/{chunk}         sorted ids of people: who is in the group, who has the package
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chalicelib.domain.adoptions import Wanted
from chalicelib.usecases.ports import Outer, Services


class GroupResult(msgspec.Struct, omit_defaults=True):
    """What became of a group. `counts` by outcome, and `members` in all; `pages` of members by outcome. `made`: the
    package is new."""

    package_id: str = ""
    package_name: str = ""
    policy_id: str = ""
    made: bool = False
    counts: dict[str, int] = {}
    pages: dict[str, int] = {}
    problem: str = ""


class Place(msgspec.Struct, omit_defaults=True):
    """Where the worker stands: in which group, at which step of it, behind what. `role` is what its members have;
    `chunks` and `held` count the files
    of sorted ids; `known`: somebody may have had the group's access through this product before."""

    group: int = 0
    step: str = ""
    role: str = ""
    after: str | None = None
    chunks: int = 0
    held: int = 0
    policies: list[str] = []
    known: bool = False
    result: GroupResult = msgspec.field(default_factory=GroupResult)


class MemberRow(msgspec.Struct, array_like=True):
    """A member and what became of them. `key` and the names are the system's own; `person` is the id of whom they
    were recognised as, by `how`."""

    key: str
    name: str
    principal_name: str
    mail: str
    person: str = ""
    how: str = ""
    assignment: str = ""
    reason: str = ""


def _folder(job_id: str) -> str:
    return f"adoptions/{job_id}"


def put_wanted(services: Services, job_id: str, wanted: Wanted) -> None:
    """Keep what was asked for."""
    services.files.put_once(f"{_folder(job_id)}/wanted.json", msgspec.json.encode(wanted))


def wanted_of(services: Services, job_id: str) -> Wanted:
    """What was asked for."""
    stored = services.files.get(f"{_folder(job_id)}/wanted.json") or b""
    return msgspec.json.decode(stored, type=Wanted)


def put_groups(services: Services, job_id: str, groups: Sequence[Outer]) -> tuple[Outer, ...]:
    """Keep the groups an adoption is about; those that were kept first stay."""
    services.files.put_once(f"{_folder(job_id)}/groups.json", msgspec.json.encode(groups))
    return groups_of(services, job_id) or ()


def groups_of(services: Services, job_id: str) -> tuple[Outer, ...] | None:
    """The groups an adoption is about; None before they were listed."""
    stored = services.files.get(f"{_folder(job_id)}/groups.json")
    return msgspec.json.decode(stored, type=tuple[Outer, ...]) if stored else None


def put_result(services: Services, job_id: str, group: int, result: GroupResult) -> None:
    """Keep what became of a group."""
    services.files.put(f"{_folder(job_id)}/group/{group}.json", msgspec.json.encode(result))


def result_of(services: Services, job_id: str, group: int) -> GroupResult | None:
    """What became of a group; None before it was done."""
    stored = services.files.get(f"{_folder(job_id)}/group/{group}.json")
    return msgspec.json.decode(stored, type=GroupResult) if stored else None


def put_rows(services: Services, job_id: str, place: Place, outcome: str, rows: Sequence[MemberRow]) -> None:
    """Write the next page of members with this outcome and count it; nothing when there are none."""
    if not rows:
        return
    pages = place.result.pages
    key = _page_key(job_id, place.group, outcome, pages.get(outcome, 0))
    services.files.put(key, b"\n".join(map(msgspec.json.encode, rows)), names=True)
    pages[outcome] = pages.get(outcome, 0) + 1


def rows_of(services: Services, job_id: str, group: int, outcome: str, page: int) -> list[MemberRow]:
    """A page of members with this outcome."""
    stored = services.files.get(_page_key(job_id, group, outcome, page)) or b""
    return [msgspec.json.decode(line, type=MemberRow) for line in stored.splitlines() if line]


def _page_key(job_id: str, group: int, outcome: str, page: int) -> str:
    return f"{_folder(job_id)}/group/{group}/{outcome}/{page:06d}.jsonl"


def sorted_key(job_id: str, group: int, side: str, chunk: int) -> str:
    """Where a file of sorted ids lies; `side` is `members` or `held`."""
    return f"{_folder(job_id)}/group/{group}/{side}/{chunk:06d}"
