"""Erasing a person (R137, R164): nothing that tells who they were stays, and everything that proves stays valid."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.delegation import StandingDelegate
from chalicelib.domain.items import Cancelled, leaf_hash
from chalicelib.domain.mail_feedback import BadAddress
from chalicelib.domain.mail_log import Fault
from chalicelib.domain.people import REMOVED, Group, Membership, Role, User
from chalicelib.domain.provisioning import ExternalId
from tests import factories
from tests.factories import Organisation
from tests.routes.attacking import contents
from tests.scim.clients import Client, new_client
from tests.ses import Post
from tests.usecases.test_review_rules import opened
from tests.world import World


@dataclass
class Scene:
    """Ann reports to Boss, who reviews her access; the review is open."""

    world: World
    organisation: Organisation
    client: Client
    ann: User
    boss: User
    assignment: str
    instance: Any

    def item(self) -> Any:
        (found,) = self.world.services.items.page(self.instance.id, ids.set_of_one(self.boss.id), 0, 9, None).items
        return found


@pytest.fixture
def scene(world: World) -> Scene:
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    ann = organisation.person("ann", manager="boss", job_title="Clerk", department="Sales")
    review = factories.by_manager(world.clock.now().date(), organisation.person("fay"), justification_required=False)
    policy = organisation.policy(review=review)
    (assignment,) = organisation.assign(policy, ann)
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    return Scene(world, organisation, new_client(world), ann, boss, assignment, instance)


def erase(scene: Scene, person: User) -> None:
    assert scene.client.call("DELETE", f"/Users/{person.id}").status == 204
    scene.world.tick()


def traces(text: str) -> dict[str, list[Any]]:
    """The rows that have this text anywhere, by table; the frozen files of an opening are not rows."""
    return {
        table: found for table, rows in contents().items() if (found := [r for r in rows.values() if text in str(r)])
    }


def test_nothing_in_any_table_tells_who_somebody_was(scene: Scene) -> None:
    """R137: the person's data leaves the reviews, what mails told and what is known of their address."""
    now = scene.world.clock.now()
    bad = BadAddress(address="ann@example.com", user_id=scene.ann.id, fault=Fault.BOUNCED, since=now, last=now)
    scene.world.services.writer.put_all([bad])
    erase(scene, scene.ann)
    assert traces("ann@example.com") == {} and traces("Ann") == {}
    assert scene.world.services.people.user(scene.ann.id) is None


def test_a_reviewer_whose_mail_came_back_leaves_no_address_behind(world: World) -> None:
    """The address that is not mailed, and what the mail service said, quoting it."""
    post = Post(world)
    try:
        organisation = Organisation(world.services)
        boss, fay = organisation.person("boss"), organisation.person("fay")
        review = factories.by_manager(world.clock.now().date(), fay, justification_required=False)
        policy = organisation.policy(review=review)
        organisation.assign(policy, organisation.person("ann", manager="boss"))
        opened(world, policy)
        post.bounce("boss@example.com")
    finally:
        post.close()
    assert traces("boss@example.com")
    assert new_client(world).call("DELETE", f"/Users/{boss.id}").status == 204
    world.tick()
    assert traces("boss@example.com") == {}


def test_their_access_ends_and_their_open_item_is_cancelled(scene: Scene) -> None:
    erase(scene, scene.ann)
    assignment = scene.world.services.entitlements.assignment(scene.assignment)
    assert assignment.state.value == "expired"
    assert not scene.world.services.entitlements.holdings_of_person(scene.ann.id)
    item = scene.item()
    assert item.cancelled is Cancelled.REMOVED
    assert (item.display_name, item.principal_name, item.job_title, item.department) == (REMOVED, "", "", "")


def test_the_proof_of_an_item_stays_valid(scene: Scene) -> None:
    """What is hashed holds ids, not names."""
    before = scene.item()
    erase(scene, scene.ann)
    after = scene.item()
    assert leaf_hash(after) == after.leaf == before.leaf and after.principal_id == scene.ann.id


def test_the_audit_trail_keeps_its_events(scene: Scene) -> None:
    """R164."""
    before = {one["id"] for one in scene.world.get(f"/api/v1/audit?target={scene.ann.id}").json["value"]}
    erase(scene, scene.ann)
    scene.world.clock.advance(minutes=1)
    events = scene.world.get(f"/api/v1/audit?target={scene.ann.id}").json["value"]
    assert before <= {one["id"] for one in events}
    told = {one["activityDisplayName"] for one in events}
    assert told >= {"Delete user", "Hard Delete user"}
    assert all(one["targetResources"][0]["displayName"] is None for one in events)


def test_a_decision_about_an_erased_person_still_closes_the_review(scene: Scene) -> None:
    """Decided, then erased: closing, applying and every page go on."""
    body = {"decisions": [{"id": scene.item().id, "decision": "Deny", "justification": "left"}]}
    assert scene.world.post(f"/api/v1/reviews/{scene.instance.id}/decisions", body, "boss@example.com").status == 200
    erase(scene, scene.ann)
    scene.world.clock.advance(days=20)
    scene.world.tick()
    shown = scene.world.get(f"/api/v1/reviews/{scene.instance.id}")
    assert shown.status == 200 and shown.json["status"] in ("Completed", "Applied")
    for path in ("results.csv", "reviewers", "progress"):
        assert scene.world.get(f"/api/v1/reviews/{scene.instance.id}/{path}").status == 200


def test_an_erased_reviewer_leaves_their_items_to_somebody_else(scene: Scene) -> None:
    """G10: the fallback takes over; the list of reviewers has no name any more."""
    erase(scene, scene.boss)
    rows = scene.world.services.reviews.reviewer_rows(scene.instance.id, 9, None).items
    assert [(row.display_name, row.principal_name) for row in rows if row.user_id == scene.boss.id] == [(REMOVED, "")]
    assert scene.organisation.people["fay"].id in {row.user_id for row in rows}
    assert traces("boss@example.com") == {} and scene.item().manager_name == REMOVED
    for path in ("", "/reviewers", "/needs-reviewer"):
        assert scene.world.get(f"/api/v1/reviews/{scene.instance.id}{path}").status == 200


def test_pages_about_those_around_an_erased_person_still_answer(scene: Scene) -> None:
    erase(scene, scene.boss)
    for path in (
        f"/api/v1/people/{scene.ann.id}",
        f"/api/v1/people/{scene.ann.id}/packages",
        f"/api/v1/people/{scene.ann.id}/reviews?as=reviewed",
        f"/v1.0/users/{scene.ann.id}?$expand=manager",
        "/api/v1/people",
        "/api/v1/overview",
        "/api/v1/my-access",
    ):
        assert scene.world.get(path).status == 200, path
    for path in (f"/api/v1/people/{scene.boss.id}", f"/v1.0/users/{scene.boss.id}"):
        assert scene.world.get(path).status == 404
    ann = scene.world.get(f"/api/v1/people/{scene.ann.id}").json
    assert ann["manager"] == {"id": scene.boss.id, "displayName": None}


def test_names_roles_groups_and_absences_go_at_once_or_soon(scene: Scene) -> None:
    services, ann = scene.world.services, scene.ann
    group = Group(id=ids.guid("crew"), display_name="Crew", created=scene.world.clock.now())
    services.writer.put_all([group, Membership(group_id=group.id, member_id=ann.id)])
    scene.organisation.grant(ann, Role.AUDITOR)
    tomorrow = scene.world.clock.now() + timedelta(days=1)
    times = {"starts": tomorrow, "ends": tomorrow + timedelta(days=1)}
    away = StandingDelegate(user_id=ann.id, delegate_id=scene.boss.id, reason="x", **times)
    services.writer.put_all([away])
    scene.client.patch(f"/Users/{ann.id}", {"op": "add", "path": "externalId", "value": "ann-7"})
    erase(scene, ann)
    assert services.provisioning.object_of(scene.client.id, "user", "ann-7") is None
    assert not services.people.role_grants() and not services.people.members(group.id, 9, None).items
    assert not services.reviews.standing_delegates([ann.id])
    again = scene.client.user("ann", externalId="ann-7")
    assert again["id"] != ann.id


def test_while_they_are_erased_they_are_gone_for_scim_and_can_do_nothing(scene: Scene) -> None:
    assert scene.client.call("DELETE", f"/Users/{scene.ann.id}").status == 204
    assert scene.client.get(f"/Users/{scene.ann.id}").status == 404
    assert scene.client.call("DELETE", f"/Users/{scene.ann.id}").status == 404
    assert scene.client.get('/Users?filter=userName eq "ann@example.com"').json["totalResults"] == 0
    assert scene.ann.id not in {one["id"] for one in scene.client.get("/Users").json["Resources"]}
    assert scene.client.user("ann")["id"] != scene.ann.id


def test_their_data_stays_while_a_system_outside_still_has_them(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who they were is needed to take their rights away; three weeks at most."""
    from chalicelib.usecases import erase_person

    waiting = [True]
    monkeypatch.setattr(erase_person, "_assignments", lambda services, person: iter([_Owing()] if waiting[0] else []))
    erase(scene, scene.ann)
    assert scene.world.services.people.user(scene.ann.id) is not None
    scene.world.clock.advance(minutes=16)
    scene.world.tick()
    assert scene.world.services.people.user(scene.ann.id) is not None
    waiting[0] = False
    scene.world.clock.advance(minutes=16)
    scene.world.tick()
    assert scene.world.services.people.user(scene.ann.id) is None


class _Owing:
    """An assignment whose rights outside are still to be revoked."""

    delivery = "revoking"


@pytest.mark.parametrize("step", range(1, 14))
def test_an_erasure_killed_anywhere_is_finished_by_the_next_worker(
    scene: Scene, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.storage.writer import TableWriter
    from chalicelib.usecases.erase_person import advance_erasure

    assert scene.client.call("DELETE", f"/Users/{scene.ann.id}").status == 204
    calls = 0

    def dying(original: Any) -> Any:
        def write(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                raise KeyboardInterrupt
            return original(*arguments)

        return write

    with monkeypatch.context() as killed:
        for name in ("commit", "remove", "put_all"):
            killed.setattr(TableWriter, name, dying(getattr(TableWriter, name)))
        with suppress(KeyboardInterrupt):
            advance_erasure(scene.world.services, scene.ann.id)
    scene.world.clock.advance(minutes=16)
    scene.world.tick()
    assert scene.world.services.people.user(scene.ann.id) is None
    assert traces("ann@example.com") == {}


def test_an_administrator_erases_over_our_own_root(scene: Scene) -> None:
    path = f"/api/v1/people/{scene.ann.id}"
    assert scene.world.call("DELETE", path, None, "boss@example.com").status == 403
    assert scene.world.call("DELETE", path).status == 204
    assert scene.world.call("DELETE", path).status == 204
    scene.world.tick()
    assert scene.world.call("DELETE", path).status == 404
    assert traces("ann@example.com") == {}


def test_nobody_erases_themself_or_the_first_administrator(scene: Scene) -> None:
    scene.organisation.grant(scene.boss, Role.ADMINISTRATOR)
    assert scene.world.call("DELETE", f"/api/v1/people/{scene.boss.id}", None, "boss@example.com").status == 409
    first = scene.organisation.person("admin")
    assert scene.world.call("DELETE", f"/api/v1/people/{first.id}", None, "boss@example.com").status == 409
    assert scene.client.call("DELETE", f"/Users/{first.id}").status == 409


def test_an_external_id_of_somebody_else_is_left_alone(scene: Scene) -> None:
    other = scene.client.user("otto", externalId="o")
    erase(scene, scene.ann)
    known = ExternalId(client_id=scene.client.id, kind="user", value="o", object_id=other["id"])
    assert scene.world.services.provisioning.object_of(known.client_id, known.kind, known.value) == other["id"]
