"""What is known of mail addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.mail_feedback import BadAddress
    from chalicelib.usecases.ports.changes import Page


class Addresses(Protocol):
    """Addresses that mail did not reach; written by Writer.commit."""

    def bad(self, addresses: Iterable[str]) -> dict[str, BadAddress]:
        """Those of these that something is known of, by address in lower case; may lag."""

    def bad_address(self, address: str) -> BadAddress | None:
        """The same for one, as it is now."""

    def list_bad(self, limit: int, after: str | None) -> Page[BadAddress]:
        """All of them, by address; may lag."""
