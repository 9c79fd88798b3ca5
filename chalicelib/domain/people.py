"""People, groups and the roles they hold in this product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.sign_ins import NOT_SEEN, Seen

REMOVED = "(removed person)"  # shown for somebody who was erased, where a name was frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the directory.

    `last_sign_in` None means unknown, unless `never_signed_in` is set (G21). `sign_in_as_of` is the instant up
    to which the file that told so reaches. `seen` is what sources of sign-ins told; its interactive one is in
    `last_sign_in` too. `invitation` is `accepted`, `pending` or "" for members. `provisioned` has the provisioning
    clients that keep this person, each with its own id of them ("" for none). `manager_awaited` is how a client named
    a manager who is not there yet. `leaving`: since when the person is being erased; they can do nothing any more,
    and the row goes when their access has ended.
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
    employee_number: str = ""
    organization: str = ""
    division: str = ""
    cost_center: str = ""
    provisioned: tuple[tuple[str, str], ...] = ()
    manager_awaited: str = ""
    leaving: datetime | None = None
    seen: Seen = NOT_SEEN
    version: int = 0

    def external_id(self, client_id: str) -> str:
        """What a provisioning client calls this person, "" for nothing."""
        return dict(self.provisioned).get(client_id, "")

    @property
    def last_seen(self) -> datetime | None:
        """Their last sign-in of any kind (G22)."""
        return max((one for one in (self.last_sign_in, self.seen.newest) if one), default=None)

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
    `provisioned` as for a person; `modified` also tells when members last changed.
    """

    id: str
    display_name: str
    description: str = ""
    kind: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    provisioned: tuple[tuple[str, str], ...] = ()
    version: int = 0

    def external_id(self, client_id: str) -> str:
        """What a provisioning client calls this group, "" for nothing."""
        return dict(self.provisioned).get(client_id, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One direct member of a group: `member_kind` is `user` or `group`."""

    group_id: str
    member_id: str
    member_kind: str = "user"
    version: int = 0


class Role(StrEnum):
    """What a person may do (R165). Reviewer and assignee are no roles: a review and an assignment make them (R171)."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CATALOG_CREATOR = "catalogCreator"
    CATALOG_OWNER = "catalogOwner"
    PACKAGE_MANAGER = "packageManager"
    ASSIGNMENT_MANAGER = "assignmentManager"
    CATALOG_READER = "catalogReader"
    CONTROL_OWNER = "controlOwner"
    SIGN_IN_SENDER = "signInSender"


GLOBAL_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CATALOG_CREATOR, Role.SIGN_IN_SENDER})
PACKAGE_ROLES = frozenset(
    {Role.PACKAGE_MANAGER, Role.ASSIGNMENT_MANAGER, Role.CONTROL_OWNER}
)  # also given for one package alone


class Right(StrEnum):
    """Something a role allows inside its scope."""

    CREATE_CATALOGS = "create catalogs"
    OWN_CATALOG = "edit and delete the catalog, add resources, appoint people"
    MANAGE_PACKAGES = "make packages, policies and review settings, control reviews"
    ASSIGN = "assign and remove people directly"
    SEE_ASSIGNMENTS = "see assignments and requests"
    SEE_DECISIONS = "see the items, decisions and reviewers of reviews"
    SEE_PACKAGES = "see packages and policies, and that reviews exist"
    SEND_SIGN_INS = "tell when people signed in"


_SEEING = frozenset({Right.SEE_ASSIGNMENTS, Right.SEE_DECISIONS, Right.SEE_PACKAGES})

# Who may do what (R165-R167, G40). Administrators may do everything. Auditors change nothing.
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.AUDITOR: _SEEING,
    Role.CATALOG_CREATOR: frozenset({Right.CREATE_CATALOGS}),
    Role.CATALOG_OWNER: _SEEING | {Right.OWN_CATALOG, Right.MANAGE_PACKAGES, Right.ASSIGN},
    Role.PACKAGE_MANAGER: _SEEING | {Right.MANAGE_PACKAGES, Right.ASSIGN},
    Role.ASSIGNMENT_MANAGER: _SEEING | {Right.ASSIGN},
    Role.CATALOG_READER: frozenset({Right.SEE_PACKAGES}),
    Role.CONTROL_OWNER: _SEEING,  # signs reviews off: one person in one scope
    Role.SIGN_IN_SENDER: frozenset({Right.SEND_SIGN_INS}),  # held by a program: it may read nothing
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role given to a person or a group. `scope` is "" (global), `catalog:{id}` or `package:{id}`."""

    role: Role
    scope: str
    principal_id: str
    principal_kind: str = "user"
    created: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded:
    """A role that was taken away: kept, so that it can be told who held which role at any time."""

    role: Role
    scope: str
    principal_id: str
    principal_kind: str = "user"
    given: datetime | None = None
    ended: datetime
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

    def may(self, right: Right, catalog_id: str = "", package_id: str = "") -> bool:
        """Has the caller this right everywhere, in the catalog, or on the package ("": none in question)?"""
        scopes = {""}
        if catalog_id:
            scopes.add(f"catalog:{catalog_id}")
        if package_id:
            scopes.add(f"package:{package_id}")
        return any(scope in scopes and right in RIGHTS[role] for role, scope in self.roles)

    def scopes(self, right: Right, kind: str) -> list[str]:
        """The ids of the catalogs (`catalog`) or packages (`package`) for which the caller was given this right."""
        pairs = (scope.partition(":") for role, scope in self.roles if right in RIGHTS[role])
        return sorted({scope_id for found, _, scope_id in pairs if found == kind})

    @property
    def is_administrator(self) -> bool:
        """May do everything an administrator may."""
        return self.has(Role.ADMINISTRATOR)

    @property
    def looks_at_people(self) -> bool:
        """Holds a role that has to do with people's access, in whatever scope."""
        return any(role is not Role.SIGN_IN_SENDER for role, _ in self.roles)

    @property
    def reads_everything(self) -> bool:
        """Administrators and auditors see every object; auditors change nothing."""
        return self.is_administrator or self.has(Role.AUDITOR)

    def manages(self, catalog_id: str, package_id: str = "") -> bool:
        """Administrator, owner of the catalog, or manager of the package (R166, S12: may save review settings)."""
        return self.may(Right.MANAGE_PACKAGES, catalog_id, package_id)

    def owns_catalog(self, catalog_id: str) -> bool:
        """Administrator or owner of the catalog."""
        return self.may(Right.OWN_CATALOG, catalog_id)


SYSTEM = Actor("system", "", "Access Reviews")
