"""One deployment for all tests of a process: packaging takes seconds, and the emulator has one clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.emulator import Emulator
from local.venvs import EMULATOR
from tests.deployed import adaptations
from tests.deployed.stack import Deployment, Stack, copy_of
from tests.packages import packaged


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this checkout for the processors that tests run on."""
    if not EMULATOR.python.exists():
        pytest.skip("the emulator's environment is missing: `python3 dev.py test` makes it")
    return packaged(tmp_path_factory, "x86_64")


@pytest.fixture(scope="session")
def deployed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The stack, made by CloudFormation, with a time zone in which a review of today opens before its timer's first
    firing, a minute after the start."""
    folder = tmp_path_factory.mktemp("deployed")
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=50)
    own = copy_of(package, folder / "package")
    adaptations.add_zone(own / "deployment.zip", opens)
    emulator = Emulator(folder / "emulator", folder / "objects", folder / "emulator.log")
    emulator.start()
    try:
        stack = Stack(emulator)
        ended = stack.deploy(own)
        assert ended == "CREATE_COMPLETE", stack.troubles()
        yield Deployment(stack, own, opens)
    finally:
        emulator.stop()
