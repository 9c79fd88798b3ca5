"""A system outside whose calls pass the same hook as AWS's: they fail, are slow, and end invocations alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import Throttled
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.usecases.ports import Answer
from tests.outside import Outside
from tests.simulation.faults import SLOW_DOWN


@dataclass(frozen=True)
class ConnectorCall:
    """Stands for a Call where a connector is asked."""

    operation: str
    parameters: dict[str, Any]
    service: str = "outside"

    @property
    def reads(self) -> bool:
        return self.operation == "verify"

    def refusal(self, code: str, status: int = 400, message: str = "injected", **more: Any) -> Exception:
        """What a connector raises."""
        slow = {code for code, _ in SLOW_DOWN.values()}
        return Throttled("Slow down.") if code in slow else ConnectionError("the system outside does not answer")


class Reached(Outside):
    """An Outside behind a hook."""

    def __init__(self, hook: Callable[[Any, Callable[[], Any]], Any]) -> None:
        super().__init__()
        self._hook = hook

    def grant(self, right: Right, person: User) -> Answer:
        return self._through("grant", right, lambda: super(Reached, self).grant(right, person))

    def revoke(self, right: Right, person: User) -> Answer:
        return self._through("revoke", right, lambda: super(Reached, self).revoke(right, person))

    def verify(self, right: Right, person: User) -> bool:
        found: bool = self._through("verify", right, lambda: super(Reached, self).verify(right, person))
        return found

    def _through(self, operation: str, right: Right, act: Callable[[], Any]) -> Any:
        return self._hook(ConnectorCall(operation, {"TableName": right.role}), act)
