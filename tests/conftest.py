"""The environment of the tests: settings before any import of the product, one fresh world per test."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

from tests import world as worlds

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    ACCESS_REVIEWS_STAGE="test",
    ACCESS_REVIEWS_ENDPOINT_URL="",
    ACCESS_REVIEWS_OIDC_ISSUER=worlds.ISSUER,
    ACCESS_REVIEWS_OIDC_AUDIENCE=worlds.AUDIENCE,
    ACCESS_REVIEWS_OIDC_KEYS_URL=worlds.keys_url(),
    ACCESS_REVIEWS_OIDC_AUTHORIZATION_URL=f"{worlds.ISSUER}/authorize",
    ACCESS_REVIEWS_OIDC_TOKEN_URL=f"{worlds.ISSUER}/token",
    ACCESS_REVIEWS_FIRST_ADMINISTRATOR="admin@example.com",
    ACCESS_REVIEWS_CURSOR_SECRET="secret of the tests",
    ACCESS_REVIEWS_WORK_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/access-reviews-work",
    ACCESS_REVIEWS_PORTAL_URL="https://reviews.example.com",
    ACCESS_REVIEWS_ORGANISATION="Contoso",
    ACCESS_REVIEWS_PRIVATE_HOSTS="127.0.0.1",
    ACCESS_REVIEWS_SIGNING_KEY="alias/access-reviews-seals",
    ACCESS_REVIEWS_EVIDENCE_BUCKET="access-reviews-evidence",
)
for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
    os.environ.pop(name, None)

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402
from moto import mock_aws  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.dynamodb.responses import DynamoHandler  # noqa: E402
from moto.kms import kms_backends  # noqa: E402
from moto.kms import utils as kms_keys  # noqa: E402

# How fast the machine is decides no test; the seed of one that fails is printed.
hypothesis.settings.register_profile(
    "product", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("product")


def _one_request_at_a_time() -> None:
    """DynamoDB isolates requests from one another; moto does not, and its transactions put back what other threads
    wrote meanwhile."""
    lock, unlocked = threading.RLock(), DynamoHandler.call_action

    def locked(handler: DynamoHandler) -> Any:
        with lock:
            return unlocked(handler)

    DynamoHandler.call_action = locked


_one_request_at_a_time()


def _one_signing_key() -> None:
    """The key pair of every account's signing key: making one costs half a second."""
    made = cache(rsa.generate_private_key)

    def kept(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        return made(public_exponent=public_exponent, key_size=key_size)

    kms_keys.rsa = SimpleNamespace(generate_private_key=kept)


_one_signing_key()


@contextmanager
def account() -> Iterator[None]:
    """An empty AWS account with our tables, bucket, queue and sender."""
    with mock_aws():
        from chalicelib.aws.clients import client
        from chalicelib.settings import settings
        from chalicelib.storage import tables

        tables.create_all()
        client("s3").create_bucket(Bucket=settings().bucket)
        client("sqs").create_queue(QueueName="access-reviews-work")
        client("sesv2").create_email_identity(EmailIdentity=settings().mail_from)
        make_evidence()
        yield


def make_evidence() -> None:
    """The bucket with Object Lock and the signing key of an account."""
    from chalicelib.aws.clients import client
    from chalicelib.settings import settings

    client("s3").create_bucket(Bucket=settings().evidence_bucket, ObjectLockEnabledForBucket=True)
    keys = kms_backends[DEFAULT_ACCOUNT_ID][settings().region]  # two calls of 2 ms would do the same
    keys.create_alias(settings().signing_key, keys.create_key(None, "SIGN_VERIFY", "RSA_3072", "", None).id)


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty AWS account for one test."""
    with account():
        yield


def empty_world() -> worlds.World:
    """The whole product on the empty account of `account()`."""
    from chalicelib import bootstrap
    from chalicelib.routes import auth

    clock = worlds.MovableClock()
    bootstrap.use_clock(clock)
    auth.forget()
    import app as front

    return worlds.World(clock, front.app, os.environ["ACCESS_REVIEWS_WORK_QUEUE_URL"])


@pytest.fixture
def world(aws: None) -> worlds.World:
    """The whole product on an empty account; the first administrator is admin@example.com."""
    return empty_world()
