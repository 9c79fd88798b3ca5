"""The built-in connector: who holds what is recorded here and changed by hand, or by a script, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Found, People


@dataclass(frozen=True)
class RecordedConnector:
    """Implements ports.Connector without reaching anything. Groups are looked up in the directory; of applications
    and sites nothing is known beyond what their request says."""

    people: People

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        if origin_system != GROUP:
            return Found("")
        group = self.people.group(origin_id)
        return Found(group.display_name, group.description, group.kind) if group else None

    def grant(self, right: Right, person: User) -> Answer:
        """Nothing to do: the assignment is the record."""
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        """Nothing to do: the end of the assignment is the record."""
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        """Nothing outside is known to hold."""
        return False
