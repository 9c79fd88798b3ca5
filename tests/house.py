"""A house to play reviews in: a manager, a deputy, people, and what one does with a review through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from tests import factories
from tests.factories import Organisation
from tests.world import Reply, World

AR = "/v1.0/identityGovernance/accessReviews/definitions"
MINE = "decisions/filterByCurrentUser(on='reviewer')"


class House:
    """A world with a manager, a deputy, and reviews to open and close in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.organisation = Organisation(world.services)
        self.boss, self.deputy = (self.organisation.person(name) for name in ("boss", "deputy"))

    def staff(self, *names: str, **facts: Any) -> list[User]:
        return [self.organisation.person(name, manager="boss", **facts) for name in names]

    def policy(self, *people: User, **settings: Any) -> AssignmentPolicy:
        """A policy reviewed by managers from today on, with these people assigned."""
        review = factories.by_manager(
            self.world.clock.now().date(), self.deputy, justification_required=False, **settings
        )
        made = self.organisation.policy(review=review)
        self.organisation.assign(made, *people)
        return made

    def instances(self, policy: AssignmentPolicy) -> tuple[ReviewInstance, ...]:
        """Newest first."""
        return self.world.services.reviews.instances_of(ids.definition_id(policy.id), 10, None).items

    def opened(self, policy: AssignmentPolicy) -> ReviewInstance:
        self.world.clock.set(self.world.clock.now().replace(hour=23, minute=59, second=30))
        self.world.tick()
        return self.instances(policy)[0]

    def closed(self, review: ReviewInstance) -> None:
        self.world.clock.set(review.closes + timedelta(seconds=1))
        for _ in range(3):
            self.world.tick()

    def url(self, review: ReviewInstance, tail: str = "") -> str:
        return f"{AR}/{review.definition_id}/instances/{review.id}/{tail}".rstrip("/")

    def items(self, review: ReviewInstance, reviewer: User) -> dict[str, dict[str, Any]]:
        """A reviewer's items by the name of the person."""
        value = self.world.get(self.url(review, MINE), reviewer.principal_name).json["value"]
        return {one["principal"]["displayName"]: one for one in value}

    def decide(self, review: ReviewInstance, reviewer: User, name: str, decision: str, reason: str = "") -> Reply:
        item = self.items(review, reviewer)[name]
        body = {"decision": decision, "justification": reason}
        return self.world.call("PATCH", self.url(review, f"decisions/{item['id']}"), body, reviewer.principal_name)

    def holders(self, policy: AssignmentPolicy) -> set[str]:
        """Who has access through a policy."""
        query = f"$filter=assignmentPolicy/id eq '{policy.id}' and state eq 'delivered'&$expand=target"
        path = "/v1.0/identityGovernance/entitlementManagement/assignments"
        return {one["target"]["displayName"] for one in self.world.get(f"{path}?{query}").json["value"]}

    def status(self, review: ReviewInstance) -> dict[str, Any]:
        """Status and counts, as an administrator sees them."""
        found: dict[str, Any] = self.world.get(f"/api/v1/reviews/{review.id}").json
        return found


@pytest.fixture
def house(world: World) -> House:
    return House(world)
