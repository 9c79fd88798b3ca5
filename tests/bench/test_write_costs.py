"""What writes cost, one test a rule."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from bench.meter import Meter, unmetered
from tests.bench.conftest import INDEXED, PLAIN, Item, key, sized


def seed(client: Any, *items: Item, table: str = PLAIN) -> None:
    """Put items there, uncounted."""
    with unmetered():
        for item in items:
            client.put_item(TableName=table, Item=item)


def set_f(client: Any, sk: str, value: str, table: str = PLAIN) -> None:
    """Update the attribute `f`."""
    client.update_item(
        TableName=table,
        Key=key(sk),
        UpdateExpression="SET f = :f",
        ExpressionAttributeValues={":f": {"S": value}},
    )


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (3000, 3)])
def test_a_put_costs_its_started_kilobytes(dynamo: Any, meter: Meter, size: int, units: int) -> None:
    dynamo.put_item(TableName=PLAIN, Item=sized("a", size))
    assert (meter.requests, meter.write_units, meter.read_units) == (1, units, 0)


def test_a_put_over_a_larger_item_costs_the_larger(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("a", 2500))
    dynamo.put_item(TableName=PLAIN, Item=sized("a", 100))
    assert meter.write_units == 3


def test_a_growing_update_costs_the_item_after(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("a", 100))
    set_f(dynamo, "a", "x" * 2000)
    assert meter.write_units == 2


def test_a_shrinking_update_costs_the_item_before(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("a", 2049))
    set_f(dynamo, "a", "x")
    assert meter.write_units == 3


def test_an_update_costs_the_whole_item_not_what_changed(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("a", 1024 - len("n") - 2))
    update = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    dynamo.update_item(TableName=PLAIN, Key=key("a"), **update)
    assert meter.write_units == 1
    dynamo.update_item(TableName=PLAIN, Key=key("a"), **update)
    assert meter.write_units == 2
    set_f(dynamo, "a", "x" * 1020)
    assert meter.write_units == 4


def test_a_delete_costs_the_item_deleted(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("a", 1500))
    dynamo.delete_item(TableName=PLAIN, Key=key("a"))
    assert meter.write_units == 2


def test_a_delete_of_nothing_costs_one(dynamo: Any, meter: Meter) -> None:
    dynamo.delete_item(TableName=PLAIN, Key=key("a"))
    assert meter.write_units == 1


@pytest.mark.parametrize(("existing", "units"), [(None, 1), (100, 1), (2500, 3)])
def test_a_failed_condition_costs_the_existing_item(
    dynamo: Any, meter: Meter, existing: int | None, units: int
) -> None:
    if existing:
        seed(dynamo, sized("a", existing))
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamo.put_item(TableName=PLAIN, Item=sized("a", 9000), ConditionExpression="attribute_exists(g)")
    assert (meter.requests, meter.write_units) == (1, units)


def test_a_failed_condition_costs_the_indexes_nothing(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, {**key("a"), "keys": {"S": "k"}}, table=INDEXED)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamo.delete_item(TableName=INDEXED, Key=key("a"), ConditionExpression="attribute_exists(g)")
    assert meter.write_units == 1


def test_an_invalid_write_is_a_request_without_units(dynamo: Any, meter: Meter) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        dynamo.put_item(TableName=PLAIN, Item={"pk": {"S": "p"}})
    with pytest.raises(ClientError, match="PutItem operation"):
        dynamo.put_item(TableName=PLAIN, Item=key(""))
    with pytest.raises(ClientError, match="ResourceNotFound"):
        set_f(dynamo, "a", "x", table="absent")
    assert (meter.requests, meter.write_units) == (3, 0)


@pytest.mark.parametrize(("event", "units"), [("before-call", 0), ("after-call", 1)])
def test_a_lost_answer_is_billed_if_the_write_took_place(dynamo: Any, meter: Meter, event: str, units: int) -> None:
    def cut(**_: Any) -> None:
        raise ConnectionClosedError(endpoint_url="here")

    dynamo.meta.events.register(f"{event}.dynamodb.PutItem", cut)
    with pytest.raises(ConnectionClosedError):
        dynamo.put_item(TableName=PLAIN, Item=sized("a", 100))
    dynamo.meta.events.unregister(f"{event}.dynamodb.PutItem", cut)
    assert (meter.requests, meter.write_units) == (1, units)


def test_a_batch_costs_the_sum_of_its_items(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("b", 2100), sized("c", 1500, pk="q"))
    puts = [{"PutRequest": {"Item": sized("a", 1025)}}, {"PutRequest": {"Item": sized("b", 10)}}]
    deletes = [{"DeleteRequest": {"Key": key("c", pk="q")}}, {"DeleteRequest": {"Key": key("d")}}]
    dynamo.batch_write_item(RequestItems={PLAIN: puts + deletes})
    assert (meter.requests, meter.write_units) == (1, 2 + 3 + 2 + 1)
    assert meter.partition_writes == {(PLAIN, "p"): 6, (PLAIN, "q"): 2}


def test_a_batch_is_not_billed_for_what_it_left_unprocessed(dynamo: Any, meter: Meter) -> None:
    puts = [{"PutRequest": {"Item": sized(sk, 1025)}} for sk in "abc"]

    def leave(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedItems"] = {PLAIN: puts[1:]}

    dynamo.meta.events.register("after-call.dynamodb.BatchWriteItem", leave)
    dynamo.batch_write_item(RequestItems={PLAIN: puts})
    dynamo.meta.events.unregister("after-call.dynamodb.BatchWriteItem", leave)
    assert meter.write_units == 2


def transaction() -> list[dict[str, Any]]:
    """A put of 1.1 KB, an update, a delete and a check of an item of 2.1 KB; the check asks for `f`."""
    return [
        {"Put": {"TableName": PLAIN, "Item": sized("a", 1100)}},
        {
            "Update": {
                "TableName": PLAIN,
                "Key": key("b"),
                "UpdateExpression": "SET f = :f",
                "ExpressionAttributeValues": {":f": {"S": "x"}},
            }
        },
        {"Delete": {"TableName": PLAIN, "Key": key("c")}},
        {
            "ConditionCheck": {
                "TableName": PLAIN,
                "Key": key("d"),
                "ConditionExpression": "attribute_exists(f)",
            }
        },
    ]


def test_a_transaction_costs_double(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("c", 1500), sized("d", 2100))
    dynamo.transact_write_items(TransactItems=transaction())
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 2 * (2 + 1 + 2 + 3), 0)
    assert meter.by_table[PLAIN].requests == 1


def test_a_cancelled_transaction_costs_double_the_existing_items(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, sized("c", 1500))
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamo.transact_write_items(TransactItems=transaction())
    assert (meter.requests, meter.write_units) == (1, 2 * (1 + 1 + 2 + 1))


def test_a_transaction_does_not_double_its_index_writes(dynamo: Any, meter: Meter) -> None:
    put = {"TableName": INDEXED, "Item": {**key("a"), "keys": {"S": "k"}}}
    dynamo.transact_write_items(TransactItems=[{"Put": put}])
    assert meter.write_units == 2 + 1


@pytest.mark.parametrize("attribute", ["keys", "some", "every"])
def test_an_index_entry_costs_one_when_new_two_when_moved_one_when_removed(
    dynamo: Any, meter: Meter, attribute: str
) -> None:
    costs = []
    for value in ("k", "l", None):
        meter.reset()
        item = {**key("a"), attribute: {"S": value}} if value else key("a")
        dynamo.put_item(TableName=INDEXED, Item=item)
        costs.append(meter.write_units - 1)
    assert costs == [1, 2, 1]


def test_a_deleted_item_costs_its_index_entries(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, {**key("a"), "keys": {"S": "k"}, "some": {"S": "s"}}, table=INDEXED)
    dynamo.delete_item(TableName=INDEXED, Key=key("a"))
    assert meter.write_units == 1 + 2


@pytest.mark.parametrize(
    ("attribute", "changed", "units"),
    [("keys", "f", 0), ("keys", "n", 0), ("some", "f", 0), ("some", "n", 1), ("every", "f", 1)],
)
def test_an_index_is_charged_for_a_change_only_of_what_it_copies(
    dynamo: Any, meter: Meter, attribute: str, changed: str, units: int
) -> None:
    seed(dynamo, {**key("a"), attribute: {"S": "k"}, changed: {"S": "before"}}, table=INDEXED)
    dynamo.put_item(TableName=INDEXED, Item={**key("a"), attribute: {"S": "k"}, changed: {"S": "after"}})
    assert meter.write_units - 1 == units


def test_an_index_entry_is_sized_by_what_it_copies(dynamo: Any, meter: Meter) -> None:
    names: Item = {"keys": {"S": "k"}, "some": {"S": "s"}, "every": {"S": "e"}, "n": {"S": "x" * 1200}}
    dynamo.put_item(TableName=INDEXED, Item={**sized("a", 2500), **names})
    assert meter.partition_writes == {
        (INDEXED, "p"): 4,
        (f"{INDEXED}/by-keys", "k"): 1,
        (f"{INDEXED}/by-some", "s"): 2,
        (f"{INDEXED}/by-every", "e"): 4,
    }
    assert meter.by_table[INDEXED].write_units == meter.write_units == 11


def test_a_changed_index_entry_costs_the_larger_of_the_two(dynamo: Any, meter: Meter) -> None:
    seed(dynamo, {**key("a"), "some": {"S": "s"}, "n": {"S": "x" * 2500}}, table=INDEXED)
    dynamo.put_item(TableName=INDEXED, Item={**key("a"), "some": {"S": "s"}, "n": {"S": "x"}})
    assert meter.write_units == 3 + 3
