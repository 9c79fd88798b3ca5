"""The connector to IAM groups, over moto's."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.connectors import iam
from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer
from tests.connectors.contract import RemoteContract, every
from tests.connectors.scripted import AwsRig, ScriptedClients, connection

READ_ONLY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}


class IamRig(AwsRig):
    """Two groups and ann."""

    kind = iam.KIND

    def __init__(self, clients: ScriptedClients | None = None, user: str = "ann@example.com", **settings: str) -> None:
        self.clients = clients or ScriptedClients()
        self.aws = self.clients("iam", "", "", "")
        for name in ("readers", "writers"):
            self.aws.create_group(GroupName=name)
        self.user = user
        self.aws.create_user(UserName=user)
        self.right = Right("iam", GROUP, "readers", "Member_readers")
        self.connector = iam.connector(connection("iam", **settings), self.clients)

    def holds(self) -> bool:
        return [one["UserName"] for one in self.aws.get_group(GroupName="readers")["Users"]] == [self.user]

    def delete_resource(self) -> None:
        self.aws.remove_user_from_group(GroupName="readers", UserName=self.user)
        self.aws.delete_group(GroupName="readers")

    def policy(self, name: str) -> str:
        made = self.aws.create_policy(PolicyName=name, PolicyDocument=json.dumps(READ_ONLY))
        return str(made["Policy"]["Arn"])


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def rig(account: None) -> IamRig:
    return IamRig()


class TestIam(RemoteContract):
    """The contract."""


def test_with_a_domain_user_names_are_what_stands_before_it(account: None) -> None:
    rig = IamRig(user="ann", domain="Example.com")
    assert rig.connector.grant(rig.right, rig.ann) is Answer.DONE
    assert rig.holds()
    (member,) = every(lambda after: rig.connector.members(rig.right, 10, after))
    assert member.principal_name.lower() == "ann@example.com"
    guest = User(id="guest", display_name="Another Ann", principal_name="ann@elsewhere.com")
    assert not rig.connector.verify(rig.right, guest)
    assert rig.connector.revoke(rig.right, guest) is Answer.DONE
    assert rig.holds()
    with pytest.raises(errors.NotFound, match=r"ann@elsewhere\.com"):
        rig.connector.grant(rig.right, guest)


def test_other_ways_to_the_groups_policies_are_seen(rig: IamRig) -> None:
    arn, other = rig.policy("read-ledger"), rig.policy("read-press")
    rig.connector.grant(rig.right, rig.ann)
    rig.aws.attach_group_policy(GroupName="readers", PolicyArn=arn)
    rig.aws.attach_user_policy(UserName=rig.user, PolicyArn=other)
    assert rig.connector.paths(rig.right, rig.ann) == ()
    rig.aws.attach_user_policy(UserName=rig.user, PolicyArn=arn)
    rig.aws.attach_group_policy(GroupName="writers", PolicyArn=arn)
    rig.aws.add_user_to_group(GroupName="writers", UserName=rig.user)
    told = ("policy read-ledger attached to the user", "policy read-ledger through the group writers")
    assert rig.connector.paths(rig.right, rig.ann) == told
    assert rig.connector.paths(rig.right, rig.stranger) == ()


def test_names_that_iam_cannot_have_are_nobodys(rig: IamRig) -> None:
    odd = User(id="odd", display_name="Odd", principal_name="o'brien#ext#@example.com")
    assert not rig.connector.verify(rig.right, odd)
    assert rig.connector.look_up(GROUP, "no such/group") is None


def test_a_removal_takes_no_more_than_these_permissions(rig: IamRig) -> None:
    """They are what docs/connectors/iam.md asks for."""
    rig.clients.asked.clear()
    rig.connector.grant(rig.right, rig.ann)
    rig.connector.revoke(rig.right, rig.ann)
    rig.connector.revoke(rig.right, rig.ann)
    rig.connector.verify(rig.right, rig.ann)
    assert set(rig.clients.asked) == {
        "iam:AddUserToGroup",
        "iam:RemoveUserFromGroup",
        "iam:GetGroup",
        "iam:ListGroupsForUser",
    }
