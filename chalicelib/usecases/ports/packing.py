"""What an evidence pack is made of besides its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.csv_text import Column, Row
    from chalicelib.domain.seals import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the printed summary of a pack tells: the review, its seals, what was counted in the rows (`numbers`, see
    domain/pack_numbers) and the people in it by id, with display and principal name. `sampled`: the rows of a sample,
    None for a whole pack."""

    title: str
    review: Mapping[str, Any]
    manifest: Mapping[str, Any]
    seals: Sequence[Sealed]
    fingerprint: str
    numbers: Mapping[str, Any]
    names: Mapping[str, Sequence[str]]
    columns: Sequence[Column] = ()
    sampled: Sequence[Row] | None = field(default=None)


class Papers(Protocol):
    """The papers that lie in every pack."""

    def summary(self, told: Overview) -> bytes:
        """The summary, an HTML page that is complete in itself."""

    def verifier(self) -> bytes:
        """The script that checks a pack."""
