"""The figures that alarms look at: taken from rows that exist, each in its minute of the hour, none when it is 0."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import events
from chalicelib.domain import ids
from chalicelib.domain.agenda import Due, Job, Lease
from chalicelib.domain.mail_log import Fault, Undelivered
from chalicelib.domain.removals import Removal, Standing
from chalicelib.domain.series import LiveReview, Needs
from chalicelib.domain.sources import SourceKind, new_source
from chalicelib.logs import METRICS
from chalicelib.usecases.gauges import take_gauges
from tests.factories import Organisation, by_manager
from tests.world import World


def at(world: World, minute: int) -> dict[str, float]:
    """The figures of the next such minute."""
    world.clock.set((world.clock.now() + timedelta(hours=1)).replace(minute=minute, second=30))
    services = world.services
    return take_gauges(services, services.reviews.due_until(services.clock.now(), 500))


def hour(world: World) -> dict[str, float]:
    """Every figure of an hour."""
    found: dict[str, float] = {}
    for minute in range(60):
        found |= at(world, minute)
    return found


@pytest.fixture
def running(world: World) -> str:
    """An open review of three people."""
    org = Organisation(world.services)
    boss = org.person("boss")
    policy = org.policy(review=by_manager(world.clock.now().date(), boss))
    org.assign(policy, *(org.person(name, manager=boss.id) for name in ("ann", "bob", "cy")))
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=5))
    world.tick()
    return str(world.services.reviews.live_reviews(1, None).items[0].instance_id)


def test_an_idle_deployment_has_no_figures(world: World) -> None:
    """CloudWatch charges for the hours a metric is in; and what is not told cannot alarm."""
    assert hour(world) == {}


def test_an_open_review_is_counted_and_late_when_nobody_decides(world: World, running: str) -> None:
    assert at(world, 3) == at(world, 58) == {"ReviewsOpen": 1}
    assert at(world, 7) == {}
    instance = world.services.reviews.instance(running)
    world.clock.set(instance.closes - timedelta(days=3))
    assert at(world, 7) == {"ReviewsLate": 1}
    world.clock.set(instance.closes - timedelta(days=2))
    assert at(world, 7) == {"ReviewsLate": 1, "ItemsUndecidedNearDeadline": 3}


def test_reviews_that_failed_or_wait_for_a_person_are_told_apart(world: World) -> None:
    services, now = world.services, world.clock.now()
    needs = [Needs.RETRY, Needs.CONFIRMATION, Needs.CONFIRMATION, Needs.NOTHING]
    rows = [
        LiveReview(instance_id=ids.guid("r", n), catalog_id="c", package_id="p", closes=now, needs=one)
        for n, one in enumerate(needs)
    ]
    services.writer.put_all(rows)
    assert at(world, 3) == {"ReviewsOpen": 4, "ReviewsFailed": 1, "ReviewsAwaitingConfirmation": 2}


def test_the_agenda_is_behind_by_its_oldest_row_that_nobody_is_at(world: World) -> None:
    services, now = world.services, world.clock.now()
    fresh = Lease(owner="somebody", until=world.clock.real() + 1e9)
    services.writer.put_all([Job(id="held", kind="bulk", subject_id="", actor_id="", created=now, lease=fresh)])
    rows = [Due(when=now, kind="job", id="held"), Due(when=now + timedelta(minutes=30), kind="lost", id="left")]
    services.writer.put_all([*rows, Due(when=now, kind="seal", id="taken", taken=world.clock.real() + 1e9)])
    found = at(world, 3)
    assert found == {
        "AgendaSecondsBehind": pytest.approx((world.clock.now() - now).total_seconds() - 1800),
        "SealsOverdue": 1,
    }
    world.clock.seconds += 2e9
    assert at(world, 8)["AgendaSecondsBehind"] == pytest.approx((world.clock.now() - now).total_seconds())


def test_work_that_was_due_a_moment_ago_is_not_behind(world: World) -> None:
    world.clock.set(world.clock.now().replace(minute=3))
    now = world.clock.now()
    rows = [Due(when=now - timedelta(minutes=9), kind="lost", id="x")]
    assert take_gauges(world.services, rows) == {}


def test_mails_that_reached_nobody_removals_for_a_person_and_silent_sources(world: World, running: str) -> None:
    services, now = world.services, world.clock.now()
    instance = services.reviews.instance(running)
    mail = Undelivered(
        instance_id=running,
        user_id="u",
        kind="start",
        since=instance.opens,
        at=now,
        about="Reporting",
        address="u@example.com",
        fault=Fault.BOUNCED,
    )
    removal = Removal(
        instance_id=running, item_id="i", assignment_id="a", person_id="u", standing=Standing.NEEDS_PERSON, begun=now
    )
    silent = new_source(SourceKind.SCIM, "hr", "HR", now - timedelta(days=9))
    services.writer.put_all([mail, removal, silent])
    assert at(world, 17) == {"MailsUndelivered": 1}
    assert at(world, 27) == {"RemovalsNeedingPerson": 1}
    assert at(world, 37) == {"SourcesStale": 1}


def test_every_figure_has_a_unit(world: World, running: str) -> None:
    world.clock.advance(days=30)
    assert set(hour(world)) <= METRICS.keys()


def test_a_figure_that_cannot_be_read_does_not_keep_work_from_being_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    world.services.writer.put_all([Due(when=world.clock.now(), kind="lost", id="x")])
    monkeypatch.setattr(events, "take_gauges", lambda *_: 1 / 0)
    assert events.tick() == {"due": 1} and "gauges" in caplog.text
    assert world.drain_queue() == 1
