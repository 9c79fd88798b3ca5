"""Seals: the statements of each review, the chain they form, and where the sealing stands."""

from __future__ import annotations

from typing import TypeVar

from chalicelib.domain.seals import Addition, ChainHead, Kind, Link, Seal, SealWork
from chalicelib.storage import seal_keys
from chalicelib.storage.base import fetch, query, query_all
from chalicelib.usecases.ports import Page

E = TypeVar("E")
_PAGE = 500


class SealTable:
    """Implements ports.Seals on DynamoDB, in the table of reviews."""

    def head(self) -> ChainHead:
        """See ports.Seals."""
        return fetch(ChainHead, seal_keys.chain_head()) or ChainHead()

    def of_review(self, review_id: str) -> list[Seal]:
        """See ports.Seals."""
        return _every(Seal, seal_keys.seals_of(review_id), "Q#")

    def work(self, review_id: str, kind: Kind) -> SealWork | None:
        """See ports.Seals."""
        return fetch(SealWork, seal_keys.seal_work(review_id, kind))

    def additions(self, review_id: str) -> list[Addition]:
        """See ports.Seals."""
        return _every(Addition, seal_keys.seals_of(review_id), "A#")

    def links(self, first: int, last: int) -> list[Link]:
        """See ports.Seals."""
        parts = range(first // seal_keys.LINKS, last // seal_keys.LINKS + 1)
        found = [one for part in parts for one in query_all(Link, seal_keys.chain_links(part * seal_keys.LINKS))]
        return [one for one in found if first <= one.sequence <= last]


def _every(kind: type[E], partition: str, prefix: str) -> list[E]:
    """Everything in a partition under this prefix, in key order; tens at most, as a rule."""
    found: list[E] = []
    page: Page[E] = Page((), "")
    while page.next is not None:
        page = query(kind, partition, _PAGE, page.next or None, prefix=prefix)
        found += page.items
    return found
