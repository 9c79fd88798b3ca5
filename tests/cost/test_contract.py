"""The cost contract (brief section 4), held by the capacity meter on real item sizes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import contract
from bench.contract import hold
from bench.meter import Meter
from bench.thousand import ITEMS, MANAGERS, Thousand, thousand
from chalicelib.domain.items import Decision
from chalicelib.domain.reviews import Status
from chalicelib.usecases.hand_over import Wish, hand_over
from chalicelib.usecases.mails_sent import mails_of_review, undeliverable
from tests import factories


@pytest.fixture(scope="module")
def opened() -> Iterator[Thousand]:
    """A review of 1,000 items and 100 managers, opened and told by mail, under the meter."""
    with thousand() as review:
        yield review


def test_opening_costs_one_write_unit_an_item_and_four_a_reviewer(opened: Thousand) -> None:
    state = opened.services.reviews.state(opened.instance.id)
    assert state.status is Status.IN_PROGRESS
    assert (state.items, state.reviewers) == (ITEMS, MANAGERS)
    print(opened.opening.table())
    hold(contract.opening(opened))


def test_idle_tick_reads_at_most_two_units(opened: Thousand) -> None:
    hold(contract.idle_tick(opened))


def test_a_decision_is_one_request_and_one_write_unit(opened: Thousand) -> None:
    hold(contract.one_decision(opened))


def test_handing_over_costs_one_transaction_and_a_helpers_decision_one_write(opened: Thousand) -> None:
    """However many items are handed over; whoever took them decides like anybody else, with both names."""
    world, bosses, instance = opened.world, opened.bosses, opened.instance
    boss, helper = bosses[7], bosses[8]
    wish = Wish(to=helper.id, reason="away")
    with Meter() as meter:
        hand_over(world.services, boss, instance, wish, world.clock.now(), world.services.clock.new_id())
    print(meter.table())
    assert meter.write_units <= 14 and meter.read_units <= 14
    items = opened.items(7)
    world.clock.seconds += 6
    opened.decide(helper, items[0], Decision.DENY, "")
    with Meter() as meter:
        opened.decide(helper, items[1], Decision.APPROVE, "x" * 100)
    assert (meter.requests, meter.write_units, meter.read_units) == (1, 1, 0)
    assert opened.items(7)[1].last.on_behalf_of == boss.id


def test_somebodys_list_of_reviews_is_one_query(opened: Thousand) -> None:
    hold(contract.list_of_reviews(opened))


def test_status_reads_two_units_whatever_the_size(opened: Thousand) -> None:
    hold(contract.status(opened))


def test_progress_of_a_hundred_reviewers_is_one_query_of_four_units(opened: Thousand) -> None:
    hold(contract.progress(opened))


def test_a_page_of_mails_reads_what_it_shows(opened: Thousand) -> None:
    """The mails to fifty reviewers: one query and one batch; what failed, in the whole deployment, next to nothing."""
    world, instance = opened.world, opened.instance
    world.services.reviews.recent_state(instance.id)
    with Meter() as meter:
        page = mails_of_review(world.services, instance, None)
    print(meter.table())
    waiting = [one for one in page.items if one.mail.state != "sent"]  # the one a part was handed to in a test before
    assert len(page.items) == 50 and [one.mail.state for one in waiting] in ([], ["pending"])
    assert meter.requests == 2 and meter.read_units <= 30 and meter.write_units == 0
    with Meter() as meter:
        assert undeliverable(world.services, factories.ADMIN).mails == 0
    assert meter.requests == 1 and meter.read_units <= 1


def test_closing_costs_nothing_for_the_approved_and_a_unit_for_the_undecided(opened: Thousand) -> None:
    hold(contract.closing(opened))
