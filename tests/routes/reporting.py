"""What the tests of reports share: a small organisation with a review, and reading CSV as its readers do."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from tests import factories
from tests.factories import Organisation
from tests.world import Reply, World

BOSS = "boss@example.com"
HISTORY = "/v1.0/identityGovernance/accessReviews/historyDefinitions"


def table(text: str) -> list[dict[str, str]]:
    """The rows of a file by heading."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


@dataclass
class Reviewed:
    """An organisation whose package Reporting is reviewed by the boss of ann, bob and cy; dan has no manager and
    the fallback for him never takes part, so nobody is asked about him."""

    world: World
    org: Organisation
    package: AccessPackage
    policy: AssignmentPolicy
    boss: User

    @property
    def instance_id(self) -> str:
        page = self.world.services.reviews.instances_of(ids.definition_id(self.policy.id), 1, None)
        return str(page.items[0].id)

    def decide(self, name: str, decision: str, reason: str = "", note: str = "") -> None:
        """The boss decides about a person."""
        services = self.world.services
        page = services.items.page(self.instance_id, ids.set_of_one(self.boss.id), 0, 100, None)
        (item,) = [one for one in page.items if one.principal_id == self.org.people[name].id]
        instance = open_instance(services, self.instance_id, services.clock.now())
        wanted = Submission(item_id=item.id, decision=decision, justification=reason, note=note)  # type: ignore[arg-type]
        record_decision(services, self.boss, instance, wanted, services.clock.now(), services.clock.new_id())

    def close(self) -> None:
        """Let the review run to its end."""
        self.world.clock.advance(days=15)
        self.world.tick()

    def ask(self, as_: str = "admin@example.com", **body: Any) -> Reply:
        """Ask for a history report of the last and the next hundred days."""
        now = self.world.clock.now()
        window = {
            "reviewHistoryPeriodStartDateTime": f"{now - timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}",
            "reviewHistoryPeriodEndDateTime": f"{now + timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}",
        }
        return self.world.post(HISTORY, {"displayName": "Report", **window, **body}, as_)

    def report(self, as_: str = "admin@example.com", **body: Any) -> list[dict[str, str]]:
        """The rows of a history report, through its whole life."""
        made = self.ask(as_, **body)
        assert made.status == 201, made.text
        self.world.drain_queue()
        return table(self.fetched(made.json["id"], as_).text)

    def fetched(self, history_id: str, as_: str = "admin@example.com") -> Reply:
        """The file of a report's newest run, by its link."""
        (run, *_) = self.world.get(f"{HISTORY}/{history_id}/instances", as_).json["value"]
        reply = self.world.post(f"{HISTORY}/{history_id}/instances/{run['id']}/generateDownloadUri", None, as_)
        assert reply.status == 200, reply.text
        return self.world.get(path_of(reply.json["downloadUri"]), None)


def path_of(url: str) -> str:
    """The path the application sees of an absolute address of the World's stage `api`."""
    assert url.startswith("https://graph.example.com/api/"), url
    return url.removeprefix("https://graph.example.com/api")


def reviewed(world: World, **settings: Any) -> Reviewed:
    """The organisation, with its review open."""
    org = Organisation(world.services)
    boss, deputy = org.person("boss"), org.person("deputy", enabled=False)
    staff = [org.person(name, manager="boss") for name in ("ann", "bob", "cy")]
    dan = org.person("dan")
    package = org.package()
    review = factories.by_manager(world.clock.now().date(), deputy, justification_required=False, **settings)
    policy = org.policy(package, review=review)
    org.assign(policy, *staff, dan)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    return Reviewed(world, org, package, policy, boss)
