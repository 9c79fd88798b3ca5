"""The product in this process over an emulator of its own, and reviews of any size to measure on.

Settings are read when the product is imported: everything of it is imported inside functions, after `Stage.begun`.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TextIO

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bench.floor import Floor

ISSUER, AUDIENCE = "https://sign-in.example.com/pool", "portal"
BOSS = "boss"
SPAN = 10  # people a manager, but where one manager reviews everybody
TABLES = ("directory", "entitlements", "reviews", "items", "audit")
PREFIX = "access-reviews"


@cache
def nowhere() -> TextIO:
    """Where logs go: they are written, as they are on Lambda, and nobody reads them."""
    return open(os.devnull, "w", encoding="utf-8")


class Clock:
    """Implements ports.Clock: stands still until moved, so that no cache runs out and every round does the same."""

    def __init__(self) -> None:
        self.product, self.seconds, self.counter = datetime(2026, 3, 2, 9, tzinfo=UTC), 1_000_000.0, 0

    def now(self) -> datetime:
        """The product's time."""
        return self.product

    def real(self) -> float:
        """Seconds; they pass with the product's time."""
        return self.seconds

    def new_id(self) -> str:
        """A number nobody had before, as 32 hex digits."""
        self.counter += 1
        return f"{self.counter:032x}"

    def set(self, moment: datetime) -> None:
        """Move to an instant."""
        self.seconds += (moment - self.product).total_seconds()
        self.product = moment


class SignIn:
    """An issuer of ID tokens, its key set in a data: address."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        self.public: dict[str, Any] = published | {"kid": "bench", "use": "sig", "alg": "RS256"}

    def keys_url(self) -> str:
        """Where the keys are."""
        return "data:application/json;base64," + base64.b64encode(json.dumps({"keys": [self.public]}).encode()).decode()

    def token(self, name: str) -> str:
        """A token of `name`@example.com."""
        claims = {"iss": ISSUER, "aud": AUDIENCE, "email": f"{name}@example.com", "token_use": "id"}
        claims |= {"iat": 1, "exp": 4102444800}  # type: ignore[dict-item]
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "bench"})


def environment(url: str, keys_url: str) -> dict[str, str]:
    """The settings of the product over the emulator at `url`."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": f"{PREFIX}-api",  # as there: one line of JSON is logged for every request
        "ACCESS_REVIEWS_STAGE": "test",
        "ACCESS_REVIEWS_ENDPOINT_URL": url,
        "ACCESS_REVIEWS_OIDC_ISSUER": ISSUER,
        "ACCESS_REVIEWS_OIDC_AUDIENCE": AUDIENCE,
        "ACCESS_REVIEWS_OIDC_KEYS_URL": keys_url,
        "ACCESS_REVIEWS_OIDC_AUTHORIZATION_URL": f"{ISSUER}/authorize",
        "ACCESS_REVIEWS_OIDC_TOKEN_URL": f"{ISSUER}/token",
        "ACCESS_REVIEWS_FIRST_ADMINISTRATOR": "admin@example.com",
        "ACCESS_REVIEWS_CURSOR_SECRET": "secret of the bench",
        "ACCESS_REVIEWS_WORK_QUEUE_URL": f"{url}/000000000000/{PREFIX}-work",
        "ACCESS_REVIEWS_MAIL_ENABLED": "false",
        "ACCESS_REVIEWS_SIGNING_KEY": f"alias/{PREFIX}-seals",
        "ACCESS_REVIEWS_EVIDENCE_BUCKET": f"{PREFIX}-evidence",
    }


@dataclass(eq=False)
class Stage:
    """The emulator, the product over it, and the floor."""

    url: str
    floor: Floor
    clock: Clock
    sign_in: SignIn

    @cached_property
    def app(self) -> Any:
        """The product's Lambda handler for HTTP; its log goes nowhere."""
        import app as front

        for handler in logging.getLogger().handlers:
            handler.setStream(nowhere())  # type: ignore[attr-defined]
        return front.app

    @property
    def services(self) -> Any:
        """The product's services."""
        from chalicelib import bootstrap

        return bootstrap.services()

    @property
    def tables(self) -> list[str]:
        """The names of the product's tables."""
        return [f"{PREFIX}-{name}" for name in TABLES]

    def event(self, method: str, resource: str, path: Mapping[str, str], body: Any = None, **query: str) -> Any:
        """A request of the boss as API Gateway hands it over; `path` are the values in the resource."""
        headers = {
            "host": "graph.example.com",
            "x-forwarded-proto": "https",
            "content-type": "application/json",
            "authorization": f"Bearer {self.sign_in.token(BOSS)}",
        }
        address = resource.format(**path)
        return {
            "httpMethod": method,
            "path": address,
            "resource": resource,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "pathParameters": dict(path) or None,
            "stageVariables": None,
            "body": json.dumps(body) if body is not None else "",
            "isBase64Encoded": False,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "path": f"/api{address}",
                "stage": "api",
                "requestId": "bench",
                "identity": {"sourceIp": "127.0.0.1"},
            },
        }

    def ask(self, event: Any) -> Any:
        """The product's answer. Raises RuntimeError unless it succeeds."""
        answer = self.app(event, None)
        if answer["statusCode"] >= 300:
            raise RuntimeError(f"{event['httpMethod']} {event['path']}: {answer['statusCode']} {answer['body']}")
        return answer

    def policy(self, name: str, people: int, alone: bool = False) -> Any:
        """A policy whose review opens tonight, with as many assignments. `alone`: the boss reviews all of them, else
        there is a manager for every ten."""
        from chalicelib.domain import ids
        from tests.factories import Organisation, by_manager

        services, org = self.services, Organisation(self.services)
        boss = org.person(BOSS)
        settings = by_manager(self.clock.now().date(), boss, justification_required=False, auto_apply=False)
        policy = org.policy(org.package(name), review=settings)
        managers = [boss.id] if alone else [ids.guid("user", f"manager{one}") for one in range(-(-people // SPAN))]
        services.writer.put_all(_crowd(self.clock.now(), policy, managers, people))
        return policy

    def until_night(self) -> None:
        """Move the clock to the moment at which reviews open."""
        self.clock.set(self.clock.now().replace(hour=23, minute=59, second=30))


def _crowd(now: datetime, policy: Any, managers: list[str], number: int) -> Iterator[Any]:
    """The managers, and people with an assignment each; managers come in no order, as they do in life."""
    from chalicelib.domain import ids
    from chalicelib.domain.assignments import Assignment
    from chalicelib.domain.people import User

    since = now - timedelta(days=90)
    for manager in managers if len(managers) > 1 else ():
        yield User(id=manager, display_name="Robin Manager", principal_name=f"{manager}@example.com")
    for one in range(number):
        user_id = ids.guid("user", len(managers), one)
        yield User(
            id=user_id,
            display_name=f"Person Number{one}",
            principal_name=f"person.number{one}@example.com",
            mail=f"person.number{one}@example.com",
            department="Finance",
            job_title="Analyst",
            manager_id=managers[one * 7 % len(managers)],
            last_sign_in=now - timedelta(days=one % 200 + 1),
            sign_in_as_of=now,
        )
        yield Assignment(
            id=ids.assignment_id(policy.id, user_id, "bench"),
            policy_id=policy.id,
            package_id=policy.package_id,
            target_id=user_id,
            created=since,
            starts=since,
        )


@contextmanager
def staged() -> Iterator[Stage]:
    """The product over an emulator that lives as long as the block."""
    from local.emulator import Emulator

    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "state", Path(folder) / "objects", Path(folder) / "emulator.log")
        url = emulator.start()
        try:
            yield _begun(url)
        finally:
            emulator.stop()


def _begun(url: str) -> Stage:
    floor, sign_in, clock = Floor(url), SignIn(), Clock()
    os.environ.update(environment(url, sign_in.keys_url()))
    from chalicelib import bootstrap
    from local import resources

    aws = resources.Aws(url)
    resources.ensure_queue(aws.client("sqs"))
    resources.ensure_bucket(aws.client("s3"))
    resources.ensure_evidence_bucket(aws.client("s3"))
    resources.ensure_signing_key(aws.client("kms"))
    resources.ensure_tables(aws.client("dynamodb"))
    bootstrap.use_clock(clock)
    return Stage(url, floor, clock, sign_in)
