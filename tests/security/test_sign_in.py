"""Where people sign in: discovered from any issuer, or given; told to everybody and never with a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.aws.openid import LIVES, PAUSE, Endpoints, Issuer
from chalicelib.domain.errors import Unavailable
from chalicelib.routes import auth
from chalicelib.settings import Settings
from tests.world import AUDIENCE, ISSUER, World

NOW = 1_000_000.0
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://tokens.example.com/token",
    "end_session_endpoint": "https://login.example.com/logout",
    "jwks_uri": "https://login.example.com/keys",
}


class Description:
    """An issuer's description as its host answers it; `told` is what, None for no answer. Counts the reads."""

    def __init__(self, told: Any = DESCRIPTION) -> None:
        self.told = told
        self.reads: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.reads.append(url)
        if self.told is None:
            raise OSError("no answer")
        return self.told if isinstance(self.told, bytes) else json.dumps(self.told).encode()


def issuer(description: Description, **given: str) -> Issuer:
    return Issuer(ISSUER, Endpoints(**given), description.fetch)


def test_addresses_are_discovered_once_an_hour() -> None:
    description = Description()
    found = issuer(description)
    for moment in (NOW, NOW + 1, NOW + LIVES - 1):
        assert found.endpoints(moment) == Endpoints(
            authorization="https://login.example.com/authorize",
            token="https://tokens.example.com/token",
            end_session="https://login.example.com/logout",
            keys="https://login.example.com/keys",
        )
    assert description.reads == [f"{ISSUER}/.well-known/openid-configuration"]
    found.endpoints(NOW + LIVES)
    assert len(description.reads) == 2


def test_addresses_of_the_settings_win_and_are_enough() -> None:
    description = Description()
    found = issuer(description, end_session="https://other.example.com/out").endpoints(NOW)
    assert (found.end_session, found.token) == ("https://other.example.com/out", "https://tokens.example.com/token")
    silent = Description(None)
    given = issuer(silent, authorization="/a", token="/t").endpoints(NOW)
    assert (given.authorization, given.token, given.end_session) == ("/a", "/t", "")
    assert silent.reads == []


@pytest.mark.parametrize(
    "told",
    [
        None,
        b"",
        b"[]",
        b'"https://login.example.com"',
        DESCRIPTION | {"issuer": "https://evil.example.com"},
        DESCRIPTION | {"token_endpoint": None},
        DESCRIPTION | {"authorization_endpoint": "javascript:alert(1)"},
        DESCRIPTION | {"token_endpoint": "http://tokens.example.com/token"},
    ],
)
def test_a_description_that_cannot_be_trusted_is_none(told: Any) -> None:
    with pytest.raises(Unavailable):
        issuer(Description(told)).endpoints(NOW)


def test_a_silent_issuer_is_asked_again_after_a_pause_and_keeps_what_it_said() -> None:
    description = Description(None)
    found = issuer(description)
    for moment in (NOW, NOW + 1, NOW + PAUSE - 1):
        with pytest.raises(Unavailable):
            found.endpoints(moment)
    assert len(description.reads) == 1
    description.told = DESCRIPTION
    assert found.endpoints(NOW + PAUSE).token == "https://tokens.example.com/token"
    description.told = None
    assert found.endpoints(NOW + PAUSE + LIVES).token == "https://tokens.example.com/token"


def test_everybody_is_told_how_to_sign_in(world: World) -> None:
    reply = world.get("/api/v1/sign-in", None)
    assert reply.status == 200 and reply.json == {
        "organisation": "Contoso",
        "stage": "test",
        "logoUrl": None,
        "contact": None,
        "issuer": ISSUER,
        "clientId": AUDIENCE,
        "scopes": "openid email profile",
        "authorizationEndpoint": f"{ISSUER}/authorize",
        "tokenEndpoint": f"{ISSUER}/token",
        "endSessionEndpoint": None,
    }


def _with(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    monkeypatch.setattr(bootstrap, "settings", lambda: Settings(stage="test", oidc_issuer=ISSUER, **changed))
    bootstrap.services.cache_clear()


def test_a_client_of_its_own_name_and_an_issuer_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(bootstrap.services.cache_clear)
    _with(monkeypatch, oidc_client_id="spa", oidc_authorization_url="/in", oidc_token_url="/tokens")
    assert world.get("/api/v1/sign-in", None).json["clientId"] == "spa"
    assert auth.token_origin(world.services) == ""
    _with(monkeypatch, oidc_authorization_url="https://a.example.com/in", oidc_token_url="https://b.example.com/t")
    assert auth.token_origin(world.services) == "https://b.example.com"
    monkeypatch.setattr(Issuer.__init__, "__defaults__", (Description(None).fetch,))
    _with(monkeypatch)
    refused = world.get("/api/v1/sign-in", None)
    assert (refused.status, refused.error["code"]) == (503, "ServiceUnavailable")
    assert auth.token_origin(world.services) == "https://sign-in.example.com"


def test_who_is_not_in_the_directory_is_told_from_a_bad_token(world: World) -> None:
    refused = world.get("/api/v1/my-access", "stranger@example.com")
    assert (refused.status, refused.error["code"]) == (401, "Authorization_IdentityNotFound")
    assert world.get("/api/v1/my-access", None).error["code"] == "InvalidAuthenticationToken"
