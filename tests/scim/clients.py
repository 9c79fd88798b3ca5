"""A provisioning client of a test: its token, calls with it, and the world as an HTTP server for other clients."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.world import Reply, World

ROOT = "/scim/v2"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Client:
    """Calls /scim/v2 of a world as one provisioning client."""

    world: World
    id: str
    token: str
    made: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        told = {"authorization": f"Bearer {self.token}", "content-type": "application/scim+json"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.world.call(method, f"{ROOT}{path}", body, None, told)

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any) -> Reply:
        return self.call("POST", path, body)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Reply:
        return self.call("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, **headers)

    def user(self, name: str, **more: Any) -> dict[str, Any]:
        """A new person `name`@example.com."""
        body = {"userName": f"{name}@example.com", "displayName": name.title(), "active": True, **more}
        reply = self.post("/Users", body)
        assert reply.status == 201, reply.text
        found: dict[str, Any] = reply.json
        return found


def new_client(world: World, name: str = "Okta") -> Client:
    """A provisioning client made by the administrator."""
    from chalicelib.usecases.provisioning_clients import create_client
    from tests.factories import ADMIN

    services = world.services
    made, token = create_client(services, ADMIN, services.clock.now(), services.clock.new_id(), name)
    return Client(world, made.id, token)


class InProcess(httpx.BaseTransport):
    """Hands the requests of an HTTP client to the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        body = request.read().decode() or None
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = self._world.call(request.method, target, body, None, headers)
        if reply.status == 404 and "no such route" in reply.text:  # as API Gateway answers
            reply = Reply(404, {"content-type": "application/json"}, json.dumps({"message": "Not Found"}))
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.text.encode())
