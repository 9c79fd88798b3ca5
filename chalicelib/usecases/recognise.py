"""Who the members of a system outside are in our directory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.audit import event
from chalicelib.domain.errors import Conflict
from chalicelib.domain.people import Actor, PrincipalName, User
from chalicelib.usecases.ports import Create, Member, Services


@dataclass(frozen=True, slots=True)
class Recognised:
    """A person of the directory and by what they were recognised."""

    user: User
    how: str


def recognise(services: Services, members: Sequence[Member]) -> dict[str, Recognised]:
    """Who members are, by their key outside: by user name, then by mail address as principal name, then by id. Two
    batch reads. Whoever is recognised as two members at once is the one whose user name it is."""
    names = {one.lower() for member in members for one in (member.principal_name, member.mail) if one}
    by_name = services.people.ids_by_principal_names(sorted(names))
    guids = {one.lower() for member in members for one in (member.external_id, member.key)}
    users = services.people.users({*by_name.values(), *filter(ids.is_guid, guids)})
    found: dict[str, Recognised] = {}
    taken: set[str] = set()
    for how in ("userName", "mail", "id"):
        for member in members:
            user_id = _candidate(member, how, by_name, users)
            if member.key not in found and user_id and user_id not in taken:
                found[member.key] = Recognised(users[user_id], how)
                taken.add(user_id)
    return found


def _candidate(member: Member, how: str, by_name: dict[str, str], users: dict[str, User]) -> str:
    """The id of the person a member is by this token; "" for nobody."""
    if how == "id":
        return next((one for one in (member.external_id.lower(), member.key.lower()) if one in users), "")
    user_id = by_name.get((member.principal_name if how == "userName" else member.mail).lower(), "")
    return user_id if user_id in users else ""


def created(
    services: Services, actor: Actor, job_id: str, members: Iterable[Member], write: bool
) -> dict[str, Recognised]:
    """People of the directory for members whom nobody knows, where they have a name like anna@example.com; unless
    `write`, nobody is written."""
    found: dict[str, Recognised] = {}
    for member in members:
        name = next((one for one in (member.principal_name, member.mail) if _is_name(one)), "")
        if not name:
            continue
        now = services.clock.now()
        user = User(
            id=ids.guid("user", name.lower()),
            display_name=member.display_name or name,
            principal_name=name,
            mail=member.mail,
            created=now,
        )
        if write and not _write_person(services, actor, job_id, user):
            continue
        found[member.key] = Recognised(user, "created")
    return found


def _is_name(text: str) -> bool:
    return "@" in text and len(text.split()) == 1 and len(text) <= 256


def _write_person(services: Services, actor: Actor, job_id: str, user: User) -> bool:
    """False when somebody else has the name or the id meanwhile."""
    name = PrincipalName(name=user.principal_name.lower(), user_id=user.id)
    operation = ids.digest(job_id, "person", user.id)[:32]
    now, target = services.clock.now(), ("user", user.id)
    details = {"adoption": job_id}
    recorded = event(now, actor, "UserManagement", "Add user", target, operation, details=details)
    try:
        services.writer.commit(operation, Create(user), Create(name), Create(recorded))
    except Conflict:
        return False
    return True
