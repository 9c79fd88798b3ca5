"""Recording one decision: the request there are most of. A door of its own, since it needs nothing of what lists do."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.items import Decision
from chalicelib.routes.graph.bodies import NOTE, DecisionBody
from chalicelib.routes.graph.reading import LONGEST_JUSTIFICATION, Reader, body_of
from chalicelib.routes.graph.review_paths import DECISIONS
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.decide import NotReviewer, Submission, open_instance, record_decision

door = Blueprint(__name__)
_ETAG = re.compile(r'(?:W/)?"(\d{1,6})"')


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
        justification=reason_of(reader),
        note=reader.text(NOTE, longest=LONGEST_JUSTIFICATION),
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
        from chalicelib.usecases.list_items import find_item, visible_instance

        _, parts = visible_instance(call.services, call.actor, definition_id, instance_id)
        find_item(call.services, call.actor, found, parts, decision_id)
        raise
    return None


def reason_of(reader: Reader) -> str:
    """The justification of a body. Raises InvalidInput."""
    return reader.text("justification", longest=LONGEST_JUSTIFICATION)
