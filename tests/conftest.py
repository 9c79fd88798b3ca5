"""The environment of the tests: settings before any import of the product, one fresh world per test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
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
from moto import mock_aws  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.kms import kms_backends  # noqa: E402
from moto.kms.models import Key  # noqa: E402

from tests import quick_moto  # noqa: E402
from tests.backends import Backend, Moto  # noqa: E402
from tests.simulation.depth import MINUTES, Depth, depth_of  # noqa: E402
from tests.simulation.figures import HISTORIES, Figures  # noqa: E402

# How fast the machine is decides no test; the seed of one that fails is printed.
hypothesis.settings.register_profile(
    "product", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("product")


def pytest_addoption(parser: pytest.Parser) -> None:
    """See tests/simulation/depth.py and figures.py."""
    parser.addoption("--long", action="store_true", help="play many more histories than with every commit")
    parser.addoption("--seed", type=int, help="play this one history again")
    parser.addoption("--minutes", type=float, default=MINUTES, help="how long the histories of a long run may take")
    parser.addoption("--figures", type=Path, help="write what was played, by area, to this file (JSON)")


@pytest.fixture(scope="session")
def depth(request: pytest.FixtureRequest) -> Depth:
    """How many histories to play."""
    asked = request.config.getoption
    playing = (one for one in request.session.items if "depth" in getattr(one, "fixturenames", ()))
    tests = sum(one.nodeid.startswith("tests/simulation") for one in playing)
    return depth_of(asked("--long"), asked("--seed"), asked("--minutes"), tests)


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test has played goes with its report."""
    if "depth" not in request.fixturenames:
        yield
        return
    played: Depth = request.getfixturevalue("depth")
    played.played = 0
    yield
    request.node.user_properties.append((HISTORIES, played.played))


_figures = Figures()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The teardown's report has what the test counted."""
    if report.when == "call" and not report.skipped:
        _figures.add(report.nodeid, report.failed, report.duration)
    elif report.when == "teardown" and report.user_properties:
        _figures.played(report.nodeid, dict(report.user_properties))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table of a long run."""
    if config.getoption("--long"):
        terminalreporter.section("what was played")
        terminalreporter.write_line("\n".join(_figures.lines()))
    if config.getoption("--figures"):
        _figures.keep(config.getoption("--figures"))


quick_moto.install()


_tables: dict[str, Any] = {}


def furnish() -> None:
    """Our buckets, queue and sender in the AWS account that answers."""
    from chalicelib.aws.clients import client
    from chalicelib.settings import settings

    client("s3").create_bucket(Bucket=settings().bucket)
    client("sqs").create_queue(QueueName="access-reviews-work")
    client("sesv2").create_email_identity(EmailIdentity=settings().mail_from)
    client("s3").create_bucket(Bucket=settings().evidence_bucket, ObjectLockEnabledForBucket=True)


@contextmanager
def account() -> Iterator[Moto]:
    """An empty AWS account of moto's with our tables (made once, and given out as copies), buckets, queue, sender and
    signing key."""
    from chalicelib.settings import settings

    with mock_aws():
        if not _tables:
            make_tables()
            _tables.update(quick_moto.kept_tables())
        quick_moto.put_back(_tables)
        furnish()
        key = _signing_key(settings().signing_key, settings().region)
        kms_backends[DEFAULT_ACCOUNT_ID][settings().region].keys[key.id] = key
        yield Moto()


def make_tables() -> None:
    """The product's tables, where they are missing."""
    from chalicelib.storage import tables

    tables.create_all()


@cache
def _signing_key(alias: str, region: str) -> Key:
    """The same key in every account: making one takes a third of a second."""
    backend = kms_backends[DEFAULT_ACCOUNT_ID][region]
    key = backend.create_key(None, "SIGN_VERIFY", "RSA_3072", "", None)
    backend.create_alias(key.id, alias)
    return key


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty AWS account for one test."""
    with account():
        yield


def empty_world(backend: Backend | None = None) -> worlds.World:
    """The whole product on an empty account, `account()`'s unless told otherwise."""
    from chalicelib import bootstrap
    from chalicelib.routes import auth

    clock = worlds.MovableClock()
    bootstrap.use_clock(clock)
    auth.forget()
    import app as front

    url = os.environ["ACCESS_REVIEWS_WORK_QUEUE_URL"]
    return worlds.World(clock, front.app, url, backend=backend or Moto())


@pytest.fixture
def world(aws: None) -> worlds.World:
    """The whole product on an empty account; the first administrator is admin@example.com."""
    return empty_world()
