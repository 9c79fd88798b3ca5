"""A system outside for tests: remembers who holds what, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import Gone, NeedsPerson, Throttled
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.usecases.ports import Answer, Found

PAYROLL = Found("Payroll", roles=(("user", "User"), ("clerk", "Clerk")))


@dataclass
class Outside:
    """Implements ports.Connector and SeesPaths. `down`: every call fails; `broken`: roles whose calls fail; `deaf`:
    roles whose calls succeed and change nothing; `blind`: nothing can be read; `slow`: roles that it changes later,
    by `catch_up`; `fixed`: roles that only a person can change; `deleted`: the resource is gone; `busy`: so many calls
    are told to slow down; `ways`: other ways in which everybody still has access. `calls` counts grants and
    revokes."""

    held: set[tuple[str, str]] = field(default_factory=set)
    down: bool = False
    blind: bool = False
    deleted: bool = False
    busy: int = 0
    broken: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    ways: Sequence[str] = ()
    found: Found = PAYROLL
    calls: int = 0
    later: list[tuple[bool, tuple[str, str]]] = field(default_factory=list)

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        return None if origin_id == "missing" else self.found

    def grant(self, right: Right, person: User) -> Answer:
        return self._change(right, person, True)

    def revoke(self, right: Right, person: User) -> Answer:
        return self._change(right, person, False)

    def verify(self, right: Right, person: User) -> bool:
        if self.blind:
            raise ConnectionError("nothing can be read")
        if self.deleted:
            raise Gone("It is not there.")
        return (right.role, person.id) in self.held

    def paths(self, right: Right, person: User) -> Sequence[str]:
        return self.ways

    def _change(self, right: Right, person: User, held: bool) -> Answer:
        self._call(right)
        change = (held, (right.role, person.id))
        if right.role in self.slow:
            self.later.append(change)
            return Answer.PENDING
        if right.role not in self.deaf:
            self._make(*change)
        return Answer.DONE

    def _make(self, held: bool, what: tuple[str, str]) -> None:
        (self.held.add if held else self.held.discard)(what)

    def catch_up(self) -> None:
        """Do what was accepted for later."""
        for change in self.later:
            self._make(*change)
        self.later.clear()
        self.slow.clear()

    def _call(self, right: Right) -> None:
        self.calls += 1
        if self.busy > 0:
            self.busy -= 1
            raise Throttled("Slow down.")
        if self.deleted:
            raise Gone("It is not there.")
        if right.role in self.fixed:
            raise NeedsPerson("The membership comes from a rule.")
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
