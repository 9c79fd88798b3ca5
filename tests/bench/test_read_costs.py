"""What reads cost, one test a rule."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bench.meter import Meter, unmetered
from tests.bench.conftest import INDEXED, PLAIN, key, sized

OF_P = {
    "TableName": PLAIN,
    "KeyConditionExpression": "pk = :p",
    "ExpressionAttributeValues": {":p": {"S": "p"}},
}


@pytest.fixture
def items(dynamo: Any) -> None:
    """Ten items of 1,500 bytes in partition `p`, one of 9,000 bytes in partition `q`."""
    with unmetered():
        for sk in "0123456789":
            dynamo.put_item(TableName=PLAIN, Item=sized(sk, 1500))
        dynamo.put_item(TableName=PLAIN, Item=sized("a", 9000, pk="q"))


def test_a_get_costs_half_a_unit_per_four_kilobytes(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.get_item(TableName=PLAIN, Key=key("a", pk="q"))
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 0, 1.5)


def test_a_strong_get_costs_a_unit_per_four_kilobytes(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.get_item(TableName=PLAIN, Key=key("a", pk="q"), ConsistentRead=True)
    assert meter.read_units == 3


def test_a_get_of_nothing_costs_the_minimum(dynamo: Any, meter: Meter) -> None:
    dynamo.get_item(TableName=PLAIN, Key=key("z"))
    assert meter.read_units == 0.5
    dynamo.get_item(TableName=PLAIN, Key=key("z"), ConsistentRead=True)
    assert meter.read_units == 1.5


def test_a_projection_does_not_make_a_get_cheaper(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.get_item(TableName=PLAIN, Key=key("a", pk="q"), ProjectionExpression="sk")
    assert meter.read_units == 1.5


def test_a_batch_get_rounds_up_each_item_and_counts_the_missing(dynamo: Any, items: None, meter: Meter) -> None:
    keys = [key("0"), key("1"), key("z"), key("a", pk="q")]
    dynamo.batch_get_item(RequestItems={PLAIN: {"Keys": keys}})
    assert (meter.requests, meter.read_units) == (1, 0.5 + 0.5 + 0.5 + 1.5)
    dynamo.batch_get_item(RequestItems={PLAIN: {"Keys": keys, "ConsistentRead": True}})
    assert meter.read_units == 3 + 6


def test_a_batch_get_is_not_billed_for_unprocessed_keys(dynamo: Any, items: None, meter: Meter) -> None:
    def leave(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedKeys"] = {PLAIN: {"Keys": [key("0")]}}

    dynamo.meta.events.register("after-call.dynamodb.BatchGetItem", leave)
    dynamo.batch_get_item(RequestItems={PLAIN: {"Keys": [key("0"), key("1")]}})
    dynamo.meta.events.unregister("after-call.dynamodb.BatchGetItem", leave)
    assert meter.read_units == 0.5


def test_a_transaction_of_reads_costs_double(dynamo: Any, items: None, meter: Meter) -> None:
    gets = [{"Get": {"TableName": PLAIN, "Key": wanted}} for wanted in (key("0"), key("a", pk="q"), key("z"))]
    dynamo.transact_get_items(TransactItems=gets)
    assert (meter.requests, meter.read_units) == (1, 2 * (1 + 3 + 1))


def test_a_query_rounds_up_once_a_page(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.query(**OF_P)
    assert (meter.requests, meter.read_units) == (1, 4 / 2)


def test_a_strong_query_costs_double_an_eventual_one(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.query(**OF_P, ConsistentRead=True)
    assert meter.read_units == 4


def test_each_page_of_a_query_is_rounded_up(dynamo: Any, items: None, meter: Meter) -> None:
    first = dynamo.query(**OF_P, Limit=4)
    assert meter.read_units == 2 / 2
    dynamo.query(**OF_P, Limit=4, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert (meter.requests, meter.read_units) == (2, 2 / 2 + 2 / 2)


def test_a_query_that_finds_nothing_costs_the_minimum(dynamo: Any, meter: Meter) -> None:
    dynamo.query(**OF_P)
    assert meter.read_units == 0.5


def test_a_filter_saves_nothing(dynamo: Any, items: None, meter: Meter) -> None:
    names = {"#p": "pk", "#n": "n"}
    values = {":p": {"S": "p"}, ":n": {"N": "1"}}
    query = {
        "TableName": PLAIN,
        "KeyConditionExpression": "#p = :p",
        "FilterExpression": "#n = :n",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    assert dynamo.query(**query)["Count"] == 0
    assert meter.read_units == 2
    start = key("3")
    assert dynamo.query(**query, Limit=3, ExclusiveStartKey=start)["ScannedCount"] == 3
    assert (meter.requests, meter.read_units) == (2, 2 + 1)


def test_a_projection_saves_nothing(dynamo: Any, items: None, meter: Meter) -> None:
    dynamo.query(**OF_P, ProjectionExpression="sk")
    assert meter.read_units == 2


def test_a_count_costs_what_it_counts(dynamo: Any, items: None, meter: Meter) -> None:
    assert dynamo.query(**OF_P, Select="COUNT")["Count"] == 10
    assert meter.read_units == 2


def test_a_backward_count_is_sized_from_the_end(dynamo: Any, items: None, meter: Meter) -> None:
    with unmetered():
        dynamo.put_item(TableName=PLAIN, Item=sized("9", 9000))
    dynamo.query(**OF_P, Select="COUNT", Limit=1, ScanIndexForward=False)
    assert meter.read_units == 1.5


def test_a_scan_costs_all_it_examines(dynamo: Any, items: None, meter: Meter) -> None:
    scan = {
        "TableName": PLAIN,
        "FilterExpression": "f = :f",
        "ExpressionAttributeValues": {":f": {"S": "no"}},
    }
    assert dynamo.scan(**scan)["Count"] == 0
    assert (meter.requests, meter.read_units) == (1, 6 / 2)


@pytest.mark.parametrize(
    ("index", "attribute", "units"),
    [("by-keys", "keys", 0.5), ("by-some", "some", 1), ("by-every", "every", 2)],
)
@pytest.mark.parametrize("select", [{}, {"Select": "COUNT"}])
def test_an_index_read_costs_what_the_index_copies(
    dynamo: Any, meter: Meter, index: str, attribute: str, units: float, select: dict[str, str]
) -> None:
    with unmetered():
        for sk in "abcd":
            extra = {attribute: {"S": "x"}, "n": {"S": "y" * 1100}}
            dynamo.put_item(TableName=INDEXED, Item={**sized(sk, 2500), **extra})
    dynamo.query(
        TableName=INDEXED,
        IndexName=index,
        KeyConditionExpression="#k = :k",
        ExpressionAttributeNames={"#k": attribute},
        ExpressionAttributeValues={":k": {"S": "x"}},
        **select,
    )
    assert meter.read_units == units


def test_a_refused_read_is_a_request_without_units(dynamo: Any, meter: Meter) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        dynamo.get_item(TableName="absent", Key=key("a"))
    with pytest.raises(ClientError, match="ResourceNotFound"):
        dynamo.query(**{**OF_P, "TableName": "absent"})
    assert (meter.requests, meter.read_units) == (2, 0)
