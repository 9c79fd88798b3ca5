"""The offset clock: forward only, kept, real time untouched."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.clock import Backwards, OffsetClock

DAY = timedelta(days=1)


def test_starts_at_real_time(tmp_path: Path) -> None:
    clock = OffsetClock(tmp_path / "clock.json")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert abs(clock.real() - time.time()) < 1
    assert len(clock.new_id()) == 32


def test_advances_and_is_kept(tmp_path: Path) -> None:
    clock = OffsetClock(tmp_path / "clock.json")
    clock.advance(DAY)
    clock.advance(DAY)
    assert abs(clock.real() - time.time()) < 1
    assert OffsetClock(tmp_path / "clock.json").offset == 2 * DAY


def test_set_only_forward(tmp_path: Path) -> None:
    clock = OffsetClock(tmp_path / "clock.json")
    wanted = datetime.now(UTC) + 30 * DAY
    assert abs(clock.set(wanted) - wanted) < timedelta(seconds=1)
    with pytest.raises(Backwards):
        clock.set(wanted - DAY)
    with pytest.raises(Backwards):
        clock.advance(-DAY)
    with pytest.raises(ValueError, match="zone"):
        clock.set(datetime(2099, 1, 1))
    with pytest.raises(ValueError, match="ends"):
        clock.advance(timedelta(days=365 * 7000))
    assert abs(clock.now() - wanted) < timedelta(seconds=1)


def test_reset_goes_back_in_a_fresh_run_only(tmp_path: Path) -> None:
    kept = OffsetClock(tmp_path / "clock.json")
    kept.reset()
    kept.advance(DAY)
    with pytest.raises(Backwards, match="--fresh"):
        kept.reset()
    fresh = OffsetClock(tmp_path / "clock.json", fresh=True)
    fresh.reset()
    assert OffsetClock(tmp_path / "clock.json").offset == timedelta(0)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"offsetSeconds": "x"}', '{"offsetSeconds": 1e99}'])
def test_a_damaged_file_is_real_time_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "clock.json").write_text(text)
    assert OffsetClock(tmp_path / "clock.json").offset == timedelta(0)
    assert "damaged" in capsys.readouterr().err
