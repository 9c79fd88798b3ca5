"""Group memberships of an Amazon Cognito user pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.connectors.aws_api import ACCOUNT, NOBODY, Api, Clients, Missing, group_of, roles_of, wrongs
from chalicelib.domain import errors
from chalicelib.domain.connections import Connection, ConnectorKind, Setting
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Capability, Found, Member, Outer, Page

NAME = "The user pool"
_MOST = 60  # of a page
_EMAIL, _USER_NAME, _PREFERRED = "email", "username", "preferred_username"
KIND = ConnectorKind(
    kind="cognito",
    display_name="Amazon Cognito user pool",
    description="Membership of the groups of a user pool.",
    settings=(
        Setting(
            name="userPoolId",
            label="User pool",
            help="Its id, which begins with its region.",
            example="eu-west-1_aB3dE6gH9",
            pattern=r"[a-z]{2}(-[a-z]+)+-\d_[0-9a-zA-Z]{1,40}",
        ),
        Setting(
            name="matchBy",
            label="People are found by",
            help="The attribute that has a person's mail address (email) or principal name (the others).",
            required=False,
            choices=(_EMAIL, _USER_NAME, _PREFERRED),
            default=_EMAIL,
        ),
        *ACCOUNT,
    ),
    capabilities=(Capability.LISTS_RESOURCES, Capability.LISTS_MEMBERS, Capability.CHECKS),
)


def connector(connection: Connection, clients: Clients) -> Cognito:
    """The connector of a connection; its pool's id names the region."""
    settings = connection.settings
    here = {**settings, "region": settings["userPoolId"].partition("_")[0]}
    return Cognito(Api(clients, "cognito-idp", here), here)


@dataclass(frozen=True)
class Cognito:
    """Implements ports.Connector. A right is the role `Member_{group name}` of the group."""

    api: Api
    settings: Mapping[str, str]

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        if origin_system != GROUP or not 0 < len(origin_id) <= 128:
            return None
        try:
            group = self._pool("get_group", GroupName=origin_id)["Group"]
        except Missing:
            return None
        return Found(group["GroupName"], group.get("Description") or "", roles=roles_of(origin_id))

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector. Raises NotFound when nobody in the pool is this person."""
        group, user = group_of(right, NAME), self._find(person)
        if user is None:
            raise errors.NotFound(f"{NAME} knows nobody as {self._sought(person) or person.principal_name}.")
        self._change("admin_add_user_to_group", group, user)
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector. Raises NeedsPerson for the group of an identity provider: Cognito puts people back
        into it when they sign in."""
        group, user = group_of(right, NAME), self._find(person)
        if user is None:
            return Answer.DONE
        if group.startswith(f"{self.settings['userPoolId']}_") and self._is_member(group, user):
            raise errors.NeedsPerson(
                f"Cognito itself keeps the group {group}: who signs in through that identity provider is put into it."
            )
        self._change("admin_remove_user_from_group", group, user)
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. Nobody whom the pool does not know is a member."""
        user = self._find(person)
        return user is not None and self._is_member(group_of(right, NAME), user)

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        """See ports.ListsResources."""
        found = self._pool("list_groups", Limit=min(limit, _MOST), **_from(after))
        groups = (
            Outer(
                origin_system=GROUP,
                origin_id=group["GroupName"],
                display_name=group["GroupName"],
                description=group.get("Description") or "",
            )
            for group in found["Groups"]
        )
        return Page(tuple(groups), found.get("NextToken"))

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        """See ports.ListsMembers."""
        group = group_of(right, NAME)
        found = self._members_of(group, limit, after)
        if found is None:
            raise errors.Gone(f"The group {group} is not in the user pool any more.")
        return Page(tuple(self._member(user) for user in found["Users"]), found.get("NextToken"))

    def check(self) -> Sequence[str]:
        """See ports.Checks."""
        return wrongs(
            lambda: self._pool("list_groups", Limit=1),
            lambda: self._find(NOBODY),
            lambda: self.look_up(GROUP, NOBODY.principal_name),
            lambda: self._is_member("", NOBODY.principal_name),
            lambda: self._members_of(NOBODY.principal_name, 1, None),
        )

    def _pool(self, operation: str, **parameters: Any) -> Any:
        return self.api(operation, UserPoolId=self.settings["userPoolId"], **parameters)

    @property
    def _by(self) -> str:
        return self.settings.get("matchBy") or _EMAIL

    def _sought(self, person: User) -> str:
        return person.mail if self._by == _EMAIL else person.principal_name

    def _find(self, person: User) -> str | None:
        """The user name of the person; None when there is none. Raises InvalidInput when it could be several, and
        Unavailable when the pool itself is not there."""
        sought = self._sought(person)
        if not sought:
            return None
        quoted = sought.replace("\\", "\\\\").replace('"', '\\"')
        try:
            users = self._pool("list_users", Filter=f'{self._by} = "{quoted}"', Limit=2)["Users"]
        except Missing as problem:
            raise errors.Unavailable(f"The user pool cannot be read: {problem}") from problem
        if len(users) > 1:
            raise errors.InvalidInput(f"{NAME} has several users whose {self._by} is {sought}.")
        return str(users[0]["Username"]) if users else None

    def _change(self, operation: str, group: str, user: str) -> None:
        """Add or remove; both succeed when repeated. Raises Gone without the group."""
        try:
            self._pool(operation, GroupName=group, Username=user)
        except Missing as problem:
            raise self._absent(group, problem) from problem

    def _absent(self, group: str, problem: Missing) -> Exception:
        """What is not there: the group, or the user who was there a moment ago."""
        try:
            self._pool("get_group", GroupName=group)
        except Missing:
            return errors.Gone(f"The group {group} is not in the user pool any more.")
        return errors.NotFound(f"{NAME} does not know the user any more: {problem}")

    def _is_member(self, group: str, user: str) -> bool:
        after: str | None = None
        while True:
            try:
                found = self._pool("admin_list_groups_for_user", Username=user, Limit=_MOST, **_from(after))
            except Missing:  # the user was deleted since they were found
                return False
            if any(one["GroupName"] == group for one in found["Groups"]):
                return True
            after = found.get("NextToken")
            if not after:
                return False

    def _members_of(self, group: str, limit: int, after: str | None) -> Any:
        """A page of a group's users; None without the group."""
        try:
            return self._pool("list_users_in_group", GroupName=group, Limit=min(limit, _MOST), **_from(after))
        except Missing:
            return None

    def _member(self, user: Any) -> Member:
        facts = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", ())}
        known_as = user["Username"] if self._by == _USER_NAME else facts.get(_PREFERRED, "")
        return Member(
            key=user["Username"],
            display_name=facts.get("name") or user["Username"],
            principal_name=known_as,
            mail=facts.get("email", ""),
            external_id=facts.get("sub", ""),
        )


def _from(after: str | None) -> dict[str, str]:
    return {"NextToken": after} if after else {}
