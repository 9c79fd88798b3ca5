"""The directory, its roles, and what people are entitled to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.assignments import Assignment, AssignmentRequest, Holding, Timer
    from chalicelib.domain.mail_texts import MailTexts
    from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
    from chalicelib.domain.people import Group, Membership, RoleEnded, RoleGrant, User
    from chalicelib.domain.resources import Resource, ResourceRequest
    from chalicelib.usecases.ports.changes import (
        Page,
    )


class People(Protocol):
    """The directory and the roles."""

    def user(self, user_id: str) -> User | None: ...
    def users(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Many people by id, may lag by a second; unknown ids are left out."""

    def user_by_principal_name(self, name: str) -> User | None: ...
    def ids_by_principal_names(self, names: Iterable[str]) -> dict[str, str]:
        """Lower-case principal name to id, for those that exist."""

    def list_users(self, limit: int, after: str | None) -> Page[User]: ...
    def users_by_display_name(self, prefix: str, limit: int, after: str | None) -> Page[User]:
        """People whose display name starts with `prefix`, without case, by name; may lag."""

    def users_by_principal_name(self, prefix: str, limit: int, after: str | None) -> Page[User]: ...
    def group(self, group_id: str) -> Group | None: ...
    def list_groups(self, limit: int, after: str | None) -> Page[Group]: ...
    def members(self, group_id: str, limit: int, after: str | None) -> Page[Membership]: ...
    def groups_of(self, member_id: str) -> list[str]:
        """Ids of the groups this user or group is a direct member of; may lag."""

    def role_grants(self) -> list[RoleGrant]:
        """Every grant of the organisation (hundreds at most)."""

    def roles_ended(self, since: datetime, limit: int, after: str | None) -> Page[RoleEnded]:
        """Roles that were taken away since then, oldest first."""

    def mail_texts(self) -> MailTexts | None:
        """The words around every mail, where an administrator changed them."""


class Entitlements(Protocol):
    """Catalogs, packages, policies, assignments, requests."""

    def catalog(self, catalog_id: str) -> Catalog | None: ...
    def catalogs(self, catalog_ids: Iterable[str]) -> dict[str, Catalog]: ...
    def list_catalogs(self, limit: int, after: str | None) -> Page[Catalog]: ...
    def package(self, package_id: str) -> AccessPackage | None: ...
    def packages(self, package_ids: Iterable[str]) -> dict[str, AccessPackage]: ...
    def list_packages(self, limit: int, after: str | None) -> Page[AccessPackage]: ...
    def packages_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[AccessPackage]:
        """May lag."""

    def owner_of_name(self, scope: str, name: str) -> str | None:
        """The id that holds a display name in a scope (`catalog`, `package:{catalog}`, `policy:{package}`)."""

    def bearers_of_names(self, scope: str, limit: int) -> list[str]:
        """Ids of up to `limit` objects that bear a name in this scope: what a catalog or package contains."""

    def policy(self, policy_id: str) -> AssignmentPolicy | None: ...
    def policies(self, policy_ids: Iterable[str]) -> dict[str, AssignmentPolicy]: ...
    def list_policies(self, limit: int, after: str | None) -> Page[AssignmentPolicy]: ...
    def policies_of_package(self, package_id: str, limit: int, after: str | None) -> Page[AssignmentPolicy]:
        """May lag."""

    def assignment(self, assignment_id: str) -> Assignment | None:
        """Wherever it lies: one that was moved to another policy keeps its id."""

    def assignments_of_policy(self, policy_id: str, limit: int, after: str | None) -> Page[Assignment]: ...
    def count_assignments_of_policy(self, policy_id: str) -> int:
        """All assignments ever made through the policy, by a COUNT query; may lag."""

    def count_live_assignments_of_policy(self, policy_id: str) -> int:
        """Those that were not ended, by a COUNT query over all; one whose own end has passed unnoticed counts."""

    def assignments_of_person(self, target_id: str, limit: int, after: str | None) -> Page[Assignment]:
        """Current and ended ones; may lag."""

    def timers(self, place: str, minute: datetime, limit: int, after: str | None) -> Page[Timer]:
        """What is to be looked at in a minute, of the assignments whose ids begin with `place`."""

    def holding(self, target_id: str, package_id: str) -> Holding | None: ...
    def holdings(self, pairs: Iterable[tuple[str, str]]) -> list[Holding]:
        """The holdings there are among (person, package) pairs."""

    def holdings_of_person(self, target_id: str) -> list[Holding]:
        """Everything a person holds."""

    def assignments(self, assignment_ids: Iterable[str]) -> dict[str, Assignment]:
        """Several assignments by id."""

    def resource(self, resource_id: str) -> Resource | None: ...
    def resources(self, resource_ids: Iterable[str]) -> dict[str, Resource]:
        """Several resources by id; may lag by a second."""

    def resources_of_catalog(self, catalog_id: str, limit: int, after: str | None) -> Page[Resource]: ...
    def resources_of_connector(self, connector: str, limit: int, after: str | None) -> Page[Resource]:
        """The resources that a connection reaches, in whatever catalog; may lag."""

    def count_resources_of_connector(self, connector: str) -> int:
        """How many those are, by a COUNT query; may lag."""

    def resource_request(self, request_id: str) -> ResourceRequest | None: ...
    def list_resource_requests(self, limit: int, after: str | None) -> Page[ResourceRequest]:
        """Newest first."""

    def incompatible_with(self, listed_id: str) -> list[str]:
        """Ids of the packages that list this package as incompatible."""

    def request(self, request_id: str) -> AssignmentRequest | None: ...
    def list_requests(
        self, limit: int, after: str | None, since: datetime | None = None, before: datetime | None = None
    ) -> Page[AssignmentRequest]:
        """Newest first; with bounds those created from `since` on and earlier than `before`."""

    def requests_of_person(self, target_id: str, limit: int, after: str | None) -> Page[AssignmentRequest]:
        """Those about this person's access, newest first; may lag."""
