"""The resources of a deployment are what the code takes for granted, and what keeps data safe is switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.storage.tables import TABLES
from tests.conftest import account
from tests.infrastructure.ours import FUNCTIONS, OWN_KEY, PLAIN, of_kind


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy's resource."""
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, dict[str, Any]]]:
    """The tables as the code makes them, by the last part of their name."""
    with account():
        found = {}
        for one in TABLES:
            name = one.Meta.table_name
            told = client("dynamodb").describe_table(TableName=name)["Table"]
            told["ttl"] = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            found[name.rpartition("-")[2]] = told
        yield found


def _sorted(found: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: str(one[by]))


@pytest.mark.parametrize("name", ["directory", "entitlements", "reviews", "items", "audit"])
def test_a_table_has_the_keys_indexes_stream_and_end_of_life_that_the_code_gives_it(
    tables: dict[str, dict[str, Any]], name: str
) -> None:
    by_name = {
        one["Properties"]["TableName"]["Fn::Sub"]: one["Properties"] for one in of_kind("AWS::DynamoDB::Table").values()
    }
    assert set(by_name) == {f"${{AWS::StackName}}-{one}" for one in tables}
    ours, made = by_name[f"${{AWS::StackName}}-{name}"], tables[name]
    assert ours["KeySchema"] == made["KeySchema"] and ours["BillingMode"] == "PAY_PER_REQUEST"
    assert _sorted(ours["AttributeDefinitions"], "AttributeName") == _sorted(
        made["AttributeDefinitions"], "AttributeName"
    )
    indexes = [
        {part: one[part] for part in ("IndexName", "KeySchema", "Projection")}
        for one in made.get("GlobalSecondaryIndexes", [])
    ]
    assert _sorted(ours.get("GlobalSecondaryIndexes", []), "IndexName") == _sorted(indexes, "IndexName")
    assert ours.get("StreamSpecification", {}).get("StreamViewType") == made.get("StreamSpecification", {}).get(
        "StreamViewType"
    )
    ends = ours.get("TimeToLiveSpecification", {}).get("AttributeName")
    assert ends == made["ttl"].get("AttributeName")


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"])
def test_what_holds_data_outlives_the_stack(kind: str) -> None:
    for one in of_kind(kind, OWN_KEY).values():
        assert one["DeletionPolicy"] == one["UpdateReplacePolicy"] == "Retain"


def test_tables_can_be_put_back_and_are_not_deleted_by_mistake() -> None:
    for one in of_kind("AWS::DynamoDB::Table").values():
        assert one["Properties"]["DeletionProtectionEnabled"] is True
        assert one["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert "SSESpecification" not in one["Properties"]  # AWS's own key


def test_with_a_key_of_ones_own_everything_that_can_be_is_encrypted_by_it() -> None:
    key = {"Fn::GetAtt": ["DataKey", "Arn"]}
    for one in of_kind("AWS::DynamoDB::Table", OWN_KEY).values():
        assert one["Properties"]["SSESpecification"]["KMSMasterKeyId"] == key
    for one in of_kind("AWS::SQS::Queue", OWN_KEY).values():
        assert one["Properties"]["KmsMasterKeyId"] == key and "SqsManagedSseEnabled" not in one["Properties"]
    for one in of_kind("AWS::Logs::LogGroup", OWN_KEY).values():
        assert one["Properties"]["KmsKeyId"] == key
    for one in of_kind("AWS::S3::Bucket", OWN_KEY).values():
        (rule,) = one["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert OWN_KEY["MailFeedback"]["Properties"]["KmsMasterKeyId"] == key
    assert OWN_KEY["CursorSecret"]["Properties"]["KmsKeyId"] == key
    assert OWN_KEY["DataKey"]["Properties"]["EnableKeyRotation"] is True


def test_a_message_stays_hidden_six_times_as_long_as_its_worker_may_take() -> None:
    """AWS's advice; less, and a message that is being worked on is given to a second worker."""
    hidden = PLAIN["WorkQueue"]["Properties"]["VisibilityTimeout"]
    assert hidden >= 6 * PLAIN["Work"]["Properties"]["Timeout"]


def test_what_fails_waits_fourteen_days_and_only_from_the_queue_it_belongs_to() -> None:
    for one in of_kind("AWS::SQS::Queue").values():
        assert one["Properties"]["MessageRetentionPeriod"] == 14 * 86_400
        assert one["Properties"]["SqsManagedSseEnabled"] is True
    redrive = PLAIN["WorkQueue"]["Properties"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["WorkDeadLetters", "Arn"]}, "maxReceiveCount": 5}
    allowed = PLAIN["WorkDeadLetters"]["Properties"]["RedriveAllowPolicy"]
    (source,) = allowed["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(f":{PLAIN['WorkQueue']['Properties']['QueueName']['Fn::Sub']}")


@pytest.mark.parametrize(
    ("kind", "policies", "names"),
    [
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ],
)
def test_nothing_is_reached_without_tls(kind: str, policies: str, names: str) -> None:
    protected = set()
    for policy in of_kind(policies).values():
        denied = [one for one in statements(policy) if one["Effect"] == "Deny"]
        if any(one["Condition"] == {"Bool": {"aws:SecureTransport": False}} for one in denied):
            about = policy["Properties"][names]
            protected |= {one["Ref"] for one in (about if isinstance(about, list) else [about])}
    assert protected >= set(of_kind(kind))


def test_buckets_are_closed_and_belong_to_the_account() -> None:
    for one in of_kind("AWS::S3::Bucket").values():
        about = one["Properties"]
        assert set(about["PublicAccessBlockConfiguration"].values()) == {True}
        assert about["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        assert about["VersioningConfiguration"] == {"Status": "Enabled"} and "AccessControl" not in about
        assert any("AbortIncompleteMultipartUpload" in rule for rule in about["LifecycleConfiguration"]["Rules"])


def test_evidence_is_locked_as_it_is_written_and_never_expires() -> None:
    about = PLAIN["EvidenceBucket"]["Properties"]
    assert about["ObjectLockEnabled"] is True and "ObjectLockConfiguration" not in about
    assert not [one for rule in about["LifecycleConfiguration"]["Rules"] for one in rule if "Expiration" in one]
    unlocked = {"Null": {"s3:object-lock-mode": True}}
    assert unlocked in [one["Condition"] for one in statements(PLAIN["EvidenceBucketPolicy"])]


def test_only_the_worker_signs_and_who_administers_the_key_does_not() -> None:
    about = PLAIN["SealingKey"]["Properties"]
    assert (about["KeySpec"], about["KeyUsage"], about["PendingWindowInDays"]) == ("RSA_3072", "SIGN_VERIFY", 30)
    signing = []
    for one in about["KeyPolicy"]["Statement"]:
        actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
        patterns = [re.escape(action).replace(r"\*", ".*") for action in actions]
        signing += [one] if any(re.fullmatch(pattern, "kms:Sign") for pattern in patterns) else []
    (only,) = signing
    role = only["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith(f":role/{PLAIN['WorkRole']['Properties']['RoleName']['Fn::Sub']}")


def test_a_role_s_name_is_short_enough_for_the_longest_stage_and_region() -> None:
    name = PLAIN["WorkRole"]["Properties"]["RoleName"]["Fn::Sub"]
    longest = name.replace("${AWS::StackName}", f"access-reviews-{'s' * 20}").replace(
        "${AWS::Region}", "ap-southeast-7"
    )
    assert "$" not in longest and len(longest) <= 64


def test_only_the_mail_service_tells_of_mails_for_this_configuration_set() -> None:
    allowed = [one for one in statements(PLAIN["MailFeedbackPolicy"]) if one["Effect"] == "Allow"]
    (only,) = allowed
    assert only["Principal"] == {"Service": "ses.amazonaws.com"} and only["Action"] == "sns:Publish"
    assert set(only["Condition"]) == {"StringEquals", "ArnEquals"}
    told = PLAIN["MailSetToTopic"]["Properties"]["EventDestination"]
    assert set(told["MatchingEventTypes"]) == {"delivery", "bounce", "complaint", "reject", "renderingFailure"}
    assert PLAIN["MailSet"]["Properties"]["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}


def test_each_function_writes_into_a_log_of_its_own_that_ends() -> None:
    groups = of_kind("AWS::Logs::LogGroup")
    names = {one["Properties"]["LogGroupName"]["Fn::Sub"]: name for name, one in groups.items()}
    assert len(FUNCTIONS) == 8
    for function, name in FUNCTIONS.items():
        assert PLAIN[function]["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": names[f"/aws/lambda/{name}"]}
    assert {one["Properties"]["RetentionInDays"] for one in groups.values()} == {"90"}
