"""Late answers of systems: a hint to look, believed only where the connection says so; forged, replayed, reordered and
repeated ones are refused or harmless."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.domain.packages import AssignmentPolicy
from chalicelib.domain.people import User
from chalicelib.domain.signatures import secrets_of, signed
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests.connectors.receiver import CALLBACK_SECRET, SECRET, Receiver, receiving
from tests.factories import ADMIN, Organisation
from tests.routes.attacking import unharmed
from tests.routes.entitling import ASSIGNMENTS
from tests.world import Reply, World

CALLBACKS = "/api/v1/connector-callbacks"


class Hooked:
    """A package that grants a role in a system behind a webhook which does everything later."""

    def __init__(self, world: World, receiver: Receiver, **settings: str) -> None:
        self.world, self.services, self.receiver = world, world.services, receiver
        receiver.later = True
        for name, text in (("hooks", SECRET), ("callbacks", CALLBACK_SECRET)):
            client("ssm").put_parameter(Name=f"/access-reviews/{name}", Value=text, Type="SecureString")
        known = {"url": receiver.url, "secret": "ssm:/access-reviews/hooks", "seconds": "1"}
        known |= {"callbackSecret": "ssm:/access-reviews/callbacks"}
        body = {"name": "hooks", "kind": "webhook", "settings": known | settings}
        assert world.post("/api/v1/connectors", body).status == 201
        self.org = Organisation(world.services)
        self.ann = self.org.person("ann")
        self.policy = self._policy()

    def _policy(self) -> AssignmentPolicy:
        catalog, now = self.org.catalog(), self.world.clock.now()
        draft = ResourceDraft(
            catalog_id=catalog.id,
            origin_system="AadApplication",
            origin_id="payroll",
            display_name="Payroll",
            connector="hooks",
            roles=(("clerk", "Clerk"),),
        )
        resource = add_resource(self.services, ADMIN, now, self.org.operation(), draft).resource_id
        package = self.org.package("Payroll", catalog)
        add_role(self.services, ADMIN, now, self.org.operation(), package.id, resource, "clerk")
        return self.org.policy(package)

    def assign(self, person: User | None = None) -> str:
        (made,) = self.org.assign(self.policy, person or self.ann)
        self.world.tick()
        return made

    def state(self, assignment_id: str) -> str:
        return str(self.world.get(f"{ASSIGNMENTS}/{assignment_id}").json["state"])

    def asked(self, operation: str = "grant") -> str:
        """The id of what was asked last."""
        return str([one["id"] for one in self.receiver.sent if one["operation"] == operation][-1])

    def callback(self, name: str = "hooks", secret: str = CALLBACK_SECRET, at: float = 0.0, **body: Any) -> Reply:
        raw = json.dumps(body).encode()
        headers = signed(secrets_of(secret), "message-1", int(self.world.clock.real() + at), raw)
        return self.send(headers, raw, name)

    def send(self, headers: dict[str, str], raw: bytes, name: str = "hooks") -> Reply:
        kind = {"content-type": "application/json"}
        return self.world.call("POST", f"{CALLBACKS}/{name}", raw, None, headers={**headers, **kind})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_a_callback_makes_the_delivery_look_at_once(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver)
    assignment = hooked.assign()
    assert hooked.state(assignment) == "delivering"
    receiver.settle()
    assert hooked.callback(operationId=hooked.asked(), status="done").status == 204
    world.drain()
    assert hooked.state(assignment) == "delivered"


def test_a_callback_is_not_believed_where_one_can_look(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver)
    assignment = hooked.assign()
    hooked.callback(operationId=hooked.asked(), status="done")
    world.drain()
    assert hooked.state(assignment) == "delivering"
    assert receiver.sent[-1]["operation"] in ("verify", "grant")


def test_where_its_word_counts_it_is_believed_and_named(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver, verify="callback")
    assignment = hooked.assign()
    assert hooked.callback(operationId=hooked.asked(), status="done").status == 204
    world.drain()
    assert hooked.state(assignment) == "delivered"
    connector = world.services.connectors.get("hooks")
    (right,) = {one.right for one in world.services.entitlements.package(hooked.policy.package_id).role_scopes}
    assert connector.word(right, hooked.ann).source == "callback"
    assert "verify" not in {one["operation"] for one in receiver.sent}


def test_a_callback_that_is_forged_late_or_for_nobody_is_refused_all_the_same(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver)
    hooked.assign()
    said = {"operationId": hooked.asked(), "status": "done"}
    with unharmed():
        refusals = [
            hooked.callback(secret=SECRET, **said),
            hooked.callback(at=-301, **said),
            hooked.callback(at=301, **said),
            hooked.callback(name="other", **said),
            hooked.callback(name="recorded", **said),
            hooked.callback(name="x" * 2_000, **said),
            hooked.send({}, json.dumps(said).encode()),
        ]
        raw = json.dumps(said).encode()
        headers = signed(secrets_of(CALLBACK_SECRET), "message-1", int(world.clock.real()), raw)
        refusals.append(hooked.send(headers, raw.replace(b"done", b"failed")))
        assert {reply.status for reply in refusals} == {401}
        assert len({reply.error["message"] for reply in refusals}) == 1
        unknown = hooked.callback(operationId="ffffffff-ffff-ffff-ffff-ffffffffffff", status="done")
        assert unknown.status == 404 and hooked.callback(operationId="x", status="done").status == 404


def test_a_connection_without_a_secret_for_them_takes_no_callbacks(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver, callbackSecret="")
    hooked.assign()
    assert hooked.callback(operationId=hooked.asked(), status="done").status == 401
    world.call("PATCH", "/api/v1/connectors/hooks", {"settings": {"url": receiver.url, "secret": "ssm:/x"}})
    assert hooked.callback(secret=SECRET, operationId=hooked.asked(), status="done").status == 401


def test_repeated_and_contradicting_callbacks_change_nothing(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver, verify="callback")
    assignment = hooked.assign()
    first = hooked.asked()
    assert hooked.callback(operationId=first, status="done").status == 204
    world.tick()
    with unharmed():
        for status in ("done", "failed", "needsPerson"):
            assert hooked.callback(operationId=first, status=status).status == 204
    assert hooked.state(assignment) == "delivered"


def test_a_callback_about_what_another_operation_followed_is_harmless(world: World, receiver: Receiver) -> None:
    """The grant's late word comes after the removal was asked for: it says nothing about the removal."""
    hooked = Hooked(world, receiver, verify="callback")
    assignment = hooked.assign()
    grant = hooked.asked()
    world.clock.advance(minutes=2)
    receiver.real += 120
    body = {"requestType": "adminRemove", "assignment": {"id": assignment}}
    world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", body)
    world.tick()
    with unharmed():
        assert hooked.callback(operationId=grant, status="done").status == 204
    connector = world.services.connectors.get("hooks")
    right = next(iter(world.services.entitlements.package(hooked.policy.package_id).role_scopes)).right
    assert connector.verify(right, hooked.ann)
    receiver.settle()
    assert hooked.callback(operationId=hooked.asked("revoke"), status="done").status == 204
    assert not connector.verify(right, hooked.ann)


def test_a_callback_is_recorded_without_its_words_about_people(world: World, receiver: Receiver) -> None:
    hooked = Hooked(world, receiver)
    hooked.assign()
    hooked.callback(operationId=hooked.asked(), status="needsPerson", reason="Ann is in a nested group.")
    found = world.services.audit.events_of_target("hooks", 20, None).items[0]
    assert (found.activity, found.details["person"], found.details["status"]) == (
        "Receive callback",
        hooked.ann.id,
        "needsPerson",
    )
    assert "nested" not in json.dumps(found.details)
