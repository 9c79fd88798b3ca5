"""The one way to write everything but the hot path: a transaction under an operation id, or plain batches."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.domain import errors, ids
from chalicelib.domain.parts import MyReview
from chalicelib.settings import settings
from chalicelib.storage.base import raw_client
from chalicelib.storage.pacing import pace
from chalicelib.storage.rows import PLACES, to_row, to_text
from chalicelib.storage.tables import AuditRow, Row
from chalicelib.usecases.ports import Absent, Alter, Change, Create, Delete, Drop, Put, Save

_BUSY = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_ATTEMPTS = 5


@dataclass(frozen=True)
class TableWriter:
    """Implements ports.Writer on DynamoDB."""

    def commit(self, operation: str, *changes: Change) -> None:
        """See ports.Writer. A conflict is reported only after reading back that it was not our own write."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._transact(operation, changes)
            except TransactWriteError as problem:
                codes = {reason.code for reason in problem.cancellation_reasons if reason}
                if "ConditionalCheckFailed" in codes:
                    return self._settle(operation, changes)
                if not codes & _BUSY and _answered(problem) != "TransactionInProgressException":
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
        raise errors.Throttled("The service is busy. Try again in a moment.")

    def _transact(self, operation: str, changes: tuple[Change, ...]) -> None:
        written = [to_text(change.entity) for change in changes]
        token = ids.digest(operation, *written)[:36]  # the same token with other contents would be refused
        with TransactWrite(connection=_connection(), client_request_token=token) as transaction:
            for change in changes:
                _add(transaction, change, operation)

    def _settle(self, operation: str, changes: tuple[Change, ...]) -> None:
        """After a failed condition: if what we wanted to write stands there by our operation, all is well."""
        written = [change.entity for change in changes if isinstance(change, Create | Save)]
        if written and all(_stored_operation(entity) == operation for entity in written):
            return
        raise errors.Conflict("The object was changed or created by somebody else meanwhile. Read it again.")

    def put_all(self, entities: Iterable[object]) -> None:
        """See ports.Writer."""
        by_table: dict[type[Row], list[dict[str, Any]]] = {}
        for entity in entities:
            row = to_row(entity, getattr(entity, "version", 0) + 1, "batch")
            by_table.setdefault(PLACES[type(entity)].table, []).append(row.to_dynamodb_dict())
        for table, rows in by_table.items():
            put_batches(table, rows)

    def remove(self, entity: object) -> None:
        """See ports.Writer."""
        place = PLACES[type(entity)]
        place.table(*place.key(entity)).delete()


def _answered(problem: TransactWriteError) -> str:
    """The code DynamoDB answered with, "" when it did not answer (PynamoDB asks a time-out for its answer, too)."""
    answer: Any = getattr(problem.cause, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _connection() -> Connection:
    """A connection PynamoDB holds already: making one costs a client."""
    connection: Connection = AuditRow._get_connection().connection
    return connection


def _version(entity: object) -> int:
    return int(getattr(entity, "version", 0))


def _add(transaction: TransactWrite, change: Change, operation: str) -> None:
    row = to_row(change.entity, _version(change.entity) + 1, operation)
    table: Any = type(row)
    if isinstance(change, Create):
        transaction.save(row, condition=table.pk.does_not_exist())
    elif isinstance(change, Save):
        _replace(transaction, change, row)
    elif isinstance(change, Alter):
        _alter(transaction, change, row)
    elif isinstance(change, Put):
        transaction.save(row)
    elif isinstance(change, Drop):
        transaction.delete(row)
    elif isinstance(change, Delete):
        transaction.delete(row, condition=table.v == _version(change.entity))
    elif isinstance(change, Absent):
        transaction.condition_check(table, row.pk, row.sk, condition=table.pk.does_not_exist())
    else:
        transaction.condition_check(table, row.pk, row.sk, condition=table.v == _version(change.entity))


def _replace(transaction: TransactWrite, change: Save, row: Row) -> None:
    """Replace an entity, but for columns of its row that change by themselves."""
    table: Any = type(row)
    unchanged = table.v == _version(change.entity)
    if not PLACES[type(change.entity)].read:
        return transaction.save(row, condition=unchanged)
    written = ("v", "op", "data", "other_pk", "other_sk")
    actions = [getattr(table, name).set(getattr(row, name)) for name in written]
    transaction.update(table(row.pk, row.sk), actions=actions, condition=unchanged)


def _alter(transaction: TransactWrite, change: Alter, row: Row) -> None:
    """Write only the facts of a reviewer's row. Rows of the opening have a reviewer's facts in columns: there it
    is enough that the row exists."""
    table: Any = type(row)
    unchanged = table.pk.exists()
    if isinstance(change.before, MyReview):
        unchanged = unchanged & (table.data == to_text(change.before))
    transaction.update(table(row.pk, row.sk), actions=[table.data.set(row.data)], condition=unchanged)


def _stored_operation(entity: object) -> str | None:
    place = PLACES[type(entity)]
    try:
        return place.table.get(*place.key(entity), consistent_read=True).op
    except place.table.DoesNotExist:
        return None


def put_batches(table: type[Row], rows: list[dict[str, Any]], pause: float = 0.02) -> None:
    """BatchWriteItem by 25, paced, with full-jitter back-off for what was not processed. `rows` in wire form.

    Raises Throttled after eight rounds without the table taking everything.
    """
    client, name = raw_client(table), table.Meta.table_name
    for start in range(0, len(rows), 25):
        pending = [{"PutRequest": {"Item": row}} for row in rows[start : start + 25]]
        if not settings().endpoint_url:  # an emulator has no partitions to spare
            pace(row["pk"]["S"] for row in rows[start : start + 25])
        for attempt in range(8):
            answer = client.batch_write_item(RequestItems={name: pending})
            pending = answer.get("UnprocessedItems", {}).get(name, [])
            if not pending:
                break
            time.sleep(random.uniform(0, pause * 2**attempt))
        if pending:
            raise errors.Throttled("The table takes fewer writes than needed. The work continues later.")
