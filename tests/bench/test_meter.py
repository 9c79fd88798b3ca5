"""Which calls the meter counts, and where it counts them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import botocore.session
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.dynamodb.responses import DynamoHandler
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from bench.meter import Meter, unmetered
from tests.bench.conftest import INDEXED, PLAIN, REGION, key, sized


class Thing(Model):
    """A row of the plain table."""

    class Meta:
        table_name = PLAIN
        region = REGION
        aws_access_key_id = "test"
        aws_secret_access_key = "test"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    f = UnicodeAttribute(null=True)
    n = NumberAttribute(null=True)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto loses updates when threads meet."""
    lock, unlocked = threading.RLock(), DynamoHandler.call_action

    def call_action(self: Any) -> Any:
        with lock:
            return unlocked(self)

    monkeypatch.setattr(DynamoHandler, "call_action", call_action)


def test_pynamodb_is_counted(meter: Meter) -> None:
    Thing("p", "a", f="x" * 1100).save()
    with pytest.raises(PutError):
        Thing("p", "a").save(condition=Thing.pk.does_not_exist())
    assert Thing.count("p", filter_condition=Thing.n > 3) == 0
    assert meter.by_operation.keys() == {"PutItem", "Query"}
    assert (meter.requests, meter.write_units, meter.read_units) == (3, 2 + 2, 0.5)


def test_a_boto3_client_is_counted(meter: Meter) -> None:
    client = boto3.Session().client("dynamodb", region_name=REGION)
    client.put_item(TableName=PLAIN, Item=sized("a", 1025))
    assert (meter.requests, meter.write_units) == (1, 2)


def test_a_boto3_resource_is_counted_by_the_same_sizes(meter: Meter) -> None:
    table = boto3.Session().resource("dynamodb", region_name=REGION).Table(PLAIN)
    item = {"pk": "p", "sk": "a", "n": 7, "m": {"S": "no type"}, "b": b"\x00" * 1000}
    table.put_item(Item=item)
    assert meter.write_units == 1
    table.update_item(Key={"pk": "p", "sk": "a"}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": 8})
    assert meter.write_units == 2
    assert table.query(KeyConditionExpression=Key("pk").eq("p"))["Items"][0]["m"] == {"S": "no type"}
    assert table.query(KeyConditionExpression=Key("pk").eq("p"), FilterExpression=Attr("n").eq(1))["Items"] == []
    assert (meter.requests, meter.read_units) == (4, 0.5 + 0.5)


def test_other_services_are_counted_by_service_and_operation(dynamo: Any, meter: Meter) -> None:
    session = botocore.session.get_session()
    s3, sqs = (session.create_client(name, region_name="us-east-1") for name in ("s3", "sqs"))
    s3.create_bucket(Bucket="evidence")
    for name in "ab":
        s3.put_object(Bucket="evidence", Key=name, Body=b"x")
    with pytest.raises(ClientError):
        sqs.send_message(QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/absent", MessageBody="x")
    assert meter.other == {"s3.CreateBucket": 1, "s3.PutObject": 2, "sqs.SendMessage": 1}
    assert meter.requests == 0


def test_reads_of_streams_are_not_counted(dynamo: Any, meter: Meter) -> None:
    streams = botocore.session.get_session().create_client("dynamodbstreams", region_name=REGION)
    streams.list_streams(TableName=PLAIN)
    assert (meter.requests, meter.other) == (0, {})


def test_control_plane_is_a_request_without_units(dynamo: Any, meter: Meter) -> None:
    dynamo.describe_table(TableName=PLAIN)
    dynamo.list_tables()
    assert (meter.requests, meter.write_units, meter.read_units) == (2, 0, 0)
    assert meter.by_table.keys() == {PLAIN}


def test_partiql_raises(dynamo: Any, meter: Meter) -> None:
    with pytest.raises(NotImplementedError, match="ExecuteStatement"):
        dynamo.execute_statement(Statement=f"SELECT * FROM {PLAIN}")


def test_what_the_meter_reads_itself_is_not_counted(dynamo: Any, meter: Meter) -> None:
    dynamo.put_item(TableName=INDEXED, Item={**key("a"), "keys": {"S": "k"}})
    dynamo.scan(TableName=INDEXED, Select="COUNT")
    assert {name: line.requests for name, line in meter.by_operation.items()} == {"PutItem": 1, "Scan": 1}


def test_unmetered_calls_are_not_counted(dynamo: Any, meter: Meter) -> None:
    with unmetered():
        with unmetered():
            dynamo.list_tables()
        dynamo.list_tables()
    assert meter.requests == 0
    dynamo.list_tables()
    assert meter.requests == 1


def test_the_hook_is_taken_out_at_the_end(dynamo: Any) -> None:
    untouched = BaseClient._make_api_call
    with pytest.raises(RuntimeError), Meter() as meter:
        assert BaseClient._make_api_call is not untouched
        raise RuntimeError
    dynamo.list_tables()
    assert BaseClient._make_api_call is untouched
    assert meter.requests == 0


def test_nested_meters_both_count(dynamo: Any, meter: Meter) -> None:
    with Meter() as inner:
        dynamo.put_item(TableName=PLAIN, Item=key("a"))
    with meter:
        dynamo.put_item(TableName=PLAIN, Item=key("b"))
    assert (inner.requests, inner.write_units) == (1, 1)
    assert (meter.requests, meter.write_units) == (2, 2)


def test_sections_count_what_begins_in_them(dynamo: Any, meter: Meter) -> None:
    with meter.section("open") as opening, meter.section("first"):
        dynamo.put_item(TableName=PLAIN, Item=sized("a", 2000))
    dynamo.get_item(TableName=PLAIN, Key=key("a"))
    with meter.section("open"):
        dynamo.get_item(TableName=PLAIN, Key=key("a"))
    assert (opening.requests, opening.write_units, opening.read_units) == (2, 2, 0.5)
    assert meter.sections["first"].by_operation.keys() == {"PutItem"}
    assert (meter.requests, meter.read_units) == (3, 1)


def test_reset_forgets_sections_too(dynamo: Any, meter: Meter) -> None:
    with meter.section("open"):
        dynamo.put_item(TableName=PLAIN, Item=key("a"))
    meter.reset()
    assert (meter.requests, meter.write_units, meter.partition_writes) == (0, 0, {})
    assert meter.sections["open"].requests == 0


def test_a_request_to_two_tables_counts_at_both(dynamo: Any, meter: Meter) -> None:
    puts = {PLAIN: sized("a", 2000), INDEXED: sized("a", 100)}
    dynamo.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}}] for name, item in puts.items()})
    assert (meter.requests, meter.write_units) == (1, 3)
    lines = {name: (line.requests, line.write_units) for name, line in meter.by_table.items()}
    assert lines == {PLAIN: (1, 2), INDEXED: (1, 1)}


def test_the_table_names_operations_tables_services_and_sections(dynamo: Any, meter: Meter) -> None:
    with meter.section("warm"):
        dynamo.put_item(TableName=PLAIN, Item=sized("a", 2000))
        dynamo.get_item(TableName=PLAIN, Key=key("a"))
    cells = [line.split() for line in meter.table().splitlines()]
    assert cells == [
        ["requests", "write", "units", "read", "units"],
        ["GetItem", "1", "0", "0.5"],
        ["PutItem", "1", "2", "0.0"],
        ["total", "2", "2", "0.5"],
        ["table", PLAIN, "2", "2", "0.5"],
        ["section", "warm", "2", "2", "0.5"],
    ]


def test_threads_are_counted_exactly(dynamo: Any, meter: Meter, one_at_a_time: None) -> None:
    def work(number: int) -> None:
        dynamo.put_item(TableName=PLAIN, Item=sized(str(number), 1025))
        dynamo.get_item(TableName=PLAIN, Key=key(str(number)))

    with meter.section("all") as section, ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(100)))
    assert (meter.requests, meter.write_units, meter.read_units) == (200, 200, 50)
    assert (section.requests, section.write_units) == (200, 200)


def test_threads_on_one_item_are_each_billed_their_own_change(dynamo: Any, meter: Meter, one_at_a_time: None) -> None:
    with unmetered():
        dynamo.put_item(TableName=INDEXED, Item={**key("a"), "keys": {"S": "start"}})

    def move(number: int) -> None:
        dynamo.update_item(
            TableName=INDEXED,
            Key=key("a"),
            UpdateExpression="SET #k = :k",
            ExpressionAttributeNames={"#k": "keys"},
            ExpressionAttributeValues={":k": {"S": str(number)}},
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(40)))
    assert meter.write_units == 40 * (1 + 2)
    assert meter.partition_writes[f"{INDEXED}/by-keys", "start"] == 1
