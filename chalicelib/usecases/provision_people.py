"""People as an identity provider keeps them over SCIM: made, changed and switched off, with the same consequences
as any other change of a person. Nothing here grows with how many people there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.people import Actor, User
from chalicelib.domain.provisioning import AwaitedManager, ExternalId, ProvisioningClient
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.person_changes import Writing, person_change
from chalicelib.usecases.ports import Change, Create, Drop, Put, Services

MANAGERS = "managers"  # agenda kind: somebody came of whom others wait as their manager
TRIES = 5
USER = "user"
LONGEST = 250  # characters of a name: four bytes each still make a key
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """How a client wants a person to be. `manager` is an id, the client's own id or a principal name, "" nobody."""

    person: User
    external_id: str
    manager: str


Alter = Callable[[User], Wish]


def actor_of(client: ProvisioningClient) -> Actor:
    """A client as the one who does something."""
    return Actor(client.id, "", client.display_name)


def find_provisioned(services: Services, user_id: str) -> User:
    """A person a client may see: everybody who is not about to be erased. Raises NotFound."""
    found = services.people.user(user_id) if ids.is_guid(user_id) else None
    if found is None or found.leaving is not None:
        raise errors.NotFound("There is no such person.")
    return found


def provision_person(services: Services, client: ProvisioningClient, now: datetime, operation: str, wish: Wish) -> User:
    """A new person. Raises InvalidInput naming the attribute, Conflict (target userName or externalId) when there
    is one already."""
    person_id = ids.guid("user", operation)
    bare = replace(wish.person, id=person_id, created=now, provisioned=(), manager_awaited="", version=0)
    try:
        return _write(services, client, now, operation, None, bare, wish)
    except errors.Conflict as problem:
        if problem.target is None:
            _require_unique(services, client, person_id, wish)  # somebody was faster
        raise


def change_person(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    user_id: str,
    alter: Alter,
    version: int | None = None,
) -> User:
    """Change a person to what `alter` makes of them as they stand; nothing is written when that is how they are.

    Raises NotFound, InvalidInput, PreconditionFailed (they have another version than `version`), Conflict (target
    userName or externalId) when somebody else is called so, Throttled.
    """
    for attempt in range(TRIES):
        before = find_provisioned(services, user_id)
        if version is not None and before.version != version:
            raise errors.PreconditionFailed("The resource has another version. Read it again.")
        wish = alter(before)
        try:
            return _write(services, client, now, f"{operation}:{attempt}", before, wish.person, wish)
        except errors.Conflict as problem:
            if problem.target is not None:
                raise
            _require_unique(services, client, user_id, wish)  # else somebody changed the person: once more
    raise errors.Throttled("This person is being changed by somebody else. Try again in a moment.")


def _write(
    services: Services,
    client: ProvisioningClient,
    now: datetime,
    operation: str,
    before: User | None,
    wanted: User,
    wish: Wish,
) -> User:
    _check(wish)
    _require_unique(services, client, wanted.id, wish, before)
    linked, linking = _linked(client, before, wanted, wish.external_id)
    after, awaiting = _managed(services, client, before, linked, wish.manager)
    if after == before:
        return after
    writing = Writing(actor_of(client), now, operation, {"provisioningClient": client.id}, now)
    change = person_change(writing, before, after)
    awaited = _is_awaited(services, before, after, wish.external_id)
    hints: list[Change] = [Put(Due(when=now, kind=MANAGERS, id=after.id))] if awaited else []
    services.writer.commit(operation, *change.writes, *linking, *awaiting, *hints)
    change.send_hints(services, after.id)
    if awaited:
        services.queue.send(MANAGERS, after.id)
    if after.manager_awaited and _resolve(services, client.id, after.manager_awaited):
        services.queue.send(MANAGERS, after.id)  # the manager came at the same moment
    return replace(after, version=after.version + 1)


def _check(wish: Wish) -> None:
    person = wish.person
    for name, value in (("userName", person.principal_name), ("displayName", person.display_name)):
        if not value.strip() or len(value) > LONGEST:
            raise errors.InvalidInput(f"{name} needs 1 to {LONGEST} characters.", name)


def _require_unique(
    services: Services, client: ProvisioningClient, user_id: str, wish: Wish, before: User | None = None
) -> None:
    """Raises Conflict naming the attribute that somebody else has."""
    name = wish.person.principal_name.lower()
    same_name = before is not None and before.principal_name.lower() == name
    if not same_name and services.people.ids_by_principal_names([name]).get(name, user_id) != user_id:
        raise errors.Conflict("There is somebody with this userName already.", "userName")
    require_free(services, client, USER, user_id, before.external_id(client.id) if before else "", wish.external_id)


def require_free(
    services: Services, client: ProvisioningClient, kind: str, object_id: str, before: str, after: str
) -> None:
    """Raises Conflict (target externalId) when the client calls something else so already."""
    if after and after != before and services.provisioning.object_of(client.id, kind, after) not in (None, object_id):
        raise errors.Conflict("There is one with this externalId already.", "externalId")


def _linked(
    client: ProvisioningClient, before: User | None, wanted: User, external_id: str
) -> tuple[User, list[Change]]:
    """The person as one the client keeps, and the changes of its own id of them."""
    held = before.external_id(client.id) if before else ""
    others = tuple(pair for pair in wanted.provisioned if pair[0] != client.id)
    kept = before is not None and (client.id, external_id) in before.provisioned
    after = wanted if kept else replace(wanted, provisioned=(*others, (client.id, external_id)))
    return after, external_id_changes(client.id, USER, wanted.id, held, external_id)


def external_id_changes(client_id: str, kind: str, object_id: str, before: str, after: str) -> list[Change]:
    """The changes that give a person or group another id of a client's own."""
    if before == after:
        return []
    changes: list[Change] = []
    for value, change in ((before, Drop), (after, Create)):
        if value:
            changes.append(change(ExternalId(client_id=client_id, kind=kind, value=value, object_id=object_id)))
    return changes


def _managed(
    services: Services, client: ProvisioningClient, before: User | None, wanted: User, reference: str
) -> tuple[User, list[Change]]:
    """The person with their manager; one who is not there yet is awaited. Raises InvalidInput."""
    held = (before.manager_awaited or before.manager_id) if before else ""
    if reference == held and not (before and before.manager_awaited):
        return replace(wanted, manager_id=before.manager_id if before else ""), []
    found = _resolve(services, client.id, reference) if reference else ""
    if found == wanted.id or (reference and reference.lower() == wanted.principal_name.lower()):
        raise errors.InvalidInput("Nobody is their own manager.", "manager")
    if len(reference) > LONGEST:
        raise errors.InvalidInput(f"manager may have {LONGEST} characters at most.", "manager")
    after = replace(wanted, manager_id=found, manager_awaited="" if found else reference)
    old, new = before.manager_awaited if before else "", after.manager_awaited
    if old == new:
        return after, []
    changes: list[Change] = [Drop(AwaitedManager(reference=old.lower(), user_id=wanted.id))] if old else []
    return after, changes + ([Put(AwaitedManager(reference=new.lower(), user_id=wanted.id))] if new else [])


def _resolve(services: Services, client_id: str, reference: str) -> str:
    """The id of the person a client means, "" while there is none."""
    if ids.is_guid(reference) and services.people.user(reference):
        return reference
    mine = services.provisioning.object_of(client_id, USER, reference)
    return mine or services.people.ids_by_principal_names([reference.lower()]).get(reference.lower(), "")


def _is_awaited(services: Services, before: User | None, after: User, external_id: str) -> bool:
    """Does somebody wait for this person as their manager, by a name that is new?"""
    known = _references(before) if before else set()
    fresh = {after.principal_name.lower(), external_id.lower()} - known - {""}
    return any(services.provisioning.awaiting(reference, 1) for reference in sorted(fresh))


def _references(person: User) -> set[str]:
    return {person.principal_name.lower(), *(value.lower() for _, value in person.provisioned)} - {""}


def settle_managers(services: Services, user_id: str) -> None:
    """Give those who wait for this person their manager, and this person theirs. Repeatable; raises Conflict when
    somebody is changed meanwhile, and the agenda row has it done again."""
    rows, person = due_now(services, MANAGERS, user_id), services.people.user(user_id)
    if person is None or person.leaving:
        return done(services, rows)
    if person.manager_awaited:
        _settle(services, person)
    for reference in sorted(_references(person)):
        while waiting := services.provisioning.awaiting(reference, _PAGE):
            for one in waiting:
                employee = services.people.user(one.user_id)
                if employee is None or employee.manager_awaited.lower() != reference or not _settle(services, employee):
                    services.writer.remove(one)
    done(services, rows)


def _settle(services: Services, employee: User) -> bool:
    """Give one person the manager they wait for; False when they get none that way."""
    reference = employee.manager_awaited
    known = (_resolve(services, client_id, reference) for client_id, _ in employee.provisioned or (("", ""),))
    manager_id = next(filter(None, known), "")
    if manager_id in ("", employee.id):
        return False
    after = replace(employee, manager_id=manager_id, manager_awaited="")
    by, now = employee.provisioned[0][0] if employee.provisioned else "system", services.clock.now()
    operation = f"manager:{employee.id}:{employee.version}"
    writing = Writing(Actor(by, "", ""), now, operation, {}, now)
    awaited = AwaitedManager(reference=reference.lower(), user_id=employee.id)
    services.writer.commit(operation, *person_change(writing, employee, after).writes, Drop(awaited))
    return True
