"""What many write at the same time: counters that fold each change once, leases, mails one claims, sign-in dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import ids
from chalicelib.domain.agenda import Job, Lease
from chalicelib.domain.errors import Conflict
from chalicelib.domain.items import Decision
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, Tally
from chalicelib.domain.sign_ins import Seen
from chalicelib.usecases.ports import DecisionChange, Services
from tests.world import START

Fresh = Callable[[str], str]
APPROVE, DENY, OPEN = Decision.APPROVE, Decision.DENY, Decision.NOT_REVIEWED


def _changes(fresh: Fresh, *steps: tuple[Decision, Decision | None]) -> list[DecisionChange]:
    set_id = ids.set_of_one(fresh("boss"))
    return [
        DecisionChange(fresh("instance"), set_id, "00", str(100 + number), before, after, 3)
        for number, (before, after) in enumerate(steps)
    ]


def _reviewer(fresh: Fresh, total: int) -> tuple[ReviewerRow, MyReview]:
    who, set_id = fresh("boss"), ids.set_of_one(fresh("boss"))
    row = ReviewerRow(
        instance_id=fresh("instance"),
        user_id=who,
        set_id=set_id,
        display_name="Boss",
        principal_name="boss@example.com",
        reason="manager",
        tally=Tally(total),
    )
    part = MyReview(
        user_id=who,
        instance_id=fresh("instance"),
        definition_id=fresh("definition"),
        set_id=set_id,
        opens=START,
        closes=START + timedelta(days=14),
        name="Review",
        package_name="Package",
        reason="manager",
        items=total,
        mails={"start": "pending"},
    )
    return row, part


@pytest.mark.parametrize("batches", [[(0, 4)], [(0, 4), (0, 4)], [(0, 2), (0, 4)], [(0, 2), (1, 3), (2, 4), (0, 4)]])
def test_every_change_counts_once_however_often_and_in_whatever_parts_it_is_told(
    refusals_told: None, services: Services, fresh: Fresh, batches: list[tuple[int, int]]
):
    """A batch of the stream comes again as a whole or cut otherwise."""
    services.reviews.write_reviewers([_reviewer(fresh, 3)])
    told = _changes(fresh, (OPEN, APPROVE), (OPEN, DENY), (DENY, APPROVE), (OPEN, None))
    for start, end in batches:
        services.reviews.count_decisions("shard", told[start:end])
    progress = services.reviews.progress(fresh("instance"))
    assert progress.counts == Tally(0, approved=2, cancelled=1)
    assert (progress.finished, progress.days) == (1, {3: 3})
    place = (fresh("instance"), ids.set_of_one(fresh("boss")), "00")
    assert services.reviews.tallies([place]) == {place: Tally(3, approved=2, cancelled=1)}


def test_what_is_told_of_a_reviewer_who_has_no_row_makes_none(services: Services, fresh: Fresh):
    services.reviews.count_decisions("shard", _changes(fresh, (OPEN, APPROVE)))
    assert services.reviews.reviewer_rows(fresh("instance"), 10, None).items == ()
    assert services.reviews.progress(fresh("instance")).counts == Tally(approved=1)


def test_a_mail_is_claimed_once_and_ones_own_repeat_succeeds(refusals_told: None, services: Services, fresh: Fresh):
    """P15"""
    part = _reviewer(fresh, 3)[1]
    assert not services.reviews.claim_mail(part, "start", "pending", "sent")  # there is no such part
    services.reviews.write_reviewers([_reviewer(fresh, 3)])
    claimed = [services.reviews.claim_mail(part, "start", "pending", by) for by in ("one", "one", "two")]
    assert claimed == [True, True, False]
    assert services.reviews.claim_mail(part, "reminder", None, "one")
    assert not services.reviews.claim_mail(part, "reminder", None, "two")
    found = services.reviews.my_reviews(part.user_id, 10, None).items
    assert [one.mails for one in found] == [{"start": "one", "reminder": "one"}]


def _state(services: Services, fresh: Fresh) -> InstanceState:
    made = InstanceState(instance_id=fresh("instance"), definition_id=fresh("definition"), ends=START)
    services.writer.put_all([made])
    found = services.reviews.state(made.instance_id)
    assert found is not None
    return found


def test_one_of_two_workers_gets_the_lease_and_the_other_when_it_is_over(services: Services, fresh: Fresh):
    read = _state(services, fresh)
    first, second = Lease(owner="first", until=100.0), Lease(owner="second", until=200.0)
    held = services.reviews.take_lease(read, first, 50.0)
    assert held is not None and held.version == read.version + 1
    assert services.reviews.take_lease(read, second, 50.0) is None, "both read the same state"
    assert services.reviews.take_lease(held, second, 99.0) is None, "the lease runs"
    assert services.reviews.take_lease(held, second, 100.0) is not None
    with pytest.raises(Conflict):
        services.reviews.checkpoint(replace(held, step="late"))


def test_a_checkpoint_whose_answer_was_lost_is_ones_own(services: Services, fresh: Fresh):
    held = services.reviews.take_lease(_state(services, fresh), Lease(owner="first", until=100.0), 50.0)
    assert held is not None
    wanted = replace(held, step="page", page=2)
    assert services.reviews.checkpoint(wanted) == services.reviews.checkpoint(wanted)
    found = services.reviews.state(held.instance_id)
    assert found is not None and (found.step, found.version) == ("page", held.version + 1)


def test_a_job_is_saved_under_its_version(services: Services, fresh: Fresh):
    job = Job(id=fresh("job"), kind="import", subject_id="", actor_id="ann", created=START)
    services.writer.put_all([job])
    read = services.reviews.job(job.id)
    assert read is not None
    saved = services.reviews.save_job(replace(read, done=1, lease=Lease(owner="one", until=1.0)))
    with pytest.raises(Conflict):
        services.reviews.save_job(replace(read, done=2, lease=Lease(owner="two", until=1.0)))
    assert services.reviews.job(job.id) == saved


def test_what_is_known_of_sign_ins_never_moves_backwards(services: Services, fresh: Fresh):
    user = User(id=fresh("ann"), display_name="Ann", principal_name="ann@example.com")
    hours = [START + timedelta(hours=one) for one in range(4)]

    def now() -> User:
        found = services.people.user(user.id)
        assert found is not None
        return found

    assert not services.sign_ins.move(user, Seen(interactive=hours[1]))  # nobody of that id
    services.writer.put_all([user])
    assert services.sign_ins.move(now(), Seen(interactive=hours[1], source="a"))
    assert not services.sign_ins.move(user, Seen(interactive=hours[2], source="b")), "read before the first"
    former = now()
    assert services.sign_ins.move(former, replace(former.seen, interactive=hours[3], resources={"r": hours[1]}))
    assert not services.sign_ins.move(former, replace(former.seen, interactive=hours[2]))
    assert (now().seen.interactive, now().seen.resources) == (hours[3], {"r": hours[1]})
