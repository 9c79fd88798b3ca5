"""Our own root: how to sign in. For the portal and for whoever writes another client; nothing of it is secret."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.routes import auth
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape

door = Blueprint(__name__)


class HowToSignIn(Shape, kw_only=True):
    """An OpenID Connect public client: authorization code with PKCE (S256), no secret. The bearer token is the ID
    token. Addresses may be paths of this host; one that does not exist is null."""

    organisation: str
    stage: str
    logo_url: str | None
    contact: str | None
    issuer: str
    client_id: str
    scopes: str
    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None


@route(door, "GET", "/api/v1/sign-in", public=True, gives=HowToSignIn)
def sign_in(call: Call) -> Answer:
    """Whose reviews these are and where one signs in."""
    chosen = call.services.settings
    found = auth.endpoints(call.services)
    return {
        "organisation": chosen.organisation,
        "stage": chosen.stage,
        "logoUrl": chosen.logo_url or None,
        "contact": chosen.contact or None,
        "issuer": chosen.oidc_issuer,
        "clientId": chosen.oidc_client_id or chosen.oidc_audience,
        "scopes": chosen.oidc_scopes,
        "authorizationEndpoint": found.authorization,
        "tokenEndpoint": found.token,
        "endSessionEndpoint": found.end_session or None,
    }
