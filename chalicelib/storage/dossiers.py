"""What people said of closed reviews, and which accesses came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.dossiers import Disposition, Dossier, Regranted
from chalicelib.storage import dossier_keys
from chalicelib.storage.base import fetch, fetch_many, query
from chalicelib.usecases.ports import Page

_PAGE = 500


class DossierTable:
    """Implements ports.Dossiers on DynamoDB."""

    def dossier(self, instance_id: str) -> Dossier | None:
        """See ports.Dossiers."""
        return fetch(Dossier, dossier_keys.dossier(instance_id))

    def dossiers(self, instance_ids: Iterable[str]) -> dict[str, Dossier]:
        """See ports.Dossiers."""
        found = fetch_many(Dossier, [dossier_keys.dossier(one) for one in instance_ids])
        return {one.instance_id: one for one in found}

    def dispositions(self, instance_id: str) -> list[Disposition]:
        """See ports.Dossiers."""
        partition, prefix = dossier_keys.dossier(instance_id)[0], dossier_keys.disposition_prefix()
        page = query(Disposition, partition, _PAGE, prefix=prefix)
        found = list(page.items)
        while page.next is not None:
            page = query(Disposition, partition, _PAGE, page.next, prefix=prefix)
            found += page.items
        return found

    def regranted(self, limit: int, after: str | None, of: tuple[datetime, str] | None = None) -> Page[Regranted]:
        """See ports.Dossiers."""
        prefix = dossier_keys.regranted_of(*of) if of else ""
        return query(Regranted, "REGRANTED", limit, after, prefix=prefix, forward=False)
