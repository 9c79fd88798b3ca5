"""A DynamoDB in this process, with a plain table and one that has an index of each projection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from bench.meter import Meter

REGION = "eu-west-1"
PLAIN = "plain"
INDEXED = "indexed"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}

Item = dict[str, dict[str, Any]]


def key(sk: str, pk: str = "p") -> Item:
    """A primary key of 6 bytes, if both values have one character."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def sized(sk: str, size: int, pk: str = "p") -> Item:
    """An item of exactly `size` bytes: key names and values, and a filler attribute `f`."""
    used = len("pk") + len(pk) + len("sk") + len(sk) + len("f")
    return {**key(sk, pk), "f": {"S": "x" * (size - used)}}


def _index(name: str, hash_key: str, projection: dict[str, Any]) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": hash_key, "KeyType": "HASH"}],
        "Projection": projection,
    }


def _create(client: Any, name: str, attributes: str, **more: Any) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes.split()],
        **more,
    )


@pytest.fixture(scope="module")
def _cloud() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield botocore.session.get_session().create_client("dynamodb", region_name=REGION)


@pytest.fixture
def dynamo(_cloud: Any) -> Iterator[Any]:
    """A raw botocore client of a DynamoDB with both tables, empty."""
    _create(_cloud, PLAIN, "pk sk")
    _create(
        _cloud,
        INDEXED,
        "pk sk keys some every",
        GlobalSecondaryIndexes=[
            _index("by-keys", "keys", {"ProjectionType": "KEYS_ONLY"}),
            _index("by-some", "some", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]}),
            _index("by-every", "every", {"ProjectionType": "ALL"}),
        ],
    )
    yield _cloud
    for name in (PLAIN, INDEXED):
        _cloud.delete_table(TableName=name)


@pytest.fixture
def meter(dynamo: Any) -> Iterator[Meter]:
    """A meter that is running."""
    with Meter() as running:
        yield running
