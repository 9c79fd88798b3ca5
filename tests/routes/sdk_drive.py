"""The unmodified msgraph-sdk at work on the stage of `attacking`, and what some of its calls need to be there first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.access_review_instance_decision_item import AccessReviewInstanceDecisionItem

from tests.outside import plug_in
from tests.routes import sdk_bodies as bodies
from tests.routes.attacking import BOSS, Stage
from tests.routes.sdk import Gateway, graph


class Drive:
    """The SDK at work on the stage."""

    def __init__(self, stage: Stage, as_: str) -> None:
        self.stage, self.ids, self.gateway = stage, dict(stage.ids), Gateway(stage.world)
        self.client: GraphServiceClient = graph(stage.world, as_, self.gateway)
        self.em: Any = self.client.identity_governance.entitlement_management
        self.ar: Any = self.client.identity_governance.access_reviews
        ids = self.ids
        self.catalog = self.em.catalogs.by_access_package_catalog_id(ids["catalog"])
        self.package = self.em.access_packages.by_access_package_id(ids["package"])
        self.other = self.em.access_packages.by_access_package_id(ids["other_package"])
        self.assignment = self.em.assignments.by_access_package_assignment_id(ids["assignment"])
        self.requests = self.em.assignment_requests
        self.group = self.client.groups.by_group_id(ids["group"])
        self.definition = self.ar.definitions.by_access_review_schedule_definition_id(ids["definition"])
        self.instance = self.definition.instances.by_access_review_instance_id(ids["review"])
        self.item = self.instance.decisions.by_access_review_instance_decision_item_id(ids["item"])
        self.report = self.ar.history_definitions.by_access_review_history_definition_id(ids["history"])
        self.run = self.report.instances.by_access_review_history_instance_id(ids["run"])

    def policy(self, policy_id: str) -> Any:
        return self.em.assignment_policies.by_access_package_assignment_policy_id(policy_id)

    def name(self, what: str) -> str:
        """A display name of its own."""
        return f"{what} {len(self.gateway.seen)} {self.stage.world.clock.new_id()}"

    async def wished(self, start: dt.datetime | None = None) -> Any:
        """A request for somebody new."""
        someone = self.stage.organisation.person(f"p{self.stage.world.clock.new_id()}")
        made = await self.requests.post(bodies.wish({**self.ids, "someone": someone.id}, "someone", start))
        return self.requests.by_access_package_assignment_request_id(made.id)

    async def series(self) -> Any:
        """A one-time review by Eve, not yet open."""
        made = await self.ar.definitions.post(bodies.definition(self.ids, self.name("Once")))
        return self.ar.definitions.by_access_review_schedule_definition_id(made.id)

    async def review(self) -> Any:
        """An open review of the policy of another package, of one person."""
        ids = dict(self.ids)
        package = await self.em.access_packages.post(bodies.package(ids, self.name("Reviewed")))
        ids["package"] = package.id
        made = await self.em.assignment_policies.post(bodies.policy(ids, "Reviewed"))
        ids["policy"] = made.id
        await self.requests.post(bodies.wish(ids, "boss"))
        created = await self.ar.definitions.post(bodies.definition(ids, self.name("Once")))
        self.stage.world.clock.advance(days=1)  # it begins today, at an instant that has passed
        self.stage.world.tick()
        found = self.ar.definitions.by_access_review_schedule_definition_id(created.id)
        (instance,) = (await found.instances.get()).value
        assert instance.status == "InProgress"
        return found.instances.by_access_review_instance_id(instance.id)

    async def denied(self) -> None:
        """The boss decides."""
        boss = Drive(self.stage, BOSS)
        await boss.item.patch(AccessReviewInstanceDecisionItem(decision="Deny", justification="left"))


Play = Callable[[Drive], Awaitable[Any]]


async def added_catalog(d: Drive) -> Any:
    made = await d.em.catalogs.post(bodies.catalog(d.name("Catalog")))
    return d.em.catalogs.by_access_package_catalog_id(made.id)


async def added_package(d: Drive) -> Any:
    made = await d.em.access_packages.post(bodies.package(d.ids, d.name("Package")))
    return d.em.access_packages.by_access_package_id(made.id)


async def added_policy(d: Drive) -> str:
    made = await d.em.assignment_policies.post(bodies.policy(d.ids, d.name("Policy")))
    return str(made.id)


async def granted(d: Drive) -> Any:
    """A role scope of a resource of its own."""
    request = await d.em.resource_requests.post(bodies.resource(d.ids, d.name("app")))
    made = await d.package.resource_role_scopes.post(bodies.role_scope(request.resource.id, "reader"))
    return d.package.resource_role_scopes.by_access_package_resource_role_scope_id(made.id)


async def granting(d: Drive) -> Any:
    request = await d.em.resource_requests.post(bodies.resource(d.ids, d.name("app")))
    return await d.package.resource_role_scopes.post(bodies.role_scope(request.resource.id, "reader"))


async def unlisted(d: Drive, where: Any, address: str) -> None:
    """Off the list by `@id`."""
    kind = type(where.ref).RefRequestBuilderDeleteQueryParameters
    await where.ref.delete(RequestConfiguration(query_parameters=kind(id=address)))


def package_address(d: Drive) -> str:
    return f"{bodies.EM}/accessPackages/{d.ids['other_package']}"


def group_address(d: Drive) -> str:
    return f"https://graph.example.com/v1.0/groups/{d.ids['group']}"


async def listing(d: Drive, where: Any, address: str, then: Play | None = None) -> None:
    """On the list, after it was taken off when it was there; `then` something else."""
    if (await where.get()).value:
        await unlisted(d, where, address)
    await where.ref.post(bodies.reference(address))
    if then:
        await then(d)


async def changed_policy(d: Drive) -> Any:
    """Read, change, PUT the whole object back."""
    found = await d.policy(d.ids["policy"]).get()
    found.description = "Changed"
    return await d.policy(d.ids["policy"]).put(found)


async def changed_series(d: Drive) -> Any:
    """Read, change, PUT the whole object back, insights and durations included."""
    series = await d.series()
    found = await series.get()
    found.display_name = d.name("Renamed")
    return await series.put(found)


async def later(play: Callable[[Any], Awaitable[Any]], made: Awaitable[Any]) -> Any:
    return await play(await made)


async def applied(d: Drive) -> Any:
    """By hand, after the end (R117)."""
    review = await d.review()
    await review.stop.post()
    d.stage.world.clock.advance(seconds=d.stage.world.services.settings.stop_delay_seconds + 1)
    d.stage.world.tick()
    return await review.apply_decisions.post()


async def reset(d: Drive) -> Any:
    await d.denied()
    return await d.instance.reset_decisions.post()


async def reprocessed(d: Drive) -> Any:
    """A request whose delivery failed until it was given up (R40)."""
    outside = plug_in(d.stage.world.services)
    ids = dict(d.ids)
    ids["package"] = (await d.em.access_packages.post(bodies.package(ids, d.name("Failing")))).id
    ids["policy"] = (await d.em.assignment_policies.post(bodies.policy(ids, "Failing"))).id
    added = bodies.resource(ids, d.name("app"))
    added.resource.additional_data = {"@accessReviews.connector": "outside"}
    resource = (await d.em.resource_requests.post(added)).resource.id
    package = d.em.access_packages.by_access_package_id(ids["package"])
    await package.resource_role_scopes.post(bodies.role_scope(resource, "user"))
    outside.down = True
    made = await d.requests.post(bodies.wish(ids, "eve"))
    for _ in range(12):
        d.stage.world.clock.advance(hours=1)
        d.stage.world.tick()
    return await d.requests.by_access_package_assignment_request_id(made.id).reprocess.post()


def soon(d: Drive) -> dt.datetime:
    return d.stage.world.clock.now() + dt.timedelta(days=5)
