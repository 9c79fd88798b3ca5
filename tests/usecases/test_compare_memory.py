"""Comparing holds neither side in memory: ten times the members take hardly more."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.compare_sides import join
from chalicelib.usecases.comparing import Comparison, Spot
from chalicelib.usecases.comparison_files import Difference, Target, put_chunk

CHUNK = 5_000


class Folder:
    """Implements what is needed of ports.Files, on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, key: str, data: bytes, names: bool = False) -> None:
        found = self.path / key.replace("/", "_")
        found.write_bytes(data)

    def lines(self, key: str) -> Iterator[str]:
        with (self.path / key.replace("/", "_")).open(encoding="utf-8") as file:
            yield from file


def compared(path: Path, chunks: int) -> tuple[Spot, int]:
    """So many chunks of both sides, every tenth of a chunk's first ones on one side only; the peak of joining them."""
    services: Any = SimpleNamespace(files=Folder(path))
    instance: Any = SimpleNamespace(id="review")
    right = Right("outside", GROUP, "admins", "Member_admins")
    work = Comparison(services, instance, None, (SimpleNamespace(right=right),), 1, None)
    spot = Spot(chunks=chunks, held=chunks, target=Target("outside", "admins", "admins", "Member"))
    for side, away in (("members", 0), ("held", 1)):
        for chunk in range(chunks):
            places = range(chunk * CHUNK, (chunk + 1) * CHUNK)
            names = [f"p{place + (10_000_000 if place % CHUNK < 10 else 0) * away}@example.com" for place in places]
            rows = [Difference(key=name, name=name, person=name, assignment=name) for name in names]
            entries = [(name, str(place)) for name, place in zip(names, places, strict=True)]
            put_chunk(services, work.chunk_key(spot, side, chunk), rows, entries, entries)
    spot.target.members = chunks * CHUNK
    del rows, entries, names
    tracemalloc.start()
    found = join(work, spot)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, peak


@pytest.mark.parametrize("chunks", [8])
def test_memory_does_not_grow_with_the_members(tmp_path: Path, chunks: int) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    few, small = compared(tmp_path / "few", 2)
    many, large = compared(tmp_path / "many", chunks)
    print(f"{2 * CHUNK:,} members: {small / 1e6:.2f} MB; {chunks * CHUNK:,} members: {large / 1e6:.2f} MB")
    assert few.target.matched == 2 * (CHUNK - 10) and many.target.matched == chunks * (CHUNK - 10)
    assert large < small + 2_000_000
