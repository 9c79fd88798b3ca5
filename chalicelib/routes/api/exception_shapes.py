"""What our own addresses take and tell of exceptions, their dispositions and sign-offs."""

from __future__ import annotations

from typing import Literal

import msgspec

from chalicelib.domain.dossiers import Judgement
from chalicelib.domain.review_exceptions import ExceptionKind
from chalicelib.routes.api.people_shapes import Named
from chalicelib.routes.shapes import Answer, Count, Instant


class DispositionShown(Answer, kw_only=True):
    """What somebody made of an exception that had `cases` cases then."""

    number: Count
    disposition: Judgement
    reason: str
    cases: Count
    by: Named | None
    date_time: Instant


class ExceptionShown(Answer, kw_only=True):
    """A group of cases that were out of the ordinary. `by` and `reason`: who brought it about, and why, where somebody
    did; `plannedDateTime`: when what came late or was cut short was to be. `unfinished`: its removals have not ended,
    so that it takes no disposition yet. `dispositions`: oldest first; one that covers fewer cases leaves it `open`."""

    key: str
    kind: ExceptionKind
    detail: str
    count: Count
    since: Instant
    by: Named | None
    reason: str
    planned_date_time: Instant | None
    unfinished: bool
    open: bool
    dispositions: list[DispositionShown]


class ExceptionsOfReview(Answer, kw_only=True):
    """Every exception of a review, and how many want a disposition."""

    value: list[ExceptionShown]
    open: Count


class Dispose(msgspec.Struct, forbid_unknown_fields=True):
    """What is made of an exception, and why: it stands in the evidence."""

    disposition: Judgement
    reason: str


class Whom(Answer, kw_only=True):
    """A person as far as they are known."""

    id: str | None
    display_name: str | None


class CaseShown(Answer, kw_only=True):
    """One case: the item and person it is about, since when, and a word about it (a reason, a right, a fault)."""

    item_id: str | None
    person: Whom
    date_time: Instant | None
    word: str


class SignIt(msgspec.Struct, forbid_unknown_fields=True):
    """The control owner's words."""

    words: str


class SignedOff(Answer, kw_only=True):
    """A sign-off. `decidedThemselves`, `deniedThemselves`: items of the review that its signer had decided
    (`countedWhole` false: at least so many)."""

    by: Named | None
    date_time: Instant
    control_owner_of: Literal["package", "catalog"]
    words: str
    exceptions: Count
    decided_themselves: Count
    denied_themselves: Count
    counted_whole: bool


class MissingShown(Answer, kw_only=True):
    """Something that keeps a review from being signed off."""

    code: Literal["noControlOwner", "decisionsNotSealed", "removalsNotSealed", "openExceptions"]
    message: str


class SignOffState(Answer, kw_only=True):
    """How far a review is from its sign-off: by whom, what is `missing`, and what this caller may do."""

    control_owner: Named | None
    control_owner_of: Literal["package", "catalog"] | None
    exceptions: Count
    open_exceptions: Count
    missing: list[MissingShown]
    may_dispose: bool
    may_sign_off: bool
    sign_off: SignedOff | None


class OwnerNamed(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Who is to own the control."""

    person_id: str


class ControlOwner(Answer, kw_only=True):
    """Who owns the control; `of`: whether they were named for the package itself or for its catalog."""

    control_owner: Named | None
    of: Literal["package", "catalog"] | None
    since: Instant | None
    may_name: bool
