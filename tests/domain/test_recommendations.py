"""Recommendations: about the use of the package's resources where it is known, else about the person (R103-R109)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.items import Recommendation
from chalicelib.domain.people import User
from chalicelib.domain.recommendations import Advice, Ground, Knowledge, advise
from chalicelib.domain.sign_ins import Seen

START = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = START - 90 * DAY
YES, NO, UNKNOWN = Recommendation.APPROVE, Recommendation.DENY, Recommendation.NO_INFO
PAYROLL = Ground(key="aaaaaaaaaaaa", display_name="Payroll", source="okta", since=LONG_AGO, known_until=START - DAY)
CRM = Ground(key="cccccccccccc", display_name="CRM", source="okta", since=LONG_AGO, known_until=START - DAY)


def person(last: int | None = 1, source: str = "okta", **used: int) -> User:
    """Somebody who signed in `last` days ago as `source` tells, and used resources so many days ago."""
    keys = {"payroll": PAYROLL.key, "crm": CRM.key}
    seen = Seen(
        interactive=START - last * DAY if last else None,
        source=source,
        resources={keys[name]: START - days * DAY for name, days in used.items()},
    )
    return User(
        id="1", display_name="A", principal_name="a@x", created=LONG_AGO, last_sign_in=seen.interactive, seen=seen
    )


def advice(user: User, *grounds: Ground, assigned: datetime = LONG_AGO, **sources: datetime) -> Advice:
    return advise(user, assigned, Knowledge(START, 7, sources, grounds))


def test_who_did_not_use_the_application_is_denied_although_they_signed_in() -> None:
    assert advice(person(payroll=40), PAYROLL) == Advice(NO, PAYROLL.key, START - 40 * DAY)
    assert advice(person(), PAYROLL) == Advice(NO, PAYROLL.key, None)


def test_who_used_one_of_the_resources_keeps_the_package() -> None:
    assert advice(person(payroll=40, crm=29), PAYROLL, CRM) == Advice(YES, CRM.key, START - 29 * DAY)
    assert advice(person(payroll=40, crm=30), PAYROLL, CRM) == Advice(NO, CRM.key, START - 30 * DAY), "R107, G20"


@pytest.mark.parametrize(
    "what",
    [
        {"since": START - 29 * DAY},
        {"known_until": START - 8 * DAY},
        {"known_until": None},
        {"source": "another"},
    ],
)
def test_what_is_not_known_of_the_whole_look_back_denies_nobody(what: dict[str, Any]) -> None:
    """G21: the recommendation is about the person then."""
    facts = {"key": PAYROLL.key, "display_name": "Payroll", "source": "okta", "since": LONG_AGO, "known_until": START}
    assert advice(person(), Ground(**{**facts, **what})) == Advice(YES)
    assert advice(person(crm=40), Ground(**{**facts, **what}), CRM) == Advice(YES)


def test_who_got_the_access_lately_is_not_denied_for_not_using_it() -> None:
    assert advice(person(), PAYROLL, assigned=START - 29 * DAY) == Advice(YES)


def test_a_source_that_goes_on_keeps_old_sign_ins_known() -> None:
    """G21: 40 days ago, and the source has told of everybody until yesterday."""
    assert advice(person(40), okta=START - DAY) == Advice(NO)
    assert advice(person(40), okta=START - 8 * DAY) == Advice(UNKNOWN)
    assert advice(person(40), other=START) == Advice(UNKNOWN)
    assert advice(person(None), okta=START) == Advice(UNKNOWN), "never seen by it: it may know them by another name"


def test_any_recorded_sign_in_counts() -> None:
    """R108, G22."""
    seen = Seen(interactive=START - 90 * DAY, non_interactive=START - DAY, source="okta")
    user = User(id="1", display_name="A", principal_name="a@x", last_sign_in=START - 90 * DAY, seen=seen)
    assert advice(user) == Advice(YES)
