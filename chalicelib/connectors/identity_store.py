"""What an identity store of IAM Identity Center knows: its groups, users and memberships (service identitystore)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chalicelib.connectors.account_assignments import pages
from chalicelib.connectors.aws_api import Api, Clash, Missing
from chalicelib.domain import errors
from chalicelib.usecases.ports import Member

NAME = "IAM Identity Center"
MOST = 100  # of a page
REMEMBERED, MOST_REMEMBERED = 300.0, 20_000  # seconds that a listed user is kept, and how many


@dataclass(frozen=True)
class IdentityStore:
    """One identity store. What decides about somebody is read anew each time; only listings remember people."""

    api: Api
    store_id: str
    _listed: dict[str, tuple[float, Member]] = field(default_factory=dict)

    def group(self, group: str) -> Any:
        """What is known of a group; None when there is none."""
        try:
            return self._ask("describe_group", GroupId=group)
        except Missing as problem:
            _only_if(problem, "GROUP")
            return None

    def existing(self, group: str) -> Any:
        """What is known of a group. Raises Gone."""
        found = self.group(group)
        if found is None:
            raise errors.Gone(f"The group {group} is not in {NAME} any more.")
        return found

    def groups(self, limit: int, after: str | None) -> Any:
        """A page of the groups."""
        return self._ask("list_groups", MaxResults=min(limit, MOST), **_from(after))

    def user_with(self, attribute: str, value: str) -> str | None:
        """The id of the user with this unique attribute; None when there is none."""
        unique = {"UniqueAttribute": {"AttributePath": attribute, "AttributeValue": value}}
        try:
            return str(self._ask("get_user_id", AlternateIdentifier=unique)["UserId"])
        except Missing as problem:
            _only_if(problem, "USER")
            return None

    def membership(self, group: str, user: str) -> str | None:
        """The id of a membership; None when there is none."""
        try:
            found = self._ask("get_group_membership_id", GroupId=group, MemberId={"UserId": user})
        except Missing as problem:
            _only_if(problem, "GROUP_MEMBERSHIP", "GROUP", "USER")
            return None
        return str(found["MembershipId"])

    def join(self, group: str, user: str) -> None:
        """Make a membership, unless somebody else, or an earlier call whose answer was lost, was first."""
        with suppress(Clash):
            self._ask("create_group_membership", GroupId=group, MemberId={"UserId": user})

    def end(self, membership: str) -> None:
        """Delete a membership, if it is still there."""
        try:
            self._ask("delete_group_membership", MembershipId=membership)
        except Missing as problem:
            _only_if(problem, "GROUP_MEMBERSHIP")
        except Clash as problem:
            raise errors.Unavailable(f"{NAME} changes the group this very moment.") from problem

    def memberships(self, group: str, limit: int, after: str | None) -> Any:
        """A page of a group's memberships; an empty one of a group that is not there."""
        try:
            return self._ask("list_group_memberships", GroupId=group, MaxResults=min(limit, MOST), **_from(after))
        except Missing as problem:
            _only_if(problem, "GROUP")
            return {"GroupMemberships": []}

    def groups_of(self, user: str) -> Iterator[str]:
        """The ids of a user's groups."""
        listed = pages(self._ask, "list_group_memberships_for_member", MemberId={"UserId": user})
        return (one["GroupId"] for page in listed for one in page["GroupMemberships"])

    def member(self, user: str) -> Member:
        """A user for a listing; asked for once in five minutes, because most people are in many groups."""
        now = time.monotonic()
        until, known = self._listed.get(user, (0.0, None))
        if known is None or until < now:
            if len(self._listed) >= MOST_REMEMBERED:
                self._listed.clear()
            known = self.described(user)
            self._listed[user] = (now + REMEMBERED, known)
        return known

    def described(self, user: str) -> Member:
        """A user by id; known by that alone when they were deleted meanwhile."""
        try:
            found = self._ask("describe_user", UserId=user)
        except Missing as problem:
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

    def _ask(self, operation: str, **parameters: Any) -> Any:
        return self.api(operation, IdentityStoreId=self.store_id, **parameters)


def title(group: Any) -> str:
    """What a group is called; its id when it has no name."""
    return str(group.get("DisplayName") or group["GroupId"])


def _from(after: str | None) -> dict[str, str]:
    return {"NextToken": after} if after else {}


def _only_if(problem: Missing, *kinds: str) -> None:
    """Raises Unavailable when something else is missing than what was looked for, such as the whole store: that is
    no answer about anybody."""
    if problem.kind not in kinds:
        raise errors.Unavailable(f"{NAME} cannot be read: {problem}") from problem
