"""Telling the control owner that a closed review waits for the sign-off."""

from __future__ import annotations

from chalicelib.domain.guard_notices import ReviewToSign
from chalicelib.domain.review_exceptions import still_open
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.control_owners import control_owner
from chalicelib.usecases.ports import Services
from chalicelib.usecases.review_exceptions import found_exceptions, judged_of
from chalicelib.usecases.tell import tell_once

TO_SIGN = "toSign"


def tell_to_sign(services: Services, instance: ReviewInstance, state: InstanceState) -> None:
    """Mail the control owner of a review whose seals are made: once, however often this is repeated. Nobody is told of
    one that is signed off, or that has no control owner."""
    owner = control_owner(services, instance.catalog_id, instance.package_id)
    dossier = services.dossiers.dossier(instance.id)
    person = services.people.user(owner.principal_id) if owner else None
    if person is None or (dossier is not None and dossier.sign_off is not None):
        return
    judged = judged_of(dossier)
    wanting = sum(still_open(one, judged) for one in found_exceptions(services, instance, state))
    notice = ReviewToSign(
        now=services.clock.now(),
        review=instance.name,
        package=instance.package_name,
        closed=state.ends,
        zone=instance.zone,
        people=state.items,
        exceptions=wanting,
        link=f"{services.settings.portal_url.rstrip('/')}/evidence/{instance.id}",
    )
    tell_once(services, person, TO_SIGN, instance.id, notice, instance)
