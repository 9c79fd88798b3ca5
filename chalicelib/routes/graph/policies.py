"""Assignment policies with their review settings, in the shape of Graph's entitlement management."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.errors import NotFound
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.routes import http
from chalicelib.routes.declared import COUNTED, SORTED
from chalicelib.routes.graph import expand_entitlements as expand
from chalicelib.routes.graph import lists
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.addresses import EM, EM_CONTEXT, found_by_id, only_id, part_of
from chalicelib.routes.graph.bodies import NewPolicy, PolicyBody
from chalicelib.routes.graph.expirations import read_expiration
from chalicelib.routes.graph.odata_match import Filter
from chalicelib.routes.graph.policy_members import read_kept
from chalicelib.routes.graph.reading import Reader, body_of
from chalicelib.routes.graph.review_settings import read_review
from chalicelib.routes.graph.shapes import AssignmentPolicy as PolicyShape
from chalicelib.routes.graph.walking import Source, listed
from chalicelib.routes.http import Answer, Call, Created
from chalicelib.routes.shapes import Collection
from chalicelib.usecases import list_entitlements, manage_policies, seeing
from chalicelib.usecases.manage_policies import PolicyDraft

door = Blueprint(__name__)

POLICIES, IN_PACKAGE = f"{EM}/assignmentPolicies", f"{EM}/accessPackages/{{id}}/assignmentPolicies"
ONE, MANY = ("$select", "$expand"), (*SORTED, "$expand")
ORDERS = frozenset({"displayname", "createddatetime", "modifieddatetime"})
TARGET_SCOPES = (
    "notSpecified",
    "specificDirectoryUsers",
    "specificConnectedOrganizationUsers",
    "specificDirectoryServicePrincipals",
    "allMemberUsers",
    "allDirectoryUsers",
    "allDirectoryServicePrincipals",
    "allConfiguredConnectedOrganizationUsers",
    "allExternalUsers",
    "allDirectoryAgentIdentities",
)


@http.route(door, "GET", POLICIES, query=MANY, gives=Collection[PolicyShape])
def policies(call: Call) -> Answer:
    """The policies the caller may see."""
    return _every_policy(call)


@http.route(door, "GET", IN_PACKAGE, query=MANY, gives=Collection[PolicyShape])
def policies_of_package(call: Call, id: str) -> Answer:
    """The policies of one access package."""
    return _policies_in(call, id)


@http.route(door, "POST", POLICIES, takes=NewPolicy, headers=("Retry-Attempt",), gives={201: PolicyShape})
def add_policy(call: Call) -> Answer:
    """Create a policy of an access package, with or without reviews."""
    reader = body_of(call)
    package = reader.inner("accessPackage")
    package_id = package.identifier("id") if package else reader.identifier("accessPackageId")
    if not package_id:
        raise reader.refused("accessPackage/id", "Must name the access package of the policy.")
    made = manage_policies.create_policy(
        call.services, call.actor, call.now, call.operation, package_id, _whole(call, reader), call.retried
    )
    return Created(_policy(call, made))


@http.route(door, "GET", f"{POLICIES}/{{id}}", query=ONE, gives=PolicyShape, named=(COUNTED,))
def policy(call: Call, id: str) -> Answer:
    """One policy, or `$count`."""
    if id == "$count":
        return _every_policy(call, count_only=True)
    return _policy(call, seeing.find_policy(call.services, call.actor, only_id(id)))


@http.route(door, "PUT", f"{POLICIES}/{{id}}", takes=PolicyBody, gives=PolicyShape)
def replace_policy(call: Call, id: str) -> Answer:
    """Replace a policy: what is not given is off or empty afterwards, review settings included (G30)."""
    found = seeing.find_policy(call.services, call.actor, only_id(id))
    return _changed(call, found, _whole(call, body_of(call), found.enabled))


@http.route(door, "PATCH", f"{POLICIES}/{{id}}", takes=PolicyBody, gives=PolicyShape)
def change_policy(call: Call, id: str) -> Answer:
    """Change the members that are given; inside review settings as well."""
    found = seeing.find_policy(call.services, call.actor, only_id(id))
    return _changed(call, found, _overlaid(call, body_of(call), found))


@http.route(door, "DELETE", f"{POLICIES}/{{id}}", gives=None)
def delete_policy(call: Call, id: str) -> Answer:
    """Delete a policy nobody has an active assignment through."""
    manage_policies.delete_policy(call.services, call.actor, call.now, call.operation, only_id(id))
    return None


# The same policies through their package, where Graph changes them by PATCH.


@http.route(door, "POST", IN_PACKAGE, takes=PolicyBody, headers=("Retry-Attempt",), gives={201: PolicyShape})
def add_policy_in(call: Call, id: str) -> Answer:
    """Create a policy of this access package."""
    made = manage_policies.create_policy(
        call.services, call.actor, call.now, call.operation, only_id(id), _whole(call, body_of(call)), call.retried
    )
    return Created(_policy(call, made))


@http.route(door, "GET", f"{IN_PACKAGE}/{{policy_id}}", query=ONE, gives=PolicyShape, named=(COUNTED,))
def policy_in(call: Call, id: str, policy_id: str) -> Answer:
    """One policy of this access package, or `$count`."""
    if policy_id == "$count":
        return _policies_in(call, id, count_only=True)
    return _policy(call, _find_in(call, id, policy_id))


@http.route(door, "PATCH", f"{IN_PACKAGE}/{{policy_id}}", takes=PolicyBody, gives=PolicyShape)
def change_policy_in(call: Call, id: str, policy_id: str) -> Answer:
    """Change the members that are given of a policy of this access package."""
    found = _find_in(call, id, policy_id)
    return _changed(call, found, _overlaid(call, body_of(call), found))


@http.route(door, "DELETE", f"{IN_PACKAGE}/{{policy_id}}", gives=None)
def delete_policy_in(call: Call, id: str, policy_id: str) -> Answer:
    """Delete a policy of this access package that nobody has an active assignment through."""
    found = _find_in(call, id, policy_id)
    manage_policies.delete_policy(call.services, call.actor, call.now, call.operation, found.id)
    return None


def _find_in(call: Call, package_id: str, policy_id: str) -> AssignmentPolicy:
    """Raises NotFound, also for a policy of another package."""
    found = seeing.find_policy(call.services, call.actor, only_id(policy_id))
    if found.package_id != only_id(package_id):
        raise NotFound("The access package has no such policy.")
    return found


def _policies_in(call: Call, id: str, count_only: bool = False) -> Answer:
    package = seeing.find_package(call.services, call.actor, only_id(id))
    seen = seeing.sees_package(call.actor, package.catalog_id, package.id)
    found = part_of(call.services.entitlements.policies_of_package, package.id) if seen else listed([])
    where = f"{EM_CONTEXT}/accessPackages('{package.id}')/assignmentPolicies"
    return _policies(call, where, found, count_only=count_only)


def _whole(call: Call, reader: Reader, enabled: bool = True) -> PolicyDraft:
    """A draft from the body alone; a client that does not know our annotation leaves `enabled` as it is. Raises
    InvalidInput."""
    inner = reader.inner("reviewSettings")
    review, kept = read_review(inner.members if inner else None, call.services.settings.default_time_zone)
    return PolicyDraft(
        display_name=reader.name(),
        description=reader.text("description"),
        enabled=reader.flag(present.ENABLED, enabled),
        allowed_target_scope=reader.choice("allowedTargetScope", TARGET_SCOPES, "notSpecified"),
        expiration=read_expiration(reader.inner("expiration")),
        other=read_kept(reader) | ({"reviewSettings": kept} if kept else {}),
        review=review,
    )


def _overlaid(call: Call, reader: Reader, found: AssignmentPolicy) -> PolicyDraft:
    """The policy's present members with those of the body laid over them. Raises InvalidInput."""
    draft = manage_policies.draft_of(found)
    kept = {name: value for name, value in draft.other.items() if not reader.mentions(name)}
    draft = replace(
        draft,
        display_name=reader.name() if reader.mentions("displayName") else draft.display_name,
        description=reader.text("description") if reader.mentions("description") else draft.description,
        enabled=reader.flag(present.ENABLED, draft.enabled),
        allowed_target_scope=reader.choice("allowedTargetScope", TARGET_SCOPES, draft.allowed_target_scope),
        other=kept | read_kept(reader),
    )
    if reader.mentions("expiration"):
        draft = replace(draft, expiration=read_expiration(reader.inner("expiration")))
    if not reader.mentions("reviewSettings"):
        return draft
    given = reader.inner("reviewSettings")
    merged = {**(present.review_of(found) or {}), **given.members} if given else None
    review, unscheduled = read_review(merged, call.services.settings.default_time_zone)
    other = draft.other | ({"reviewSettings": unscheduled} if unscheduled else {})
    return replace(draft, review=review, other=other)


def _changed(call: Call, found: AssignmentPolicy, draft: PolicyDraft) -> Answer:
    changed = manage_policies.update_policy(call.services, call.actor, call.now, call.operation, found, draft)
    return _policy(call, changed)


def _policy(call: Call, found: AssignmentPolicy) -> Mapping[str, Any]:
    return lists.single(
        call,
        found,
        context=f"{EM_CONTEXT}/assignmentPolicies",
        properties=present.POLICY_PROPERTIES,
        present=present.policy_objects,
        expandable=expand.of_policy(call),
    )


def _every_policy(call: Call, *, count_only: bool = False) -> Answer:
    source = list_entitlements.policies(call.services, call.actor)
    return _policies(call, f"{EM_CONTEXT}/assignmentPolicies", source, _narrower, count_only)


def _policies(
    call: Call,
    context: str,
    source: Source[AssignmentPolicy],
    narrower: Callable[[Call, Filter], Source[AssignmentPolicy] | None] | None = None,
    count_only: bool = False,
) -> Answer:
    return lists.collection(
        call,
        context=context,
        known=present.KNOWN_OF_POLICY,
        source=source,
        present=present.policy_objects,
        properties=present.POLICY_PROPERTIES,
        expandable=expand.of_policy(call),
        orderable=ORDERS,
        narrower=partial(narrower, call) if narrower else None,
        indexed="id eq, accessPackage/id eq",
        count_only=count_only,
    )


def _narrower(call: Call, chosen: Filter) -> Source[AssignmentPolicy] | None:
    """The shorter list that holds every match of a filter, for those who would walk all policies."""
    if not call.actor.reads_everything:
        return None
    same = chosen.equalities()
    if "id" in same:
        return found_by_id(call.services.entitlements.policy, same["id"])
    if "accesspackage/id" in same:
        return part_of(call.services.entitlements.policies_of_package, same["accesspackage/id"])
    return None
