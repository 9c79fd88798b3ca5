"""Decision helpers: what the system suggests about a person, computed once when a review opens (R103-R109)."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.items import Recommendation
from chalicelib.domain.people import User

LOOK_BACK = timedelta(days=30)


def recommend(user: User | None, start: datetime, max_data_age_days: int) -> Recommendation:
    """Approve a person who signed in less than 30 x 24 h before `start`, else deny, else say nothing.

    Denying needs knowledge of the whole look-back: without it, or for an account younger than it, the answer is
    NoInfoAvailable (G20, G21). Data at most `max_data_age_days` old at the start counts as reaching it.
    """
    if user is None:
        return Recommendation.NO_INFO
    if user.last_sign_in and start - user.last_sign_in < LOOK_BACK:
        return Recommendation.APPROVE
    fresh = user.sign_in_as_of and start - user.sign_in_as_of <= timedelta(days=max_data_age_days)
    if not fresh:
        return Recommendation.NO_INFO
    if user.last_sign_in:
        return Recommendation.DENY
    known_never = user.never_signed_in and user.created and start - user.created > LOOK_BACK
    return Recommendation.DENY if known_never else Recommendation.NO_INFO
