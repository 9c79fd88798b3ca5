"""A provisioning client of a test: its token, calls with it, and the world as an HTTP server for other clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

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

    def user(self, called: str, /, **more: Any) -> dict[str, Any]:
        """A new person `called`@example.com."""
        body = {"userName": f"{called}@example.com", "displayName": called.title(), "active": True, **more}
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


def as_wsgi(world: World) -> Callable[..., list[bytes]]:
    """The world as a WSGI application."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        path, query = (
            quote(environ["PATH_INFO"].encode("latin-1")).removeprefix("/api"),
            environ.get("QUERY_STRING", ""),
        )
        body = environ["wsgi.input"].read().decode() or None
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        target = f"{path}?{query}" if query else path
        reply = world.call(environ["REQUEST_METHOD"], target, body, None, {k: v for k, v in headers.items() if v})
        start(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(reply.headers.items()))
        return [reply.text.encode()]

    return app
