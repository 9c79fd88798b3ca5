"""What lies about in the prepared world of `scene.py`: removals, resources, requests, reports, connections, tasks."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import ids
from chalicelib.domain.agenda import Job
from chalicelib.domain.connections import Connection
from chalicelib.domain.items import ApplyResult
from chalicelib.domain.mail_feedback import BadAddress, Fault
from chalicelib.domain.packages import AccessPackage, Catalog
from chalicelib.domain.people import Group, Membership
from chalicelib.domain.removals import Regrant, Removal, Standing
from chalicelib.domain.resources import Right as Outer
from chalicelib.domain.reviews import ReviewInstance
from tests.factories import ADMIN
from tests.house import House
from tests.routes.adopting import CONNECTION, adoption
from tests.routes.attacking import HISTORY, granting
from tests.world import World


def removals(house: House, review: ReviewInstance, assignment: str, removed: dict[str, str]) -> dict[str, str]:
    """A removal that came back, and one whose delivery fails."""
    now, ann = house.world.clock.now(), house.organisation.people["ann"]
    back = Removal(
        instance_id=review.id,
        item_id=ids.guid("came back"),
        assignment_id=assignment,
        person_id=ann.id,
        standing=Standing.REMOVED,
        begun=now,
        regrants=(Regrant(noticed=now, assignment_id=assignment),),
    )
    stuck = {"instance_id": removed["removed_review"], "item_id": removed["removed_other"]}
    failing = replace(back, **stuck, standing=Standing.NEEDS_PERSON, regrants=())
    house.world.services.writer.put_all([back, failing])
    house.world.services.items.applied(*stuck.values(), ApplyResult.UNSUPPORTED, now, "")
    return {"back": back.item_id}


def things(house: House, catalog: Catalog, package: AccessPackage, review: ReviewInstance) -> dict[str, str]:
    """A group, resources, requests, reports, an import, an export, connections, a task, an adoption, a source."""
    world, organisation = house.world, house.organisation
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew", created=world.clock.now())
    world.services.writer.put_all([crew, Membership(group_id=crew.id, member_id=organisation.people["bob"].id)])
    (request, *_) = world.services.entitlements.list_requests(1, None).items
    begins = {"startDateTime": "2026-06-01T00:00:00Z"}
    wish = {"targetId": house.deputy.id, "assignmentPolicyId": organisation.policy(package, "Later").id}
    body = {"requestType": "adminAdd", "assignment": wish, "schedule": begins}
    later = world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", body)
    assert later.status == 201, later.text
    since = {"since": world.clock.now(), "last": world.clock.now()}
    world.services.writer.put_all(
        [BadAddress(address="bad@example.com", user_id=organisation.people["bob"].id, fault=Fault.BOUNCED, **since)]
    )
    found = {
        "group": crew.id,
        "request": request.id,
        "later": later.json["id"],
        **granting(world, organisation, catalog, package, crew),
    }
    started = world.post("/api/v1/adoptions", adoption())
    csv = {"content-type": "text/csv"}
    people = world.call("POST", "/api/v1/imports/people", "displayName,userPrincipalName\n", headers=csv)
    exported = world.post("/api/v1/audit/exports", {})
    window = {"reviewHistoryPeriodStartDateTime": "2020-01-01T00:00:00Z"}
    window |= {"reviewHistoryPeriodEndDateTime": "2027-01-01T00:00:00Z"}
    history = world.post(HISTORY, {"displayName": "Report", **window}).json["id"]
    world.get("/v1.0/identityGovernance/entitlementManagement/catalogs")  # makes the built-in catalog
    world.tick()
    (run,) = world.get(f"{HISTORY}/{history}/instances").json["value"]
    link = world.post(f"{HISTORY}/{history}/instances/{run['id']}/generateDownloadUri").json["downloadUri"]
    found |= {"history": history, "run": run["id"], "download": link.rpartition("/")[2]}
    found |= {"adoptable": CONNECTION, "adoption": started.json["id"], "import": people.json["id"]}
    found |= {"audit_export": exported.json["id"], "template": "reviewStarted"}
    made = {"created": world.clock.now(), "status": "done", "arguments": {"what": "results"}}
    export = Job(id=ids.guid("export"), kind="export", subject_id=review.id, actor_id=ADMIN.id, **made)
    world.services.writer.put_all([export])
    found["export"] = export.id
    roles = world.get("/api/v1/roles").json["value"]
    found["role"] = next(one["id"] for one in roles if one["role"] == "catalogReader")
    found["source"] = world.services.sources.sources()[0].id
    return found | _by_hand(house)


def _by_hand(house: House) -> dict[str, str]:
    """A connection whose task Rita has, and one that nothing uses."""
    services, now = house.world.services, house.world.clock.now()
    for name in ("site", "spare"):
        made = Connection(
            name=name,
            kind="manual",
            display_name=name.title(),
            settings={"assignedTo": "rita@example.com"},
            created=now,
            modified=now,
        )
        services.writer.put_all([made])
    right = Outer("site", "AadApplication", "scanners", "operator")
    services.connectors.get("site").revoke(right, house.organisation.people["ann"])
    (task,) = services.tasks.all_tasks(True, 5, None).items
    house.world.tick()
    return {"task": task.id, "connection": "spare"}


def provisioned(world: World, headers: dict[str, str]) -> tuple[str, str]:
    """A person and a group that came through the SCIM door."""
    person = world.post("/scim/v2/Users", {"userName": "sam@example.com"}, None, headers=headers).json["id"]
    group = world.post("/scim/v2/Groups", {"displayName": "Crew 2"}, None, headers=headers).json["id"]
    return person, group
