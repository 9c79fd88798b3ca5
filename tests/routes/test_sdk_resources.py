"""The unmodified msgraph-sdk on what packages grant and what they exclude (graph-api, section 1)."""

from __future__ import annotations

import asyncio
from typing import Any

from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.access_package_request_type import AccessPackageRequestType
from msgraph.generated.models.access_package_resource import AccessPackageResource
from msgraph.generated.models.access_package_resource_request import AccessPackageResourceRequest
from msgraph.generated.models.access_package_resource_role import AccessPackageResourceRole
from msgraph.generated.models.access_package_resource_role_scope import AccessPackageResourceRoleScope
from msgraph.generated.models.access_package_resource_scope import AccessPackageResourceScope
from msgraph.generated.models.reference_create import ReferenceCreate

from chalicelib.domain import ids
from chalicelib.domain.people import Group
from tests.outside import plug_in
from tests.routes.entitling import Office, office
from tests.routes.sdk import BASE, graph

__all__ = ["office"]


def entitlement(office: Office) -> Any:
    return graph(office.world).identity_governance.entitlement_management


async def adds_a_role(office: Office) -> None:
    em = entitlement(office)
    asked = AccessPackageResourceRequest(
        request_type=AccessPackageRequestType.AdminAdd,
        catalog=AccessPackageCatalog(id=office.package.catalog_id),
        resource=AccessPackageResource(
            origin_id="payroll",
            origin_system="AadApplication",
            display_name="Payroll",
            additional_data={"@accessReviews.connector": "outside"},
        ),
    )
    request = await em.resource_requests.post(asked)
    assert str(request.state.value) == "delivered" and request.resource.id
    seen = await em.resource_requests.by_access_package_resource_request_id(request.id).get()
    assert seen.request_type is AccessPackageRequestType.AdminAdd
    catalog = em.catalogs.by_access_package_catalog_id(office.package.catalog_id)
    (resource,) = (await catalog.resources.get()).value
    assert (await em.resources.by_access_package_resource_id(resource.id).get()).display_name == "Payroll"
    assert len((await em.resources.get()).value) == 1
    roles = (await catalog.resource_roles.get()).value
    assert sorted(role.origin_id for role in roles) == ["clerk", "user"]
    (scope,) = (await catalog.resource_scopes.get()).value
    package = em.access_packages.by_access_package_id(office.package.id)
    wanted = AccessPackageResourceRoleScope(
        role=AccessPackageResourceRole(
            origin_id="user", origin_system="AadApplication", resource=AccessPackageResource(id=resource.id)
        ),
        scope=AccessPackageResourceScope(id=scope.id, origin_system="AadApplication", is_root_scope=True),
    )
    made = await package.resource_role_scopes.post(wanted)
    one = package.resource_role_scopes.by_access_package_resource_role_scope_id(made.id)
    assert (await one.get()).created_date_time == made.created_date_time
    assert len((await package.resource_role_scopes.get()).value) == 1
    await one.delete()
    assert (await package.resource_role_scopes.get()).value == []
    removal = AccessPackageResourceRequest(
        request_type=AccessPackageRequestType.AdminRemove, resource=AccessPackageResource(id=resource.id)
    )
    await em.resource_requests.post(removal)
    assert (await catalog.resources.get()).value == []
    assert len((await em.resource_requests.get()).value) == 2


def test_the_sdk_adds_a_resource_and_its_role_and_takes_them_away(office: Office) -> None:
    plug_in(office.world.services)
    asyncio.run(adds_a_role(office))


async def separates(office: Office) -> None:
    em = entitlement(office)
    paying = office.organisation.package("Paying")
    policy = office.organisation.policy(paying)
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew")
    office.world.services.writer.put_all([crew])
    office.organisation.assign(policy, office.ann)
    (held,) = office.organisation.assign(office.policy, office.ann)
    package = em.access_packages.by_access_package_id(office.package.id)
    address = f"{BASE}/identityGovernance/entitlementManagement/accessPackages/{paying.id}"
    await package.incompatible_access_packages.ref.post(ReferenceCreate(odata_id=address))
    await package.incompatible_groups.ref.post(ReferenceCreate(odata_id=f"{BASE}/groups/{crew.id}"))
    assert [one.id for one in (await package.incompatible_access_packages.get()).value] == [paying.id]
    assert await package.incompatible_access_packages.count.get() == 1
    assert [one.id for one in (await package.incompatible_groups.get()).value] == [crew.id]
    reverse = em.access_packages.by_access_package_id(paying.id).access_packages_incompatible_with
    assert [one.id for one in (await reverse.get()).value] == [office.package.id]
    both = em.assignments.additional_access_with_access_package_id_with_incompatible_access_package_id(
        office.package.id, paying.id
    )
    assert [one.id for one in (await both.get()).value] == [held]
    assert [one.id for one in (await em.assignments.additional_access.get()).value] == [held]
    await package.incompatible_access_packages.by_access_package_id1(paying.id).ref.delete()
    await package.incompatible_groups.by_group_id(crew.id).ref.delete()
    assert (await package.incompatible_access_packages.get()).value == []
    await em.assignments.by_access_package_assignment_id(held).reprocess.post()
    assert [one.id for one in (await package.assignment_policies.get()).value] == [office.policy.id]


def test_the_sdk_keeps_lists_of_what_is_incompatible(office: Office) -> None:
    asyncio.run(separates(office))
