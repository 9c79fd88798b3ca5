"""What Graph's addresses for resources and incompatibility take; see `bodies` for how they are read."""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from chalicelib.domain.resources import SYSTEMS
from chalicelib.routes.graph.bodies import Body, Description, Id, Name, Named, Word, words


class DefinedRole(Body):
    """A role that an application or site offers."""

    origin_id: Word = None
    display_name: Name = None


class ResourceBody(Body):
    """A resource: by what it is elsewhere to put it into a catalog, by its id to take it out."""

    id: Id | None = None
    origin_id: Word = None
    origin_system: Annotated[str, words(*SYSTEMS)] | None = None
    display_name: Name = None
    description: Description = None
    roles: list[DefinedRole] | None = None
    connector: Word = field(default=None, name="@accessReviews.connector")
    keeps_one: bool | None = field(default=None, name="@accessReviews.keepsOne")


class ResourceRequestBody(Body):
    """A request that puts a resource into a catalog or takes it out."""

    request_type: Annotated[str, words("adminAdd", "adminRemove")] | None = None
    catalog: Named | None = None
    catalog_id: Id | None = None
    resource: ResourceBody | None = None


class RoleOfResource(Body):
    """A role of a resource, by its id there."""

    id: Id | None = None
    origin_id: Word = None
    resource: Named | None = None


class ScopeOfResource(Body):
    """A resource's scope: it has its root only."""

    is_root_scope: bool | None = None


class RoleScopeBody(Body):
    """A role that a package is to grant."""

    role: RoleOfResource | None = None
    scope: ScopeOfResource | None = None


class ReferenceBody(Body):
    """An object that exists, by its address."""

    address: Word = field(default=None, name="@odata.id")
