"""Lists from the caller's own point of view, as Graph's filterByCurrentUser asks for them (graph-api.md, tier ext)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.errors import FilterTooBroad
from chalicelib.domain.people import Actor, User
from chalicelib.usecases import list_entitlements
from chalicelib.usecases.list_entitlements import Source, every, gathered
from chalicelib.usecases.ports import Services

MOST = 10_000  # objects examined for one answer (brief, decision 14)
ASSIGNMENTS_ON = ("target", "createdBy", "targetManager")
REQUESTS_ON = ("target", "createdBy", "approver", "targetOrRequestor", "targetManager", "requestForOthers")
Where = Callable[[AssignmentRequest], bool] | None


def own_assignments(services: Services, actor: Actor, on: str) -> Source[Assignment]:
    """Assignments `on` the caller: theirs, made by their requests, or of the people they manage.

    Raises FilterTooBroad when finding them would examine more than 10,000 objects.
    """
    if on == "target":
        return partial(services.entitlements.assignments_of_person, actor.id)
    if on == "createdBy":
        return gathered(_made_by(services, actor), lambda found: found.id)
    return gathered(
        (
            assignment
            for person in _reports(services, actor.id)
            for assignment in every(partial(services.entitlements.assignments_of_person, person.id))
        ),
        lambda found: found.id,
    )


def own_requests(services: Services, actor: Actor, on: str) -> tuple[Source[AssignmentRequest], Where]:
    """Requests `on` the caller, and which of them belong to the answer. Nobody is an approver: nothing needs
    approval yet."""
    if on == "approver":
        return gathered([], lambda found: found.id), None
    if on == "target":
        return partial(services.entitlements.requests_of_person, actor.id), None
    if on == "targetManager":
        found = (
            request
            for person in _reports(services, actor.id)
            for request in every(partial(services.entitlements.requests_of_person, person.id))
        )
        return gathered(found, lambda request: request.id), None
    return list_entitlements.requests(services, actor), lambda request: _is_on(request, actor.id, on)


def _is_on(request: AssignmentRequest, caller: str, on: str) -> bool:
    mine, about_me = request.requestor_id == caller, request.target_id == caller
    return {"createdBy": mine, "targetOrRequestor": mine or about_me, "requestForOthers": mine and not about_me}[on]


def _made_by(services: Services, actor: Actor) -> Iterator[Assignment]:
    """The assignments that requests of the caller made."""
    for number, request in enumerate(every(list_entitlements.requests(services, actor))):
        _check(number, "requests", "accessPackage/id or target/objectId of the plain list of assignments")
        if request.requestor_id == actor.id and request.type is RequestType.ADMIN_ADD:
            found = services.entitlements.assignment(request.assignment_id)
            if found is not None:
                yield found


def _reports(services: Services, manager_id: str) -> Iterator[User]:
    """The people somebody manages: no index has them, so that the directory is walked."""
    for number, person in enumerate(every(services.people.list_users)):
        _check(number, "people", "target/objectId of the plain list")
        if person.manager_id == manager_id:
            yield person


def _check(number: int, what: str, instead: str) -> None:
    if number >= MOST:
        raise FilterTooBroad(f"More than {MOST:,} {what} would have to be examined. An index serves: {instead}.", "on")
