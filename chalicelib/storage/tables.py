"""The five tables. Every row has the same shape: key, version, last operation, and the entity as JSON text.

Endpoint, region and prefix come from the settings when this module is imported; time-outs are below API
Gateway's 29 s in every combination of retries.
"""

from __future__ import annotations

from pynamodb.attributes import MapAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate
from pynamodb.connection.table import TableConnection
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import settings
from chalicelib.storage import answers, damage

_SETTINGS = settings()
answers.install()
damage.install()


class _Common:
    region = _SETTINGS.region
    host = _SETTINGS.endpoint_url or None
    connect_timeout_seconds = 1
    read_timeout_seconds = 5
    max_retry_attempts = 3
    max_pool_connections = 32
    billing_mode = "PAY_PER_REQUEST"


def table_name(name: str) -> str:
    """The physical name of one of the tables in this deployment."""
    return f"{_SETTINGS.table_prefix}-{name}"


_clients: list[BotocoreBaseClientPrivate] = []


class OtherOrder(GlobalSecondaryIndex):  # type: ignore[type-arg, no-untyped-call]
    """A second order for lists: keys only, so that changing an entity costs the index nothing."""

    class Meta(_Common):
        index_name = "other-order"
        projection = KeysOnlyProjection()

    other_pk = UnicodeAttribute(hash_key=True)
    other_sk = UnicodeAttribute(range_key=True)


class Row(Model):
    """A stored entity. `v` counts its versions, `op` is the operation that wrote it last."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    v = NumberAttribute(default=1)
    op = UnicodeAttribute(null=True)
    data = UnicodeAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """As PynamoDB has it, with one client for all tables: each costs a cold start 20 ms, and has connections of
        its own."""
        found = super()._get_connection()
        if found.connection._client is None:
            if not _clients:
                _clients.append(found.connection.client)
            found.connection._client = _clients[0]
        return found


class DirectoryRow(Row):
    class Meta(_Common):
        table_name = table_name("directory")

    other_pk = UnicodeAttribute(null=True)
    other_sk = UnicodeAttribute(null=True)
    seen = MapAttribute(null=True)  # type: ignore[var-annotated, no-untyped-call]  # of people: storage/sign_ins.py
    other_order = OtherOrder()


class EntitlementRow(Row):
    class Meta(_Common):
        table_name = table_name("entitlements")

    other_pk = UnicodeAttribute(null=True)
    other_sk = UnicodeAttribute(null=True)
    other_order = OtherOrder()


class ReviewRow(Row):
    class Meta(_Common):
        table_name = table_name("reviews")


class ItemRow(Row):
    class Meta(_Common):
        table_name = table_name("items")
        stream_view_type = "NEW_AND_OLD_IMAGES"


class ByTarget(GlobalSecondaryIndex):  # type: ignore[type-arg, no-untyped-call]
    """The events about one object, by time. Keys only: what an event holds costs the index nothing."""

    class Meta(_Common):
        index_name = "by-target"
        projection = KeysOnlyProjection()

    target = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ByActor(GlobalSecondaryIndex):  # type: ignore[type-arg, no-untyped-call]
    """The events of one person, by time; what the system does by itself is not in it."""

    class Meta(_Common):
        index_name = "by-actor"
        projection = KeysOnlyProjection()

    actor = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class AuditRow(Row):
    class Meta(_Common):
        table_name = table_name("audit")
        stream_view_type = "NEW_IMAGE"

    target = UnicodeAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    expires = TTLAttribute(null=True)
    by_target = ByTarget()
    by_actor = ByActor()


TABLES: tuple[type[Row], ...] = (DirectoryRow, EntitlementRow, ReviewRow, ItemRow, AuditRow)


def create_all() -> None:
    """Create the tables that are missing; for tests and the local stage (the cloud's come from the template)."""
    for table in TABLES:
        if not table.exists():
            table.create_table(wait=True, ignore_update_ttl_errors=True)
