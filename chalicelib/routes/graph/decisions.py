"""Graph's decision items: listing them, and deciding all of one's own. Deciding one: `deciding`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.items import DecisionItem, reads_note
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.declared import COUNT, COUNTED, LIST, SORTED, Named
from chalicelib.routes.graph import present_reviews as present
from chalicelib.routes.graph.access_reviews import CONTEXT, MINE_NAMED, on_reviewer, reviewed_by_caller
from chalicelib.routes.graph.addresses import only_count
from chalicelib.routes.graph.bodies import BatchBody, ReasonBody
from chalicelib.routes.graph.deciding import decision_of, reason_of
from chalicelib.routes.graph.lists import collection, single
from chalicelib.routes.graph.odata import parse_segment
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.review_paths import DECISIONS, INSTANCE
from chalicelib.routes.graph.review_shapes import DecisionItem as Item
from chalicelib.routes.graph.review_shapes import Insight
from chalicelib.routes.graph.walking import listed
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Collection
from chalicelib.usecases.decide import open_instance
from chalicelib.usecases.decide_bulk import decide_all
from chalicelib.usecases.list_items import (
    find_item,
    items_of_review,
    items_of_reviewer,
    mark_opened,
    sees_all,
    visible_instance,
)

door = Blueprint(__name__)
OPTIONS = (*SORTED, "$expand")
KNOWN = {
    "id": "string",
    "decision": "string",
    "recommendation": "string",
    "applyresult": "string",
    "principal/id": "string",
    "principal/displayname": "string",
    "principal/userprincipalname": "string",
    "reviewedby/id": "string",
    "reviewedby/userprincipalname": "string",
    "revieweddatetime": "datetime",
    "resource/id": "string",
}
NAMES = (
    "id",
    "accessReviewId",
    "decision",
    "justification",
    "recommendation",
    "reviewedBy",
    "reviewedDateTime",
    "applyResult",
    "appliedBy",
    "appliedDateTime",
    "principal",
    "principalLink",
    "resource",
    "resourceLink",
)
ORDERS = ("decision", "recommendation", "applyresult", "principal/displayname", "revieweddatetime")


@route(door, "GET", DECISIONS, query=OPTIONS, gives=Collection[Item])
def list_decisions(call: Call, definition_id: str, instance_id: str) -> Answer:
    """The items the caller may see: all of them for those who administer the review, else their own part."""
    return _list(call, definition_id, instance_id)


@route(
    door,
    "GET",
    DECISIONS + "/{decision_id}",
    query=("$select", "$expand"),
    gives=Item,
    named=(COUNTED, Named(MINE_NAMED, OPTIONS, Collection[Item])),
)
def get_decision(call: Call, definition_id: str, instance_id: str, decision_id: str) -> Answer:
    """One item, their `$count`, or those the caller is asked about."""
    segment = parse_segment(decision_id)
    if segment.kind == "count":
        return _list(call, definition_id, instance_id, count_only=True)
    if segment.name == "filterByCurrentUser":
        on_reviewer(segment.arguments)
        return _list(call, definition_id, instance_id, mine=True)
    found, parts = visible_instance(call.services, call.actor, definition_id, instance_id)
    item = find_item(call.services, call.actor, found, parts, segment.name)
    return single(
        call,
        item,
        context=_context(found),
        properties=NAMES,
        present=_show(call, found),
        expandable={"insights": _expand_insights(found)},
    )


@route(door, "GET", DECISIONS + "/{decision_id}/insights", query=LIST, gives=Collection[Insight])
def list_insights(call: Call, definition_id: str, instance_id: str, decision_id: str) -> Answer:
    """What the recommendation of an item was computed from, frozen when the review opened."""
    return _insights(call, definition_id, instance_id, decision_id)


@route(door, "GET", DECISIONS + "/{decision_id}/insights/{part}", query=("$filter",), gives=COUNT, named=(COUNTED,))
def count_insights(call: Call, definition_id: str, instance_id: str, decision_id: str, part: str) -> Answer:
    """Their number (`$count`)."""
    only_count(part)
    return _insights(call, definition_id, instance_id, decision_id, count_only=True)


def _insights(call: Call, definition_id: str, instance_id: str, decision_id: str, count_only: bool = False) -> Answer:
    found, parts = visible_instance(call.services, call.actor, definition_id, instance_id)
    item = find_item(call.services, call.actor, found, parts, decision_id)
    return collection(
        call,
        context=f"{_context(found)}('{item.id}')/insights",
        known={"id": "string", "insightcreateddatetime": "datetime", "lastsignindatetime": "datetime"},
        source=listed(present.insights(item, found)),
        present=list,
        properties=("id", "insightCreatedDateTime", "lastSignInDateTime"),
        count_only=count_only,
    )


def _expand_insights(found: ReviewInstance) -> Any:
    def expand(items: Sequence[DecisionItem], _: object) -> list[object]:
        return [present.insights(item, found) for item in items]

    return expand


def _context(found: ReviewInstance) -> str:
    return f"{CONTEXT}('{found.definition_id}')/instances('{found.id}')/decisions"


def _list(call: Call, definition_id: str, instance_id: str, mine: bool = False, count_only: bool = False) -> Answer:
    services = call.services
    found, parts = visible_instance(services, call.actor, definition_id, instance_id)

    def source(limit: int, after: str | None) -> Any:
        if mine or not sees_all(call.actor, found):
            if after is None:
                mark_opened(services, parts)
            return items_of_reviewer(services, call.person.id, found, parts, limit, after)
        state = services.reviews.recent_state(found.id)
        if state is None:
            raise errors.NotFound("There is no such review.")
        return items_of_review(services, found, state, limit, after)

    return collection(
        call,
        context=_context(found),
        known=KNOWN,  # type: ignore[arg-type]
        source=source,
        present=_show(call, found),
        properties=NAMES,
        expandable={"insights": _expand_insights(found)},
        orderable=ORDERS,
        count_only=count_only,
    )


def _show(call: Call, found: ReviewInstance) -> Any:
    def show(items: Sequence[DecisionItem]) -> list[dict[str, Any]]:
        wanted = {person for item in items for person in (item.applied_by, item.last.by if item.last else "")}
        people = {call.person.id: call.person}
        others = [person for person in wanted - {"", "rule", call.person.id} if ids.is_guid(person)]
        if others:
            people |= call.services.people.users(others)
        return [present.decision(item, found, people, _reads_note(call, found, item)) for item in items]

    return show


def _reads_note(call: Call, found: ReviewInstance, item: DecisionItem) -> bool:
    last = item.last
    if last is None or not last.note:
        return False
    return reads_note(call.person.id, sees_all(call.actor, found), item, last)


@route(door, "POST", INSTANCE + "/batchRecordDecisions", takes=BatchBody, gives=None)
def batch_record(call: Call, definition_id: str, instance_id: str) -> Answer:
    """One decision for all of the caller's items, or those of one principal or resource (R100)."""
    reader = body_of(call)
    decision = decision_of(reader.members.get("decision"))
    arguments = {"decision": decision.value, "justification": reason_of(reader)}
    resource, arguments["principal"] = reader.identifier("resourceId"), reader.identifier("principalId")
    found, parts = reviewed_by_caller(call, definition_id, instance_id)
    open_instance(call.services, instance_id, call.now)
    if resource and resource not in (found.policy_id, found.package_id):
        raise errors.InvalidInput("This review has no such resource.", "resourceId")
    decide_all(call.services, call.person, found, parts, arguments, call.now, call.operation)
    return None


@route(door, "POST", INSTANCE + "/acceptRecommendations", takes=ReasonBody, gives=None)
def accept_recommendations(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Decide the caller's undecided items as recommended; decided ones stay as they are (R109)."""
    reason = reason_of(body_of(call))
    found, parts = reviewed_by_caller(call, definition_id, instance_id)
    open_instance(call.services, instance_id, call.now)
    arguments = {"decision": "", "justification": reason}
    decide_all(call.services, call.person, found, parts, arguments, call.now, call.operation)
    return None
