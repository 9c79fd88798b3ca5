"""Memberships of IAM groups, for accounts that still have IAM users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.connectors.aws_api import ACCOUNT, Api, Clients, Missing, group_of, roles_of, wrongs
from chalicelib.domain import errors
from chalicelib.domain.connections import Connection, ConnectorKind, Setting
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Capability, Found, Member, Outer, Page

NAME = "IAM"
_MOST = 100  # of a page
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
KIND = ConnectorKind(
    kind="iam",
    display_name="IAM groups",
    description="Membership of the IAM groups of an account.",
    settings=(
        Setting(
            name="domain",
            label="Domain of user names",
            help="Given: a user's name is what stands before @ and this domain in the principal name. "
            "Left out: it is the principal name.",
            example="example.com",
            required=False,
            pattern=r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
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


def connector(connection: Connection, clients: Clients) -> Iam:
    """The connector of a connection."""
    return Iam(Api(clients, "iam", connection.settings), connection.settings)


@dataclass(frozen=True)
class Iam:
    """Implements ports.Connector. A right is the role `Member_{group name}` of the group."""

    api: Api
    settings: Mapping[str, str]

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        if origin_system != GROUP or not _NAME.fullmatch(origin_id):
            return None
        try:
            group = self.api("get_group", GroupName=origin_id, MaxItems=1)["Group"]
        except Missing:
            return None
        return Found(group["GroupName"], group["Arn"], roles=roles_of(origin_id))

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector. Raises NotFound when the account has no such user."""
        group, user = group_of(right, NAME), self._user_name(person)
        if user is None:
            raise errors.NotFound(f"No IAM user can be {person.principal_name}.")
        try:
            self.api("add_user_to_group", GroupName=group, UserName=user)
        except Missing as problem:
            self._require_group(group)
            raise errors.NotFound(f"{NAME} has no user {user}.") from problem
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        group, user = group_of(right, NAME), self._user_name(person)
        if user is None:
            return Answer.DONE
        try:
            self.api("remove_user_from_group", GroupName=group, UserName=user)
        except Missing:  # no such user, not a member, or no such group
            self._require_group(group)
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. IAM spreads a change within seconds; until then it may name the former groups."""
        group, user = group_of(right, NAME), self._user_name(person)
        return user is not None and group in self._groups_of(user)

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        """See ports.ListsResources."""
        found = self.api("list_groups", MaxItems=min(limit, _MOST), **_from(after))
        groups = (
            Outer(
                origin_system=GROUP,
                origin_id=group["GroupName"],
                display_name=group["GroupName"],
                description=group["Arn"],
            )
            for group in found["Groups"]
        )
        return Page(tuple(groups), _next(found))

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        """See ports.ListsMembers."""
        group = group_of(right, NAME)
        try:
            found = self.api("get_group", GroupName=group, MaxItems=min(limit, _MOST), **_from(after))
        except Missing as problem:
            raise errors.Gone(f"{NAME} has no group {group} any more.") from problem
        return Page(tuple(self._member(user["UserName"]) for user in found["Users"]), _next(found))

    def paths(self, right: Right, person: User) -> Sequence[str]:
        """See ports.SeesPaths: the group's managed policies that the person's user or another of their groups has."""
        group, user = group_of(right, NAME), self._user_name(person)
        given = self._policies("list_attached_group_policies", GroupName=group) if user else {}
        if user is None or not given:
            return ()
        own = self._policies("list_attached_user_policies", UserName=user)
        found = [f"policy {name} attached to the user" for arn, name in own.items() if arn in given]
        for other in self._groups_of(user):
            theirs = self._policies("list_attached_group_policies", GroupName=other) if other != group else {}
            found += [f"policy {name} through the group {other}" for arn, name in theirs.items() if arn in given]
        return tuple(found)

    def check(self) -> Sequence[str]:
        """See ports.Checks."""
        return wrongs(lambda: self.api("list_groups", MaxItems=1))

    def _user_name(self, person: User) -> str | None:
        """The name a person's user would have; None when no user can have it."""
        name, domain = person.principal_name, self.settings.get("domain", "")
        if domain:
            name, _, theirs = person.principal_name.rpartition("@")
            if theirs.lower() != domain.lower():
                return None
        return name if _NAME.fullmatch(name) else None

    def _member(self, user: str) -> Member:
        domain = self.settings.get("domain", "")
        known_as = f"{user}@{domain}" if domain else user
        return Member(key=user, display_name=user, principal_name=known_as, mail=known_as if "@" in known_as else "")

    def _require_group(self, group: str) -> None:
        """Raises Gone when there is no such group."""
        try:
            self.api("get_group", GroupName=group, MaxItems=1)
        except Missing as problem:
            raise errors.Gone(f"{NAME} has no group {group} any more.") from problem

    def _groups_of(self, user: str) -> list[str]:
        """Their names; none for a user that does not exist."""
        try:
            pages = list(self._pages("list_groups_for_user", UserName=user))
            return [one["GroupName"] for page in pages for one in page["Groups"]]
        except Missing:
            return []

    def _policies(self, operation: str, **of: str) -> dict[str, str]:
        """Names of managed policies by ARN; none of what does not exist."""
        try:
            pages = list(self._pages(operation, **of))
            return {one["PolicyArn"]: one["PolicyName"] for page in pages for one in page["AttachedPolicies"]}
        except Missing:
            return {}

    def _pages(self, operation: str, **parameters: Any) -> Iterator[Any]:
        after: str | None = None
        while True:
            page = self.api(operation, **parameters, **_from(after))
            yield page
            after = _next(page)
            if after is None:
                return


def _from(after: str | None) -> dict[str, str]:
    return {"Marker": after} if after else {}


def _next(page: Any) -> str | None:
    return page.get("Marker") if page.get("IsTruncated") else None
