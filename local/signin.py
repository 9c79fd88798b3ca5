"""Signs the people of the local directory in, through the emulator's Cognito pool and the product's own checks."""

from __future__ import annotations

import base64
import json
import secrets
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from chalicelib.domain.people import Role, User
from chalicelib.usecases.ports import Services
from local.provider import ROOT
from local.state import read_json, write_json

EARLY_SECONDS = 300  # a kept token is given out while it lives at least this long
POOL = "access-reviews-local"


class Nobody(LookupError):
    """There is no such person."""


class SignIn:
    """A user pool with one client; accounts are made when their person first needs a token."""

    def __init__(self, client: Any, path: Path) -> None:
        self._client = client
        self._kept = _ids(read_json(path))
        if not self._pool_exists():
            self._kept = self._create()
            write_json(path, self._kept)
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = Lock()

    @property
    def client_id(self) -> str:
        """The pool's only client."""
        return self._kept["client"]

    def environment(self, region: str, emulator: str) -> dict[str, str]:
        """The settings with which the product accepts this pool's tokens and the portal finds our sign-in page.

        Paths, for a browser may know this instance under either name of the machine."""
        pool = self._kept["pool"]
        return {
            "ACCESS_REVIEWS_OIDC_ISSUER": f"https://cognito-idp.{region}.amazonaws.com/{pool}",
            "ACCESS_REVIEWS_OIDC_AUDIENCE": self._kept["client"],
            "ACCESS_REVIEWS_OIDC_KEYS_URL": f"{emulator}/{pool}/.well-known/jwks.json",
            "ACCESS_REVIEWS_OIDC_AUTHORIZATION_URL": f"{ROOT}/authorize",
            "ACCESS_REVIEWS_OIDC_TOKEN_URL": f"{ROOT}/token",
            "ACCESS_REVIEWS_OIDC_END_SESSION_URL": f"{ROOT}/end-session",
        }

    def token(self, services: Services, who: str) -> str:
        """A fresh ID token of a person: id, principal name, `admin` or `auditor`. Raises Nobody."""
        name = known(services, who).principal_name.lower()
        with self._lock:
            expiry, token = self._tokens.get(name, (0.0, ""))
            if expiry < time.time() + EARLY_SECONDS:
                token = str(self._authenticate(name)["IdToken"])
                self._tokens[name] = (_expiry(token), token)
        return token

    def sign_in(self, who: str, nonce: str) -> dict[str, Any]:
        """See provider.Tokens."""
        with self._lock:  # the nonce lies with the account between two calls
            return _named(self._authenticate(who, nonce))

    def renew(self, refresh_token: str) -> dict[str, Any]:
        """See provider.Tokens."""
        try:
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._kept["pool"],
                ClientId=self.client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        except (self._client.exceptions.NotAuthorizedException, self._client.exceptions.InvalidParameterException):
            raise LookupError("The refresh token is none of ours, or has ended.") from None
        return _named(answer["AuthenticationResult"])

    def _pool_exists(self) -> bool:
        if not self._kept:
            return False
        try:
            self._client.describe_user_pool_client(UserPoolId=self._kept["pool"], ClientId=self._kept["client"])
        except self._client.exceptions.ResourceNotFoundException:
            return False
        return True

    def _create(self) -> dict[str, str]:
        pool = self._client.create_user_pool(PoolName=POOL)["UserPool"]["Id"]
        client = self._client.create_user_pool_client(
            UserPoolId=pool,
            ClientName="portal",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]["ClientId"]
        return {"pool": pool, "client": client, "password": f"Aa1!{secrets.token_urlsafe(24)}"}

    def _authenticate(self, name: str, nonce: str = "") -> Any:
        """The pool's answer to the person's password. Cognito takes a nonce with its own sign-in page only, which ours
        stands in for; the emulator puts whatever an account has into its ID token."""
        pool, password = self._kept["pool"], self._kept["password"]
        attributes = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        with suppress(self._client.exceptions.UsernameExistsException):
            self._client.admin_create_user(
                UserPoolId=pool, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS"
            )
        self._client.admin_update_user_attributes(
            UserPoolId=pool, Username=name, UserAttributes=[{"Name": "nonce", "Value": nonce}]
        )
        self._client.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        answer = self._client.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=self._kept["client"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return answer["AuthenticationResult"]


def known(services: Services, who: str) -> User:
    """The person that an id, a principal name, `admin` or `auditor` names. Raises Nobody."""
    if who == "admin":
        who = services.settings.first_administrator
    found = _auditor(services) if who == "auditor" else _person(services, who)
    if found is None:
        raise Nobody(f"Nobody is known as {who!r}; `python3 dev.py users` lists the people.")
    return found


def _person(services: Services, who: str) -> User | None:
    return services.people.user(who) or services.people.user_by_principal_name(who.lower())


def _auditor(services: Services) -> User | None:
    for grant in services.people.role_grants():
        if grant.role is Role.AUDITOR and grant.principal_kind == "user":
            return services.people.user(grant.principal_id)
    return None


def _named(result: Any) -> dict[str, Any]:
    """Cognito's answer under OAuth's names."""
    names = {"IdToken": "id_token", "AccessToken": "access_token", "RefreshToken": "refresh_token"}
    names |= {"TokenType": "token_type", "ExpiresIn": "expires_in"}
    return {name: result[one] for one, name in names.items() if one in result}


def _ids(kept: Any) -> dict[str, str]:
    """What a former run kept, if it is whole."""
    return kept if kept and all(isinstance(kept.get(name), str) for name in ("pool", "client", "password")) else {}


def _expiry(token: str) -> float:
    """When a token ends, seconds since 1970, read without a check: it comes from our own pool."""
    claims = token.split(".")[1]
    return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
