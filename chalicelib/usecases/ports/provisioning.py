"""What provisioning needs from the directory beyond people and groups by id and name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.people import Group, Membership
    from chalicelib.domain.provisioning import AwaitedManager, ListPosition, ProvisioningClient
    from chalicelib.usecases.ports.changes import Page


class Provisioning(Protocol):
    """Provisioning clients, their ids of our objects, and where their lists go on."""

    def client(self, client_id: str) -> ProvisioningClient | None: ...
    def clients(self) -> list[ProvisioningClient]:
        """Every one (50 at most), by id."""

    def last_used(self, client_ids: Iterable[str]) -> dict[str, datetime]:
        """When clients last asked for anything, to the hour; may lag."""

    def object_of(self, client_id: str, kind: str, external_id: str) -> str | None:
        """The id of the person or group (`kind` user or group) a client calls so."""

    def awaiting(self, reference: str, limit: int) -> list[AwaitedManager]:
        """Whose manager was named so, when there was no such person."""

    def position_before(self, client_id: str, asked: str, start: int) -> ListPosition | None:
        """The last remembered position of a list that is not behind object number `start`; may lag."""

    def count_users(self) -> int:
        """How many people there are, by counting them all; may lag."""

    def count_groups(self) -> int:
        """How many groups there are, by counting them all; may lag."""

    def groups_by_name(self, prefix: str, limit: int, after: str | None) -> Page[Group]:
        """Groups whose display name begins so, without case, by name; may lag."""

    def memberships(self, group_id: str, member_ids: Iterable[str]) -> dict[str, Membership]:
        """Those of these people and groups who are direct members of a group, by id."""
