"""Addresses that mail did not reach."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.domain.mail_feedback import BadAddress
from chalicelib.storage import mail_keys
from chalicelib.storage.base import fetch, fetch_many, query
from chalicelib.usecases.ports import Page


class AddressTable:
    """Implements ports.Addresses."""

    def bad(self, addresses: Iterable[str]) -> dict[str, BadAddress]:
        """See ports.Addresses."""
        wanted = [mail_keys.bad_address(one) for one in addresses if one]
        return {one.address: one for one in fetch_many(BadAddress, wanted)}

    def bad_address(self, address: str) -> BadAddress | None:
        """See ports.Addresses."""
        return fetch(BadAddress, mail_keys.bad_address(address)) if address else None

    def list_bad(self, limit: int, after: str | None) -> Page[BadAddress]:
        """See ports.Addresses."""
        return query(BadAddress, mail_keys.bad_address("")[0], limit, after, consistent=False)
