"""What our own addresses answer and take about removals."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.connections import Word
from chalicelib.domain.removals import ENDED, Regrant, Standing, Watch
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.shapes import Answer, Count, Instant, Listed
from chalicelib.usecases.list_removals import REGRANTED, Shown

STANDINGS = (*(one.value for one in Standing), REGRANTED)


class Settlement(msgspec.Struct, forbid_unknown_fields=True):
    """What an administrator says became of a removal: `removed` elsewhere by hand, or `kept`."""

    how: Literal["removed", "kept"]
    reason: str


class PersonShown(Answer, kw_only=True):
    """A person; without names when they are no longer in the directory."""

    id: str
    display_name: str
    user_principal_name: str


class RightShown(Answer, kw_only=True):
    """A right outside: one role of one resource, as the system there knows them."""

    connector: str
    origin_system: str
    resource: str
    role: str


class RegrantShown(Answer, kw_only=True):
    """The access came back: `inside` by an assignment, which `by` made, or `outside`, where nobody knows by whom."""

    seen_date_time: Instant
    where: Literal["inside", "outside"]
    assignment_id: str | None
    by: PersonShown | None
    assigned_date_time: Instant | None
    series_id: str | None
    settled_date_time: Instant | None


class WordShown(Answer, kw_only=True):
    """On whose word it rests that the access is gone, where a system is not read: a `person` (`by`), its `callback`,
    or its `answer` to our message."""

    source: Literal["person", "callback", "answer"]
    date_time: Instant
    by: PersonShown | None
    note: str | None


class RemovalShown(Answer, kw_only=True):
    """Everything that was done and seen about one denied access. `outside` is false when nothing lies outside: then
    the end of the assignment is all there is to see. `absentDateTimes` are the reads that found nothing; with `word`
    they read what was said, and not the system."""

    id: str
    review_id: str
    review_name: str
    access_package_name: str
    principal: PersonShown
    assignment_id: str
    standing: Literal["underWay", "pending", "failing", "removed", "alreadyGone", "held", "restored", "needsPerson"]
    outcome: str | None
    outside: bool
    rights: list[RightShown]
    requested_date_time: Instant
    accepted_date_time: Instant | None
    absent_date_times: list[Instant]
    other_ways: list[str]
    reason: str | None
    ended_date_time: Instant | None
    ended_by: PersonShown | None
    witnessed: bool
    word: WordShown | None
    unknown_since_date_time: Instant | None
    needs: Literal["person", "regranted"] | None
    regrants: list[RegrantShown]


class WatchShown(Answer, kw_only=True):
    """How far the daily look at what was removed has come; `unknown` is what the last one could not read."""

    from_date_time: Instant
    until_date_time: Instant
    looks: Count
    last_look_date_time: Instant | None
    next_look_date_time: Instant | None
    unknown: Count


class RemovalsOfReview(Listed[RemovalShown], kw_only=True):
    """A page of the removals of a review, and the watch over them."""

    watch: WatchShown | None


def removal_object(one: Shown) -> dict[str, Any]:
    """The members of RemovalShown."""
    removal, needs = one.removal, one.removal.needs
    return {
        "id": removal.item_id,
        "reviewId": removal.instance_id,
        "reviewName": one.instance.name,
        "accessPackageName": one.instance.package_name,
        "principal": {
            "id": removal.person_id,
            "displayName": one.name,
            "userPrincipalName": one.principal_name,
        },
        "assignmentId": removal.assignment_id,
        "standing": removal.standing.value,
        "outcome": removal.outcome or None,
        "outside": bool(removal.rights),
        "rights": [
            {"connector": right.connector, "originSystem": right.origin_system}
            | {"resource": right.resource, "role": right.role}
            for right in removal.rights
        ],
        "requestedDateTime": stamp(removal.begun),
        "acceptedDateTime": stamp(removal.accepted),
        "absentDateTimes": [stamp(moment) for moment in removal.absent],
        "otherWays": list(removal.paths),
        "reason": removal.reason or None,
        "endedDateTime": stamp(removal.ended),
        "endedBy": _person(one, removal.by),
        "witnessed": removal.witnessed or (removal.standing in ENDED and len(removal.absent) > 1 and not removal.word),
        "word": _word(one, removal.word),
        "unknownSinceDateTime": stamp(removal.unknown_since),
        "needs": needs[0].value if needs else None,
        "regrants": [_regrant(one, regrant) for regrant in removal.regrants],
    }


def _word(one: Shown, word: Word | None) -> dict[str, Any] | None:
    if word is None:
        return None
    by = _person(one, word.by)
    return {"source": word.source, "dateTime": stamp(word.at), "by": by, "note": word.note or None}


def _person(one: Shown, person_id: str) -> dict[str, str] | None:
    """Somebody who did something; None for nobody, and for the system."""
    if not ids.is_guid(person_id):
        return None
    found = one.people.get(person_id)
    name, principal_name = (found.display_name, found.principal_name) if found else ("", "")
    return {"id": person_id, "displayName": name, "userPrincipalName": principal_name}


def _regrant(one: Shown, regrant: Regrant) -> dict[str, Any]:
    return {
        "seenDateTime": stamp(regrant.noticed),
        "where": "inside" if regrant.at else "outside",
        "assignmentId": regrant.assignment_id or None,
        "by": _person(one, regrant.by),
        "assignedDateTime": stamp(regrant.at),
        "seriesId": regrant.review_id or None,
        "settledDateTime": stamp(regrant.settled),
    }


def watch_object(watch: Watch | None) -> dict[str, Any] | None:
    """The members of WatchShown."""
    if watch is None:
        return None
    return {
        "fromDateTime": stamp(watch.began),
        "untilDateTime": stamp(watch.until),
        "looks": watch.looks,
        "lastLookDateTime": stamp(watch.looked),
        "nextLookDateTime": stamp(watch.due),
        "unknown": watch.unknown,
    }
