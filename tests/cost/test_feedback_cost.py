"""What hearing of mails and telling others cost, in DynamoDB's units."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.meter import Meter
from tests.factories import Organisation
from tests.ses import Post
from tests.usecases.test_review_rules import managed, opened
from tests.world import World


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    made = Post(world)
    yield made
    made.close()


def test_a_mail_that_arrived_costs_one_write_and_nothing_the_second_time(world: World, post: Post) -> None:
    """One conditional write for each review the mail was about; two reads find it."""
    _, _, _, policy, _ = managed(world, Organisation(world.services), 10)
    opened(world, policy)
    with Meter() as first:
        text = post.tell("Delivery", "boss@example.com")
    with Meter() as again:
        post.deliver(text)
    print(first.table(), again.table())
    assert first.write_units <= 1 and first.read_units <= 3
    assert again.write_units == 0 and again.read_units <= 3


def test_a_mail_that_came_back_costs_the_same_whatever_the_reviewer_was_asked(world: World, post: Post) -> None:
    """The address, the passing on with its event, the fallback's rows and mail: once for a reviewer and review."""
    _, _, _, policy, _ = managed(world, Organisation(world.services), 40)
    opened(world, policy)
    with Meter() as meter:
        post.bounce("boss@example.com")
    print(meter.table())
    assert meter.write_units <= 45 and meter.read_units <= 45


def test_telling_others_reads_each_object_once_a_batch(world: World) -> None:
    """Names of packages and reviews, and the assignments: whatever the number of events about them."""
    organisation = Organisation(world.services)
    policy = organisation.policy()
    organisation.assign(policy, *(organisation.person(f"p{number}") for number in range(50)))
    with Meter() as meter:
        told = world.published()
    print(meter.table())
    assert len(told) == 50
    assert meter.write_units == 0 and meter.read_units <= 50 + 3
