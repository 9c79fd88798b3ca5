"""Change sets and failures in words, what is done after a deployment, and what outlives it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError

import pytest
from botocore.session import Session
from moto import mock_aws

from infrastructure import afterwards, kept, remove
from infrastructure.account import Account, Refused, open_account
from infrastructure.changes import lines, refused
from infrastructure.stack import first_reason
from tests.infrastructure.ours import GIVEN, OURS
from tests.infrastructure.test_preflight import Fake

DOMAIN = {"DomainName": "reviews.contoso.example", "MailIdentity": "contoso.example"}


def change(name: str, kind: str, action: str = "Modify", **more: Any) -> dict[str, Any]:
    return {"ResourceChange": {"LogicalResourceId": name, "ResourceType": kind, "Action": action, **more}}


def event(name: str, status: str, words: str) -> dict[str, Any]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    what = {"LogicalResourceId": name, "ResourceType": "AWS::SQS::Queue", "Timestamp": at}
    return {**what, "ResourceStatus": status, "ResourceStatusReason": words}


def here(**clients: Fake) -> Account:
    found = {f"{name.replace('_', '-')} ": one for name, one in clients.items()}
    return Account(Session(), "eu-central-1", "123456789012", "ann", 0.0, found)


def test_what_is_lost_stands_first_and_what_is_new_is_counted():
    replaced = [{"Target": {"Name": "KeySchema"}}]
    found = [
        change("Work", "AWS::Lambda::Function", Details=[{"Target": {"Name": "Environment"}}]),
        change("Old", "AWS::SQS::Queue", "Remove", PolicyAction="Delete"),
        change("Items", "AWS::DynamoDB::Table", Replacement="True", PolicyAction="ReplaceAndRetain", Details=replaced),
        *(change(name, "AWS::Logs::LogGroup", "Add") for name in "ab"),
    ]
    assert list(lines(found)) == [
        "!!! Items (AWS::DynamoDB::Table) is REPLACED by a new one; the old one stays in the account: KeySchema",
        "  - Old (AWS::SQS::Queue) is DELETED",
        "   changed: Work (AWS::Lambda::Function): Environment",
        "   new: 2 x AWS::Logs::LogGroup",
    ]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (change("Items", "AWS::DynamoDB::Table", Replacement="True"), "REPLACED"),
        (change("Items", "AWS::DynamoDB::Table", Replacement="Conditional"), "PERHAPS REPLACED"),
        (change("SealingKey", "AWS::KMS::Key", "Remove", PolicyAction="Delete"), "DELETED"),
        (change("EvidenceBucket", "AWS::S3::Bucket", "Remove", PolicyAction="Retain"), "let go"),
        (change("UserPool", "AWS::Cognito::UserPool", "Remove", PolicyAction="Retain"), "let go"),
        (change("Items", "AWS::DynamoDB::Table", Replacement="False"), ""),
        (change("Items", "AWS::DynamoDB::Table", "Import"), ""),
        (change("Work", "AWS::Lambda::Function", "Remove", PolicyAction="Delete"), ""),
    ],
)
def test_precious_things_are_not_lost_by_accident(made: dict[str, Any], words: str):
    name = made["ResourceChange"]["LogicalResourceId"]
    found = refused([made], [])
    assert [words in one and f"--give-up {name}" in one for one in found] == ([True] if words else [])
    assert refused([made], [name]) == []


def test_the_reason_that_is_told_is_the_first_one_no_other_caused():
    happened = [
        event("Tick", "CREATE_FAILED", "Resource creation cancelled"),
        event(
            "Work", "CREATE_FAILED", "Specified ReservedConcurrentExecutions ... UnreservedConcurrentExecution below 10"
        ),
        event("Api", "CREATE_FAILED", "Resource creation cancelled"),
        event("stack", "ROLLBACK_FAILED", "The following resource(s) failed to create: [Work]"),
    ]
    said = first_reason(happened, "ROLLBACK_COMPLETE")
    assert "Work (AWS::SQS::Queue): Specified" in said and "too few Lambda executions" in said
    assert "CloudFormation says no more" in first_reason(happened[:1], "ROLLBACK_COMPLETE")


@mock_aws
def test_the_first_administrator_is_invited_once_with_a_proven_address():
    account = open_account(region="us-east-1")
    client = account.client("cognito-idp")
    pool = client.create_user_pool(PoolName="x", UsernameAttributes=["email"])["UserPool"]["Id"]
    assert "is invited" in afterwards.invite(account, pool, "ann@contoso.example")
    assert "already" in afterwards.invite(account, pool, "ann@contoso.example")
    (user,) = client.list_users(UserPoolId=pool)["Users"]
    told = {one["Name"]: one["Value"] for one in user["Attributes"]}
    assert (told["email"], told["email_verified"], user["UserStatus"]) == (
        "ann@contoso.example",
        "true",
        "FORCE_CHANGE_PASSWORD",
    )
    assert "could not be invited" in afterwards.invite(account, "us-east-1_nowhere", "ann@contoso.example")


def test_the_records_somebody_has_to_make_are_named():
    signing = {"DkimAttributes": {"Status": "PENDING", "Tokens": ["a", "b", "c"]}}
    account = here(sesv2=Fake(get_email_identity=signing))
    outputs = {"DomainTarget": "d-1.execute-api.eu-central-1.amazonaws.com"}
    found = list(afterwards.records(account, DOMAIN, outputs))
    assert found[0] == "reviews.contoso.example  CNAME  d-1.execute-api.eu-central-1.amazonaws.com"
    assert found[1] == "a._domainkey.contoso.example  CNAME  a.dkim.amazonses.com" and len(found) == 5
    signing["DkimAttributes"]["Status"] = "SUCCESS"
    assert list(afterwards.records(account, {**DOMAIN, "HostedZoneId": "Z1"}, outputs)) == []


def test_the_portal_is_tried_until_it_answers():
    answers = [URLError("not yet"), {"status": "ok"}, {"authorizationEndpoint": "https://login"}]

    def fetch(url: str) -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(answer).encode()

    assert afterwards.try_portal(here(), "https://portal", fetch) == (
        True,
        "https://portal answers; people sign in at https://login",
    )


def test_a_portal_that_does_not_answer_says_what_it_says():
    def fetch(url: str) -> bytes:
        raise URLError("Name or service not known")

    good, said = afterwards.try_portal(here(), "https://portal", fetch, tries=2)
    assert not good and "Name or service not known" in said


def test_whatever_outlives_a_stack_and_has_a_name_is_taken_over_and_can_be_deleted_later():
    """Unnamed things (a role of the whole account) are made anew; what has a name would be in the way."""
    kinds = {one["Type"] for one in OURS["Resources"].values() if kept.outlives(one)}
    known = set(kept.BY_NAME) | set(kept.BY_ID)
    assert kinds - known == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}
    assert known <= set(remove._LATER)
    nameless = [one for one in OURS["Resources"].values() if kept.outlives(one) and one["Type"] == "AWS::IAM::Role"]
    assert not [one for one in nameless if "RoleName" in one["Properties"]]


def test_every_key_that_outlives_its_stack_is_found_again_by_a_name_that_does_too():
    search = kept.Search.of(here(), "live", OURS, {**GIVEN, "DataEncryption": "customer"})
    for name, one in search.resources.items():
        if one.get("Type") == "AWS::KMS::Key":
            aliases = list(kept._aliases_of(search, name))
            assert aliases, name
    assert all(kept.outlives(one) for one in search.resources.values() if one.get("Type") == "AWS::KMS::Alias")


def test_a_key_that_is_to_be_deleted_is_told_before_anything_is_made():
    gone = {"KeyMetadata": {"KeyId": "k", "KeyState": "PendingDeletion"}}
    search = kept.Search.of(here(kms=Fake(describe_key=gone)), "live", OURS, GIVEN)
    with pytest.raises(Refused, match="cancel-key-deletion --key-id k"):
        kept._key(search, "SealingKey")


def test_an_import_holds_nothing_that_refers_to_what_is_not_there():
    search = kept.Search.of(here(), "live", OURS, GIVEN)
    found = [kept.Kept("UserPool", "AWS::Cognito::UserPool", "p"), kept.Kept("SealingKey", "AWS::KMS::Key", "k")]
    part = kept.import_template(OURS, {}, search, found)
    assert set(part["Resources"]) == {"UserPool", "SealingKey"}
    pool = part["Resources"]["UserPool"]
    assert "AdminCreateUserConfig" not in pool["Properties"]  # its mail names the portal's address
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE" and pool["DeletionPolicy"] == "Retain"
    before = {"Resources": {"Work": {}}, "Parameters": {"Old": {}}, "Outputs": {"A": {}}}
    later = kept.import_template(OURS, before, search, found)
    assert set(later["Resources"]) == {"Work", "UserPool", "SealingKey"} and later["Outputs"] == {"A": {}}
