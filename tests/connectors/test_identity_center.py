"""The connector to IAM Identity Center, over moto's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.connectors import identity_center
from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer
from tests.connectors.contract import Failure, RemoteContract, every, person
from tests.connectors.scripted import AwsRig, ScriptedClients, connection

NAME = {"GivenName": "Ann", "FamilyName": "Smith"}


class IdentityCenterRig(AwsRig):
    """An identity store with two groups and ann."""

    kind = identity_center.KIND

    def __init__(self, clients: ScriptedClients | None = None, **settings: str) -> None:
        self.clients = clients or ScriptedClients()
        self.aws = self.clients("identitystore", "", "", "")
        self.admin = self.clients("sso-admin", "", "", "")
        instance = self.admin.list_instances()["Instances"][0]
        self.instance = instance["InstanceArn"]
        self.store = {"IdentityStoreId": instance["IdentityStoreId"]}
        self.group, self.other = self.new_group("Ledger readers"), self.new_group("Platform")
        self.user = self.new_user(self.ann)
        self.right = Right("identity-center", GROUP, self.group, f"Member_{self.group}")
        chosen = {"identityStoreId": instance["IdentityStoreId"], **settings}
        self.connector = identity_center.connector(connection("identityCenter", **chosen), self.clients)

    def new_group(self, name: str) -> str:
        return str(self.aws.create_group(**self.store, DisplayName=name, Description="For the tests")["GroupId"])

    def new_user(self, who: User, **facts: Any) -> str:
        emails = [{"Value": who.mail, "Primary": True}]
        known = {"UserName": who.principal_name, "DisplayName": who.display_name, "Name": NAME, "Emails": emails}
        known |= facts
        return str(self.aws.create_user(**self.store, **known)["UserId"])

    def memberships(self, group: str = "") -> list[str]:
        found = self.aws.list_group_memberships(**self.store, GroupId=group or self.group)["GroupMemberships"]
        return [one["MembershipId"] for one in found if one["MemberId"]["UserId"] == self.user]

    def holds(self) -> bool:
        return bool(self.memberships())

    def delete_resource(self) -> None:
        for membership in self.memberships():  # as AWS does; moto would leave them
            self.aws.delete_group_membership(**self.store, MembershipId=membership)
        self.aws.delete_group(**self.store, GroupId=self.group)

    def join(self, group: str) -> None:
        self.aws.create_group_membership(**self.store, GroupId=group, MemberId={"UserId": self.user})

    def assign(self, principal: str, kind: str, name: str, account: str) -> None:
        """Give a principal a permission set of this name in an account."""
        listed = self.admin.list_permission_sets(InstanceArn=self.instance)["PermissionSets"]
        known = {self._set_name(arn): arn for arn in listed}
        if name not in known:
            made = self.admin.create_permission_set(InstanceArn=self.instance, Name=name)
            known[name] = made["PermissionSet"]["PermissionSetArn"]
        target = {"TargetId": account, "TargetType": "AWS_ACCOUNT", "PermissionSetArn": known[name]}
        whom = {"PrincipalType": kind, "PrincipalId": principal}
        self.admin.create_account_assignment(InstanceArn=self.instance, **target, **whom)

    def _set_name(self, arn: str) -> str:
        found = self.admin.describe_permission_set(InstanceArn=self.instance, PermissionSetArn=arn)
        return str(found["PermissionSet"]["Name"])


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def rig(account: None) -> IdentityCenterRig:
    return IdentityCenterRig()


class TestIdentityCenter(RemoteContract):
    """The contract."""


def test_a_repeated_grant_makes_one_membership(rig: IdentityCenterRig) -> None:
    for _ in range(3):
        assert rig.connector.grant(rig.right, rig.ann) is Answer.DONE
    assert len(rig.memberships()) == 1


def test_somebody_who_joined_between_our_two_calls_is_granted_all_the_same(
    rig: IdentityCenterRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS then answers with a conflict, which moto does not know."""

    def clash(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ConflictException", "Message": "it exists"}}, "CreateGroupMembership")

    monkeypatch.setattr(rig.aws, "create_group_membership", clash)
    assert rig.connector.grant(rig.right, rig.ann) is Answer.DONE


def test_a_group_that_another_directory_keeps_is_left_to_a_person(rig: IdentityCenterRig, monkeypatch: Any) -> None:
    """Failure case: a synchronised group would put back whom we remove. A setting says otherwise."""
    rig.connector.grant(rig.right, rig.ann)
    synchronised(rig, monkeypatch)
    with pytest.raises(errors.NeedsPerson, match=r"Ledger readers is synchronised .* from another directory"):
        rig.connector.revoke(rig.right, rig.ann)
    assert rig.holds() and rig.connector.grant(rig.right, rig.ann) is Answer.DONE
    settings = {"identityStoreId": rig.store["IdentityStoreId"], "synchronised": "change"}
    bold = identity_center.connector(connection("identityCenter", **settings), rig.clients)
    assert bold.revoke(rig.right, rig.ann) is Answer.DONE
    assert not rig.holds()
    assert rig.connector.revoke(rig.right, rig.ann) is Answer.DONE  # nothing is left to change
    with pytest.raises(errors.NeedsPerson):
        rig.connector.grant(rig.right, rig.ann)


def synchronised(rig: IdentityCenterRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the group an external id, which moto knows nothing of."""
    asked = rig.aws.describe_group
    outer = [{"Issuer": "https://scim.example.com", "Id": "77"}]
    monkeypatch.setattr(rig.aws, "describe_group", lambda **which: {**asked(**which), "ExternalIds": outer})


def test_a_store_that_is_not_there_is_no_answer_about_anybody(rig: IdentityCenterRig) -> None:
    with Stubber(rig.aws) as script:
        missing = {"ResourceType": "IDENTITY_STORE"}
        script.add_client_error("get_user_id", "ResourceNotFoundException", modeled_fields=missing)
        with pytest.raises(errors.Unavailable, match="cannot be read"):
            rig.connector.verify(rig.right, rig.ann)


@pytest.mark.parametrize(("match_by", "found"), [("userNameOrEmail", True), ("email", True), ("userName", False)])
def test_people_are_found_by_user_name_or_mail_as_configured(account: None, match_by: str, found: bool) -> None:
    rig = IdentityCenterRig(matchBy=match_by)
    bob = person("bob")
    rig.new_user(bob, UserName="bobby")
    if found:
        rig.connector.grant(rig.right, bob)
        (member,) = every(lambda after: rig.connector.members(rig.right, 10, after))
        assert (member.principal_name, member.mail) == ("bobby", bob.mail)
    assert rig.connector.verify(rig.right, bob) is found


def test_other_ways_to_the_same_permission_set_are_seen(account: None) -> None:
    plain = IdentityCenterRig()
    settings = {"identityStoreId": plain.store["IdentityStoreId"], "instanceArn": plain.instance}
    seeing = identity_center.connector(connection("identityCenter", **settings), plain.clients)
    plain.assign(plain.group, "GROUP", "AdministratorAccess", "111122223333")
    assert seeing.paths(plain.right, plain.ann) == ()
    plain.assign(plain.user, "USER", "AdministratorAccess", "111122223333")
    plain.assign(plain.user, "USER", "AdministratorAccess", "444455556666")  # another account: not what it gave
    plain.assign(plain.other, "GROUP", "AdministratorAccess", "111122223333")
    plain.join(plain.other)
    assert seeing.paths(plain.right, plain.ann) == (
        "direct assignment of AdministratorAccess in account 111122223333",
        "AdministratorAccess in account 111122223333 through the group Platform",
    )
    assert plain.connector.paths(plain.right, plain.ann) == ()  # without an instance it cannot see
    assert seeing.check() == []


def test_a_listing_asks_for_a_person_once_in_five_minutes(rig: IdentityCenterRig) -> None:
    rig.connector.grant(rig.right, rig.ann)
    rig.clients.asked.clear()
    for _ in range(3):
        every(lambda after: rig.connector.members(rig.right, 10, after))
    assert rig.clients.asked.count("identitystore:DescribeUser") == 1
    assert rig.clients.asked.count("identitystore:ListGroupMemberships") == 3


def test_the_owner_of_a_group_is_no_role_it_knows(rig: IdentityCenterRig) -> None:
    with pytest.raises(errors.NeedsPerson):
        rig.connector.grant(Right("identity-center", GROUP, rig.group, f"Owner_{rig.group}"), rig.ann)


def test_what_cannot_be_an_id_is_looked_up_nowhere(rig: IdentityCenterRig) -> None:
    asked = len(rig.clients.asked)
    assert rig.connector.look_up(GROUP, "Ledger readers") is None
    assert rig.connector.look_up("AadApplication", rig.group) is None
    assert len(rig.clients.asked) == asked


def test_every_missing_permission_to_read_is_named(rig: IdentityCenterRig) -> None:
    with rig.failing(Failure.REFUSED):
        told = " ".join(rig.connector.check())
    asked = set(re.findall(r"identitystore:\w+", told))
    assert asked == {
        "identitystore:ListGroups",
        "identitystore:GetUserId",
        "identitystore:GetGroupMembershipId",
        "identitystore:DescribeGroup",
        "identitystore:DescribeUser",
        "identitystore:ListGroupMemberships",
    }


def test_a_removal_takes_no_more_than_these_permissions(rig: IdentityCenterRig) -> None:
    """They are what docs/connectors/identity-center.md asks for."""
    rig.clients.asked.clear()
    rig.connector.grant(rig.right, rig.ann)
    rig.connector.revoke(rig.right, rig.ann)
    assert set(rig.clients.asked) == {
        "identitystore:GetUserId",
        "identitystore:GetGroupMembershipId",
        "identitystore:DescribeGroup",
        "identitystore:CreateGroupMembership",
        "identitystore:DeleteGroupMembership",
    }
