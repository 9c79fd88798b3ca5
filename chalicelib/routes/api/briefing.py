"""Our own root for who is about to decide: what the review asks of them, and what was decided the last time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.items import BY_RULE, DecisionItem
from chalicelib.domain.packages import ReviewSettings
from chalicelib.domain.parts import MyReview
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.api.briefing_shapes import Briefing, EarlierDecision
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases import brief_reviewer
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.earlier_decisions import MOST, earlier_decisions
from chalicelib.usecases.list_items import visible_instance

door = Blueprint(__name__)
REVIEW = "/api/v1/reviews/{review_id}"


@route(door, "GET", REVIEW + "/briefing", gives=Briefing)
def get_briefing(call: Call, review_id: str) -> Answer:
    """What a review asks of the caller, what the package gives, and what follows from each decision and from none.
    `asked` is null for who may look and is not asked."""
    found, parts = visible_instance(call.services, call.actor, None, review_id)
    known = brief_reviewer.brief_reviewer(call.services, found, parts)
    package, state = known.package, known.state
    return {
        "id": found.id,
        "definitionId": found.definition_id,
        "displayName": found.name,
        "status": state.status.value,
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(state.ends),
        "timeZone": found.zone,
        "extendedBecause": state.extended_because or None,
        "accessPackage": {
            "id": found.package_id,
            "displayName": package.display_name if package else found.package_name,
            "description": package.description if package else "",
        },
        "assignmentPolicy": {"id": found.policy_id, "displayName": found.policy_name},
        "grants": [
            {
                "displayName": resource.display_name,
                "description": resource.description,
                "originSystem": resource.origin_system,
                "role": role.display_name,
            }
            for resource, role in known.grants
        ],
        "rules": _rules(found),
        "asked": _asked(known, parts) if known.mine else None,
    }


def _rules(found: ReviewInstance) -> dict[str, Any]:
    settings: ReviewSettings = found.settings
    return {
        "reviewers": settings.reviewers.value,
        "justificationRequired": settings.justification_required,
        "removes": brief_reviewer.removes(settings),
        "noResponse": settings.no_response.value,
        "recommendations": settings.recommendations,
        "handOver": settings.delegation,
        "ownDecision": may_decide_own(found),
        "text": settings.reviewer_text,
    }


def _asked(known: brief_reviewer.Briefing, parts: tuple[MyReview, ...]) -> dict[str, Any] | None:
    if known.mine is None:
        return None
    return {
        "items": known.mine.items,
        "undecided": known.mine.undecided,
        "because": sorted({part.reason for part in parts}),
        "selfReview": any(part.self_review for part in parts),
        "withOthers": brief_reviewer.shared_with_others(parts),
        "onBehalfOf": [{"id": one.id, "displayName": one.display_name} for one in known.people.values()],
    }


@route(door, "GET", REVIEW + "/earlier-decisions", query=("items",), gives=Listed[EarlierDecision])
def list_earlier(call: Call, review_id: str) -> Answer:
    """How the former review of the same series ended for the people of up to 50 items (`items`: their ids, with
    commas). People who were not in it are left out, and items the caller may not see."""
    found, parts = visible_instance(call.services, call.actor, None, review_id)
    wanted = list(dict.fromkeys("".join(call.query.get("items", [])).split(",")))
    if not all(ids.is_guid(one) for one in wanted):
        raise errors.InvalidInput("Must be ids of decision items, with commas between them.", "items")
    if len(wanted) > MOST:
        raise errors.InvalidInput(f"At most {MOST} items at once; there are {len(wanted)}.", "items")
    earlier = earlier_decisions(call.services, call.actor, found, parts, wanted)
    if earlier is None:
        return {"value": []}
    return {"value": [_earlier(key, item, earlier.instance) for key, item in earlier.items.items()]}


def _earlier(item_id: str, then: DecisionItem, review: ReviewInstance) -> dict[str, Any]:
    last = then.last
    return {
        "id": item_id,
        "review": {"id": review.id, "displayName": review.name},
        "decision": then.decision.value,
        "reviewedDateTime": stamp(datetime.fromtimestamp(last.at / 1000, UTC)) if last else None,
        "byRule": last is not None and last.by == BY_RULE,
        "unansweredBecause": then.kept or None,
        "cancelled": then.cancelled.value if then.cancelled else None,
    }
