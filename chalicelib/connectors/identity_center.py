"""Group memberships of IAM Identity Center (services identitystore and, for other paths, sso-admin)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.connectors.account_assignments import AccountAssignments
from chalicelib.connectors.aws_api import ACCOUNT, NOBODY, REGION, Api, Clients, group_of, roles_of, wrongs
from chalicelib.connectors.identity_store import NAME, IdentityStore, title
from chalicelib.domain import errors, ids
from chalicelib.domain.connections import Connection, ConnectorKind, Setting
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Capability, Found, Member, Outer, Page

_ID = re.compile(r"([0-9a-f]{10}-)?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_USER_NAME, _EMAIL, _EITHER = "userName", "email", "userNameOrEmail"
_LEAVE, _CHANGE = "leaveToPerson", "change"
KIND = ConnectorKind(
    kind="identityCenter",
    display_name=NAME,
    description="Membership of the groups of an identity store.",
    settings=(
        Setting(
            name="identityStoreId",
            label="Identity store",
            help="Shown in the settings of IAM Identity Center as the identity store's id.",
            example="d-1234567890",
            pattern=r"d-[0-9a-z]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        REGION,
        Setting(
            name="instanceArn",
            label="Instance",
            help="To see other ways to the same permission sets; answers in the management account only.",
            example="arn:aws:sso:::instance/ssoins-1234567890abcdef",
            required=False,
            pattern=r"arn:aws[\w-]*:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}",
        ),
        Setting(
            name="matchBy",
            label="People are found by",
            help="A person's principal name is their user name there, or their mail address is their e-mail there.",
            required=False,
            choices=(_EITHER, _USER_NAME, _EMAIL),
            default=_EITHER,
        ),
        Setting(
            name="synchronised",
            label="Groups that another directory keeps",
            help="Groups with an external id are filled from outside, which would undo a change: leave them to a "
            "person, or change them all the same.",
            required=False,
            choices=(_LEAVE, _CHANGE),
            default=_LEAVE,
        ),
        *ACCOUNT,
    ),
    capabilities=(
        Capability.LISTS_RESOURCES,
        Capability.LISTS_MEMBERS,
        Capability.SEES_PATHS,
        Capability.CHECKS,
    ),
)


def connector(connection: Connection, clients: Clients) -> IdentityCenter:
    """The connector of a connection."""
    settings = connection.settings
    store = IdentityStore(Api(clients, "identitystore", settings), settings["identityStoreId"])
    assigned = AccountAssignments(Api(clients, "sso-admin", settings), settings.get("instanceArn", ""))
    return IdentityCenter(store, assigned, settings)


@dataclass(frozen=True)
class IdentityCenter:
    """Implements ports.Connector. A right is the role `Member_{group id}` of the group."""

    store: IdentityStore
    assigned: AccountAssignments
    settings: Mapping[str, str]

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        group = self.store.group(origin_id) if origin_system == GROUP and _ID.fullmatch(origin_id) else None
        return Found(title(group), group.get("Description") or "", roles=roles_of(origin_id)) if group else None

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector. Raises NotFound when nobody there is this person."""
        group, user = group_of(right, NAME), self._find(person)
        if user is None:
            raise errors.NotFound(f"{NAME} knows nobody as {person.principal_name}.")
        if self.store.membership(group, user) is None:
            self._refuse_what_others_keep(group)
            self.store.join(group, user)
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        group, user = group_of(right, NAME), self._find(person)
        membership = self.store.membership(group, user) if user else None
        if membership is None:
            self.store.existing(group)
            return Answer.DONE
        self._refuse_what_others_keep(group)
        self.store.end(membership)
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. Nobody whom the identity store does not know is a member."""
        user = self._find(person)
        return user is not None and self.store.membership(group_of(right, NAME), user) is not None

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        """See ports.ListsResources."""
        found = self.store.groups(limit, after)
        groups = (
            Outer(
                origin_system=GROUP,
                origin_id=group["GroupId"],
                display_name=title(group),
                description=group.get("Description") or "",
            )
            for group in found["Groups"]
        )
        return Page(tuple(groups), found.get("NextToken"))

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        """See ports.ListsMembers. One call for the page and one for each member that was not listed in the last five
        minutes: the page has ids only."""
        group = group_of(right, NAME)
        if after is None:
            self.store.existing(group)
        found = self.store.memberships(group, limit, after)
        users = (one["MemberId"]["UserId"] for one in found["GroupMemberships"])
        return Page(tuple(self.store.member(user) for user in users), found.get("NextToken"))

    def paths(self, right: Right, person: User) -> Sequence[str]:
        """See ports.SeesPaths: account assignments with the same permission set in the same account, the person's own
        and those of their other groups. Nothing without an instance."""
        group, user = group_of(right, NAME), self._find(person)
        given = set(self.assigned.of(group, "GROUP")) if user else set()
        if not user or not given:
            return ()
        own = self.assigned.of(user, "USER")
        found = [f"direct assignment of {self.assigned.named(one)}" for one in own if one in given]
        for other in self.store.groups_of(user):
            shared = [one for one in self.assigned.of(other, "GROUP") if one in given] if other != group else []
            through = f"through the group {title(self.store.group(other) or {'GroupId': other})}" if shared else ""
            found += [f"{self.assigned.named(one)} {through}" for one in shared]
        return tuple(dict.fromkeys(found))

    def check(self) -> Sequence[str]:
        """See ports.Checks."""
        return wrongs(
            lambda: self.store.groups(1, None),
            lambda: self._find(NOBODY),
            lambda: self.store.membership(ids.NOBODY, ids.NOBODY),
            lambda: self.store.group(ids.NOBODY),
            lambda: self.store.described(ids.NOBODY),
            lambda: self.store.memberships(ids.NOBODY, 1, None),
            self.assigned.check,
        )

    def _find(self, person: User) -> str | None:
        """The id of the person's user; None when there is none."""
        by = self.settings.get("matchBy") or _EITHER
        found = self.store.user_with("userName", person.principal_name) if by in (_USER_NAME, _EITHER) else None
        if found is None and by in (_EMAIL, _EITHER) and person.mail:
            found = self.store.user_with("emails.value", person.mail)
        return found

    def _refuse_what_others_keep(self, group: str) -> None:
        """Raises NeedsPerson for a group that another directory fills: it would put back what is changed here. Raises
        Gone."""
        found = self.store.existing(group)
        if found.get("ExternalIds") and self.settings.get("synchronised") != _CHANGE:
            raise errors.NeedsPerson(
                f"The group {title(found)} is synchronised into {NAME} from another directory: "
                "its members are changed there."
            )
