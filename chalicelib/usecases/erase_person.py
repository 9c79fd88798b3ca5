"""Erasing a person (R137, R164): at once they can do nothing and hold no role; then their access ends as if somebody
had removed it, rights outside included; only when that is done everything that tells who they were goes.

Audit trail, proofs and decision items hold ids and stay valid; names are looked up when they are shown, and where an
opening froze them they are written over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import ABSENCE, LOST, Due
from chalicelib.domain.assignments import Assignment, RequestType
from chalicelib.domain.audit import event
from chalicelib.domain.people import REMOVED, SYSTEM, Actor, Membership, PrincipalName, User
from chalicelib.domain.provisioning import AwaitedManager, ProvisioningClient
from chalicelib.domain.reviews import OPENING
from chalicelib.usecases.agenda import due_now
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.cancel_items import open_reviews
from chalicelib.usecases.item_history import reviews_of
from chalicelib.usecases.list_entitlements import every
from chalicelib.usecases.person_changes import CATEGORY
from chalicelib.usecases.ports import Change, Create, Drop, Put, Save, Services
from chalicelib.usecases.provision_people import USER, actor_of, external_id_changes, find_provisioned
from chalicelib.usecases.roles import taking_roles

LOG = logging.getLogger("access_reviews")
ERASE = "erase"  # agenda kind: a person is being erased
AGAIN = timedelta(minutes=15)
"""While rights outside are still to be taken away, this is looked at again so often."""
LONGEST = timedelta(days=21)
"""A system outside that does not let go of somebody for so long does not keep their data here any longer."""
MOST_REVIEWS = 500  # of each assignment, newest first, whose frozen names are written over


def erase_person(services: Services, actor: Actor, now: datetime, operation: str, person_id: str) -> None:
    """Begin to erase somebody. Repeating it is harmless. Raises Forbidden, NotFound, Conflict (oneself, the last
    administrator, or the one the settings name)."""
    if not actor.is_administrator:
        raise errors.Forbidden("Only administrators erase people.")
    person = services.people.user(person_id) if ids.is_guid(person_id) else None
    if person is None:
        raise errors.NotFound("There is no such person.")
    if person.id == actor.id:
        raise errors.Conflict("Somebody else has to erase you.")
    if person.leaving is None:
        _begin(services, actor, now, operation, person)


def erase_provisioned(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    user_id: str,
    version: int | None = None,
) -> None:
    """Begin to erase somebody for a provisioning client. Raises NotFound, PreconditionFailed, Conflict."""
    person = find_provisioned(services, user_id)
    if version is not None and person.version != version:
        raise errors.PreconditionFailed("The resource has another version. Read it again.")
    _begin(services, actor_of(client), now, operation, person)


def _begin(services: Services, actor: Actor, now: datetime, operation: str, person: User) -> None:
    if person.principal_name.lower() == services.settings.first_administrator.lower():
        raise errors.Conflict("The settings of this deployment name this person as its first administrator.")
    leaving = replace(person, enabled=False, leaving=now, provisioned=(), manager_awaited="")
    recorded = event(now, actor, CATEGORY, "Delete user", ("user", person.id), operation)
    changes: list[Change] = [Save(leaving), Create(recorded), *_names_of(person)]
    changes += [Put(Due(when=now, kind=kind, id=person.id)) for kind in (ERASE, LOST)]
    services.writer.commit(operation, *changes, *taking_roles(services, actor, now, operation, person.id))
    for kind in (ERASE, LOST):
        services.queue.send(kind, person.id)


def _names_of(person: User) -> Iterator[Change]:
    """What finds a person by another name than their id."""
    yield Drop(PrincipalName(name=person.principal_name.lower(), user_id=person.id))
    for client_id, value in person.provisioned:
        yield from external_id_changes(client_id, USER, person.id, value, "")
    if person.manager_awaited:
        yield Drop(AwaitedManager(reference=person.manager_awaited.lower(), user_id=person.id))


def advance_erasure(services: Services, person_id: str) -> None:
    """Go on with erasing somebody. Repeatable and safe to be killed anywhere; while something is left to do the
    agenda has it done again."""
    rows, person = due_now(services, ERASE, person_id), services.people.user(person_id)
    budget = Budget(services.clock, services.settings.invocation_seconds)
    now = services.clock.now()
    if person is not None and person.leaving is not None:
        if not _access_ended(services, person, budget, now) or not _forgotten(services, person, budget):
            services.writer.put_all([Due(when=now + AGAIN, kind=ERASE, id=person_id)])
        else:
            operation = f"erased:{person.id}"
            target = ("user", person.id)
            recorded = event(now, SYSTEM, CATEGORY, "Hard Delete user", target, operation)
            services.writer.commit(operation, Drop(person), Create(recorded))
    for row in rows:
        services.writer.remove(row)


def _access_ended(services: Services, person: User, budget: Budget, now: datetime) -> bool:
    """End what they hold, and their place in groups and in others' absences; True when nothing is owed any more."""
    for holding in services.entitlements.holdings_of_person(person.id):
        assignment = services.entitlements.assignment(holding.assignment_id)
        if assignment is not None and budget.left():
            _end(services, assignment, now)
    while roles := taking_roles(services, SYSTEM, now, services.clock.new_id(), person.id):
        services.writer.commit(services.clock.new_id(), *roles)
    for group_id in services.people.groups_of(person.id):
        services.writer.remove(Membership(group_id=group_id, member_id=person.id))
    for delegate in services.reviews.standing_delegates([person.id]).values():
        services.writer.remove(delegate)
        services.writer.remove(Due(when=delegate.starts, kind=ABSENCE, id=person.id))
    assert person.leaving is not None
    return all(one.delivery is None for one in _assignments(services, person)) or now - person.leaving > LONGEST


def _end(services: Services, assignment: Assignment, now: datetime) -> None:
    kind, reason = RequestType.SYSTEM_REMOVE, "The person was erased from the directory."
    try:
        end_assignment(services, SYSTEM, now, f"erase:{assignment.id}", assignment, kind, justification=reason)
    except errors.Conflict:
        LOG.info("assignment %s was changed while its person is erased", assignment.id)  # the next look ends it


def _assignments(services: Services, person: User) -> Iterator[Assignment]:
    return every(partial(services.entitlements.assignments_of_person, person.id))


def _forgotten(services: Services, person: User, budget: Budget) -> bool:
    """Write over the names that openings froze, and remove what mails told; False when there was no time for all, or
    a review is just being opened."""
    for assignment in _assignments(services, person):
        policies = (assignment.policy_id, *assignment.former_policies)
        running = [one for policy_id in policies for one in open_reviews(services, policy_id)]
        states = services.reviews.states(one.id for one in running)
        if not budget.left() or any(one.status in OPENING for one in states.values()):
            return False
        for past in reviews_of(services, assignment, most=MOST_REVIEWS):
            services.items.forget(past.instance.id, past.item.id, REMOVED)
    _forget_reviewer(services, person)
    for told in every(partial(services.reviews.told_to, person.id)):
        services.writer.remove(told)
    for mail in [one for one in every(services.reviews.undelivered) if one.user_id == person.id]:
        services.writer.remove(mail)
    for bad in services.addresses.bad({person.mail.lower(), person.principal_name.lower()} - {""}).values():
        services.writer.remove(bad)
    for bad in [one for one in every(services.addresses.list_bad) if one.user_id == person.id]:
        services.writer.remove(bad)
    return budget.left()


def _forget_reviewer(services: Services, person: User) -> None:
    """Write over the names in the lists of reviewers they are in, and as the manager of those they review."""
    for part in every(partial(services.reviews.my_reviews, person.id)):
        if part.set_id == ids.set_of_one(person.id):
            for item in every(partial(services.items.sweep, part.instance_id, part.set_id, 0)):
                if item.manager_id == person.id and item.manager_name != REMOVED:
                    services.items.forget_manager(item.instance_id, item.id, person.id, REMOVED)
        for row in services.reviews.reviewers_of_set(part.instance_id, part.set_id):
            if row.user_id == person.id and row.display_name != REMOVED:
                services.reviews.forget_reviewer(row, REMOVED)
