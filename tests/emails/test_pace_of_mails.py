"""Mails at the pace SES takes: its rate is so many a second, shared with everybody else in the account (P15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws import mailer
from chalicelib.domain import errors
from chalicelib.usecases.ports import Mail
from tests import factories
from tests.sealing import Office as Company
from tests.sealing import office
from tests.simulation.point import Call, Proceed

MAIL = Mail(to="ann@example.com", subject="Hello", text="Hello", html="<p>Hello</p>", key="ann.start.one")
RATE = ("TooManyRequestsException", 429, "Maximum sending rate exceeded.")
DAY = ("TooManyRequestsException", 429, "Daily message quota exceeded.")


class Slow:
    """SES refuses these calls, by number, with a code, a status and a message."""

    def __init__(self, refused: tuple[str, int, str], calls: Any) -> None:
        self.refused, self.calls, self.asked = refused, calls, 0

    def __call__(self, call: Call, proceed: Proceed) -> Any:
        if call.service != "sesv2":
            return proceed()
        self.asked += 1
        if self.asked in self.calls:
            raise call.refusal(*self.refused)
        return proceed()


@pytest.fixture
def company() -> Iterator[Company]:
    with office() as one:
        yield one


@pytest.fixture
def waited(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept."""
    slept: list[float] = []
    monkeypatch.setattr(mailer.time, "sleep", slept.append)
    return slept


def test_a_mail_that_comes_too_fast_is_sent_seconds_later(company: Company, waited: list[float]) -> None:
    slow = Slow(RATE, {1, 2})
    with company.point.hooked(slow):
        company.services.mailer.send(MAIL)
    assert slow.asked == 3 and 1.0 <= sum(waited) <= 3.0


def test_patience_has_an_end(company: Company, waited: list[float]) -> None:
    slow = Slow(RATE, range(1, 99))
    with company.point.hooked(slow), pytest.raises(errors.Throttled):
        company.services.mailer.send(MAIL)
    assert slow.asked == 3


def test_nobody_waits_seconds_for_the_quota_of_a_day(company: Company, waited: list[float]) -> None:
    slow = Slow(DAY, range(1, 99))
    with company.point.hooked(slow), pytest.raises(errors.Throttled):
        company.services.mailer.send(MAIL)
    assert (slow.asked, waited) == (1, [])


def test_a_round_that_was_cut_short_goes_on_behind_whom_it_told(company: Company, waited: list[float]) -> None:
    """SES takes one mail a round here. Whoever was told is passed by without a look, and since every round gets on the
    next one never has to wait for longer than the first."""
    org, looks, pauses = company.org, Counter[str](), []
    bosses = [org.person(f"boss{number}") for number in range(8)]
    review = factories.by_manager(company.world.clock.now().date(), bosses[0])
    policy = org.policy(org.package(), review=review)
    org.assign(policy, *(org.person(f"p{number}", manager=f"boss{number}") for number in range(8)))

    def watch(call: Call, proceed: Proceed) -> Any:
        if call.operation == "Query" and ":sk" in call.parameters.get("ExpressionAttributeValues", {}):
            looks[call.parameters["ExpressionAttributeValues"][":pk"]["S"][:2]] += 1
        if call.operation == "SendMessage":
            pauses.append(call.parameters["DelaySeconds"])
        return proceed()

    slow = Slow(RATE, {number for number in range(200) if number % 4 != 1})
    with company.point.hooked(slow), company.point.hooked(watch):
        company.opened(policy)
    assert len(company.world.mails()) == 8
    assert looks["U#"] <= 4 * 8
    assert max(pauses) <= 10
