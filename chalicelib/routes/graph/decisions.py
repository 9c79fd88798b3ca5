"""Graph's decision items: listing them, deciding one, deciding in bulk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.items import Decision, DecisionItem, reads_note
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.declared import COUNT, COUNTED, LIST, SORTED, Named
from chalicelib.routes.graph import present_reviews as present
from chalicelib.routes.graph.access_reviews import CONTEXT, INSTANCE, MINE_NAMED, on_reviewer, reviewed_by_caller
from chalicelib.routes.graph.addresses import body_of, only_count
from chalicelib.routes.graph.bodies import BatchBody, DecisionBody, ReasonBody
from chalicelib.routes.graph.lists import collection, single
from chalicelib.routes.graph.odata import parse_segment
from chalicelib.routes.graph.reading import LONGEST_JUSTIFICATION, Reader
from chalicelib.routes.graph.review_shapes import DecisionItem as Item
from chalicelib.routes.graph.review_shapes import Insight
from chalicelib.routes.graph.walking import listed
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Collection
from chalicelib.usecases.decide import NotReviewer, Submission, open_instance, record_decision
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
DECISIONS = INSTANCE + "/decisions"
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
_ETAG = re.compile(r'(?:W/)?"(\d{1,6})"')


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


def decision_of(value: Any) -> Decision:
    """A decision value without case. Raises InvalidInput naming the values."""
    for decision in Decision:
        if isinstance(value, str) and value.lower() == decision.value.lower():
            return decision
    allowed = ", ".join(decision.value for decision in Decision)
    raise errors.InvalidInput(f"decision must be one of {allowed}.", "decision")


def version_of(call: Call) -> int | None:
    """The item version of an If-Match header. Raises InvalidInput for one that is none of ours."""
    given = call.headers.get("if-match", "")
    if given in ("", "*"):
        return None
    match = _ETAG.fullmatch(given)
    if match is None:
        raise errors.InvalidInput("If-Match must be the @odata.etag of the item.", "If-Match")
    return int(match[1])


@route(
    door,
    "PATCH",
    DECISIONS + "/{decision_id}",
    takes=DecisionBody,
    headers=("If-Match",),
    gives=None,
    refuses=(412,),
)
def patch_decision(call: Call, definition_id: str, instance_id: str, decision_id: str) -> Answer:
    """Record the caller's decision: one write, nothing read when warm (cost contract)."""
    reader = body_of(call)
    submission = Submission(
        item_id=decision_id,
        decision=decision_of(reader.members.get("decision")),
        justification=_reason(reader),
        note=reader.text(present.NOTE, longest=LONGEST_JUSTIFICATION),
        version=version_of(call),
    )
    if not (ids.is_guid(decision_id) and ids.is_guid(instance_id)):
        raise errors.NotFound("There is no such decision item.")
    found = open_instance(call.services, instance_id, call.now)
    if found.definition_id != definition_id:
        raise errors.NotFound("There is no such review.")
    try:
        record_decision(call.services, call.person, found, submission, call.now, call.operation, channel="api")
    except NotReviewer:  # what one may not see does not exist; looked up only now, so that deciding reads nothing
        _, parts = visible_instance(call.services, call.actor, definition_id, instance_id)
        find_item(call.services, call.actor, found, parts, decision_id)
        raise
    return None


@route(door, "POST", INSTANCE + "/batchRecordDecisions", takes=BatchBody, gives=None)
def batch_record(call: Call, definition_id: str, instance_id: str) -> Answer:
    """One decision for all of the caller's items, or those of one principal or resource (R100)."""
    reader = body_of(call)
    decision = decision_of(reader.members.get("decision"))
    arguments = {"decision": decision.value, "justification": _reason(reader)}
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
    reason = _reason(body_of(call))
    found, parts = reviewed_by_caller(call, definition_id, instance_id)
    open_instance(call.services, instance_id, call.now)
    arguments = {"decision": "", "justification": reason}
    decide_all(call.services, call.person, found, parts, arguments, call.now, call.operation)
    return None


def _reason(reader: Reader) -> str:
    return reader.text("justification", longest=LONGEST_JUSTIFICATION)
