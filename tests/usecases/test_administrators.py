"""Who could administer a review while it was under way, as its decisions seal tells it (brief, section 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.people import Role, RoleGrant
from chalicelib.usecases.administrators import administrators_of
from chalicelib.usecases.roles import grant_role, revoke_role
from tests.directories import add_group, person
from tests.factories import ADMIN, by_oneself
from tests.usecases.desk import Desk, office
from tests.world import START

__all__ = ["office"]


def give(office: Desk, grant: RoleGrant) -> None:
    grant_role(office.services, ADMIN, office.now, office.operation(), replace(grant, created=office.now))


def take(office: Desk, grant: RoleGrant) -> None:
    revoke_role(office.services, ADMIN, office.now, office.operation(), grant)


def told(office: Desk, instance: Any) -> list[tuple[str, str, str, str | None]]:
    found = administrators_of(office.services, instance, office.now)
    return [(one["role"], one["principal"], one["kind"], one["until"]) for one in found]


def test_roles_held_taken_and_named_by_the_settings_are_told(office: Desk) -> None:
    ada, bob = office.organisation.person("ada"), office.organisation.person("bob")
    policy = office.organisation.policy()
    before = RoleGrant(role=Role.AUDITOR, scope="", principal_id=ada.id)
    give(office, before)
    take(office, before)  # ended before the review opened: not told
    instance = office.opened(policy, by_oneself(START.date()))
    office.clock.set(instance.opens + timedelta(hours=1))
    during = RoleGrant(role=Role.PACKAGE_MANAGER, scope=f"package:{policy.package_id}", principal_id=bob.id)
    give(office, during)
    office.clock.advance(days=1)
    take(office, during)
    taken = f"{office.now:%Y-%m-%dT%H:%M:%S}Z"
    elsewhere = office.organisation.catalog("Elsewhere")
    give(office, RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{elsewhere.id}", principal_id=ada.id))
    found = told(office, instance)
    assert found[0] == ("administrator", ADMIN.id, "settings", None)
    assert ("packageManager", bob.id, "user", taken) in found
    assert ada.id not in [who for _, who, _, _ in found]


def test_of_a_group_its_members_are_told_by_id(office: Desk) -> None:
    eve = person("Eve")
    office.services.writer.put_all([eve])
    group = add_group("Auditors", eve)
    instance = office.opened(office.organisation.policy(), by_oneself(START.date()))
    give(office, RoleGrant(role=Role.AUDITOR, scope="", principal_id=group.id, principal_kind="group"))
    (one,) = [
        one for one in administrators_of(office.services, instance, instance.closes) if one["principal"] == group.id
    ]
    assert (one["kind"], one["members"], one["memberCount"]) == ("group", [eve.id], 1)
