"""People and groups for tests, written straight into the table."""

from __future__ import annotations

from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.people import Group, Membership, PrincipalName, User
from chalicelib.storage.writer import TableWriter


def person(name: str, **more: Any) -> User:
    """A person called `name` with the principal name `name@example.com`, lower case; not written yet."""
    principal = f"{name.lower().replace(' ', '.')}@example.com"
    return User(id=ids.guid("person", name), display_name=name, principal_name=principal, mail=principal, **more)


def add_people(*people: User) -> None:
    """Write people with their principal names."""
    names = [PrincipalName(name=one.principal_name.lower(), user_id=one.id) for one in people]
    TableWriter().put_all([*people, *names])


def add_group(name: str, *members: User | Group) -> Group:
    """Write a group with its members."""
    group = Group(id=ids.guid("group", name), display_name=name)
    TableWriter().put_all([group])
    join(group, *members)
    return group


def join(group: Group, *members: User | Group) -> None:
    """Put members into a group."""
    kinds = [(one.id, "group" if isinstance(one, Group) else "user") for one in members]
    TableWriter().put_all([Membership(group_id=group.id, member_id=one, member_kind=kind) for one, kind in kinds])
