"""Our own root for the completeness of a review: who has the access outside, compared with who has an assignment."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.routes.api.comparison_shapes import ReviewComparison
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.comparison import DIFFERENCES, Told, comparison_of, connection_names, differences_of
from chalicelib.usecases.comparison_files import Target
from chalicelib.usecases.list_items import sees_all, visible_instance

door = Blueprint(__name__)


@route(door, "GET", f"{REVIEW}/comparison", query=("difference", "$skiptoken"), gives=ReviewComparison)
def get_comparison(call: Call, review_id: str) -> Answer:
    """What the opening found when it compared the assignments with the members of the systems outside, and the
    differences, a hundred a page, as they are by now."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see what it was compared with.")
    side = _option(call, "difference")
    if side and side not in DIFFERENCES:
        raise errors.InvalidInput(f"Must be one of: {', '.join(DIFFERENCES)}.", "difference")
    after = position(call, _option(call, "$skiptoken")).get("after")
    compared, targets = comparison_of(call.services, found)
    page = differences_of(call.services, found, targets, side, after)
    names = connection_names(call.services, targets)
    body = {
        "comparedDateTime": stamp(compared.at) if compared else None,
        "missing": compared.missing if compared else 0,
        "extra": compared.extra if compared else 0,
        "notCompared": compared.unread if compared else 0,
        "targets": [_target(number, one, names) for number, one in enumerate(targets)],
        "value": [_difference(one) for one in page.items],
    }
    return body | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


def _option(call: Call, name: str) -> str:
    return next(iter(call.query.get(name, ())), "") or ""


def _target(number: int, one: Target, names: dict[str, str]) -> dict[str, Any]:
    return {
        "number": number,
        "connection": {"name": one.connection, "displayName": names[one.connection]},
        "resource": {"originId": one.resource, "displayName": one.resource_name},
        "role": one.role,
        "asOfDateTime": stamp(one.at),
        "members": one.members,
        "matched": one.matched,
        "heldOtherwise": one.otherwise,
        "missing": one.missing,
        "extra": one.extra,
        "problem": one.problem or None,
    }


def _difference(one: Told) -> dict[str, Any]:
    row, user = one.row, one.user
    member = {
        "key": row.key,
        "displayName": row.name,
        "userPrincipalName": row.principal_name,
        "mail": row.mail,
    }
    person = {
        "id": row.person,
        "displayName": user.display_name if user else None,
        "userPrincipalName": user.principal_name if user else None,
    }
    return {
        "difference": one.difference,
        "target": one.number,
        "member": member if row.key else None,
        "person": person if row.person else None,
        "assignment": {"id": one.assignment.id, "state": one.assignment.state.value} if one.assignment else None,
        "settled": one.settled,
    }
