"""What packages grant: the resources of a catalog, their roles, and the rights a package takes from them (R4-R8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids

GROUP, APPLICATION, SITE = "AadGroup", "AadApplication", "SharePointOnline"
SYSTEMS = (GROUP, APPLICATION, SITE)  # R5
RECORDED = "recorded"  # the connector that changes nothing outside
DYNAMIC, ON_PREMISES, DISTRIBUTION = "dynamic", "onPremises", "distribution"
UNCHANGEABLE = frozenset({ON_PREMISES, DISTRIBUTION})  # kinds of groups whose members this system cannot set (R7)
DEFAULT_ACCESS = ids.NOBODY  # how an application that defines no roles names its only one
_SITE_ROLES = (("3", "Owners"), ("5", "Members"), ("4", "Visitors"))


@dataclass(frozen=True, slots=True)
class Right:
    """One role of one resource, by the ids of the system it lies in, and the connector that reaches it."""

    connector: str
    origin_system: str
    resource: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRole:
    """Something a resource lets one grant (R6)."""

    id: str
    origin_id: str
    display_name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A group, application or site in a catalog (R5). `deleting`: no package may begin to use it.
    `keeps_one`: each of its roles stays with somebody, whatever a review decides."""

    id: str
    catalog_id: str
    origin_system: str
    origin_id: str
    display_name: str
    description: str = ""
    connector: str = RECORDED
    roles: tuple[ResourceRole, ...] = ()
    created: datetime
    modified: datetime
    deleting: bool = False
    keeps_one: bool = False
    version: int = 0

    def right(self, role: ResourceRole) -> Right:
        """What holding a role of this resource is, for its connector."""
        return Right(self.connector, self.origin_system, self.origin_id, role.origin_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRequest:
    """The record of a resource put into a catalog (`adminAdd`) or taken out of it (`adminRemove`)."""

    id: str
    type: str
    catalog_id: str
    resource_id: str
    resource_name: str
    requestor_id: str
    created: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleScope:
    """A resource role that a package grants. `right` repeats what a delivery needs, so that it reads no resource."""

    id: str
    resource_id: str
    role_id: str
    right: Right
    created: datetime


def resource_id(catalog_id: str, system: str, origin_id: str) -> str:
    """The id of a resource: begins like its catalog's, so that it names its partition; the same one has one id."""
    return ids.guid_of(ids.place(catalog_id) + ids.digest("resource", catalog_id, system, origin_id)[:20])


def scope_id(resource: str) -> str:
    """The id of a resource's only scope, its root."""
    return ids.guid("resource scope", resource)


def role_scope_id(package_id: str, role_id: str) -> str:
    """The id of a role in a package: adding it twice gives the same."""
    return ids.guid("role scope", package_id, role_id)


def roles_offered(
    resource: str, system: str, origin_id: str, defined: Sequence[tuple[str, str]], group_kind: str = ""
) -> tuple[ResourceRole, ...]:
    """The roles of a resource (R6, R7): those it defines (pairs of origin id and name); otherwise Member and Owner of a
    group (Owner only of a dynamic one), the three usual ones of a site, or an application's "Default Access"."""
    if system == GROUP and not defined:
        names = ("Owner",) if group_kind == DYNAMIC else ("Member", "Owner")
        pairs: Sequence[tuple[str, str]] = [(f"{name}_{origin_id}", name) for name in names]
    elif system == SITE:
        pairs = defined or _SITE_ROLES
    else:
        pairs = defined or [(DEFAULT_ACCESS, "Default Access")]
    return tuple(
        ResourceRole(id=ids.guid("role", resource, origin), origin_id=origin, display_name=name)
        for origin, name in pairs
    )


def outside(role_scopes: Sequence[RoleScope]) -> tuple[Right, ...]:
    """The rights of a package that have to be delivered: those not merely recorded."""
    return tuple(one.right for one in role_scopes if one.right.connector != RECORDED)
