"""The systems outside in which people hold rights: what a connector does, which there are, and their secrets.

A connector must do the first four things. The others are capabilities: a connector that has one has its method, and
its kind declares it; whoever needs one asks with `able`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from chalicelib.domain.connections import Connection, ConnectorKind, Word
    from chalicelib.domain.people import User
    from chalicelib.domain.resources import Right
    from chalicelib.usecases.ports.changes import Page

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Found:
    """What a connector knows about a resource. `group_kind` as `Group.kind`; `roles` are (origin id, name)."""

    display_name: str
    description: str = ""
    group_kind: str = ""
    roles: tuple[tuple[str, str], ...] = ()


class Answer(StrEnum):
    """What became of a grant or a removal: the system did it (`verify` tells whether it took effect), or it accepted
    it and will do it later, by itself or by a person's hand."""

    DONE = "done"
    PENDING = "pending"


class Connector(Protocol):
    """One system outside in which people hold rights.

    Every call may be repeated, late and concurrently: granting what is held and revoking what is not held succeed.
    Raises NeedsPerson when it can never do this (a dynamic, synchronised or nested membership), Gone when the resource
    is not there any more, Throttled when asked to slow down; any other exception is a failure and tried again.
    """

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """The resource with this id, None when there is none."""

    def grant(self, right: Right, person: User) -> Answer: ...
    def revoke(self, right: Right, person: User) -> Answer: ...
    def verify(self, right: Right, person: User) -> bool:
        """Does the person hold the right now? Not being able to tell is an exception, never False."""


class Capability(StrEnum):
    """What a connector may be able to do beside that."""

    LISTS_RESOURCES = "listsResources"
    LISTS_MEMBERS = "listsMembers"
    SEES_PATHS = "seesPaths"
    CHECKS = "checks"
    RESTS_ON_WORD = "restsOnWord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """A resource as the system outside lists it, with the origin system and id it would have in a catalog."""

    origin_system: str
    origin_id: str
    display_name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who holds a right, as the system outside knows them: its own `key`, and what they may be recognised by
    in our directory ("": not known there)."""

    key: str
    display_name: str = ""
    principal_name: str = ""
    mail: str = ""
    external_id: str = ""


@runtime_checkable
class ListsResources(Protocol):
    """Capability `listsResources`."""

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        """What one could put into a catalog."""


@runtime_checkable
class ListsMembers(Protocol):
    """Capability `listsMembers`."""

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        """Everybody who holds a right directly. Raises Gone."""


@runtime_checkable
class SeesPaths(Protocol):
    """Capability `seesPaths`."""

    def paths(self, right: Right, person: User) -> Sequence[str]:
        """Other ways in which the person still reaches what the right gives, each as a short phrase for people
        ("direct assignment of AdministratorAccess in account 111122223333")."""


@runtime_checkable
class RestsOnWord(Protocol):
    """Capability `restsOnWord`."""

    def word(self, right: Right, person: User) -> Word | None:
        """The last word about the right; None where `verify` reads the system, or nothing was said yet."""


@runtime_checkable
class Checks(Protocol):
    """Capability `checks`."""

    def check(self) -> Sequence[str]:
        """What is wrong with the connection, found out by harmless reads: sentences for its administrator, none when
        all is well. Does not raise for what it can put into words."""


def able(connector: Connector | None, capability: type[C]) -> C | None:
    """The connector as one that has this capability, or None."""
    return connector if connector is not None and isinstance(connector, capability) else None


class Connections(Protocol):
    """The connections as they are configured."""

    def connection(self, name: str) -> Connection | None: ...
    def list_connections(self) -> list[Connection]:
        """All of them (tens at most), by name."""


class Connectors(Protocol):
    """The connectors behind the connections."""

    def get(self, name: str) -> Connector | None:
        """The connector of this name, made once and kept for a minute; None without a connection of this name."""

    def names(self) -> list[str]: ...
    def kinds(self) -> list[ConnectorKind]:
        """What one can configure."""

    def make(self, connection: Connection) -> Connector:
        """A connector that need not be stored yet, to try it. Raises InvalidInput for an unknown kind."""

    def forget(self, name: str) -> None:
        """The connection was changed: make its connector anew when it is asked for."""


class Secrets(Protocol):
    """Where secrets lie; no secret is ever stored or logged here."""

    def read(self, reference: str) -> str:
        """The secret at `secretsmanager:name` or `ssm:/path`, remembered for a few minutes. Raises InvalidInput when
        there is none, Throttled, Unavailable."""
