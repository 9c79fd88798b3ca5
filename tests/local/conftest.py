"""Fixtures of the local stage's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local import emulator
from tests.local import tiny


@pytest.fixture
def free_port() -> int:
    return emulator.free_port()


@pytest.fixture
def app() -> Iterator[object]:
    """The tiny app's module with nothing recorded."""
    tiny.forget()
    yield tiny
    tiny.forget()
