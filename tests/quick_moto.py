"""moto's DynamoDB without the HTTP in between: four of five seconds of these tests were spent on that.

A call of DynamoDB is handed to moto's own handler as the dictionary it is. It is not signed, written as JSON, matched
against addresses, parsed, and the same again on the way back; what moto does with it is the same. A call that moto
refuses is made once more the long way, so that the error is the one a client would see; refused calls change nothing.
Transactions keep what they may have to put back of the rows they touch, where moto copies whole tables.
"""

from __future__ import annotations

import copy
import threading
from types import SimpleNamespace
from typing import Any

from botocore.client import BaseClient
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.models import MockAWS, botocore_stubber, responses_mock
from moto.core.responses import ActionResult
from moto.dynamodb import dynamodb_backends, models
from moto.dynamodb.models import DynamoDBBackend, Table
from moto.dynamodb.responses import DynamoHandler

ACTIONS = {
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "UpdateItem": DynamoHandler.update_item,
    "DeleteItem": DynamoHandler.delete_item,
    "Query": DynamoHandler.query,
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "TransactGetItems": DynamoHandler.transact_get_items,
    "TransactWriteItems": DynamoHandler.transact_write_items,
}
_lock = threading.RLock()  # DynamoDB isolates requests; moto does not, and puts back what other threads wrote meanwhile
_the_long_way = BaseClient._make_api_call
_transact_write = DynamoDBBackend.transact_write_items
_touched: list[dict[str, Any]] = []  # the actions of the transaction under way


def install() -> None:
    """For the whole process; other services, and calls outside a mocked account, go as ever."""
    unlocked = DynamoHandler.call_action

    def locked(handler: DynamoHandler) -> Any:
        with _lock:
            return unlocked(handler)

    DynamoHandler.call_action = locked
    DynamoDBBackend.transact_write_items = _transact
    models.copy = SimpleNamespace(deepcopy=_copied)
    MockAWS._enable_patching = _listen_to_botocore
    BaseClient._make_api_call = _call


def kept_tables() -> dict[str, Any]:
    """The tables of the account as they are now."""
    return copy.deepcopy(dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables)


def put_back(kept: dict[str, Any]) -> None:
    """Make the tables of the account those that were kept."""
    dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables = copy.deepcopy(kept)


def _listen_to_botocore(mock: MockAWS, reset: bool = True) -> None:
    """Begin to mock; moto would listen to `requests` as well, which nobody here uses, by 1,300 patterns a test."""
    botocore_stubber.enabled = True
    if reset:
        mock.reset()
    responses_mock.start()


def _call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
    action = ACTIONS.get(operation)
    if action is None or not botocore_stubber.enabled or client.meta.service_model.service_name != "dynamodb":
        return _the_long_way(client, operation, parameters)
    if not client.meta.endpoint_url.endswith(".amazonaws.com"):
        return _the_long_way(client, operation, parameters)
    events, context = (
        client.meta.events,
        {"client_region": client.meta.region_name, "client_config": client.meta.config},
    )
    model = client.meta.service_model.operation_model(operation)
    _, answer = events.emit_until_response(
        f"before-call.dynamodb.{operation}", model=model, params={}, request_signer=None, context=context
    )
    if answer is not None:
        http, parsed = answer
        if http.status_code >= 300:
            raise client.exceptions.from_code(parsed["Error"]["Code"])(parsed, operation)
        return parsed
    try:
        with _lock:
            parsed = _answer(action, client.meta.region_name, parameters, model)
    except Exception:  # noqa: BLE001  what moto refuses, it refuses again
        return _the_long_way(client, operation, parameters)
    http = SimpleNamespace(status_code=200, headers={})
    events.emit(f"after-call.dynamodb.{operation}", http_response=http, parsed=parsed, model=model, context=context)
    return parsed


def _answer(action: Any, region: str, parameters: dict[str, Any], model: Any) -> dict[str, Any]:
    handler = DynamoHandler()
    handler.region, handler.body, handler.response_headers = region, parameters, {}
    handler.current_account = DEFAULT_ACCOUNT_ID
    result: ActionResult = action(handler)
    members = model.output_shape.members
    found = {name: value for name, value in dict(result.result).items() if value is not None and name in members}
    return {**found, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def _transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    with _lock:
        _touched[:] = transact_items
        try:
            _transact_write(backend, transact_items)
        finally:
            _touched.clear()


def _copied(thing: Any) -> Any:
    """What moto keeps of a table before a transaction: a copy of the rows that it is about. Other things whole."""
    if not isinstance(thing, Table):
        return copy.deepcopy(thing)
    kept = copy.copy(thing)
    kept.items = copy.copy(thing.items)
    for partition in {_key(thing, action, thing.hash_key_attr) for action in _touched}:
        if partition in thing.items:
            kept.items[partition] = copy.copy(thing.items[partition])
    for action in _touched:
        partition, sort = _key(thing, action, thing.hash_key_attr), _key(thing, action, thing.range_key_attr)
        if sort in kept.items.get(partition, {}):
            kept.items[partition][sort] = copy.deepcopy(kept.items[partition][sort])
    if thing.stream_shard is not None:
        kept.stream_shard = copy.copy(thing.stream_shard)
        kept.stream_shard.items = list(thing.stream_shard.items)
    return kept


def _key(table: Table, action: dict[str, Any], attribute: str) -> Any:
    """The value of a key of the row an action is about, as the table keeps it; None in other tables."""
    (one,) = action.values()
    found = one.get("Key") or one.get("Item") or {}
    if one["TableName"] != table.name or attribute not in found:
        return None
    return models.DynamoType(found[attribute])
