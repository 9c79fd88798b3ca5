"""After the control owner's signature nothing about a review changes any more: the one place that says so."""

from __future__ import annotations

from chalicelib.domain import errors
from chalicelib.domain.dossiers import Dossier
from chalicelib.usecases.ports import Absent, Change, Services, Unchanged


def is_signed(services: Services, instance_id: str) -> bool:
    """Is the review signed off?"""
    dossier = services.dossiers.dossier(instance_id)
    return dossier is not None and dossier.sign_off is not None


def unsigned(services: Services, instance_id: str) -> Change:
    """For whoever changes something about a closed review: goes into the same commit, so that a signature at this very
    moment and the change exclude each other. Raises Conflict when the review is signed off."""
    dossier = services.dossiers.dossier(instance_id)
    if dossier is None:
        return Absent(Dossier(instance_id=instance_id))
    refuse_signed(dossier)
    return Unchanged(dossier)


def refuse_signed(dossier: Dossier) -> None:
    """Raises Conflict when the review is signed off."""
    if dossier.sign_off is not None:
        raise errors.Conflict(
            f"The review was signed off on {dossier.sign_off.at:%Y-%m-%d}: nothing about it changes any more. What is "
            "seen later is added to its evidence; access is given and taken by assignments and by the next review."
        )
