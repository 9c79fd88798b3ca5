"""Catalogs, packages, policies, assignments and requests: one method per access pattern, never a scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, Holding, Moved, Timer
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog, Incompatibility, UniqueName
from chalicelib.domain.resources import Resource, ResourceRequest
from chalicelib.storage import connection_keys, keys
from chalicelib.storage.base import fetch, fetch_many, query, query_other
from chalicelib.storage.rows import Key
from chalicelib.storage.tables import EntitlementRow
from chalicelib.usecases.ports import Clock, Page

E = TypeVar("E")
MOST_HOLDINGS = 10_000  # packages one person holds, or that name one package: far more than there are
EMPTY_MONTHS = 24  # requests are listed back in time until that many months in a row hold none


@dataclass(frozen=True)
class EntitlementTable:
    """Implements ports.Entitlements on DynamoDB. The clock says in which month the newest requests lie."""

    clock: Clock

    def catalog(self, catalog_id: str) -> Catalog | None:
        """One catalog."""
        return _find(Catalog, keys.catalog(catalog_id))

    def catalogs(self, catalog_ids: Iterable[str]) -> dict[str, Catalog]:
        """Several catalogs by id; may lag by a second."""
        found = fetch_many(Catalog, filter(_is_key, map(keys.catalog, catalog_ids)))
        return {catalog.id: catalog for catalog in found}

    def list_catalogs(self, limit: int, after: str | None) -> Page[Catalog]:
        """Every catalog, by id."""
        return query(Catalog, keys.catalog("")[0], limit, after)

    def package(self, package_id: str) -> AccessPackage | None:
        """One package."""
        return _find(AccessPackage, keys.package(package_id))

    def packages(self, package_ids: Iterable[str]) -> dict[str, AccessPackage]:
        """Several packages by id; may lag by a second."""
        found = fetch_many(AccessPackage, filter(_is_key, map(keys.package, package_ids)))
        return {package.id: package for package in found}

    def list_packages(self, limit: int, after: str | None) -> Page[AccessPackage]:
        """Every package, by id."""
        return query(AccessPackage, keys.package("")[0], limit, after)

    def packages_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[AccessPackage]:
        """The packages of a catalog, by id; may lag."""
        return query_other(AccessPackage, keys.package_index(catalog_id, "")[0], limit, after)

    def owner_of_name(self, scope: str, name: str) -> str | None:
        """See ports.Entitlements."""
        found = _find(UniqueName, keys.unique_name(scope, name))
        return found.owner_id if found else None

    def bearers_of_names(self, scope: str, limit: int) -> list[str]:
        """See ports.Entitlements."""
        return [name.owner_id for name in query(UniqueName, keys.unique_name(scope, "")[0], limit, None).items]

    def policy(self, policy_id: str) -> AssignmentPolicy | None:
        """One policy."""
        return _find(AssignmentPolicy, keys.policy(policy_id))

    def policies(self, policy_ids: Iterable[str]) -> dict[str, AssignmentPolicy]:
        """Several policies by id; may lag by a second."""
        found = fetch_many(AssignmentPolicy, filter(_is_key, map(keys.policy, policy_ids)))
        return {policy.id: policy for policy in found}

    def list_policies(self, limit: int, after: str | None) -> Page[AssignmentPolicy]:
        """Every policy, by id."""
        return query(AssignmentPolicy, keys.policy("")[0], limit, after)

    def policies_of_package(self, package_id: str, limit: int, after: str | None) -> Page[AssignmentPolicy]:
        """The policies of a package, by id; may lag."""
        return query_other(AssignmentPolicy, keys.policy_index(package_id, "")[0], limit, after)

    def assignment(self, assignment_id: str) -> Assignment | None:
        """One assignment: with the policy its id names, or where a pointer says."""
        found = _find(Assignment, keys.assignment(assignment_id, assignment_id))
        if found is None and ids.is_guid(assignment_id):
            moved = _find(Moved, keys.moved(assignment_id))
            found = _find(Assignment, keys.assignment(moved.policy_id, assignment_id)) if moved else None
        return found

    def timers(self, place: str, minute: datetime, limit: int, after: str | None) -> Page[Timer]:
        """See ports.Entitlements."""
        return query(Timer, keys.timers(place, minute), limit, after)

    def assignments_of_policy(self, policy_id: str, limit: int, after: str | None) -> Page[Assignment]:
        """Every assignment ever made through a policy, by id."""
        return query(Assignment, keys.assignments_of_policy(policy_id), limit, after)

    def count_assignments_of_policy(self, policy_id: str) -> int:
        """See ports.Entitlements."""
        return EntitlementRow.count(keys.assignments_of_policy(policy_id))

    def count_live_assignments_of_policy(self, policy_id: str) -> int:
        """See ports.Entitlements. Ended ones are known by the member that only they have."""
        live = ~EntitlementRow.data.contains('"expired":')
        return EntitlementRow.count(keys.assignments_of_policy(policy_id), filter_condition=live)

    def assignments_of_person(self, target_id: str, limit: int, after: str | None) -> Page[Assignment]:
        """A person's assignments, oldest first; may lag."""
        partition = keys.assignment_index(target_id, self.clock.now())[0]
        return query_other(Assignment, partition, limit, after)

    def holding(self, target_id: str, package_id: str) -> Holding | None:
        """The live assignment of a person to a package."""
        return _find(Holding, keys.holding(target_id, package_id))

    def holdings(self, pairs: Iterable[tuple[str, str]]) -> list[Holding]:
        """See ports.Entitlements."""
        wanted = (keys.holding(target_id, package_id) for target_id, package_id in pairs)
        return fetch_many(Holding, wanted, consistent=True)

    def holdings_of_person(self, target_id: str) -> list[Holding]:
        """See ports.Entitlements."""
        return list(query(Holding, keys.holdings(target_id), MOST_HOLDINGS, None).items)

    def assignments(self, assignment_ids: Iterable[str]) -> dict[str, Assignment]:
        """See ports.Entitlements."""
        wanted = list(assignment_ids)
        places = (keys.assignment(one, one) for one in wanted)
        found = {one.id: one for one in fetch_many(Assignment, filter(_is_key, places), consistent=True)}
        moved = (self.assignment(one) for one in wanted if one not in found)  # to another policy: rare
        return found | {one.id: one for one in moved if one}

    def resource(self, resource_id: str) -> Resource | None:
        """One resource."""
        return _find(Resource, keys.resource(resource_id))

    def resources(self, resource_ids: Iterable[str]) -> dict[str, Resource]:
        """Several resources by id; may lag by a second."""
        found = fetch_many(Resource, map(keys.resource, resource_ids))
        return {resource.id: resource for resource in found}

    def resources_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[Resource]:
        """The resources of a catalog, by id."""
        return query(Resource, keys.resources_of_catalog(catalog_id), limit, after)

    def resources_of_connector(self, connector: str, limit: int, after: str | None) -> Page[Resource]:
        """The resources that a connection reaches, by id; may lag."""
        return query_other(Resource, connection_keys.resource_index(connector, "")[0], limit, after)

    def count_resources_of_connector(self, connector: str) -> int:
        """See ports.Entitlements. The index alone knows the answer."""
        order: Any = EntitlementRow.other_order
        return int(order.count(connection_keys.resource_index(connector, "")[0]))

    def resource_request(self, request_id: str) -> ResourceRequest | None:
        """One request about a resource."""
        return _find(ResourceRequest, keys.resource_request(request_id))

    def list_resource_requests(self, limit: int, after: str | None) -> Page[ResourceRequest]:
        """Every request about a resource, newest first."""
        return query(ResourceRequest, keys.resource_request("")[0], limit, after, forward=False)

    def incompatible_with(self, listed_id: str) -> list[str]:
        """See ports.Entitlements."""
        partition = keys.incompatibility(listed_id, "")[0]
        return [row.package_id for row in query(Incompatibility, partition, MOST_HOLDINGS, None).items]

    def request(self, request_id: str) -> AssignmentRequest | None:
        """One request; None also for an id that is no request's."""
        try:
            key = keys.request(request_id)
        except (ValueError, OverflowError, OSError):
            return None
        return _find(AssignmentRequest, key)

    def list_requests(
        self, limit: int, after: str | None, since: datetime | None = None, before: datetime | None = None
    ) -> Page[AssignmentRequest]:
        """See ports.Entitlements. Month by month back in time; ends after 24 months in a row without any."""
        if after is None and before is not None and before <= self.clock.now():
            after = ids.request_bound(before)
        month = ids.request_moment(after) if after else self.clock.now()
        found: list[AssignmentRequest] = []
        empty = 0
        while empty < EMPTY_MONTHS and not _ends_before(month, since):
            wanted = limit - len(found)
            page = query(AssignmentRequest, keys.request_month(month), wanted, after, forward=False)
            found.extend(one for one in page.items if since is None or one.created >= since)
            if len(found) == limit:
                return Page(tuple(found), found[-1].id)
            empty = 0 if page.items or after else empty + 1
            month, after = _month_before(month), None
        return Page(tuple(found))

    def requests_of_person(self, target_id: str, limit: int, after: str | None) -> Page[AssignmentRequest]:
        """The requests about a person's access, newest first; may lag."""
        return query_other(AssignmentRequest, keys.request_index(target_id, "")[0], limit, after, forward=False)


def _find(kind: type[E], key: Key) -> E | None:
    """One entity by its key; None also for an id from outside that no key can hold."""
    return fetch(kind, key) if _is_key(key) else None


def _is_key(key: Key) -> bool:
    """DynamoDB refuses an empty key, a partition key over 2,048 bytes and a sort key over 1,024."""
    return len(key[0].encode()) <= 2_048 and 0 < len(key[1].encode()) <= 1_024


def _month_before(moment: datetime) -> datetime:
    return moment.replace(day=1) - timedelta(days=1)


def _ends_before(month: datetime, since: datetime | None) -> bool:
    """Is the month of this moment over when `since` comes?"""
    following = (month.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=31)).replace(day=1)
    return since is not None and following <= since
