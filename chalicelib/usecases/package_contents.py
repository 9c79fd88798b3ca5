"""What access packages grant whoever holds them: roles of resources (R8)."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.resources import Resource, ResourceRole
from chalicelib.usecases.ports import Services

Grant = tuple[Resource, ResourceRole]


def grants_of(services: Services, packages: Iterable[AccessPackage]) -> dict[str, list[Grant]]:
    """By package id what each grants, by name: one batch read for all of them. What was deleted meanwhile is left
    out."""
    wanted = list(packages)
    resources = services.entitlements.resources({one.resource_id for each in wanted for one in each.role_scopes})
    return {each.id: sorted(_grants(each, resources), key=_names) for each in wanted}


def _grants(package: AccessPackage, resources: dict[str, Resource]) -> list[Grant]:
    found = []
    for one in package.role_scopes:
        resource = resources.get(one.resource_id)
        role = next((each for each in resource.roles if each.id == one.role_id), None) if resource else None
        if resource and role:
            found.append((resource, role))
    return found


def _names(grant: Grant) -> tuple[str, str]:
    return grant[0].display_name.casefold(), grant[1].display_name.casefold()
