"""One attempt at comparing a review with the systems outside, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from chalicelib.domain.resources import RoleScope
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.comparison_files import (
    Target,
    target_folder,
)
from chalicelib.usecases.ports import Services


class Spot(msgspec.Struct, omit_defaults=True):
    """Where the comparison stands: at which right, at which step of it, behind what."""

    number: int = 0
    step: str = "population"
    after: str | None = None
    chunks: int = 0
    held: int = 0
    page: int = 0
    tries: int = 0
    looked: int = 0
    found: dict[str, int] = {}
    target: Target | None = None


@dataclass
class Comparison:
    """One attempt at the comparison of a review."""

    services: Services
    instance: ReviewInstance
    state: InstanceState
    scopes: tuple[RoleScope, ...]
    buckets: int
    budget: Budget

    def scope(self, spot: Spot) -> RoleScope:
        """The right at hand."""
        return self.scopes[spot.number]

    def chunk_key(self, spot: Spot, side: str, chunk: int) -> str:
        """Where a chunk of the population (`held`) or of the members lies."""
        inner = "held" if side == "held" else f"{spot.number}/members"
        return f"{target_folder(self.instance.id)}/{inner}/{chunk:06d}"

    def chunk_keys(self, spot: Spot, side: str) -> list[str]:
        """All of them."""
        number = spot.held if side == "held" else spot.chunks
        return [self.chunk_key(spot, side, chunk) for chunk in range(number)]
