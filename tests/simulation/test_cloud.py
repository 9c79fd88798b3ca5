"""The in-memory AWS: what only it can do. That it answers as DynamoDB, S3 and the others is shown in tests/storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import bootstrap
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import DirectoryRow, ReviewRow
from tests.simulation.cloud import Cloud, NotSimulated
from tests.simulation.worlds import memory_account, simulated

TABLE = ReviewRow.Meta.table_name


@pytest.fixture
def account() -> Iterator[Cloud]:
    with memory_account() as found:
        yield found


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _put(sk: str, **more: str) -> None:
    item = _key("p", sk) | {name: {"S": value} for name, value in more.items()}
    raw_client(ReviewRow).put_item(TableName=TABLE, Item=item)


def _listed(**more: Any) -> list[str]:
    values = {":p": {"S": "p"}}
    answer = raw_client(ReviewRow).query(
        TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues=values, **more
    )
    return [item["sk"]["S"] for item in answer["Items"]]


def test_a_snapshot_comes_back_any_number_of_times_whatever_happened_since(account: Cloud):
    services = bootstrap.services()
    _put("a", n="1")
    services.files.put("file", b"before")
    services.queue.send("kind", "subject")
    before = account.snapshot()
    for _ in range(2):
        _put("a", n="2")
        _put("b")
        services.files.put("file", b"after")
        services.queue.send("kind", "another")
        after = account.snapshot()
        account.restore(before)
        assert _listed() == ["a"] and services.files.get("file") == b"before"
        assert len(account.sqs.queues[services.settings.work_queue_url]) == 1
        account.restore(after)
        assert _listed() == ["a", "b"] and services.files.get("file") == b"after"
        account.restore(before)


def test_two_accounts_from_one_snapshot_do_not_see_one_another():
    with memory_account():
        _put("a")
        with memory_account():
            assert _listed() == []
            _put("b")
        assert _listed() == ["a"]


def test_reads_that_may_lag_answer_what_stood_some_changes_ago(account: Cloud):
    _put("a", n="1")
    _put("a", n="2")
    _put("b")
    account.dynamodb.lag = lambda table, operation: 2
    get = raw_client(ReviewRow).get_item
    assert get(TableName=TABLE, Key=_key("p", "a"))["Item"]["n"] == {"S": "1"}
    assert get(TableName=TABLE, Key=_key("p", "a"), ConsistentRead=True)["Item"]["n"] == {"S": "2"}
    assert "Item" not in get(TableName=TABLE, Key=_key("p", "b"))
    assert _listed() == ["a"] and _listed(ConsistentRead=True) == ["a", "b"]


def test_an_index_that_lags_lists_what_moved_where_it_was(account: Cloud):
    def person(sk: str, letter: str) -> dict[str, Any]:
        return _key("u", sk) | {"other_pk": {"S": letter}, "other_sk": {"S": sk}}

    def listed(letter: str) -> list[str]:
        return [row.sk for row in DirectoryRow.other_order.query(letter)]

    client, name = raw_client(DirectoryRow), DirectoryRow.Meta.table_name
    client.put_item(TableName=name, Item=person("1", "a"))
    client.put_item(TableName=name, Item=person("1", "b"))
    assert (listed("a"), listed("b")) == ([], ["1"])
    account.dynamodb.lag = lambda table, operation: 1
    assert (listed("a"), listed("b")) == (["1"], [])


def test_batches_leave_entries_over_when_told_and_the_product_comes_back_for_them():
    with simulated("memory") as one:
        asked: list[int] = []

        def half(operation: str, entries: int) -> int:
            asked.append(entries)
            return entries // 2

        one.cloud.dynamodb.unprocessed = half
        ann = one.org.person("ann")
        assert one.world.services.people.user(ann.id) and max(asked) == 2


def test_a_token_repeats_nothing_for_ten_minutes_and_takes_no_other_contents(account: Cloud):
    seconds = [0.0]
    account.clock = lambda: seconds[0]

    def add(by: str) -> None:
        change = {"TableName": TABLE, "Key": _key("p", "a"), "UpdateExpression": "ADD n :n"}
        action = {"Update": change | {"ExpressionAttributeValues": {":n": {"N": by}}}}
        raw_client(ReviewRow).transact_write_items(TransactItems=[action], ClientRequestToken="token")

    for at in (0.0, 599.0, 1200.0):
        seconds[0] = at
        add("1")
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        add("2")
    item = raw_client(ReviewRow).get_item(TableName=TABLE, Key=_key("p", "a"))["Item"]
    assert item["n"] == {"N": "2"}


def test_a_message_nobody_deletes_comes_again(account: Cloud):
    from chalicelib.aws.clients import client

    services = bootstrap.services()
    url = services.settings.work_queue_url
    services.queue.send("kind", "subject", 60)
    seconds = [0.0]
    account.clock = lambda: seconds[0]
    receive = client("sqs").receive_message
    assert "Messages" not in receive(QueueUrl=url)
    seconds[0] = 60.0
    first = receive(QueueUrl=url)["Messages"]
    assert "Messages" not in receive(QueueUrl=url)
    seconds[0] = 90.0
    again = receive(QueueUrl=url)["Messages"]
    assert first[0]["MessageId"] == again[0]["MessageId"]
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert account.sqs.redeliver(url) == 1  # an old receipt deletes nothing


def test_what_it_does_not_know_is_no_answer_that_a_handler_could_take(account: Cloud):
    from chalicelib.aws.clients import client

    with pytest.raises(NotSimulated, match="ListQueues"):
        client("sqs").list_queues()


def test_a_review_plays_from_its_opening_to_its_end():
    from tests.house import House

    with simulated("memory") as one:
        house = House(one.world)
        policy = house.policy(*house.staff("ann", "ben"))
        review = house.opened(policy)
        assert house.decide(review, house.boss, "Ann", "Deny").status == 204
        assert house.decide(review, house.boss, "Ben", "Approve").status == 204
        house.closed(review)
        assert house.status(review)["status"] == "Applied"
        assert house.holders(policy) == {"Ben"}
        assert "boss@example.com" in {mail["to"] for mail in one.world.mails()}
