"""Group memberships of IAM Identity Center (services identitystore and, for other paths, sso-admin)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chalicelib.connectors.account_assignments import AccountAssignments, pages
from chalicelib.connectors.aws_api import (
    ACCOUNT,
    REGION,
    Api,
    Clash,
    Clients,
    Missing,
    group_of,
    roles_of,
    wrongs,
)
from chalicelib.domain import errors
from chalicelib.domain.connections import Connection, ConnectorKind, Setting
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Capability, Found, Member, Outer, Page

NAME = "IAM Identity Center"
_ID = re.compile(r"([0-9a-f]{10}-)?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOST = 100  # of a page
_REMEMBERED, _MOST_REMEMBERED = 300.0, 20_000  # seconds that a listed user is kept, and how many
_USER_NAME, _EMAIL, _EITHER = "userName", "email", "either"
_REFUSE, _CHANGE = "refuse", "change"
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
            choices=(_REFUSE, _CHANGE),
            default=_REFUSE,
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
    assigned = AccountAssignments(Api(clients, "sso-admin", settings), settings.get("instanceArn", ""))
    return IdentityCenter(Api(clients, "identitystore", settings), assigned, settings)


@dataclass(frozen=True)
class IdentityCenter:
    """Implements ports.Connector. A right is the role `Member_{group id}` of the group."""

    store: Api
    assigned: AccountAssignments
    settings: Mapping[str, str]
    _listed: dict[str, tuple[float, Member]] = field(default_factory=dict)  # for listings only: never who holds what

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        if origin_system != GROUP or not _ID.fullmatch(origin_id):
            return None
        try:
            group = self._store("describe_group", GroupId=origin_id)
        except Missing as problem:
            _only_if(problem, "GROUP")
            return None
        return Found(_title(group), group.get("Description") or "", roles=roles_of(origin_id))

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector. Raises NotFound when nobody there is this person."""
        group, user = group_of(right, NAME), self._find(person)
        if user is None:
            raise errors.NotFound(f"{NAME} knows nobody as {person.principal_name}.")
        if self._membership(group, user) is None:
            self._refuse_what_others_keep(group)
            with suppress(Clash):  # somebody else, or an earlier call whose answer was lost, was first
                self._store("create_group_membership", GroupId=group, MemberId={"UserId": user})
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        group, user = group_of(right, NAME), self._find(person)
        membership = self._membership(group, user) if user else None
        if membership is None:
            self._group(group)  # raises Gone
            return Answer.DONE
        self._refuse_what_others_keep(group)
        try:
            self._store("delete_group_membership", MembershipId=membership)
        except Missing as problem:
            _only_if(problem, "GROUP_MEMBERSHIP")
        except Clash as problem:
            raise errors.Unavailable(f"{NAME} changes the group this very moment.") from problem
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. Nobody whom the identity store does not know is a member."""
        user = self._find(person)
        return user is not None and self._membership(group_of(right, NAME), user) is not None

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        """See ports.ListsResources."""
        found = self._store("list_groups", MaxResults=min(limit, _MOST), **_from(after))
        groups = (
            Outer(
                origin_system=GROUP,
                origin_id=group["GroupId"],
                display_name=_title(group),
                description=group.get("Description") or "",
            )
            for group in found["Groups"]
        )
        return Page(tuple(groups), found.get("NextToken"))

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        """See ports.ListsMembers. One call for the page and one for each member that was not listed in the last five
        minutes: the page has ids only, and most people are in many groups."""
        group = group_of(right, NAME)
        if after is None:
            self._group(group)  # raises Gone
        found = self._store("list_group_memberships", GroupId=group, MaxResults=min(limit, _MOST), **_from(after))
        ids = [one["MemberId"]["UserId"] for one in found["GroupMemberships"]]
        return Page(tuple(self._member(user) for user in ids), found.get("NextToken"))

    def paths(self, right: Right, person: User) -> Sequence[str]:
        """See ports.SeesPaths: account assignments with the same permission set in the same account, the person's own
        and those of their other groups. Nothing without an instance."""
        group, user = group_of(right, NAME), self._find(person)
        given = set(self.assigned.of(group, "GROUP")) if user else set()
        if not user or not given:
            return ()
        own = self.assigned.of(user, "USER")
        found = [f"direct assignment of {self.assigned.named(one)}" for one in own if one in given]
        for other in self._groups_of(user):
            shared = [one for one in self.assigned.of(other, "GROUP") if one in given] if other != group else []
            through = f"through the group {_title(self._group(other))}" if shared else ""
            found += [f"{self.assigned.named(one)} {through}" for one in shared]
        return tuple(dict.fromkeys(found))

    def check(self) -> Sequence[str]:
        """See ports.Checks."""
        return wrongs(
            lambda: self._store("list_groups", MaxResults=1),
            lambda: self._store("list_users", MaxResults=1),
            self.assigned.check,
        )

    def _store(self, operation: str, **parameters: Any) -> Any:
        return self.store(operation, IdentityStoreId=self.settings["identityStoreId"], **parameters)

    def _find(self, person: User) -> str | None:
        """The id of the person's user; None when there is none."""
        by = self.settings.get("matchBy") or _EITHER
        wanted = [("userName", person.principal_name)] if by in (_USER_NAME, _EITHER) else []
        wanted += [("emails.value", person.mail)] if by in (_EMAIL, _EITHER) and person.mail else []
        for path, value in wanted:
            unique = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
            try:
                return str(self._store("get_user_id", AlternateIdentifier=unique)["UserId"])
            except Missing as problem:
                _only_if(problem, "USER")
        return None

    def _membership(self, group: str, user: str) -> str | None:
        try:
            found = self._store("get_group_membership_id", GroupId=group, MemberId={"UserId": user})
        except Missing as problem:
            _only_if(problem, "GROUP_MEMBERSHIP", "GROUP", "USER")
            return None
        return str(found["MembershipId"])

    def _group(self, group: str) -> Any:
        """What is known of a group. Raises Gone."""
        try:
            return self._store("describe_group", GroupId=group)
        except Missing as problem:
            _only_if(problem, "GROUP")
            raise errors.Gone(f"The group {group} is not in {NAME} any more.") from problem

    def _refuse_what_others_keep(self, group: str) -> None:
        """Raises NeedsPerson for a group that another directory fills: it would put back what is changed here."""
        found = self._group(group)
        if found.get("ExternalIds") and self.settings.get("synchronised") != _CHANGE:
            raise errors.NeedsPerson(
                f"The group {_title(found)} is synchronised into {NAME} from another directory: "
                "its members are changed there."
            )

    def _member(self, user: str) -> Member:
        now = time.monotonic()
        until, known = self._listed.get(user, (0.0, None))
        if known is None or until < now:
            if len(self._listed) >= _MOST_REMEMBERED:
                self._listed.clear()
            known = self._described(user)
            self._listed[user] = (now + _REMEMBERED, known)
        return known

    def _described(self, user: str) -> Member:
        try:
            found = self._store("describe_user", UserId=user)
        except Missing as problem:  # deleted since the page was read, or known by its id alone
            _only_if(problem, "USER")
            return Member(key=user)
        emails = sorted(found.get("Emails") or [], key=lambda one: not one.get("Primary"))
        outer = found.get("ExternalIds") or []
        return Member(
            key=user,
            display_name=found.get("DisplayName") or "",
            principal_name=found.get("UserName") or "",
            mail=emails[0].get("Value", "") if emails else "",
            external_id=outer[0]["Id"] if outer else "",
        )

    def _groups_of(self, user: str) -> Iterator[str]:
        listed = pages(self._store, "list_group_memberships_for_member", MemberId={"UserId": user})
        return (one["GroupId"] for page in listed for one in page["GroupMemberships"])


def _title(group: Any) -> str:
    return str(group.get("DisplayName") or group["GroupId"])


def _from(after: str | None) -> dict[str, str]:
    return {"NextToken": after} if after else {}


def _only_if(problem: Missing, *kinds: str) -> None:
    """Raises Unavailable when something else is missing than what was looked for, such as the whole store: that is
    no answer about the person."""
    if problem.kind not in kinds:
        raise errors.Unavailable(f"{NAME} cannot be read: {problem}") from problem
