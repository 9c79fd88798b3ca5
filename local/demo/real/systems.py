"""The systems outside, by plain AWS clients: what is in them is read here, and not through the product."""

from __future__ import annotations

from typing import Any

from local.demo.player import Player
from local.resources import Aws

PLATFORM, BILLING, EDITORS = "Platform engineers", "Billing readers", "portal-editors"
KNOWN = {
    "ann@example.com": ("Ann", "Abbott"),
    "bob@example.com": ("Bob", "Baker"),
    "cleo@example.com": ("Cleo", "Carter"),
    "gus@example.com": ("Gus", "Grant"),
}
THERE_ALREADY, TWICE = "gus@example.com", "cleo@example.com"
ACCOUNT, GIVEN = "111122223333", "PowerUserAccess"  # what the platform's engineers have, and in which account


class Systems:
    """IAM Identity Center and the user pool of a customers' portal."""

    def __init__(self, url: str) -> None:
        aws = Aws(url)
        self._center, self._pools = aws.client("identitystore"), aws.client("cognito-idp")
        self._admin = aws.client("sso-admin")
        instance = self._admin.list_instances()["Instances"][0]
        self.store, self.instance = str(instance["IdentityStoreId"]), str(instance["InstanceArn"])
        self.pool = ""
        self.groups: dict[str, str] = {}
        self._users: dict[str, str] = {}

    def build(self, player: Player) -> None:
        """What the organisation has before it knows this product."""
        player.chapter("The systems outside, as they are")
        for name in (PLATFORM, BILLING):
            made = self._identity("create_group", DisplayName=name, Description=f"{name} in AWS")
            self.groups[name] = made["GroupId"]
        self.pool = self._pools.create_user_pool(PoolName="customer-portal")["UserPool"]["Id"]
        self._pools.create_group(UserPoolId=self.pool, GroupName=EDITORS, Description="May change the portal")
        for who, (given, family) in KNOWN.items():
            self._know(who, given, family)
        self.join(BILLING, THERE_ALREADY)
        made = self._admin.create_permission_set(InstanceArn=self.instance, Name=GIVEN)["PermissionSet"]
        self._assign(made["PermissionSetArn"], "GROUP", self.groups[PLATFORM])
        self._assign(made["PermissionSetArn"], "USER", self._user(TWICE))
        player.tell(f"IAM Identity Center has the groups {PLATFORM} (nobody in it) and {BILLING} (Gus is in it).")
        player.tell(f"{PLATFORM} have {GIVEN} in account {ACCOUNT}; so has Cleo, by an assignment of her own.")
        player.tell(f"The Cognito user pool customer-portal has the group {EDITORS} (nobody in it).")

    def _know(self, who: str, given: str, family: str) -> None:
        name, emails = {"GivenName": given, "FamilyName": family}, [{"Value": who, "Primary": True}]
        made = self._identity("create_user", UserName=who, DisplayName=f"{given} {family}", Name=name, Emails=emails)
        self._users[made["UserId"]] = who
        mail = [{"Name": "email", "Value": who}]
        self._pools.admin_create_user(UserPoolId=self.pool, Username=who, UserAttributes=mail, MessageAction="SUPPRESS")

    def join(self, group: str, who: str) -> None:
        """Somebody with a console puts a user into a group of Identity Center, past this product."""
        member = {"UserId": self._user(who)}
        self._identity("create_group_membership", GroupId=self.groups[group], MemberId=member)

    def _user(self, who: str) -> str:
        return next(key for key, name in self._users.items() if name == who)

    def _assign(self, permission_set: str, kind: str, principal: str) -> None:
        target = {"TargetId": ACCOUNT, "TargetType": "AWS_ACCOUNT", "PermissionSetArn": permission_set}
        whom = {"PrincipalType": kind, "PrincipalId": principal}
        self._admin.create_account_assignment(InstanceArn=self.instance, **target, **whom)

    def in_center(self, group: str) -> list[str]:
        """The user names of a group's members in Identity Center."""
        found = self._identity("list_group_memberships", GroupId=self.groups[group])["GroupMemberships"]
        return sorted(self._users[one["MemberId"]["UserId"]] for one in found)

    def in_pool(self) -> list[str]:
        """The user names of the members of the pool's group."""
        found = self._pools.list_users_in_group(UserPoolId=self.pool, GroupName=EDITORS)["Users"]
        return sorted({one["Username"] for one in found})  # the emulator lists twice whom a repeated call added

    def _identity(self, operation: str, **parameters: Any) -> Any:
        return getattr(self._center, operation)(IdentityStoreId=self.store, **parameters)
