"""The fixtures of the browser tests. Without Chromium they are skipped, unless the environment insists."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from chalicelib import bootstrap
from local import browser as chromium
from tests import world as worlds
from tests.browser.organisation import Office
from tests.browser.portal import FLAGS, PATIENCE, Portal
from tests.browser.snapshots import Snapshot, made
from tests.browser.story import contoso


@dataclass
class RunningClock(worlds.MovableClock):
    """Product time stands still until moved; real time also runs, so that the product's short caches end."""

    began: float = field(default_factory=time.monotonic)

    def real(self) -> float:
        return self.seconds + time.monotonic() - self.began


@pytest.fixture
def world(world: worlds.World) -> worlds.World:
    """The whole product on an empty account, with a clock for pages that are open for a while."""
    world.clock = RunningClock()
    bootstrap.use_clock(world.clock)
    return world


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of this folder. It goes with them: while Playwright waits, other tests could not
    run an event loop of their own in this thread."""
    path = chromium.find()
    if not path:
        (pytest.fail if chromium.required() else pytest.skip)(chromium.MISSING)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def founded() -> tuple[Office, Snapshot]:
    """Contoso, made once; what happens to it in one test is not there in the next."""
    return made("contoso", contoso)


@pytest.fixture
def office(world: worlds.World, founded: tuple[Office, Snapshot]) -> Office:
    """Contoso in the world of this test, as tests/browser/organisation.py tells."""
    known, snapshot = founded
    snapshot.lay_out(world)
    return known


@pytest.fixture
def portal(world: worlds.World, browser: Browser) -> Iterator[Portal]:
    """The portal of this test's world."""
    served = Portal(world, browser)
    yield served
    served.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """A test passes when its pages behaved, too; one that fails leaves pictures."""
    portal = pyfuncitem.funcargs.get("portal")
    try:
        result = yield
        if isinstance(portal, Portal):
            portal.verify()
        return result
    except Exception:
        if isinstance(portal, Portal):
            portal.keep(pyfuncitem.name)
        raise
