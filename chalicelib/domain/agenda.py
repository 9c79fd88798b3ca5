"""Work that waits for its time or outlives a request: agenda rows, jobs, leases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ASKED = "asked"  # agenda kind: tell a person that they became a reviewer of a running review
ABSENCE = "absence"  # agenda kind: a person's absence begins, their delegate takes over
REACHABLE = "guest"  # agenda kind: a person can be reached by mail, or may be by now
LOST = "lost"  # agenda kind: a person can review no more; count what they leave behind (G10)
SWITCHED_OFF = "switchedOff"  # agenda kind: tell the owners that a series was switched off (G30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who works on it now. `until` is real time (seconds since 1970), not the product's clock."""

    owner: str = ""
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A row of the agenda: at `when`, continue `kind` (`events.WORK` lists them) with this id.

    The agenda is a hint that outlives lost messages: rows leave it only when their work is done. `taken`: until
    when (real seconds since 1970) one worker has it to itself; see usecases/agenda.work_off. `cause`: the correlation
    id of what wrote the row; the storage fills it in.
    """

    when: datetime
    kind: str
    id: str
    taken: float = 0.0
    cause: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that outlives its request: a bulk decision over more than 1,000 items, or a CSV import.

    `cursor` is the checkpoint; `lease` as for instances; `result` grows with what was done.
    """

    id: str
    kind: str
    subject_id: str
    actor_id: str
    created: datetime
    status: str = "waiting"
    arguments: dict[str, str] = field(default_factory=dict)
    cursor: str = ""
    done: int = 0
    total: int = 0
    result: dict[str, int] = field(default_factory=dict)
    lease: Lease = Lease()
    due: str = ""
    attempts: int = 0
    error: str = ""
    finished: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBegun:
    """Lists an import among the others; its job has the rest."""

    created: datetime
    job_id: str
    version: int = 0
