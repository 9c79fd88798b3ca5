"""Making, finding and changing catalogs, packages and policies alike, for their tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.people import Actor
from chalicelib.usecases import manage_catalogs, manage_packages, manage_policies
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy
from tests.factories import ADMIN
from tests.usecases.desk import Desk

Make = Callable[..., Any]


def catalog(office: Desk, name: str = "Sales", actor: Actor = ADMIN, retried: bool = False, **more: Any) -> Catalog:
    draft = CatalogDraft(display_name=name, **more)
    return create_catalog(office.services, actor, office.now, office.operation(), draft, retried)


def package(
    office: Desk, name: str = "CRM", actor: Actor = ADMIN, retried: bool = False, home: str = "", **more: Any
) -> AccessPackage:
    draft = PackageDraft(display_name=name, **more)
    return create_package(office.services, actor, office.now, office.operation(), home, draft, retried)


def policy(
    office: Desk, name: str = "Staff", actor: Actor = ADMIN, retried: bool = False, home: str = "", **more: Any
) -> AssignmentPolicy:
    draft = PolicyDraft(display_name=name, **more)
    where = home or _some_package(office)
    return create_policy(office.services, actor, office.now, office.operation(), where, draft, retried)


def _some_package(office: Desk) -> str:
    found = office.services.entitlements.list_packages(1, None).items
    return found[0].id if found else package(office).id


KINDS = [(catalog, manage_catalogs), (package, manage_packages), (policy, manage_policies)]
FIND = {catalog: "catalog", package: "package", policy: "policy"}
UPDATE = {catalog: "update_catalog", package: "update_package", policy: "update_policy"}
DELETE = {catalog: "delete_catalog", package: "delete_package", policy: "delete_policy"}


def stored(office: Desk, make: Make, made: Any) -> Any:
    return getattr(office.services.entitlements, FIND[make])(made.id)


def rename(office: Desk, make: Make, made: Any, name: str) -> Any:
    module = dict(KINDS)[make]
    current = stored(office, make, made)
    draft = replace(module.draft_of(current), display_name=name)
    return getattr(module, UPDATE[make])(office.services, ADMIN, office.now, office.operation(), current, draft)


def delete(office: Desk, make: Make, made: Any, actor: Actor = ADMIN) -> None:
    getattr(dict(KINDS)[make], DELETE[make])(office.services, actor, office.now, office.operation(), made.id)


each_kind = pytest.mark.parametrize("make", [kind for kind, _ in KINDS])
