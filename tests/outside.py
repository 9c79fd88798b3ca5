"""A system outside for tests: remembers who holds what, and fails when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.usecases.ports import Answer, Found

PAYROLL = Found("Payroll", roles=(("user", "User"), ("clerk", "Clerk")))


@dataclass
class Outside:
    """Implements ports.Connector. `down`: every call fails; `broken`: roles whose calls fail; `deaf`: roles whose
    calls succeed and change nothing; `calls` counts grants and revokes."""

    held: set[tuple[str, str]] = field(default_factory=set)
    down: bool = False
    broken: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    found: Found = PAYROLL
    calls: int = 0

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        return None if origin_id == "missing" else self.found

    def grant(self, right: Right, person: User) -> Answer:
        self._call(right)
        if right.role not in self.deaf:
            self.held.add((right.role, person.id))
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        self._call(right)
        if right.role not in self.deaf:
            self.held.discard((right.role, person.id))
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        return (right.role, person.id) in self.held

    def _call(self, right: Right) -> None:
        self.calls += 1
        if self.down or right.role in self.broken:
            raise ConnectionError("the system outside does not answer")

    def roles_of(self, person: User) -> set[str]:
        """What a person holds there."""
        return {role for role, who in self.held if who == person.id}


def plug_in(services: Any, name: str = "outside") -> Outside:
    """An outside system, reachable as the connector of this name."""
    outside = Outside()
    services.connectors.fixed[name] = outside
    return outside
