"""The directory: people by id and by both names, groups with their members, and the roles given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.domain.mail_texts import MailTexts
from chalicelib.domain.people import Group, Membership, PrincipalName, RoleEnded, RoleGrant, User
from chalicelib.storage import keys, role_keys
from chalicelib.storage.base import fetch, fetch_many, query, query_all
from chalicelib.storage.tables import DirectoryRow, OtherOrder
from chalicelib.storage.walks import walk
from chalicelib.usecases.ports import Page

_SPREAD = "0123456789abcdef"  # what keys.spread may answer
_KEY_BYTES = 1_024  # DynamoDB takes no longer sort key, and no empty one


class DirectoryTable:
    """Implements ports.People. Whatever cannot be a key finds nothing."""

    def user(self, user_id: str) -> User | None:
        """One person by id."""
        return fetch(User, keys.user(user_id)) if _can_be_key(user_id) else None

    def users(self, user_ids: Iterable[str]) -> dict[str, User]:
        """See ports.People."""
        wanted = [keys.user(user_id) for user_id in user_ids if _can_be_key(user_id)]
        return {user.id: user for user in fetch_many(User, wanted)}

    def user_by_principal_name(self, name: str) -> User | None:
        """One person by principal name, without case."""
        found = fetch(PrincipalName, keys.principal_name(name)) if _can_be_key(name) else None
        return self.user(found.user_id) if found else None

    def ids_by_principal_names(self, names: Iterable[str]) -> dict[str, str]:
        """See ports.People."""
        wanted = [keys.principal_name(name) for name in names if _can_be_key(name)]
        return {found.name.lower(): found.user_id for found in fetch_many(PrincipalName, wanted, consistent=True)}

    def list_users(self, limit: int, after: str | None) -> Page[User]:
        """Everybody, partition by partition, by id within each."""
        return walk(partial(query, User), [f"U#{part}" for part in _SPREAD], limit, after)

    def users_by_display_name(self, prefix: str, limit: int, after: str | None) -> Page[User]:
        """See ports.People. An empty prefix lists everybody, by id."""
        if not prefix:
            return self.list_users(limit, after)
        page: Page[str] = Page((), after)
        while _can_be_key(prefix):
            page = _ids_by_display_name(prefix, limit, page.next)
            # The index lags: whoever was renamed meanwhile no longer belongs here.
            found = tuple(user for user in _people(page.items) if user.display_name.lower().startswith(prefix.lower()))
            if found or page.next is None:
                return Page(found, page.next)
        return Page(())

    def users_by_principal_name(self, prefix: str, limit: int, after: str | None) -> Page[User]:
        """People by the start of their principal name. An empty prefix lists everybody, by id."""
        if not prefix:
            return self.list_users(limit, after)
        partition, start = keys.principal_name(prefix)
        page: Page[PrincipalName] = Page((), after)
        while _can_be_key(prefix):
            page = query(PrincipalName, partition, limit, page.next, prefix=start)
            found = _people([name.user_id for name in page.items])
            if found or page.next is None:
                return Page(found, page.next)
        return Page(())

    def group(self, group_id: str) -> Group | None:
        """One group by id."""
        return fetch(Group, keys.group(group_id)) if _can_be_key(group_id) else None

    def list_groups(self, limit: int, after: str | None) -> Page[Group]:
        """Every group, partition by partition, by id within each."""
        return walk(partial(query, Group), [f"G#{part}" for part in _SPREAD], limit, after)

    def members(self, group_id: str, limit: int, after: str | None) -> Page[Membership]:
        """The direct members of a group, by id."""
        return query(Membership, keys.membership(group_id, "")[0], limit, after)

    def groups_of(self, member_id: str) -> list[str]:
        """See ports.People. The index alone knows the answer, no row is read."""
        order: Any = DirectoryRow.other_order
        return [row.other_sk for row in order.query(keys.member_index("", member_id)[0])]

    def role_grants(self) -> list[RoleGrant]:
        """See ports.People."""
        return query_all(RoleGrant, keys.role_grant("", "", "")[0])

    def roles_ended(self, since: datetime, limit: int, after: str | None) -> Page[RoleEnded]:
        """See ports.People."""
        return query(RoleEnded, role_keys.roles_ended(), limit, after or keys.instant(since))

    def mail_texts(self) -> MailTexts | None:
        """See ports.People."""
        return fetch(MailTexts, keys.mail_texts())


def _people(user_ids: Sequence[str]) -> tuple[User, ...]:
    """Those that exist, in the order of their ids here."""
    users = {user.id: user for user in fetch_many(User, map(keys.user, user_ids), consistent=True)}
    return tuple(users[user_id] for user_id in user_ids if user_id in users)


def _ids_by_display_name(prefix: str, limit: int, after: str | None) -> Page[str]:
    """Who is listed under a name that starts with `prefix`; the cursor is the last one's id and name."""
    partition, start = keys.display_name_index(prefix)
    position = None
    if after:
        user_id, _, name = after.partition("#")
        position = {"other_pk": partition, "other_sk": name} | dict(zip(("pk", "sk"), keys.user(user_id), strict=True))
    order: Any = DirectoryRow.other_order
    rows = order.query(
        partition,
        OtherOrder.other_sk.startswith(start),
        limit=limit,
        page_size=limit,
        last_evaluated_key={key: {"S": value} for key, value in position.items()} if position else None,
    )
    found = tuple(row.sk for row in rows)
    last = rows.last_evaluated_key
    return Page(found, f"{last['sk']['S']}#{last['other_sk']['S']}" if last else None)


def _can_be_key(text: str) -> bool:
    return 0 < len(text.encode()) <= _KEY_BYTES
