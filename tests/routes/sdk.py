"""The unmodified msgraph-sdk in front of the Chalice app, without a socket: an httpx transport that is API Gateway."""

from __future__ import annotations

from typing import Any

import httpx
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from tests.world import Reply, World, token

BASE = "https://graph.example.com/api/v1.0"
STAGE = "/api"


class Gateway(httpx.AsyncBaseTransport):
    """Hands each request to the world as API Gateway would, below its stage, and remembers it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.seen: list[httpx.Request] = []
        self.answered: list[tuple[str, str, Reply]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self.seen.append(request)
        path = request.url.raw_path.decode()
        assert path.startswith(f"{STAGE}/"), f"{path} lies outside the stage"
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        answer = self._world.call(
            request.method, path.removeprefix(STAGE), body.decode() or None, as_=None, headers=headers
        )
        self.answered.append((request.method, path.removeprefix(STAGE).partition("?")[0], answer))
        return httpx.Response(answer.status, headers=dict(answer.headers), text=answer.text, request=request)


class Tokens(AccessTokenProvider):
    """A token of one person for every address."""

    def __init__(self, principal_name: str) -> None:
        self._principal_name = principal_name

    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return token(self._principal_name)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


def graph(
    world: World, principal_name: str = "admin@example.com", gateway: Gateway | None = None
) -> GraphServiceClient:
    """The SDK's client as a person, with its own middleware; only base URL, token and transport are ours."""
    transport = gateway or Gateway(world)
    client = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(transport=transport, base_url=BASE), options=options
    )
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Tokens(principal_name)), client=client)
    adapter.base_url = BASE
    return GraphServiceClient(request_adapter=adapter)
