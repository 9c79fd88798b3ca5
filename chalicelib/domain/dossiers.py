"""What people said of a closed review: a disposition for each exception, and the control owner's signature under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

LONGEST_WORDS = 2_000  # characters of a signature's words


class Judgement(StrEnum):
    """What somebody makes of an exception.

    `ACCEPTED`: the risk is known and taken. `REMEDIATED`: it was put right. `COMPENSATED`: another control covers it.
    `FALSE_POSITIVE`: looked into, and nothing was wrong.
    """

    ACCEPTED = "accepted"
    REMEDIATED = "remediated"
    COMPENSATED = "compensated"
    FALSE_POSITIVE = "falsePositive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """One disposition, never altered: of the exception `key`, which had `count` cases then. `number` counts those of
    the review, from 1."""

    instance_id: str
    number: int
    key: str
    judgement: Judgement
    reason: str
    count: int
    by: str
    at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """The control owner's acknowledgement: who, when, in which `scope` they own the control, and in their words.

    `exceptions` with a disposition stood in it. `decided` and `denied` count the items that they had decided
    themselves; `counted` is False where those were too many to be counted whole.
    """

    by: str
    at: datetime
    scope: str
    words: str
    exceptions: int = 0
    decided: int = 0
    denied: int = 0
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The small row about all that: how many dispositions there are, and of each exception how many cases its latest
    one covers (`judged`). With a `sign_off` nothing about the review changes any more."""

    instance_id: str
    dispositions: int = 0
    judged: dict[str, int] = field(default_factory=dict)
    sign_off: SignOff | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Regranted:
    """Says that an access of a review came back, and when that was seen (`removals.Regrant` tells the rest). `opens`
    of the review puts the newest reviews first."""

    opens: datetime
    instance_id: str
    item_id: str
    noticed: datetime
    version: int = 0
