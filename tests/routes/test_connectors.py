"""Connections through the API: configuring, trying, taking away, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.domain import ids
from chalicelib.domain.people import Group, Membership, Role
from tests.connectors.byhand import ByHand
from tests.connectors.receiver import SECRET, Receiver, receiving
from tests.factories import Organisation
from tests.world import Reply, World

CONNECTORS = "/api/v1/connectors"
RESOURCE_REQUESTS = "/v1.0/identityGovernance/entitlementManagement/resourceRequests"
TERM = "@accessReviews.connector"
MANUAL = {"name": "site", "kind": "manual", "settings": {"assignedTo": "catalogOwners"}}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def hook(receiver: Receiver, **settings: str) -> dict[str, Any]:
    known = {"url": receiver.url, "secret": "secretsmanager:access-reviews/hooks"}
    return {"name": "hooks", "kind": "webhook", "displayName": "Hooks", "settings": known | settings}


def keep_secret(text: str = SECRET) -> None:
    client("secretsmanager").create_secret(Name="access-reviews/hooks", SecretString=text)


def events(world: World, target: str) -> list[tuple[str, dict[str, Any]]]:
    found = world.services.audit.events_of_target(target, 20, None).items
    return [(one.activity, one.changes) for one in found]


def test_a_connection_is_configured_tried_used_and_seen(world: World, receiver: Receiver) -> None:
    keep_secret()
    made = world.post(CONNECTORS, hook(receiver))
    assert made.status == 201, made.text
    assert made.json | {"resources": []} == made.json
    assert (made.json["problem"], made.json["checkedDateTime"]) == (None, "2026-03-02T09:00:00Z")
    assert made.json["settings"]["verify"] == "webhook" and "callbackUrl" not in made.json
    assert [one["operation"] for one in receiver.sent] == ["check"]
    listed = world.get(CONNECTORS).json["value"]
    assert [(one["name"], one["builtIn"]) for one in listed] == [("recorded", True), ("hooks", False)]
    assert world.get(f"{CONNECTORS}/hooks").json == made.json
    assert [activity for activity, _ in events(world, "hooks")] == ["Add connection"]


def test_what_is_wrong_is_said_and_a_later_check_says_that_it_is_well(world: World, receiver: Receiver) -> None:
    made = world.post(CONNECTORS, hook(receiver)).json
    assert made["problem"] == "There is no secret at secretsmanager:access-reviews/hooks."
    keep_secret()
    world.clock.advance(minutes=1)
    receiver.real += 60
    checked = world.post(f"{CONNECTORS}/hooks/check").json
    assert (checked["problem"], checked["checkedDateTime"]) == (None, "2026-03-02T09:01:00Z")
    assert world.get(f"{CONNECTORS}/hooks").json["problem"] is None


def test_the_address_of_callbacks_is_told(world: World, receiver: Receiver) -> None:
    made = world.post(CONNECTORS, hook(receiver, callbackSecret="ssm:/access-reviews/callbacks")).json
    assert made["callbackUrl"] == "https://reviews.example.com/api/v1/connector-callbacks/hooks"


def refused(reply: Reply, target: str) -> str:
    assert (reply.status, reply.error.get("target")) == (400, target), reply.text
    return str(reply.error["message"])


def test_every_wrong_setting_is_named_and_a_secret_in_its_place_is_never_kept_or_shown(
    world: World, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = hook(receiver, secret="whsec_hunter2", verify="perhaps")
    message = refused(world.post(CONNECTORS, wrong), "settings/secret")
    assert "never the secret itself" in message and "Wrong too: verify" in message
    assert "hunter2" not in message + caplog.text and world.get(CONNECTORS).json["value"][1:] == []
    assert "Must be one of: manual, webhook" in refused(
        world.post(CONNECTORS, {**MANUAL, "kind": "fax"}), "kind"
    ).replace("cognito, iam, identityCenter, ", "")
    for url in ("http://hooks.example.com/", "https://10.0.0.7/", "https://hooks.example.com:8443/"):
        refused(world.post(CONNECTORS, hook(receiver, url=url)), "settings/url")
    refused(world.post(CONNECTORS, hook(receiver, colour="red")), "settings/colour")
    refused(world.post(CONNECTORS, {**MANUAL, "settings": {}}), "settings/assignedTo")
    for name in ("recorded", "kinds", "x", "Site", "a b", "-ab", "a" * 41):
        refused(world.post(CONNECTORS, {**MANUAL, "name": name}), "name")


def test_a_name_is_given_once_and_a_repeat_answers_what_was_made(world: World) -> None:
    made = world.post(CONNECTORS, MANUAL)
    assert world.post(CONNECTORS, MANUAL).status == 409
    again = world.post(CONNECTORS, MANUAL, headers={"retry-attempt": "1"})
    assert again.status == 201 and again.json == made.json
    other = {**MANUAL, "displayName": "Other"}
    assert world.post(CONNECTORS, other, headers={"retry-attempt": "1"}).status == 409


def test_a_change_is_recorded_with_what_was_before_and_works_at_once(world: World) -> None:
    world.post(CONNECTORS, MANUAL)
    world.clock.advance(minutes=1)
    changed = world.call("PATCH", f"{CONNECTORS}/site", {"settings": {"assignedTo": "nobody@example.com"}})
    assert changed.json["problem"] == "Nobody has the sign-in name nobody@example.com."
    activity, changes = events(world, "site")[0]
    assert (activity, changes) == (
        "Update connection",
        {"settings/assignedTo": ["catalogOwners", "nobody@example.com"]},
    )
    assert world.services.connectors.get("site").connection.settings["assignedTo"] == "nobody@example.com"
    same = world.call("PATCH", f"{CONNECTORS}/site", {"displayName": changed.json["displayName"]})
    assert same.json == changed.json and len(events(world, "site")) == 2


def test_a_connection_that_is_used_stays(world: World) -> None:
    by_hand = ByHand(world)
    shown = world.get(f"{CONNECTORS}/site").json
    assert shown["resourceCount"] == 1
    assert [one["displayName"] for one in shown["resources"]] == ["Warehouse scanners"]
    kept = world.call("DELETE", f"{CONNECTORS}/site")
    assert kept.status == 409 and "Warehouse scanners" in kept.error["message"]
    eyes = {"name": "other", "kind": "manual", "settings": {"assignedTo": "catalogOwners", "verifyWith": "spare"}}
    for body in ({**MANUAL, "name": "spare"}, eyes):
        assert world.post(CONNECTORS, body).status == 201
    assert world.call("DELETE", f"{CONNECTORS}/spare").status == 409
    for name in ("other", "spare"):
        assert world.call("DELETE", f"{CONNECTORS}/{name}").status == 204
    assert by_hand.services.connectors.get("spare") is None


@pytest.mark.parametrize(
    ("named", "may"),
    [("", False), ("somebody@example.com", False), ("Owner@example.com\nx@example.com", True), ("*", True)],
)
def test_an_owner_of_a_catalog_adds_only_what_they_control(world: World, named: str, may: bool) -> None:
    """R172: else whoever owns a catalog could give themselves any right of a system outside."""
    org = Organisation(world.services)
    owner, catalog = org.person("owner"), org.catalog()
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    assert world.post(CONNECTORS, {**MANUAL, "settings": MANUAL["settings"] | {"usedBy": named}}).status == 201
    app = {"originSystem": "AadApplication", "originId": "scanners", "displayName": "Scanners"}
    body = {"requestType": "adminAdd", "catalog": {"id": catalog.id}, "resource": app | {TERM: "site"}}
    added = world.post(RESOURCE_REQUESTS, body, as_="owner@example.com")
    assert added.status == (201 if may else 403), added.text
    assert len(world.get(CONNECTORS, "owner@example.com").json["value"]) == (2 if may else 1)


def test_members_of_a_named_group_control_a_connection(world: World) -> None:
    """R172."""
    org = Organisation(world.services)
    owner, catalog = org.person("owner"), org.catalog()
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew")
    world.services.writer.put_all([crew, Membership(group_id=crew.id, member_id=owner.id)])
    world.post(CONNECTORS, {**MANUAL, "settings": MANUAL["settings"] | {"usedBy": crew.id}})
    assert len(world.get(CONNECTORS, "owner@example.com").json["value"]) == 2


def test_owners_of_catalogs_choose_from_names_alone(world: World) -> None:
    org = Organisation(world.services)
    owner, catalog = org.person("owner"), org.catalog()
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{catalog.id}")
    world.post(CONNECTORS, {**MANUAL, "settings": MANUAL["settings"] | {"usedBy": "*"}})
    listed = world.get(CONNECTORS, "owner@example.com").json["value"]
    assert listed[1] == {
        "id": "site",
        "name": "site",
        "kind": "manual",
        "displayName": "Changed by hand",
        "builtIn": False,
    }
    assert world.get(f"{CONNECTORS}/site", "owner@example.com").status == 403


def test_the_kinds_say_what_they_ask_for(world: World) -> None:
    kinds = {one["kind"]: one for one in world.get(f"{CONNECTORS}/kinds").json["value"]}
    settings = {one["name"]: one for one in kinds["webhook"]["settings"]}
    assert settings["secret"]["secret"] and settings["secret"]["required"]
    assert settings["verify"]["choices"] == ["webhook", "callback"] and not settings["verify"]["required"]
    assert "checks" in kinds["manual"]["capabilities"]
