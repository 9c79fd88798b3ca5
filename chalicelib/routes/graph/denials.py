"""The warning in an assignment request's answer that a review denied the person the same package before (G29)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.assignments import AssignmentRequest
from chalicelib.domain.items import BY_RULE
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.present_entitlements import request_objects
from chalicelib.routes.http import Call
from chalicelib.usecases.denied_before import Denial, denied_before


def requests_with_denials(call: Call, requests: Sequence[AssignmentRequest]) -> list[dict[str, Any]]:
    """Assignment requests in their order, each with the denial before it, if any. For single answers: a look back
    costs a query."""
    shown = request_objects(requests, call.now)
    for request, one in zip(requests, shown, strict=True):
        denial = denied_before(call.services, call.actor, request)
        if denial is not None:
            one["@accessReviews.deniedBefore"] = _denial(denial)
    return shown


def _denial(found: Denial) -> dict[str, Any]:
    return {
        "reviewId": found.instance.id,
        "displayName": found.instance.name,
        "itemId": found.item.id,
        "deniedDateTime": stamp(datetime.fromtimestamp(found.entry.at / 1000, UTC)),
        "byRule": found.entry.by == BY_RULE,
        "justification": found.entry.reason,
    }
