"""A stack that goes over to restored tables: every mention of a table follows, and a restore refuses what it must."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.session import Session
from moto import mock_aws

from chalicelib.domain.seals import ChainHead, statement_key
from chalicelib.storage.rows import to_row
from chalicelib.storage.seal_keys import chain_head
from infrastructure import restore, restored, template
from infrastructure.account import Account, Refused
from infrastructure.resolve import Resolver
from infrastructure.restored import TABLES

PREFIX, NOW = "access-reviews-then", datetime.now(UTC)
PSEUDO = {
    "AWS::StackName": "own",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
}
PLACES: dict[str, Any] = {
    "name": {"Ref": "Items"},
    "arn": {"Fn::GetAtt": ["Items", "Arn"]},
    "index": {"Fn::Sub": "${Audit.Arn}/index/by-actor"},
    "words": {"Fn::Sub": "${Items} of ${AWS::StackName}"},
    "stream": {"Fn::GetAtt": ["Audit", "StreamArn"]},
}


def seen(**given: str) -> dict[str, str]:
    """What mentions of tables come to with these parameters."""
    whole = restored.pointed({**template.ours(), "Outputs": PLACES})
    resolver = Resolver(whole, PSEUDO | given)
    return {name: resolver.text(value) for name, value in whole["Outputs"].items() if not own(value, given)}


def own(value: Any, given: dict[str, str]) -> bool:
    """Does it ask a resource of the stack itself, of which nothing is known here?"""
    return not given and "Fn::If" in value


def test_every_mention_follows_the_parameter() -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/then-"
    assert seen(RestoredTables="then", RestoredItemsStream="x", RestoredAuditStream="label") == {
        "name": "then-items",
        "arn": f"{arn}items",
        "index": f"{arn}audit/index/by-actor",
        "words": "then-items of own",
        "stream": f"{arn}audit/stream/label",
    }


def test_no_mention_is_left_that_does_not_follow() -> None:
    """Outside the tables themselves: each lies in the branch of the stack's own."""
    whole = restored.pointed(template.ours())
    rest = {name: one for name, one in whole["Resources"].items() if name not in TABLES}
    assert _bare({"Resources": rest, "Outputs": whole["Outputs"], "Globals": whole["Globals"]}) == []


def _bare(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [found for one in value for found in _bare(one)]
    if not isinstance(value, dict):
        return []
    if value.get("Fn::If", [""])[0] == restored.OWN:
        return _bare(value["Fn::If"][2])
    if value.get("Ref") in TABLES or (value.get("Fn::GetAtt") or [""])[0] in TABLES:
        return [value]
    text = value.get("Fn::Sub", "")
    if isinstance(text, str) and any(f"${{{name}" in text for name in TABLES):
        return [value]
    return [found for one in value.values() for found in _bare(one)]


@pytest.fixture
def source() -> Any:
    """Five tables with recovery, and an empty vault."""
    with mock_aws():
        account = Account(Session(), "us-east-1", pause=0.0)
        found = restore.Source(account, "own", "vault")
        account.client("s3").create_bucket(Bucket="vault")
        for name in TABLES.values():
            found.tables.create_table(
                TableName=f"own-{name}",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk")],
            )
            recovery = {"PointInTimeRecoveryEnabled": True}
            found.tables.update_continuous_backups(TableName=f"own-{name}", PointInTimeRecoverySpecification=recovery)
        yield found


@pytest.mark.parametrize("at", [NOW - timedelta(days=40), NOW + timedelta(days=1)])
def test_an_instant_out_of_reach_is_refused_before_anything_begins(source: restore.Source, at: datetime) -> None:
    with pytest.raises(Refused, match="can be restored to any instant from"):
        restore.begin_restoring(source, PREFIX, at)
    assert len(source.tables.list_tables()["TableNames"]) == 5


def test_one_table_without_recovery_stops_the_restore_of_all(source: restore.Source) -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    source.tables.update_continuous_backups(TableName="own-audit", PointInTimeRecoverySpecification=off)
    with pytest.raises(Refused, match="own-audit has no point-in-time recovery"):
        restore.begin_restoring(source, PREFIX, None)
    assert len(source.tables.list_tables()["TableNames"]) == 5


def test_what_was_restored_before_is_not_touched(source: restore.Source) -> None:
    restore.begin_restoring(source, PREFIX, None)
    with pytest.raises(Refused, match="already"):
        restore.begin_restoring(source, PREFIX, None)


def test_a_lost_table_is_named(source: restore.Source) -> None:
    source.tables.delete_table(TableName="own-items")
    with pytest.raises(Refused, match="no table own-items"):
        restore.begin_restoring(source, PREFIX, None)


def test_restored_tables_get_what_a_restore_leaves_out(source: restore.Source) -> None:
    restore.begin_restoring(source, PREFIX, None)
    parameters = restore.finish(source, PREFIX)
    assert parameters["RestoredTables"] == PREFIX
    for logical, name in TABLES.items():
        table = source.tables.describe_table(TableName=f"{PREFIX}-{name}")["Table"]
        wanted = template.ours()["Resources"][logical]["Properties"]
        assert table["DeletionProtectionEnabled"] is True
        if "StreamSpecification" in wanted:
            assert table["StreamSpecification"]["StreamViewType"] == wanted["StreamSpecification"]["StreamViewType"]
            assert parameters[f"Restored{logical}Stream"] == table["LatestStreamLabel"]
    again = restore.finish(source, PREFIX)
    assert again == parameters, "it can be gone on with"


def test_statements_behind_the_tables_are_found_where_the_product_puts_them(source: restore.Source) -> None:
    assert chain_head() == restore.CHAIN_HEAD and restore.STATEMENT.format(3) == statement_key(3)
    restore.begin_restoring(source, PREFIX, None)
    for number in (1, 2, 3):
        data = json.dumps({"statement": {"sequence": number}}).encode()
        source.account.client("s3").put_object(Bucket="vault", Key=statement_key(number), Body=data)
    assert [one["sequence"] for one in restore.sealed_later(source, PREFIX)] == [1, 2, 3]
    row = to_row(ChainHead(sequence=2, chain="c"), 1, "test")
    head = {"pk": {"S": row.pk}, "sk": {"S": row.sk}, "data": {"S": row.data}}
    source.tables.put_item(TableName=f"{PREFIX}-reviews", Item=head)
    assert [one["sequence"] for one in restore.sealed_later(source, PREFIX)] == [3]
