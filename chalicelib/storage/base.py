"""Reading rows: by key, by many keys, by pages of a partition. Nothing here scans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pynamodb.exceptions import DoesNotExist

from chalicelib.storage.rows import PLACES, Key, from_row
from chalicelib.storage.tables import OtherOrder, Row
from chalicelib.usecases.ports import Page

E = TypeVar("E")
_WHOLE_PAGE = 500


def fetch(kind: type[E], key: Key, consistent: bool = True) -> E | None:
    """One entity by its key, or None."""
    try:
        return from_row(kind, PLACES[kind].table.get(*key, consistent_read=consistent))
    except DoesNotExist:
        return None


def fetch_many(kind: type[E], keys: Iterable[Key], consistent: bool = False) -> list[E]:
    """The entities that exist among `keys`, in no order; duplicates are asked once."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []
    return [from_row(kind, row) for row in PLACES[kind].table.batch_get(wanted, consistent_read=consistent)]


def query(
    kind: type[E],
    partition: str,
    limit: int,
    after: str | None = None,
    *,
    prefix: str = "",
    forward: bool = True,
    consistent: bool = True,
) -> Page[E]:
    """A page of one partition in key order; `after` is the sort key of the last entity of the former page."""
    table: Any = PLACES[kind].table
    rows = table.query(
        partition,
        table.sk.startswith(prefix) if prefix else None,
        limit=limit,
        page_size=limit,
        last_evaluated_key=_position(partition, after),
        scan_index_forward=forward,
        consistent_read=consistent,
    )
    found = list(rows)
    last = rows.last_evaluated_key
    return Page(tuple(from_row(kind, row) for row in found), last["sk"]["S"] if last else None)


def query_all(kind: type[E], partition: str) -> list[E]:
    """A whole partition in key order, page by page; for those that hold hundreds at most."""
    found: list[E] = []
    page: Page[E] = Page((), "")
    while page.next is not None:
        page = query(kind, partition, _WHOLE_PAGE, page.next or None)
        found += page.items
    return found


def query_other(
    kind: type[E],
    partition: str,
    limit: int,
    after: str | None = None,
    *,
    prefix: str = "",
    forward: bool = True,
) -> Page[E]:
    """A page in the other order: one index query and one batch read. May lag; an entity that moved is left out
    by comparing its present place in the order with the one the index told."""
    table: Any = PLACES[kind].table
    rows = table.other_order.query(
        partition,
        OtherOrder.other_sk.startswith(prefix) if prefix else None,
        limit=limit,
        page_size=limit,
        last_evaluated_key=_other_position(partition, after),
        scan_index_forward=forward,
    )
    found = [(row.pk, row.sk) for row in rows]
    last = rows.last_evaluated_key
    by_key = {PLACES[kind].key(entity): entity for entity in fetch_many(kind, found, consistent=True)}
    following = "\x1f".join((last["other_sk"]["S"], last["pk"]["S"], last["sk"]["S"])) if last else None
    return Page(tuple(by_key[key] for key in found if key in by_key), following)


def _position(partition: str, after: str | None) -> dict[str, dict[str, str]] | None:
    return {"pk": {"S": partition}, "sk": {"S": after}} if after else None


def _other_position(partition: str, after: str | None) -> dict[str, dict[str, str]] | None:
    if not after:
        return None
    other_sk, pk, sk = after.split("\x1f")
    return {"other_pk": {"S": partition}, "other_sk": {"S": other_sk}, "pk": {"S": pk}, "sk": {"S": sk}}


def raw_client(table: type[Row]) -> Any:
    """PynamoDB's own botocore client (no parameter validation), for the documented raw reads and writes."""
    return table._get_connection().connection.client
