"""Our own root: the removals of a closed review that wait for a confirmation, and the answers one can give (G24)."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.items import BY_RULE
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.series import Needs, needs_of
from chalicelib.routes.api.guard_shapes import (
    Confirm,
    Decline,
    WaitingRemovals,
    confirmation_end,
    deciders,
    denial_made,
)
from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.await_confirmation import lapses
from chalicelib.usecases.confirm_removals import Leaving, apply_decisions, decline_removals
from chalicelib.usecases.consequences import why_it_waits
from chalicelib.usecases.control_review import current
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.roles import named
from chalicelib.usecases.waiting_removals import Losing, Waiting, losing, waiting_in_numbers

door = Blueprint(__name__)
PAGE = 50
LONGEST_SEARCH = 100
People = dict[str, User]


@route(
    door,
    "GET",
    REVIEW + "/removals-to-confirm",
    query=("search", "$skiptoken"),
    gives=WaitingRemovals,
)
def removals_to_confirm(call: Call, review_id: str) -> Answer:
    """Who would lose access if the removals that wait were confirmed, fifty a page, with who denied and why; with
    `search` those whose name, principal name or department contains it. The first page has the numbers."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see who would lose access.")
    search, token = ((call.query.get(name) or [""])[0] for name in ("search", "$skiptoken"))
    if len(search) > LONGEST_SEARCH:
        raise errors.InvalidInput(f"At most {LONGEST_SEARCH} characters.", "search")
    state = current(call.services, found)
    after = position(call, token or None).get("after")
    page = losing(call.services, found, state, search, PAGE, after)
    waits = needs_of(state) is Needs.CONFIRMATION
    numbers = waiting_in_numbers(call.services, found, state) if waits and not search and after is None else None
    people = named(call.services, _mentioned(page.items, state, numbers))
    body: dict[str, Any] = {
        "waiting": waits,
        "confirmation": confirmation_end(state.confirmation, people),
        "value": [_removal(one, people) for one in page.items],
    }
    if numbers:
        body["summary"] = _summary(call, found, state, numbers, people)
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


def _mentioned(shown: tuple[Losing, ...], state: InstanceState, numbers: Waiting | None) -> set[str]:
    found = deciders(one.item for one in shown)
    found |= {who for who, _ in numbers.by_reviewer} if numbers else set()
    return (found | ({state.confirmation.by} if state.confirmation else set())) - {BY_RULE, ""}


def _summary(
    call: Call, found: ReviewInstance, state: InstanceState, numbers: Waiting, people: People
) -> dict[str, Any]:
    return {
        "removals": numbers.removals,
        "people": numbers.people,
        "byPerson": numbers.by_person,
        "byRule": numbers.by_rule,
        "because": why_it_waits(state),
        "loses": list(numbers.loses),
        "counted": numbers.counted,
        "byReviewer": [_tallied(who, count, people) for who, count in numbers.by_reviewer],
        "byDepartment": [{"displayName": name, "removals": count} for name, count in numbers.by_department],
        "lapsesDateTime": stamp(lapses(call.services, found, call.now)),
    }


def _tallied(who: str, count: int, people: People) -> dict[str, Any]:
    if who == BY_RULE:
        return {"displayName": None, "removals": count}
    known = people.get(who)
    return {"id": who, "displayName": known.display_name if known else None, "removals": count}


def _removal(one: Losing, people: People) -> dict[str, Any]:
    item = one.item
    return {
        "id": item.id,
        "principal": {"id": item.principal_id, "displayName": item.display_name},
        "userPrincipalName": item.principal_name,
        "jobTitle": item.job_title,
        "department": item.department,
        "managerName": item.manager_name,
        "assignedSince": stamp(item.assigned),
        "lastSignInDateTime": stamp(item.last_sign_in),
        "recommendation": item.recommendation.value,
        "denied": denial_made(item, people),
        "keepsThrough": list(one.keeps_through),
    }


@route(door, "POST", REVIEW + "/confirm-removals", takes=Confirm, gives=None)
def confirm_removals(call: Call, review_id: str) -> Answer:
    """Confirm the removals of a review that waits for it, but for whom it leaves out: those keep their access, and
    the reason stands in the evidence."""
    body: Confirm = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    leaving = Leaving(tuple(dict.fromkeys(body.except_)), body.reason)
    apply_decisions(call.services, call.actor, call.now, call.operation, found, leaving)
    return None


@route(door, "POST", REVIEW + "/decline-removals", takes=Decline, gives=None)
def decline(call: Call, review_id: str) -> Answer:
    """Remove nobody: everybody keeps access, for a reason that stands in the evidence."""
    body: Decline = call.body
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    decline_removals(call.services, call.actor, call.now, call.operation, found, body.reason)
    return None
