"""Our own root: what was decided about a person before, for those who decide or audit (R191)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.items import BY_RULE, DecisionItem, HistoryEntry, reads_note
from chalicelib.domain.people import User
from chalicelib.routes.api.past_shapes import ItemHistory
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.item_history import Looking, PastReview, look_back
from chalicelib.usecases.list_items import sees_all, visible_instance

door = Blueprint(__name__)
Json = dict[str, Any]
People = Mapping[str, User]


@route(door, "GET", "/api/v1/reviews/{review_id}/items/{item_id}/history", gives=ItemHistory)
def item_history(call: Call, review_id: str, item_id: str) -> Answer:
    """Every submission of an item with its comments, and up to five earlier reviews of the same access."""
    found, parts = visible_instance(call.services, call.actor, None, review_id)
    looking = look_back(call.services, call.actor, found, parts, item_id)
    people = call.services.people.users(_named(looking))
    administers, item = sees_all(call.actor, found), looking.item
    submissions = []
    for entry in item.history:
        shown = {**_submission(entry, people), "channel": entry.channel}
        if entry.note and reads_note(call.person.id, administers, item, entry):
            shown["privateNote"] = entry.note
        submissions.append(shown)
    return {
        "id": item.id,
        "reviewId": found.id,
        "principal": {"id": item.principal_id, "displayName": item.display_name},
        "assignmentId": item.assignment_id,
        "assignedSince": stamp(item.assigned),
        "changes": [change.value for change in item.changes],
        **_cancelled(item),
        "submissions": submissions,
        "earlierReviews": [_earlier(past, people, looking.about_self) for past in looking.former],
    }


def _cancelled(item: DecisionItem) -> Json:
    cause = item.cancelled.value if item.cancelled else None
    return {"cancelled": cause, "cancelledDateTime": stamp(item.cancelled_at)}


def _named(looking: Looking) -> set[str]:
    entries = list(looking.item.history)
    entries += [past.item.last for past in looking.former if past.item.last]
    return {one for entry in entries for one in (entry.by, entry.on_behalf_of) if one not in ("", BY_RULE)}


def _person(person_id: str, people: People) -> Json | None:
    if person_id in ("", BY_RULE):
        return None
    person = people.get(person_id)
    name, principal_name = (person.display_name, person.principal_name) if person else ("", "")
    return {"id": person_id, "displayName": name, "userPrincipalName": principal_name}


def _submission(entry: HistoryEntry, people: People) -> Json:
    return {
        "decision": entry.decision.value,
        "justification": entry.reason,
        "reviewedDateTime": stamp(datetime.fromtimestamp(entry.at / 1000, UTC)),
        "reviewedBy": _person(entry.by, people),
        "onBehalfOf": _person(entry.on_behalf_of, people),
        "byRule": entry.by == BY_RULE,
    }


def _earlier(past: PastReview, people: People, about_self: bool) -> Json:
    """A former review; the people who decided then are not named to whom it was about."""
    item = past.item
    shown: Json = {
        "reviewId": past.instance.id,
        "displayName": past.instance.name,
        "startDateTime": stamp(past.instance.opens),
        "endDateTime": stamp(past.state.ends),
        "itemId": item.id,
        "assignmentId": item.assignment_id,
        "decision": item.decision.value,
        "unansweredBecause": item.kept or None,
        "applyResult": item.apply_result.value,
        "appliedDateTime": stamp(item.applied),
        **_cancelled(item),
        "last": _submission(item.last, people) if item.last else None,
    }
    if about_self and shown["last"]:
        shown["last"] |= {"reviewedBy": None, "onBehalfOf": None}
    return shown
