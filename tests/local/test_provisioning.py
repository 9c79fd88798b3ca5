"""`dev.py token scim`: a token of the local stage's own provisioning client."""

from __future__ import annotations

from local.provisioning import provisioning_token
from tests.scim.clients import Client
from tests.world import World


def test_the_token_is_the_same_each_time_and_good_for_scim(world: World) -> None:
    token = provisioning_token(world.services)
    assert provisioning_token(world.services) == token
    assert Client(world, "", token).get("/Users").status == 200


def test_a_client_that_was_deleted_is_made_again(world: World) -> None:
    token = provisioning_token(world.services)
    (client,) = world.get("/api/v1/provisioning-clients").json["value"]
    assert world.call("DELETE", f"/api/v1/provisioning-clients/{client['id']}").status == 204
    assert Client(world, "", token).get("/Users").status == 401
    assert Client(world, "", provisioning_token(world.services)).get("/Users").status == 200
