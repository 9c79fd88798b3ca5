"""What the meter has to ask the tables for itself, without being counted: layouts, images, examined items.

A metered client gets one *sibling*, a client of its own for the same endpoint and account. The metered
client's event hooks, retries and connection pool are thus left as they are.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import botocore.session
from boto3.dynamodb.transform import ParameterTransformer, TransformationInjector, copy_dynamodb_params
from boto3.dynamodb.types import TypeSerializer
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.layout import ItemRef, Table
from bench.sizes import Item

_BATCH_GET_KEYS = 100
_NARROWING = (
    "FilterExpression",
    "ProjectionExpression",
    "Select",
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
)

_quiet = threading.local()
_guard = threading.Lock()
_sides: WeakKeyDictionary[Any, Side] = WeakKeyDictionary()
_item_locks: WeakValueDictionary[ItemRef, Any] = WeakValueDictionary()


@contextmanager
def unmetered() -> Iterator[None]:
    """Calls of this thread inside the block are not counted: for set-up and for looking at results."""
    before = is_unmetered()
    _quiet.on = True
    try:
        yield
    finally:
        _quiet.on = before


def is_unmetered() -> bool:
    """Whether this thread is inside `unmetered()`."""
    return getattr(_quiet, "on", False)


@contextmanager
def sole_writer(refs: Iterable[ItemRef]) -> Iterator[None]:
    """Hold off the other metered writers of these items, so that before and after belong to one write."""
    ordered = sorted(set(refs))
    with _guard:
        # `locks` keeps them alive: the registry itself forgets a lock that nobody holds.
        locks = [_item_locks.setdefault(ref, threading.RLock()) for ref in ordered]
    with ExitStack() as held:
        for lock in locks:
            held.enter_context(lock)
        yield


class Side:
    """Unmetered reads beside one metered DynamoDB client."""

    def __init__(self, client: Any) -> None:
        self._client = _sibling(client)
        self._model = client.meta.service_model
        self._speaks_python = _speaks_python(client)
        self._tables: dict[str, Table] = {}

    def forget_layouts(self) -> None:
        """Describe every table again when it is next needed: it may have been made anew."""
        self._tables = {}

    def request(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The request in wire form: a boto3 resource takes plain values and condition objects instead."""
        if not self._speaks_python:
            return dict(params)
        model = self._model.operation_model(operation)
        wire: dict[str, Any] = copy_dynamodb_params(params)
        injector = TransformationInjector()
        injector.inject_condition_expressions(wire, model)
        injector.inject_attribute_value_input(wire, model)
        return wire

    def response(self, operation: str, response: Mapping[str, Any]) -> Mapping[str, Any]:
        """The response in wire form: a boto3 resource hands out plain values instead."""
        shape = self._model.operation_model(operation).output_shape
        if not self._speaks_python or shape is None:
            return response
        wire: dict[str, Any] = copy_dynamodb_params(response)
        ParameterTransformer().transform(wire, shape, TypeSerializer().serialize, "AttributeValue")
        return wire

    def table(self, name: str) -> Table | None:
        """The layout of a table, described once; nothing if there is no such table."""
        if name not in self._tables:
            try:
                self._tables[name] = Table.parse(self._call("DescribeTable", TableName=name)["Table"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
        return self._tables.get(name)

    def refs(self, named: Iterable[tuple[str, Item]]) -> list[ItemRef]:
        """References of (table, key or item) pairs, without those that DynamoDB will refuse anyway."""
        found = [table.ref(item) for name, item in named if (table := self.table(name)) is not None]
        return [ref for ref in found if ref is not None]

    def images(self, refs: Iterable[ItemRef]) -> dict[ItemRef, Item]:
        """The items as they are now, read strongly; a missing one is left out."""
        ordered = sorted(set(refs))
        images: dict[ItemRef, Item] = {}
        for start in range(0, len(ordered), _BATCH_GET_KEYS):
            try:
                images |= self._batch_get(ordered[start : start + _BATCH_GET_KEYS])
            except ClientError as error:
                # An invalid key: the metered call will be told so itself.
                if error.response["Error"]["Code"] != "ValidationException":
                    raise
        return images

    def examined(self, operation: str, params: Mapping[str, Any], response: Mapping[str, Any]) -> list[Item]:
        """The items that a Query or Scan looked at, whole and before its filter.

        A response carries neither what a filter dropped nor what a projection cut off, and both are billed:
        the same page is then read again without them.
        """
        if not any(name in params for name in _NARROWING):
            return list(response["Items"])
        wide = _without_narrowing(params)
        items: list[Item] = []
        while len(items) < response["ScannedCount"]:
            page = self._call(operation, **{**wide, "Limit": response["ScannedCount"] - len(items)})
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            wide["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return items

    def _batch_get(self, refs: list[ItemRef]) -> dict[ItemRef, Item]:
        pending: dict[str, Any] = {}
        for ref in refs:
            pending.setdefault(ref.table, {"Keys": [], "ConsistentRead": True})["Keys"].append(ref.key)
        images: dict[ItemRef, Item] = {}
        while pending:
            page = self._call("BatchGetItem", RequestItems=pending)
            found = [(name, item) for name, items in page["Responses"].items() for item in items]
            images.update(zip(self.refs(found), (item for _, item in found), strict=True))
            pending = page.get("UnprocessedKeys", {})
        return images

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        with unmetered():
            answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**params)
        return answer


def side_of(client: Any) -> Side:
    """The side of a metered client, made when first asked for."""
    with _guard, unmetered():
        if client not in _sides:
            _sides[client] = Side(client)
        return _sides[client]


def forget_layouts() -> None:
    """Have every side describe its tables again."""
    with _guard:
        for side in _sides.values():
            side.forget_layouts()


def _without_narrowing(params: Mapping[str, Any]) -> dict[str, Any]:
    wide = {name: value for name, value in params.items() if name not in _NARROWING}
    # DynamoDB refuses placeholders that no expression uses, so those of the filter have to go with it.
    used = set(re.findall(r"[#:]\w+", params.get("KeyConditionExpression", "")))
    for placeholders in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        kept = {name: value for name, value in wide.pop(placeholders, {}).items() if name in used}
        wide |= {placeholders: kept} if kept else {}
    return wide


def _sibling(client: Any) -> Any:
    # botocore tells a client's credentials to nobody but its signer.
    credentials = client._request_signer._credentials.get_frozen_credentials()
    return botocore.session.get_session().create_client(
        "dynamodb",
        region_name=client.meta.region_name,
        endpoint_url=client.meta.endpoint_url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(
            parameter_validation=False,
            max_pool_connections=client.meta.config.max_pool_connections,
        ),
    )


def _speaks_python(client: Any) -> bool:
    # The handler by which a boto3 resource turns its own client's values into wire form.
    return "dynamodb-attr-value-input" in client.meta.events._emitter._unique_id_handlers
