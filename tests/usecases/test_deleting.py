"""Nothing is put into a container while it is being deleted (R4, R12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.errors import Conflict, ReviewError
from chalicelib.storage.entitlements import EntitlementTable
from tests.usecases.desk import Desk, give, office
from tests.usecases.managing import catalog, delete, package, policy, rename

__all__ = ["office"]


def before_looking(monkeypatch: pytest.MonkeyPatch, method: str, act: Callable[[], Any]) -> list[Any]:
    """Let `act` happen just before a deletion looks inside (once); gives what it raised or returned."""
    look, seen = getattr(EntitlementTable, method), []

    def looking(self: EntitlementTable, *arguments: Any) -> Any:
        if not seen:
            seen.append(None)
            try:
                seen[0] = act()
            except ReviewError as refusal:
                seen[0] = refusal
        return look(self, *arguments)

    monkeypatch.setattr(EntitlementTable, method, looking)
    return seen


def test_nobody_is_assigned_while_a_deletion_looks_for_assignments(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, ada = policy(office), office.organisation.person("ada")
    seen = before_looking(monkeypatch, "assignments_of_policy", lambda: give(office, staff, ada))
    delete(office, policy, staff)
    assert isinstance(seen[0], Conflict)
    assert office.services.entitlements.holding(ada.id, staff.package_id) is None


def test_an_assignment_that_read_the_policy_before_the_deletion_began_is_refused(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, ada = policy(office), office.organisation.person("ada")
    read = EntitlementTable.policy
    readings = [staff]

    def stale(self: EntitlementTable, policy_id: str) -> Any:
        return readings.pop() if readings else read(self, policy_id)

    def assigns_late() -> Any:
        monkeypatch.setattr(EntitlementTable, "policy", stale)
        return give(office, staff, ada)

    seen = before_looking(monkeypatch, "assignments_of_policy", assigns_late)
    delete(office, policy, staff)
    assert isinstance(seen[0], Conflict)
    assert office.services.entitlements.holding(ada.id, staff.package_id) is None


def test_no_package_enters_a_catalog_that_is_being_deleted(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sales = catalog(office)
    seen = before_looking(monkeypatch, "bearers_of_names", lambda: package(office, home=sales.id))
    delete(office, catalog, sales)
    assert isinstance(seen[0], Conflict)
    assert office.services.entitlements.list_packages(10, None).items == ()


def test_no_policy_enters_a_package_that_is_being_deleted(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = package(office)
    seen = before_looking(monkeypatch, "bearers_of_names", lambda: policy(office, home=crm.id))
    delete(office, package, crm)
    assert isinstance(seen[0], Conflict)
    assert office.services.entitlements.list_policies(10, None).items == ()


def test_a_refused_deletion_leaves_everything_usable(office: Desk) -> None:
    staff, ada, bob = policy(office), office.organisation.person("ada"), office.organisation.person("bob")
    give(office, staff, ada)
    with pytest.raises(Conflict, match="assignments"):
        delete(office, policy, staff)
    crm = office.services.entitlements.package(staff.package_id)
    with pytest.raises(Conflict, match="assignments"):
        delete(office, package, crm)
    give(office, staff, bob)
    assert policy(office, "Second", home=staff.package_id).package_id == staff.package_id


def test_saving_ends_a_deletion_that_died(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    staff, ada = policy(office), office.organisation.person("ada")

    def dies() -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        before_looking(patch, "assignments_of_policy", dies)
        with pytest.raises(RuntimeError):
            delete(office, policy, staff)
    with pytest.raises(Conflict, match="being deleted"):
        give(office, staff, ada)
    marked = office.services.entitlements.policy(staff.id)
    assert marked is not None
    rename(office, policy, marked, "Kept")
    give(office, staff, ada)
