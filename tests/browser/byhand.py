"""What people at Contoso change by hand: the badge readers of the Finance catalog, whose tasks Nora gets."""

from __future__ import annotations

from chalicelib.domain.connections import Connection
from chalicelib.domain.resources import APPLICATION, Resource, Right, resource_id, roles_offered
from tests.browser.organisation import Office
from tests.world import World

INSTRUCTIONS = "Sign in to the console of the badge readers.\nOpen the group and press Publish."


def hand_out(world: World, office: Office) -> None:
    """Two connections, of which one does not work, and Nora's tasks: to do, done, refused, and one of the owners."""
    now, say = world.clock.now(), office.say
    badges = {"assignedTo": office.people["nora"].principal_name, "instructions": say(INSTRUCTIONS), "dueDays": "5"}
    badges |= {"usedBy": "*"}
    hooks = {"url": "https://hooks.example.com/access", "secret": "ssm:/access-reviews/hooks"}
    for name, kind, told, settings, problem in (
        ("badges", "manual", "Badge readers", badges, ""),
        ("hooks", "webhook", "Sales CRM", hooks, "There is no secret at ssm:/access-reviews/hooks."),
    ):
        connection = Connection(
            name=name,
            kind=kind,
            display_name=say(told),
            settings=settings,
            created=now,
            modified=now,
            checked=now,
            problem=say(problem),
        )
        world.services.writer.put_all([connection])
        office.connectors[name] = name
    catalog = office.catalogs["Finance"]
    vault = resource_id(catalog, APPLICATION, "vault")
    made = Resource(
        id=vault,
        catalog_id=catalog,
        origin_system=APPLICATION,
        origin_id="vault",
        display_name=say("Vault door"),
        connector="badges",
        roles=roles_offered(vault, APPLICATION, "vault", [("key", say("Key holder"))]),
        created=now,
        modified=now,
    )
    world.services.writer.put_all([made])
    connector = world.services.connectors.get("badges")
    right = Right("badges", APPLICATION, "vault", "key")
    for name, ask in (("ada", connector.revoke), ("ben", connector.revoke), ("cara", connector.grant)):
        ask(right, office.people[name])
    for task in world.services.tasks.all_tasks(True, 10, None).items:
        office.tasks[next(name for name, one in office.people.items() if one.id == task.person_id)] = task.id
    body = {"reason": say("The door has a mechanical lock.")}
    reply = world.post(f"/api/v1/tasks/{office.tasks['ben']}/not-done", body, office.people["nora"].principal_name)
    assert reply.status == 200, reply.text
