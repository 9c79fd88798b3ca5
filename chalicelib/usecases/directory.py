"""Who is in a group once its groups are opened up."""

from __future__ import annotations

from chalicelib.domain.people import Membership, User
from chalicelib.usecases.ports import Services

_PAGE = 1_000


def expand(services: Services, group_id: str) -> list[User]:
    """The people in a group, directly or through groups in it, each once, in the order they are met.

    A group that contains itself does no harm; a group that does not exist is empty.
    """
    people: dict[str, None] = {}
    groups = {group_id}
    waiting = [group_id]
    while waiting:
        for member in _members(services, waiting.pop()):
            if member.member_kind == "user":
                people[member.member_id] = None
            elif member.member_id not in groups:
                groups.add(member.member_id)
                waiting.append(member.member_id)
    found = services.people.users(people)
    return [found[user_id] for user_id in people if user_id in found]


def _members(services: Services, group_id: str) -> list[Membership]:
    page = services.people.members(group_id, _PAGE, None)
    found = list(page.items)
    while page.next is not None:
        page = services.people.members(group_id, _PAGE, page.next)
        found += page.items
    return found
