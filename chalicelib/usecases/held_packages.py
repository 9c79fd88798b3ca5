"""The packages a person holds, as far as the one who asks may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.errors import NotFound
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import CLOSED
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.seeing import administers, holds, sees_package

_RECENT = 100  # reviews of the one who asks, newest first, that are looked through


@dataclass(frozen=True, slots=True)
class Held:
    """A live assignment with its package, the name of its policy ("" when that is gone), and the request that gave
    it with the name of who asked for that ("" unknown); None for one that was imported."""

    assignment: Assignment
    package: AccessPackage
    policy_name: str
    request: AssignmentRequest | None
    requestor: str = ""


def held_packages(services: Services, actor: Actor, person_id: str, now: datetime) -> list[Held]:
    """What a person holds now, by package name.

    Administrators, auditors and the person see all; managers what they manage; who reviews the person in an open
    review also what is under review there, and the packages they may see themselves. Raises NotFound for a person
    of whom the caller may see nothing, known or not.
    """
    person = services.people.user(person_id)
    live = [one for one in _assignments(services, person_id) if not is_over(one, now)] if person else []
    packages = services.entitlements.packages(one.package_id for one in live)
    whole = actor.reads_everything or actor.id == person_id
    reviewed = set() if whole else _reviewed(services, actor, live)
    shown = []
    for one in live:
        package = packages.get(one.package_id)
        if package and (whole or _may_see(services, actor, package, one, reviewed)):
            shown.append((one, package))
    if person is None or not (whole or shown):
        raise NotFound("There is no such person.")
    return sorted(_known(services, shown), key=lambda found: (found.package.display_name.lower(), found.package.id))


def _known(services: Services, shown: list[tuple[Assignment, AccessPackage]]) -> list[Held]:
    """Assignments with all that is told about them."""
    policies = services.entitlements.policies(one.policy_id for one, _ in shown)
    requests = {
        one.id: services.entitlements.request(ids.request_id(one.created, RequestType.ADMIN_ADD, one.id))
        for one, _ in shown
    }
    people = services.people.users({one.requestor_id for one in requests.values() if one} - {""})
    held = []
    for one, package in shown:
        policy, request = policies.get(one.policy_id), requests[one.id]
        requestor = people.get(request.requestor_id) if request else None
        names = (policy.display_name if policy else "", requestor.display_name if requestor else "")
        held.append(Held(one, package, names[0], request, names[1]))
    return held


def _assignments(services: Services, person_id: str) -> list[Assignment]:
    def source(limit: int, after: str | None) -> Page[Assignment]:
        return services.entitlements.assignments_of_person(person_id, limit, after)

    return list(every(source))


def _may_see(services: Services, actor: Actor, package: AccessPackage, held: Assignment, reviewed: set[str]) -> bool:
    if administers(actor, package.catalog_id, package.id) or held.id in reviewed:
        return True
    visible = sees_package(actor, package.catalog_id, package.id) or (reviewed and holds(services, actor, package.id))
    return bool(reviewed and visible)


def _reviewed(services: Services, actor: Actor, live: list[Assignment]) -> set[str]:
    """Which of these assignments the caller is asked about in an open review. Where an item lies follows from its
    reviewer set, so that each is one read."""
    parts = services.reviews.my_reviews(actor.id, _RECENT, None).items if live else ()
    states = services.reviews.states(part.instance_id for part in parts)
    instances = services.reviews.instances(part.instance_id for part in parts)
    found = set()
    for part in parts:
        state, instance = states.get(part.instance_id), instances.get(part.instance_id)
        if state is None or instance is None or state.status in CLOSED:
            continue
        shards = next((one.shards for one in state.shared if one.id == part.set_id), 1)
        found |= {
            one.id for one in live if one.policy_id == instance.policy_id and _has_item(services, part, shards, one.id)
        }
    return found


def _has_item(services: Services, part: MyReview, shards: int, assignment_id: str) -> bool:
    item_id = ids.decision_id(part.set_id, shards, assignment_id, part.instance_id)
    return services.items.get(part.instance_id, item_id) is not None
