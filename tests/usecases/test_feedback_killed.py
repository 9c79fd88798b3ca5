"""Feedback whose worker dies at any call to AWS, again and again: told once more it ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib import bootstrap
from chalicelib.domain.mail_log import read_state
from tests.factories import Organisation
from tests.ses import Post
from tests.usecases.test_edit_reviewers import needing
from tests.usecases.test_review_rules import managed, mine, opened
from tests.world import World


class Killed(BaseException):
    """No handler survives it."""


class Killer:
    """Kills whoever makes the call number `left`; nobody while it is negative."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = -1
        real = BaseClient._make_api_call

        def call(client: BaseClient, name: str, arguments: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                raise Killed
            return real(client, name, arguments)

        patch.setattr(BaseClient, "_make_api_call", call)


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    made = Post(world)
    yield made
    made.close()


@pytest.mark.parametrize("step", [1, 3])
def test_a_bounce_is_followed_up_whoever_dies_over_it(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The message is given again, as SNS does; of what was sent to the queue only the agenda knows."""
    boss, deputy, people, policy, _ = managed(world, Organisation(bootstrap.services()), 2)
    instance = opened(world, policy)
    killer = Killer(monkeypatch)
    text, deaths = "", 0
    for at in range(0, 400, step):
        killer.left = at
        try:
            if text:
                post.deliver(text)
            else:
                text = post.message("Bounce", post.to("boss@example.com"), bounceType="Permanent")
                post.deliver(text)
            world.tick()
        except Killed:
            deaths += 1
            killer.left = -1
            world.clock.advance(minutes=6)  # leases of the dead run out
            continue
        break
    killer.left = -1
    world.tick()
    assert deaths > 5
    (part,) = world.services.reviews.parts_now(boss.id, instance)
    assert read_state("start", part.mails["start"]).state == "bounced" and part.unreachable == "bounced"
    assert set(mine(world, instance, deputy)) == {person.id for person in people}
    assert needing(world, instance) == set()
    assert [mail["to"] for mail in world.mails()].count("deputy@example.com") in (1, 2), "a rare duplicate at most"
    passed = [
        row
        for row in world.services.audit.events_of_target(instance.id, 50, None).items
        if row.activity == "Pass on unreachable reviewer"
    ]
    assert len(passed) == 1
    (listed,) = world.get("/api/v1/mails/suppressed").json["value"]
    assert listed["address"] == "boss@example.com"
