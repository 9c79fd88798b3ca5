"""Who makes the organisation, when, and under which operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.people import Actor
from chalicelib.usecases.ports import Services


@dataclass(frozen=True, slots=True)
class Steps:
    """The administrator at work. Ids follow from operations, so these have names instead of random numbers."""

    services: Services
    actor: Actor
    now: datetime

    def under(self, *name: object) -> tuple[Services, Actor, datetime, str]:
        """What every use case takes first, with the operation of that name."""
        return self.services, self.actor, self.now, "-".join(("demo", *map(str, name)))
