"""One thread, and pages so small that a few people make several: what makes a history one that can be played again."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from importlib import import_module
from typing import Any

import pytest

from chalicelib import usecases

SMALLER: dict[str, Any] = {
    "freeze_population.CHUNK_PAGES": 1,
    "close_review.PAGE": 2,
    "close_review.CHECKPOINT_ITEMS": 2,
    "apply_removals.CHECKPOINT_ITEMS": 2,
    "decide_bulk.INLINE": 1,
    "reset_decisions.INLINE": 1,
}  # so that a few people make several pages, and several checkpoints


class SameThread:
    """In place of a ThreadPoolExecutor: the same, one after the other, so that a history can be played again."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> SameThread:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[..., Any], *each: Iterable[Any]) -> Iterator[Any]:
        """As the executor's; what fails raises at once."""
        return iter([function(*one) for one in zip(*each, strict=False)])

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """As the executor's."""
        made: Future[Any] = Future()
        try:
            made.set_result(function(*arguments))
        except Exception as problem:  # noqa: BLE001 - whoever asks for the result gets it
            made.set_exception(problem)
        return made


def one_thread(patch: pytest.MonkeyPatch) -> None:
    """Have use cases do one after the other what they do side by side."""
    for found in pkgutil.iter_modules(usecases.__path__):
        module = import_module(f"{usecases.__name__}.{found.name}")
        if hasattr(module, "ThreadPoolExecutor"):
            patch.setattr(module, "ThreadPoolExecutor", SameThread)
