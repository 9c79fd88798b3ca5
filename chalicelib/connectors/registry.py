"""Which connectors there are: the kinds this product knows, and a connector for each connection made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from chalicelib.domain.connections import USED_BY, Connection, ConnectorKind
from chalicelib.domain.errors import InvalidInput
from chalicelib.usecases.ports import Clock, Connections, Connector

REMEMBERED = 60.0  # seconds (real) a connector is kept before its connection is read again

Maker = Callable[[Connection], Connector]


@dataclass
class ConnectorRegistry:
    """Implements ports.Connectors. `known` gives each kind with what makes a connector of it, and is called when one
    is first needed: most cold starts need none. `fixed` are there without a connection."""

    connections: Connections
    clock: Clock
    known: Callable[[], Mapping[str, tuple[ConnectorKind, Maker]]]
    fixed: dict[str, Connector] = field(default_factory=dict)
    _made: dict[str, tuple[float, int, Connector]] = field(default_factory=dict)

    @cached_property
    def makers(self) -> Mapping[str, tuple[ConnectorKind, Maker]]:
        """The kinds by name."""
        return self.known()

    def get(self, name: str) -> Connector | None:
        """See ports.Connectors."""
        if name in self.fixed:
            return self.fixed[name]
        until, version, connector = self._made.get(name, (0.0, 0, None))
        if connector is not None and self.clock.real() < until:
            return connector
        connection = self.connections.connection(name)
        if connection is None:
            self.forget(name)
            return None
        if connector is None or connection.version != version:
            connector = self.make(connection)
        self._made[name] = (self.clock.real() + REMEMBERED, connection.version, connector)
        return connector

    def names(self) -> list[str]:
        """See ports.Connectors."""
        return sorted({*self.fixed, *(one.name for one in self.connections.list_connections())})

    def kinds(self) -> list[ConnectorKind]:
        """See ports.Connectors."""
        return [replace(kind, settings=(*kind.settings, USED_BY)) for kind, _ in self.makers.values()]

    def make(self, connection: Connection) -> Connector:
        """See ports.Connectors."""
        if connection.kind not in self.makers:
            raise InvalidInput(f"Must be one of: {', '.join(sorted(self.makers))}.", "kind")
        return self.makers[connection.kind][1](connection)

    def forget(self, name: str) -> None:
        """See ports.Connectors."""
        self._made.pop(name, None)
