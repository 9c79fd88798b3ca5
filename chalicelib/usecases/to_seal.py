"""Having something sealed that was said or seen about a closed review: part of the commit that does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import SEAL, Addition, Kind
from chalicelib.usecases.ports import Change, Create, Put, Services


def to_seal(instance: ReviewInstance, now: datetime, operation: str, kind: Kind, facts: dict[str, Any]) -> list[Change]:
    """The changes that have these facts sealed behind what is sealed of the review already."""
    addition = Addition(id=ids.request_id(now, operation, kind), review_id=instance.id, kind=kind, facts=facts)
    return [Create(addition), Put(Due(when=now, kind=SEAL, id=instance.id))]


def seal_soon(services: Services, instance: ReviewInstance) -> None:
    """Have the sealing look at once; the agenda row makes a lost hint good."""
    services.queue.send(SEAL, instance.id)
