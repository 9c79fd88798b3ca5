"""The connector to Cognito user pools, over moto's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.connectors import cognito
from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer
from tests.connectors.contract import RemoteContract, every, person
from tests.connectors.scripted import AwsRig, ScriptedClients, connection


class CognitoRig(AwsRig):
    """A pool with three groups and ann."""

    kind = cognito.KIND

    def __init__(self, clients: ScriptedClients | None = None, **settings: str) -> None:
        self.clients = clients or ScriptedClients()
        self.aws = self.clients("cognito-idp", "", "", "")
        self.pool = {"UserPoolId": self.aws.create_user_pool(PoolName="Customers")["UserPool"]["Id"]}
        for name in ("readers", "editors", "Größte Freunde"):
            self.new_group(name)
        self.new_user(self.ann)
        self.right = self.right_in("readers")
        self.connector = cognito.connector(
            connection("cognito", userPoolId=self.pool["UserPoolId"], **settings), self.clients
        )

    def right_in(self, group: str) -> Right:
        return Right("cognito", GROUP, group, f"Member_{group}")

    def new_group(self, name: str) -> None:
        self.aws.create_group(**self.pool, GroupName=name, Description="For the tests")

    def new_user(self, who: User, name: str = "") -> None:
        facts = [{"Name": "email", "Value": who.mail}, {"Name": "name", "Value": who.display_name}]
        self.aws.admin_create_user(**self.pool, Username=name or who.principal_name, UserAttributes=facts)

    def holds(self) -> bool:
        users = self.aws.list_users_in_group(**self.pool, GroupName="readers")["Users"]
        return [user["Username"] for user in users] == [self.ann.principal_name]

    def delete_resource(self) -> None:
        self.aws.delete_group(**self.pool, GroupName="readers")


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def rig(account: None) -> CognitoRig:
    return CognitoRig()


class TestCognito(RemoteContract):
    """The contract."""


def test_people_are_found_by_the_attribute_that_is_configured(account: None) -> None:
    rig, bob = CognitoRig(matchBy="username"), person("bob")
    rig.new_user(bob, name="bobby")
    assert not rig.connector.verify(rig.right, bob)
    with pytest.raises(errors.NotFound, match=r"nobody as bob@example\.com"):
        rig.connector.grant(rig.right, bob)
    assert rig.connector.grant(rig.right, rig.ann) is Answer.DONE
    (member,) = every(lambda after: rig.connector.members(rig.right, 10, after))
    assert (member.principal_name, member.display_name) == ("ann@example.com", "Ann")


def test_one_address_of_two_users_is_no_guess(rig: CognitoRig) -> None:
    rig.new_user(rig.ann, name="another")
    for call in (rig.connector.grant, rig.connector.revoke, rig.connector.verify):
        with pytest.raises(errors.InvalidInput, match=r"several users whose email is ann@example\.com"):
            call(rig.right, rig.ann)


def test_an_address_cannot_change_the_question(rig: CognitoRig) -> None:
    odd = User(id="odd", display_name="Odd", principal_name="odd", mail='x" or email ^= "')
    assert not rig.connector.verify(rig.right, odd)
    assert not rig.connector.verify(rig.right, User(id="no", display_name="No mail", principal_name="no"))


def test_the_group_of_an_identity_provider_is_left_to_a_person(rig: CognitoRig) -> None:
    name = f"{rig.pool['UserPoolId']}_Okta"
    rig.new_group(name)
    federated = rig.right_in(name)
    assert rig.connector.revoke(federated, rig.ann) is Answer.DONE
    rig.connector.grant(federated, rig.ann)
    with pytest.raises(errors.NeedsPerson, match="Cognito itself keeps the group"):
        rig.connector.revoke(federated, rig.ann)


def test_a_pool_that_is_not_there_is_no_answer_about_anybody(rig: CognitoRig) -> None:
    rig.aws.delete_user_pool(**rig.pool)
    for call in (rig.connector.grant, rig.connector.revoke, rig.connector.verify):
        with pytest.raises(errors.Unavailable, match="cannot be read"):
            call(rig.right, rig.ann)
    assert "not there" in rig.connector.check()[0]


def test_somebody_in_more_groups_than_a_page_holds_is_found_in_the_last(rig: CognitoRig) -> None:
    with Stubber(rig.aws) as script:
        script.add_response("list_users", {"Users": [{"Username": "ann"}]})
        script.add_response("admin_list_groups_for_user", {"Groups": [{"GroupName": "editors"}], "NextToken": "more"})
        script.add_response("admin_list_groups_for_user", {"Groups": [{"GroupName": "readers"}]})
        assert rig.connector.verify(rig.right, rig.ann)


def test_the_region_is_the_pools(rig: CognitoRig) -> None:
    asked = []

    def clients(*what: str) -> None:
        asked.append(what)
        raise errors.Unavailable("")

    made = cognito.connector(connection("cognito", userPoolId="eu-west-1_aB3dE6gH9", roleArn="arn"), clients)
    with pytest.raises(errors.Unavailable):
        made.verify(rig.right, rig.ann)
    assert asked == [("cognito-idp", "eu-west-1", "arn", "")]


def test_a_removal_takes_no_more_than_these_permissions(rig: CognitoRig) -> None:
    """They are what docs/connectors/cognito.md asks for."""
    rig.clients.asked.clear()
    rig.connector.grant(rig.right, rig.ann)
    rig.connector.revoke(rig.right, rig.ann)
    rig.connector.verify(rig.right, rig.ann)
    assert {operation.partition(":")[2] for operation in rig.clients.asked} == {
        "ListUsers",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminListGroupsForUser",
    }
