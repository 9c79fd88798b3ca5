"""The connections to systems outside."""

from __future__ import annotations

from chalicelib.domain.connections import NAME, Connection
from chalicelib.storage import connection_keys
from chalicelib.storage.base import fetch, query_all


class ConnectionTable:
    """Implements ports.Connections on DynamoDB."""

    def connection(self, name: str) -> Connection | None:
        """One connection."""
        return fetch(Connection, connection_keys.connection(name)) if NAME.fullmatch(name) else None

    def list_connections(self) -> list[Connection]:
        """See ports.Connections."""
        return query_all(Connection, connection_keys.connection("")[0])
