"""Graph's accessReviews, read: definitions, instances, contacted reviewers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.parts import MyReview
from chalicelib.domain.reviews import ReviewDefinition, ReviewInstance, Status
from chalicelib.routes.declared import COUNT, COUNTED, LIST, SORTED, Named
from chalicelib.routes.graph import present_reviews as present
from chalicelib.routes.graph.addresses import only_count
from chalicelib.routes.graph.lists import collection, single
from chalicelib.routes.graph.odata import parse_segment
from chalicelib.routes.graph.review_paths import AR, INSTANCE, INSTANCES, ONE
from chalicelib.routes.graph.review_shapes import ContactedReviewer, Definition, Instance
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Collection
from chalicelib.usecases.contacted import Contacted, contacted
from chalicelib.usecases.list_items import sees_all, visible_instance
from chalicelib.usecases.ports import Page
from chalicelib.usecases.seeing import sees_package
from chalicelib.usecases.watch_review import latest_instances

door = Blueprint(__name__)
DEFINITION_FILTERS = {
    "id": "string",
    "displayname": "string",
    "status": "string",
    "createddatetime": "datetime",
    "scope/query": "string",
}
DEFINITION_NAMES = (
    "id",
    "displayName",
    "descriptionForAdmins",
    "descriptionForReviewers",
    "createdBy",
    "createdDateTime",
    "lastModifiedDateTime",
    "status",
    "scope",
    "instanceEnumerationScope",
    "reviewers",
    "fallbackReviewers",
    "additionalNotificationRecipients",
    "settings",
)
INSTANCE_FILTERS = {
    "id": "string",
    "status": "string",
    "startdatetime": "datetime",
    "enddatetime": "datetime",
    "scope/query": "string",
}
INSTANCE_NAMES = ("id", "startDateTime", "endDateTime", "status", "scope", "reviewers", "fallbackReviewers")
REVIEWER_FILTERS = {"id": "string", "displayname": "string", "userprincipalname": "string"}
MINE_NAMED = "filterByCurrentUser(on='reviewer')"
DEFINITION_OPTIONS = (*SORTED, "$expand")
CONTEXT = "identityGovernance/accessReviews/definitions"
MINE = 1_000


def on_reviewer(segment_arguments: Any) -> None:
    """Raises InvalidInput unless a filterByCurrentUser asks `on='reviewer'`."""
    if dict(segment_arguments).get("on") != "reviewer":
        raise errors.InvalidInput("filterByCurrentUser takes on='reviewer' here.", "on")


# definitions ----------------------------------------------------------------------------------------------


@route(door, "GET", AR, query=DEFINITION_OPTIONS, gives=Collection[Definition])
def list_definitions(call: Call) -> Answer:
    """The review series the caller may see."""
    return _definitions(call)


@route(
    door,
    "GET",
    ONE,
    query=("$select", "$expand"),
    gives=Definition,
    named=(COUNTED, Named(MINE_NAMED, DEFINITION_OPTIONS, Collection[Definition])),
)
def get_definition(call: Call, definition_id: str) -> Answer:
    """One series, their `$count`, or those the caller reviews."""
    segment = parse_segment(definition_id)
    if segment.kind == "count":
        return _definitions(call, count_only=True)
    if segment.name == "filterByCurrentUser":
        on_reviewer(segment.arguments)
        return _collection(call, lambda limit, after: _my_definitions(call, after), None, False)
    return shown_definition(call, find_definition(call, segment.name if segment.kind == "id" else ""))


def find_definition(call: Call, definition_id: str) -> ReviewDefinition:
    """The series. Raises NotFound, also for one that was deleted, or that the caller may not see."""
    found = call.services.reviews.definition(definition_id) if definition_id else None
    if found is None or found.deleted is not None or not _sees(call)(found):
        raise errors.NotFound("There is no such review series.")
    return found


def shown_definition(call: Call, found: ReviewDefinition) -> Mapping[str, Any]:
    """The answer for one series."""
    return single(
        call,
        found,
        context=CONTEXT,
        properties=DEFINITION_NAMES,
        present=_present_definitions(call),
        expandable={"instances": _expand_instances(call)},
    )


def _definitions(call: Call, count_only: bool = False) -> Answer:
    sees = _sees(call)
    source = call.services.reviews.list_definitions
    return _collection(call, source, lambda found: found.deleted is None and sees(found), count_only)


def _collection(call: Call, source: Any, where: Any, count_only: bool) -> Answer:
    return collection(
        call,
        context=CONTEXT,
        known=DEFINITION_FILTERS,  # type: ignore[arg-type]
        source=source,
        present=_present_definitions(call),
        properties=DEFINITION_NAMES,
        expandable={"instances": _expand_instances(call)},
        orderable=("id", "displayname", "createddatetime", "status"),
        where=where,
        count_only=count_only,
    )


def _sees(call: Call) -> Any:
    """May the caller see a series: whose roles reach its package, and its reviewers."""
    mine: list[set[str]] = []

    def sees(found: ReviewDefinition) -> bool:
        if sees_package(call.actor, found.catalog_id, found.package_id):
            return True
        if not mine:
            parts = call.services.reviews.my_reviews(call.person.id, MINE, None).items
            mine.append({part.definition_id for part in parts})
        return found.id in mine[0]

    return sees


def _my_definitions(call: Call, after: str | None) -> Page[ReviewDefinition]:
    """The series of the caller's reviews: one query, newest first."""
    page = call.services.reviews.my_reviews(call.person.id, MINE, after)
    wanted = list(dict.fromkeys(part.definition_id for part in page.items))
    found = call.services.reviews.definitions(wanted)
    return Page(tuple(found[one] for one in wanted if one in found and found[one].deleted is None), page.next)


def _present_definitions(call: Call) -> Any:
    def show(found: Sequence[ReviewDefinition]) -> list[dict[str, Any]]:
        newest = latest_instances(call.services, list(found))
        creators = call.services.people.users(one.created_by for one in found if one.created_by)
        return [present.definition(one, _status(newest.get(one.id)), creators.get(one.created_by)) for one in found]

    return show


def _status(newest: Any) -> str:
    """A series has the status of its newest instance."""
    if newest is None:
        return Status.NOT_STARTED.value
    _, state = newest
    return (state.status if state else Status.INITIALIZING).value


def _expand_instances(call: Call) -> Any:
    def expand(found: Sequence[ReviewDefinition], _: object) -> list[object]:
        return [
            _show_instances(call)(list(call.services.reviews.instances_of(one.id, 50, None).items)) for one in found
        ]

    return expand


# instances ------------------------------------------------------------------------------------------------


@route(door, "GET", INSTANCES, query=SORTED, gives=Collection[Instance])
def list_instances(call: Call, definition_id: str) -> Answer:
    """The occurrences of a series, newest first."""
    return _instances(call, definition_id)


@route(
    door,
    "GET",
    INSTANCE,
    query=("$select",),
    gives=Instance,
    named=(COUNTED, Named(MINE_NAMED, SORTED, Collection[Instance])),
)
def get_instance(call: Call, definition_id: str, instance_id: str) -> Answer:
    """One occurrence, their `$count`, or those the caller reviews."""
    segment = parse_segment(instance_id)
    if segment.kind == "count":
        return _instances(call, definition_id, count_only=True)
    if segment.name == "filterByCurrentUser":
        on_reviewer(segment.arguments)
        return _instances(call, definition_id, mine=True)
    found, _ = visible_instance(call.services, call.actor, definition_id, segment.name)
    context = f"{CONTEXT}('{definition_id}')/instances"
    return single(call, found, context=context, properties=INSTANCE_NAMES, present=_show_instances(call))


def _instances(call: Call, definition_id: str, mine: bool = False, count_only: bool = False) -> Answer:
    services, definition = call.services, find_definition(call, definition_id)
    own = mine or not sees_package(call.actor, definition.catalog_id, definition.package_id)
    return collection(
        call,
        context=f"{CONTEXT}('{definition_id}')/instances",
        known=INSTANCE_FILTERS,  # type: ignore[arg-type]
        source=(lambda limit, after: _my_instances(call, definition_id, after))
        if own
        else (lambda limit, after: services.reviews.instances_of(definition_id, limit, after)),
        present=_show_instances(call),
        properties=INSTANCE_NAMES,
        orderable=("startdatetime", "enddatetime", "status"),
        count_only=count_only,
    )


def _my_instances(call: Call, definition_id: str, after: str | None) -> Page[ReviewInstance]:
    page = call.services.reviews.my_reviews(call.person.id, MINE, after)
    wanted = list(dict.fromkeys(part.instance_id for part in page.items if part.definition_id == definition_id))
    found = call.services.reviews.instances(wanted)
    return Page(tuple(found[one] for one in wanted if one in found), page.next)


def _show_instances(call: Call) -> Any:
    def show(found: Sequence[ReviewInstance]) -> list[dict[str, Any]]:
        states = call.services.reviews.states(one.id for one in found)
        return [present.instance(one, states.get(one.id)) for one in found]

    return show


@route(door, "GET", INSTANCE + "/contactedReviewers", query=LIST, gives=Collection[ContactedReviewer])
def list_contacted(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Who was, or would have been, told about the review (R76)."""
    return _contacted(call, definition_id, instance_id)


@route(door, "GET", INSTANCE + "/contactedReviewers/{part}", query=("$filter",), gives=COUNT, named=(COUNTED,))
def count_contacted(call: Call, definition_id: str, instance_id: str, part: str) -> Answer:
    """Their number (`$count`)."""
    only_count(part)
    return _contacted(call, definition_id, instance_id, count_only=True)


def _contacted(call: Call, definition_id: str, instance_id: str, count_only: bool = False) -> Answer:
    found, _ = visible_instance(call.services, call.actor, definition_id, instance_id)
    if not sees_all(call.actor, found):
        raise errors.Forbidden("Only those who administer or audit the review see whom it contacted.")

    def show(people: Sequence[Contacted]) -> list[dict[str, Any]]:
        return [present.reviewer(one) for one in people]

    return collection(
        call,
        context=f"{CONTEXT}('{definition_id}')/instances('{instance_id}')/contactedReviewers",
        known=REVIEWER_FILTERS,  # type: ignore[arg-type]
        source=lambda limit, after: contacted(call.services, found, limit, after),
        present=show,
        properties=("id", "displayName", "userPrincipalName", "createdDateTime"),
        count_only=count_only,
    )


def reviewed_by_caller(call: Call, definition_id: str, instance_id: str) -> tuple[ReviewInstance, tuple[MyReview, ...]]:
    """The instance with the caller's parts. Raises NotFound, or Forbidden for who sees it but is no reviewer."""
    found, parts = visible_instance(call.services, call.actor, definition_id, instance_id)
    if not parts:
        raise errors.Forbidden("You are not a reviewer of this review.")
    return found, parts
