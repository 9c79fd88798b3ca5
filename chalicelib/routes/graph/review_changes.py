"""Graph's accessReviews, changed: making, changing and ending definitions, and what can be done to an instance."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.reviews import ReviewInstance
from chalicelib.routes.graph.access_reviews import find_definition, shown_definition
from chalicelib.routes.graph.addresses import only_id
from chalicelib.routes.graph.bodies import Anything
from chalicelib.routes.graph.definition_bodies import in_terms_of_a_definition, read_changed, read_new, read_scope
from chalicelib.routes.graph.reading import body_of
from chalicelib.routes.graph.review_paths import AR, INSTANCE, ONE
from chalicelib.routes.graph.review_shapes import Definition
from chalicelib.routes.graph.reviewer_sets import read_scopes
from chalicelib.routes.graph.series_bodies import DefinitionBody, InstanceBody, NewDefinition
from chalicelib.routes.http import Answer, Call, Created, route
from chalicelib.usecases import manage_definitions
from chalicelib.usecases.confirm_removals import apply_decisions
from chalicelib.usecases.control_review import remind_reviewers, stop_review
from chalicelib.usecases.edit_reviewers import Reviewers, edit_reviewers
from chalicelib.usecases.list_items import visible_instance
from chalicelib.usecases.reset_decisions import reset_decisions

door = Blueprint(__name__)


@route(door, "POST", AR, takes=NewDefinition, headers=("Retry-Attempt",), gives={201: Definition})
def add_definition(call: Call) -> Answer:
    """Begin an ad-hoc or one-time review of an access package's assignment policy."""
    reader = body_of(call)
    package, policy = read_scope(reader)
    with in_terms_of_a_definition():
        draft = read_new(reader, call.services.settings.default_time_zone, call.now)
        made = manage_definitions.create_review(
            call.services,
            call.actor,
            call.now,
            call.operation,
            policy,
            draft,
            package_id=package,
            retried=call.retried,
        )
    return Created(shown_definition(call, made))


@route(door, "PUT", ONE, takes=DefinitionBody, gives=None)
def replace_definition(call: Call, definition_id: str) -> Answer:
    """Change a series; members that are left out stay as they are."""
    return _change(call, definition_id)


@route(door, "PATCH", ONE, takes=DefinitionBody, gives=None)
def change_definition(call: Call, definition_id: str) -> Answer:
    """Change the members that are given."""
    return _change(call, definition_id)


def _change(call: Call, definition_id: str) -> Answer:
    reader = body_of(call)
    found = find_definition(call, only_id(definition_id))
    with in_terms_of_a_definition():
        draft = read_changed(reader, found, call.now)
        manage_definitions.update_definition(call.services, call.actor, call.now, call.operation, found, draft)
    return None


@route(door, "DELETE", ONE, gives=None)
def delete_definition(call: Call, definition_id: str) -> Answer:
    """End a series and leave it out of lists; what was decided stays on record (R144)."""
    found = find_definition(call, only_id(definition_id))
    manage_definitions.delete_definition(call.services, call.actor, call.now, call.operation, found)
    return None


@route(door, "POST", ONE + "/stop", takes=Anything, gives=None)
def stop_definition(call: Call, definition_id: str) -> Answer:
    """End a series and its open review."""
    found = find_definition(call, only_id(definition_id))
    manage_definitions.stop_definition(call.services, call.actor, call.now, call.operation, found)
    return None


# instances ------------------------------------------------------------------------------------------------


def _named(call: Call, definition_id: str, instance_id: str) -> ReviewInstance:
    """The instance of an action."""
    return visible_instance(call.services, call.actor, definition_id, instance_id)[0]


@route(door, "PATCH", INSTANCE, takes=InstanceBody, gives=None)
def patch_instance(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Edit the reviewers and fallback reviewers of a running occurrence (R140, G31); nothing else can be changed."""
    reader = body_of(call)
    wish = Reviewers(
        primary=read_scopes(reader, "reviewers"),
        fallback=read_scopes(reader, "fallbackReviewers"),
    )
    found, _ = visible_instance(call.services, call.actor, definition_id, instance_id)
    edit_reviewers(call.services, call.actor, found, wish, call.now, call.operation)
    return None


@route(door, "POST", INSTANCE + "/stop", takes=Anything, gives=None)
def stop(call: Call, definition_id: str, instance_id: str) -> Answer:
    """End the occurrence early; unanswered items keep access (G24)."""
    stop_review(call.services, call.actor, call.now, call.operation, _named(call, definition_id, instance_id))
    return None


@route(door, "POST", INSTANCE + "/applyDecisions", takes=Anything, gives=None)
def apply(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Confirm the removals of a completed review that waits for it."""
    apply_decisions(call.services, call.actor, call.now, call.operation, _named(call, definition_id, instance_id))
    return None


@route(door, "POST", INSTANCE + "/sendReminder", takes=Anything, headers=("Retry-Attempt",), gives=None)
def remind(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Remind every reviewer who has something undecided (R81)."""
    found = _named(call, definition_id, instance_id)
    remind_reviewers(call.services, call.actor, call.now, call.operation, found, call.retried)
    return None


@route(door, "POST", INSTANCE + "/resetDecisions", takes=Anything, headers=("Retry-Attempt",), gives=None)
def reset(call: Call, definition_id: str, instance_id: str) -> Answer:
    """Set every decision back to undecided; what was decided stays in each item's history (R143, G47)."""
    found = _named(call, definition_id, instance_id)
    reset_decisions(call.services, call.actor, call.now, call.operation, found, call.retried)
    return None
