"""A small organisation for tests, made through the product's own use cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.packages import (
    AccessPackage,
    AssignmentPolicy,
    Catalog,
    ReviewerKind,
    ReviewSettings,
    SubjectSet,
)
from chalicelib.domain.people import Actor, PrincipalName, Role, RoleGrant, User
from chalicelib.domain.schedules import Frequency, Schedule
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy

ADMIN = Actor(
    ids.guid("first-administrator", "admin@example.com"),
    "admin@example.com",
    "admin@example.com",
    frozenset({(Role.ADMINISTRATOR, "")}),
)


@dataclass
class Organisation:
    """Makes people, packages, policies and assignments on a world's services."""

    services: Any
    people: dict[str, User] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    def person(self, name: str, manager: str = "", **facts: Any) -> User:
        """A person `name`@example.com who signed in yesterday, unless `facts` say otherwise."""
        known: dict[str, Any] = {
            "display_name": name.title(),
            "mail": f"{name}@example.com",
            "created": self.now - timedelta(days=400),
            "last_sign_in": self.now - timedelta(days=1),
            "sign_in_as_of": self.now,
        }
        user = User(
            id=ids.guid("user", name),
            principal_name=f"{name}@example.com",
            manager_id=ids.guid("user", manager) if manager else "",
            **{**known, **facts},
        )
        self.services.writer.put_all([user, PrincipalName(name=user.principal_name, user_id=user.id)])
        self.people[name] = user
        return user

    def catalog(self, name: str = "Finance") -> Catalog:
        return create_catalog(self.services, ADMIN, self.now, self.operation(), CatalogDraft(display_name=name))

    def package(self, name: str = "Reporting", catalog: Catalog | None = None) -> AccessPackage:
        home = catalog or self.catalog(f"Catalog of {name}")
        return create_package(
            self.services, ADMIN, self.now, self.operation(), home.id, PackageDraft(display_name=name)
        )

    def policy(
        self, package: AccessPackage | None = None, name: str = "Staff", review: ReviewSettings | None = None
    ) -> AssignmentPolicy:
        target = package or self.package()
        draft = PolicyDraft(display_name=name, review=review)
        return create_policy(self.services, ADMIN, self.now, self.operation(), target.id, draft)

    def assign(self, policy: AssignmentPolicy, *users: User) -> list[str]:
        """Assign people; their assignment ids."""
        return [
            assign(
                self.services, ADMIN, self.now, self.operation(), Wish(target_id=user.id, policy_id=policy.id)
            ).assignment_id
            for user in users
        ]

    def grant(self, user: User, role: Role, scope: str = "") -> None:
        """Give a role: `catalog:{id}`, `package:{id}` or "" for everywhere."""
        self.services.writer.put_all([RoleGrant(role=role, scope=scope, principal_id=user.id)])

    def operation(self) -> str:
        return self.services.clock.new_id()


def schedule(start: date, **more: Any) -> Schedule:
    """Quarterly, 14 days, UTC."""
    chosen: dict[str, Any] = {"zone": "UTC", "frequency": Frequency.QUARTERLY, "duration_days": 14, **more}
    return Schedule(start=start, **chosen)


def by_manager(start: date, fallback: User, **more: Any) -> ReviewSettings:
    """Reviewed by managers, with one fallback."""
    timing = {name: more.pop(name) for name in ("zone", "frequency", "duration_days", "end", "count") if name in more}
    return ReviewSettings(
        schedule=schedule(start, **timing),
        reviewers=ReviewerKind.MANAGER,
        primary=(SubjectSet("targetManager"),),
        fallback=(SubjectSet("singleUser", fallback.id),),
        **more,
    )


def by_people(start: date, *users: User, **more: Any) -> ReviewSettings:
    """Reviewed by named people together."""
    timing = {name: more.pop(name) for name in ("zone", "frequency", "duration_days", "end", "count") if name in more}
    return ReviewSettings(
        schedule=schedule(start, **timing),
        reviewers=ReviewerKind.SPECIFIC,
        primary=tuple(SubjectSet("singleUser", user.id) for user in users),
        **more,
    )


def by_oneself(start: date, **more: Any) -> ReviewSettings:
    """Self-review."""
    timing = {name: more.pop(name) for name in ("zone", "frequency", "duration_days", "end", "count") if name in more}
    return ReviewSettings(schedule=schedule(start, **timing), reviewers=ReviewerKind.SELF, **more)
