"""Expressions: random conditions, updates and transactions, answered alike by the in-memory AWS and every engine.

What the product says to DynamoDB is a small language. This says far more in it than the product does: every comparison
with every type, missing attributes, nested paths, sums, lists. An answer is what came back, or the name of the error.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import ReviewRow
from tests.backends import Backend
from tests.simulation.cloud.values import stored
from tests.simulation.depth import Depth, history
from tests.simulation.worlds import memory_account
from tests.storage import engines

Wire = dict[str, Any]
Answer = tuple[str, Any]
TABLE = ReviewRow.Meta.table_name
STEPS = 60
NAMES = ("a", "b", "c", "#m", "#m.x", "#m.y", "h[0]", "h[1]", "h")
VALUES: tuple[Wire, ...] = (
    {"S": ""},
    {"S": "a"},
    {"S": "ab"},
    {"N": "0"},
    {"N": "7"},
    {"N": "-1.5"},
    {"B": b"\x00\xff"},
    {"BOOL": True},
    {"NULL": True},
    {"L": [{"S": "a"}]},
    {"M": {"x": {"N": "1"}}},
)
COMPARED = VALUES[:7]


def _condition(chance: random.Random, depth: int = 2) -> str:
    path, other = chance.choice(NAMES), chance.choice(("t", "#m", "h"))
    if depth and chance.random() < 0.4:
        left, right = (_condition(chance, depth - 1) for _ in range(2))
        return chance.choice((f"({left}) AND ({right})", f"({left}) OR ({right})", f"NOT ({left})"))
    kinds = (
        f"attribute_exists({path})",
        f"attribute_not_exists({path})",
        "begins_with(t, :s)",
        f"contains({path}, :s)",
        "z BETWEEN :n AND :n2",
        f"{path} IN (:c, :s)",
        f"{path} {chance.choice(('=', '<>'))} :c",
        f"{chance.choice(('t < :s', 't >= :s', 'z < :n', 'z <= :n', 'z > :n2'))}",
        f"attribute_exists({other}) AND size({other}) {chance.choice(('=', '<', '>='))} :n2",
    )
    return chance.choice(kinds)


def _update(chance: random.Random, always: bool) -> str:
    """An update; one that can `always` be made, or one that what stands there may make impossible."""
    name, other = chance.sample(("a", "b", "c", "d"), 2)
    sets = [
        f"{name} = :v",
        f"{name} = if_not_exists({other}, :c)",
        "w = if_not_exists(w, :n) + :n2",
        "w = if_not_exists(z, :n) - :n2",
        "#m = :m",
    ]
    if not always:
        sets += [f"{name} = {other}", "w = z + :n", "h = list_append(h, :l)", "#m.x = :v", "h[0] = :v"]
    clauses = [f"SET {chance.choice(sets)}"]
    if chance.random() < 0.4:
        clauses.append("ADD z :n")
    if chance.random() < 0.3:
        clauses.append(f"REMOVE {chance.choice(('e', 't'))}")
    return " ".join(clauses)


def _with_placeholders(chance: random.Random, request: Wire) -> Wire:
    """The request with exactly the placeholders it mentions."""
    texts = " ".join(str(request.get(one, "")) for one in ("ConditionExpression", "UpdateExpression"))
    values = {
        ":v": chance.choice(VALUES),
        ":c": chance.choice(COMPARED),
        ":s": {"S": "a"},
        ":n": {"N": chance.choice(("1", "2.5", "-3"))},
        ":n2": {"N": "9"},
        ":l": {"L": [chance.choice(VALUES)]},
        ":m": {"M": {"x": {"N": "2"}, "y": {"S": "y"}}},
    }
    used = {name: value for name, value in values.items() if f"{name} " in _spaced(texts)}
    found = {**request}
    if used:
        found["ExpressionAttributeValues"] = used
    if "#m" in texts:
        found["ExpressionAttributeNames"] = {"#m": "map"}
    return found


def _spaced(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in ":#" else " " for sign in text) + " "


def _request(chance: random.Random, pk: str) -> tuple[str, Wire]:
    key = {"pk": {"S": pk}, "sk": {"S": chance.choice("123")}}
    here: Wire = {"TableName": TABLE}
    condition = {"ConditionExpression": _condition(chance)} if chance.random() < 0.7 else {}
    kind = chance.choice(("put", "update", "update", "update", "delete", "transact"))
    if kind == "put":
        item = key | {
            "a": chance.choice(VALUES),
            "t": {"S": chance.choice(("b", "abc"))},
            "map": {"M": {"x": {"N": "1"}}},
        }
        return "put_item", _with_placeholders(chance, here | {"Item": item, "ReturnValues": "ALL_OLD"} | condition)
    if kind == "delete":
        return "delete_item", _with_placeholders(chance, here | {"Key": key, "ReturnValues": "ALL_OLD"} | condition)
    update = {"Key": key, "UpdateExpression": _update(chance, kind == "transact")} | condition
    if kind == "update":
        return "update_item", _with_placeholders(chance, here | update | {"ReturnValues": "ALL_NEW"})
    other = {"pk": {"S": pk}, "sk": {"S": "4"}}
    check = {"Key": other, "ConditionExpression": _condition(chance)}
    actions = [
        {"Update": _with_placeholders(chance, here | update)},
        {"ConditionCheck": _with_placeholders(chance, here | check)},
        {"Put": here | {"Item": {"pk": {"S": pk}, "sk": {"S": "5"}, "h": {"L": []}}}},
    ]
    return "transact_write_items", {"TransactItems": actions}


def _answer(operation: str, request: Wire) -> Answer:
    try:
        answer = getattr(raw_client(ReviewRow), operation)(**request)
    except ClientError as problem:
        reasons = [one["Code"] for one in problem.response.get("CancellationReasons", [])]
        return problem.response["Error"]["Code"], reasons
    return "done", _plain(answer.get("Attributes", {}))


def _standing(pk: str) -> list[Wire]:
    found = raw_client(ReviewRow).query(
        TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": pk}}
    )
    return [_plain(item) for item in found["Items"]]


def _plain(item: Wire) -> Wire:
    """With numbers in one form: engines keep 2.50 and 2.5 apart, which DynamoDB does not."""
    return {name: stored(value) for name, value in item.items()}


def _play(requests: list[tuple[str, Wire]], pk: str) -> list[tuple[Answer, list[Wire]]]:
    return [(_answer(operation, request), _standing(pk)) for operation, request in requests]


@pytest.fixture
def transacting(request: pytest.FixtureRequest) -> bool:
    return request.node.callspec.params["engine"] not in engines.WITHOUT_TRANSACTIONS


def test_every_engine_answers_as_the_one_in_memory(
    engine: Backend, depth: Depth, transacting: bool, fresh: Callable[[str], str]
):
    for seed in depth.histories(4, 60):
        with history(seed, "tests/storage/contract/test_same_answers.py") as chance:
            pk = fresh(str(seed))
            asked = [_request(chance, pk) for _ in range(STEPS)]
            requests = [one for one in asked if transacting or one[0] != "transact_write_items"]
            answers = _play(requests, pk)
            with memory_account():
                expected = _play(requests, pk)
            for number, (found, wanted) in enumerate(zip(answers, expected, strict=True)):
                assert found == wanted, f"step {number}: {requests[number]}"
