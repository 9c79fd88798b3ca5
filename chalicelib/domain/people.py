"""People, groups and the roles they hold in this product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the directory.

    `last_sign_in` None means unknown, unless `never_signed_in` is set (G21). `sign_in_as_of` is the instant up
    to which the source of that knowledge reaches. `invitation` is `accepted`, `pending` or "" for members.
    """

    id: str
    display_name: str
    principal_name: str
    mail: str = ""
    user_type: str = "Member"
    invitation: str = ""
    enabled: bool = True
    created: datetime | None = None
    department: str = ""
    job_title: str = ""
    manager_id: str = ""
    surname: str = ""
    given_name: str = ""
    last_sign_in: datetime | None = None
    never_signed_in: bool = False
    sign_in_as_of: datetime | None = None
    version: int = 0

    @property
    def can_take_part(self) -> bool:
        """May this person be asked at all: an enabled account, and for guests an accepted invitation (R73)."""
        return self.enabled and self.invitation != "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalName:
    """Keeps a principal name (lower case) unique and finds its person with a consistent read."""

    name: str
    user_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the directory; members are rows of their own and may be groups.

    `kind`: "" for one whose members are set here, `dynamic`, `onPremises` or `distribution` (R7).
    """

    id: str
    display_name: str
    description: str = ""
    kind: str = ""
    created: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One direct member of a group: `member_kind` is `user` or `group`."""

    group_id: str
    member_id: str
    member_kind: str = "user"
    version: int = 0


class Role(StrEnum):
    """What a person may do; scoped to a catalog or a package except administrator and auditor (R165)."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CATALOG_OWNER = "catalogOwner"
    PACKAGE_MANAGER = "packageManager"


GLOBAL_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role given to a person or a group. `scope` is "" (global), `catalog:{id}` or `package:{id}`."""

    role: Role
    scope: str
    principal_id: str
    principal_kind: str = "user"
    created: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling: a person and the (role, scope) pairs they hold, directly or through groups."""

    id: str
    principal_name: str
    display_name: str
    roles: frozenset[tuple[Role, str]] = frozenset()

    def has(self, role: Role, scope: str = "") -> bool:
        """Does the caller hold exactly this role in this scope?"""
        return (role, scope) in self.roles

    @property
    def is_administrator(self) -> bool:
        """May do everything an administrator may."""
        return self.has(Role.ADMINISTRATOR)

    @property
    def reads_everything(self) -> bool:
        """Administrators and auditors see every object; auditors change nothing."""
        return self.is_administrator or self.has(Role.AUDITOR)

    def manages(self, catalog_id: str, package_id: str = "") -> bool:
        """Administrator, owner of the catalog, or manager of the package (S12: may save review settings)."""
        return (
            self.is_administrator
            or self.has(Role.CATALOG_OWNER, f"catalog:{catalog_id}")
            or self.has(Role.PACKAGE_MANAGER, f"catalog:{catalog_id}")
            or (package_id != "" and self.has(Role.PACKAGE_MANAGER, f"package:{package_id}"))
        )

    def owns_catalog(self, catalog_id: str) -> bool:
        """Administrator or owner of the catalog."""
        return self.is_administrator or self.has(Role.CATALOG_OWNER, f"catalog:{catalog_id}")


SYSTEM = Actor("system", "", "Access Reviews")
