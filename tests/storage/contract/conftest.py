"""Every test of the contract once on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from chalicelib import bootstrap
from chalicelib.domain import ids
from chalicelib.usecases.ports import Services
from tests.backends import Backend
from tests.storage import engines
from tests.world import MovableClock

Fresh = Callable[[str], str]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Starts an engine that is a process of its own, once."""
    with ExitStack() as stack:

        @cache
        def start(engine: str) -> str:
            if engine == "ministack":
                return stack.enter_context(engines.ministack(tmp_path_factory.mktemp("ministack")))
            return stack.enter_context(engines.dynalite())

        yield start


@pytest.fixture(scope="module", params=engines.ENGINES)
def engine(request: pytest.FixtureRequest, address: Callable[[str], str]) -> Iterator[Backend]:
    """The engine every AWS call goes to; its tables are shared by the tests of a file."""
    with engines.standing(request.param, address) as backend:
        yield backend


@pytest.fixture
def transactions(request: pytest.FixtureRequest) -> None:
    """For tests of what is written in a transaction."""
    if request.node.callspec.params["engine"] in engines.WITHOUT_TRANSACTIONS:
        pytest.skip("this engine has no transactions")


@pytest.fixture
def refusals_told(request: pytest.FixtureRequest) -> None:
    """For tests of what is done about a refused condition, which needs the item that refused it."""
    if request.node.callspec.params["engine"] in engines.REFUSE_WITHOUT_ITEM:
        pytest.skip("this engine does not tell the item that refused a condition")


@pytest.fixture
def whole_aws(request: pytest.FixtureRequest) -> None:
    """For tests of more than tables."""
    if request.node.callspec.params["engine"] in engines.ONLY_TABLES:
        pytest.skip("this engine has tables only")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(engine: Backend, clock: MovableClock) -> Services:
    """The ports, with nothing remembered."""
    bootstrap.use_clock(clock)
    return bootstrap.services()


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Ids of this test's own, by name."""
    return lambda name: ids.guid("contract", request.node.nodeid, name)
