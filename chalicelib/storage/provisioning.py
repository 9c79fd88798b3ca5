"""Provisioning clients, their names for our objects, and groups by name. All in the directory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.people import Group, Membership
from chalicelib.domain.provisioning import AwaitedManager, ClientUse, ExternalId, ListPosition, ProvisioningClient
from chalicelib.storage import keys, scim_keys
from chalicelib.storage.base import fetch, fetch_many, query, query_other
from chalicelib.storage.tables import DirectoryRow
from chalicelib.usecases.ports import Page

_SPREAD = "0123456789abcdef"  # what keys.spread may answer
_MOST_CLIENTS = 100


class ProvisioningTable:
    """Implements ports.Provisioning."""

    def client(self, client_id: str) -> ProvisioningClient | None:
        """One client by id, read anew each time: a token that was taken away works no more at once."""
        return fetch(ProvisioningClient, scim_keys.provisioning_client(client_id))

    def clients(self) -> list[ProvisioningClient]:
        """See ports.Provisioning."""
        return list(query(ProvisioningClient, scim_keys.provisioning_client("")[0], _MOST_CLIENTS).items)

    def last_used(self, client_ids: Iterable[str]) -> dict[str, datetime]:
        """See ports.Provisioning."""
        return {one.client_id: one.used for one in fetch_many(ClientUse, map(scim_keys.client_use, client_ids))}

    def object_of(self, client_id: str, kind: str, external_id: str) -> str | None:
        """See ports.Provisioning."""
        found = fetch(ExternalId, scim_keys.external_id(client_id, kind, external_id))
        return found.object_id if found else None

    def awaiting(self, reference: str, limit: int) -> list[AwaitedManager]:
        """See ports.Provisioning."""
        return list(query(AwaitedManager, scim_keys.awaited_managers(reference), limit).items)

    def position_before(self, client_id: str, asked: str, start: int) -> ListPosition | None:
        """See ports.Provisioning. The key of the wanted position itself is the first not taken: one below it is."""
        partition, position = scim_keys.list_position(client_id, asked, start + 1)
        page = query(ListPosition, partition, 1, position, forward=False, consistent=False)
        return page.items[0] if page.items else None

    def count_users(self) -> int:
        """See ports.Provisioning."""
        return sum(DirectoryRow.count(f"U#{part}") for part in _SPREAD)

    def count_groups(self) -> int:
        """See ports.Provisioning."""
        return sum(DirectoryRow.count(f"G#{part}") for part in _SPREAD)

    def groups_by_name(self, prefix: str, limit: int, after: str | None) -> Page[Group]:
        """See ports.Provisioning."""
        partition, start = scim_keys.group_name_index(prefix)
        page = query_other(Group, partition, limit, after, prefix=start)
        found = tuple(one for one in page.items if one.display_name.lower().startswith(prefix.lower()))
        return Page(found, page.next)

    def memberships(self, group_id: str, member_ids: Iterable[str]) -> dict[str, Membership]:
        """See ports.Provisioning."""
        wanted = [keys.membership(group_id, member_id) for member_id in member_ids]
        return {one.member_id: one for one in fetch_many(Membership, wanted, consistent=True)}
