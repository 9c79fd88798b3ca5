"""What people did in the weeks before the first start: some reviews are over, some half decided, some barely begun."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.items import Decision, DecisionItem, Recommendation
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases import hand_over
from chalicelib.usecases.decide import Submission, record_many
from chalicelib.usecases.list_items import items_of_reviewer, mark_opened
from local.demonstration.past import Past
from local.demonstration.people import BOUNCING, LEADER, SEED, UNREACHABLE, as_of
from local.demonstration.reviews import AWAY, ON_DUTY, STANDS_IN, TEAM_PACKAGES
from local.demonstration.steps import Steps

FINANCE_REPORTING, PAYMENTS, TREASURY_DESK, AUDIT_ROOM, SOURCE_CODE = 0, 1, 2, 3, 4
DATA_LAKE, BUILD_FARM = 6, 7
PARTNER_PORTAL = 10
OWNER, STEWARDS = 2, (3, 5)
STILL = (
    "Works with it every week.",
    "Needed until the end of the project.",
    "Part of the role.",
    "Stands in for a colleague.",
)
OVER = (
    "Moved to another team.",
    "Has not used it for months.",
    "The project has ended.",
    "Was only needed for the migration.",
)
MOST = 200  # items of one reviewer


@dataclass(frozen=True)
class Story:
    """Who acts: the administrator's steps, the people, the policies by number, and the moment it ends."""

    steps: Steps
    people: list[User]
    policies: list[AssignmentPolicy]
    now: datetime


def play(past: Past, story: Story) -> None:
    """Everything from the beginning to now, in order."""
    desk = _Desk(past, story)
    desk.day(-20)
    desk.finish(SOURCE_CODE, [OWNER], share=0.8, deny=0.5)
    desk.day(-16)
    desk.some_reviewers(PAYMENTS, of=0.7, deny=0.15)
    desk.day(-14)
    desk.hear_of_sign_ins()
    desk.day(-9)
    desk.finish(TREASURY_DESK, [ON_DUTY], share=1, deny=0.06)
    desk.some_reviewers(FINANCE_REPORTING, of=0.6)
    desk.day(-8)
    desk.hear_of_sign_ins()
    desk.day(-4)
    desk.finish(AUDIT_ROOM, STEWARDS, share=0.25)
    desk.finish(PARTNER_PORTAL, [ON_DUTY], share=0.55)
    desk.some_reviewers(FINANCE_REPORTING, of=0.25, share=0.6)
    desk.day(-2)
    desk.finish(TREASURY_DESK, [ON_DUTY], share=0.35)
    desk.hand_over(TREASURY_DESK, AWAY, STANDS_IN, 6)
    desk.some_reviewers(DATA_LAKE, of=0.4, share=0.7, deny=0.2)
    for number in TEAM_PACKAGES[:-2]:  # nobody has begun with the last two
        desk.some_reviewers(number, of=0.5, share=0.8)
    desk.finish(TEAM_PACKAGES[0], [LEADER], share=0.4)
    desk.day(-1)
    desk.some_reviewers(BUILD_FARM, of=0.3, deny=0.15)
    desk.day(0)
    desk.hear_of_sign_ins()


class _Desk:
    """The people at work, at one moment of the past after the other."""

    def __init__(self, past: Past, story: Story) -> None:
        self._past = past
        self._services = past.services
        self._story = story
        self._chance = random.Random(SEED + 2)

    def day(self, days: int) -> None:
        """Let time pass until so many days from now."""
        self._past.to(self._story.now + timedelta(days=days))

    def hear_of_sign_ins(self) -> None:
        """The directory learns who signed in, often enough for recommendations."""
        moment = self._past.clock.now()
        self._services.writer.put_all(as_of(self._story.people, self._story.now, moment))

    def finish(self, number: int, people: Iterable[int], share: float, deny: float = 0.05) -> None:
        """These people decide about a share of what waits for each in the latest review of a policy."""
        review = self._review(number)
        for one in people:
            self._decide(review, self._story.people[one], share, deny)

    def some_reviewers(self, number: int, of: float, share: float = 1.0, deny: float = 0.05) -> None:
        """A part of the reviewers do their share; the leader of the team does not, nor does whoever got no mail."""
        review = self._review(number)
        rows = self._services.reviews.reviewer_rows(review.id, MOST, None).items
        absent = {self._story.people[one].id for one in (LEADER, UNREACHABLE, BOUNCING)}
        people = self._services.people.users(row.user_id for row in rows if row.user_id not in absent)
        for user in sorted(people.values(), key=lambda user: user.id):
            if self._chance.random() < of:
                self._decide(review, user, share, deny)

    def hand_over(self, number: int, whose: int, to: int, many: int) -> None:
        """Somebody hands some of their items to a colleague."""
        review, user = self._review(number), self._story.people[whose]
        items = sorted(self._items(review, user), key=lambda item: item.principal_id)
        waiting = [item.id for item in items if item.waits]
        wish = hand_over.Wish(
            to=self._story.people[to].id, reason="You know these people better.", items=tuple(waiting[:many])
        )
        now, operation = self._past.clock.now(), self._past.clock.new_id()
        hand_over.hand_over(self._services, user, review, wish, now, operation)

    def _review(self, number: int) -> ReviewInstance:
        policy = self._story.policies[number]
        (series,) = self._services.reviews.series_of_package(policy.package_id, 1, None, policy.id).items
        return self._services.reviews.instances_of(series.definition_id, 1, None).items[0]

    def _items(self, review: ReviewInstance, user: User) -> list[DecisionItem]:
        """What somebody is asked about; from then on they have opened the review."""
        parts = self._services.reviews.my_parts(user.id, review)
        mark_opened(self._services, parts)
        return list(items_of_reviewer(self._services, user.id, review, parts, MOST, None).items)

    def _decide(self, review: ReviewInstance, user: User, share: float, deny: float) -> None:
        items = sorted(self._items(review, user), key=lambda item: item.principal_id)
        waiting = [item for item in items if item.waits]
        chosen = waiting[: max(1, round(share * len(waiting)))] if waiting else []
        submissions = [_submission(review, item, deny) for item in chosen]
        now, operation = self._past.clock.now(), self._past.clock.new_id()
        done = record_many(self._services, user, review, submissions, now, operation)
        refused = [one.refusal for one in done if one.refusal]
        assert not refused, refused


def _submission(review: ReviewInstance, item: DecisionItem, deny: float) -> Submission:
    """Approve with a reason; deny some of what was recommended to be denied, and a few others. It depends on the
    person and the package alone, so that it is the same whatever the day of the first start."""
    chance = random.Random(f"{SEED} {review.package_name} {item.principal_id}")
    draw = chance.random()
    if draw < (max(deny, 0.4) if item.recommendation is Recommendation.DENY else deny / 2):
        return Submission(item_id=item.id, decision=Decision.DENY, justification=chance.choice(OVER))
    if draw > 0.97:
        return Submission(item_id=item.id, decision=Decision.DONT_KNOW)
    return Submission(item_id=item.id, decision=Decision.APPROVE, justification=chance.choice(STILL))
