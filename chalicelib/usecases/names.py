"""Display names: unique in their scope, and moved in the same commit as the object that bears them."""

from __future__ import annotations

from typing import Protocol

from chalicelib.domain.errors import Conflict
from chalicelib.domain.packages import UniqueName
from chalicelib.usecases.ports import Change, Create, Drop, Services

TARGET = "displayName"


class Named(Protocol):
    """A catalog, a package or a policy."""

    @property
    def id(self) -> str: ...
    @property
    def display_name(self) -> str: ...


def require_free(services: Services, scope: str, name: str) -> None:
    """Raises Conflict, naming the field, when the name is taken in this scope."""
    if services.entitlements.owner_of_name(scope, name) is not None:
        raise taken(name)


def taken(name: str) -> Conflict:
    """The refusal of a name."""
    return Conflict(f"There is one with the name {name!r} already. Choose another displayName.", TARGET)


def bearer(services: Services, scope: str, name: str, problem: Conflict) -> str:
    """The id of the object that has the name a create wanted; raises `problem` when nobody has it."""
    owner = services.entitlements.owner_of_name(scope, name)
    if owner is None:
        raise problem
    return owner


def claim(scope: str, named: Named) -> Create:
    """The change that takes a free name."""
    return Create(UniqueName(scope=scope, name=named.display_name.lower(), owner_id=named.id))


def release(scope: str, named: Named) -> Drop:
    """The change that gives a name back."""
    return Drop(UniqueName(scope=scope, name=named.display_name.lower(), owner_id=named.id))


def move(services: Services, scope: str, before: Named, after: Named) -> list[Change]:
    """The changes of a rename; none when only the case differs. Raises Conflict when the name is taken."""
    if before.display_name.lower() == after.display_name.lower():
        return []
    require_free(services, scope, after.display_name)
    return [release(scope, before), claim(scope, after)]
