"""What one may type, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local import client_commands, commands, launcher
from local.client_commands import clock_request
from local.durations import instant, span


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("3h", 10_800), ("3d", 259_200), ("2w", 1_209_600), (" 1s ", 1)]
)
def test_durations(text: str, seconds: int) -> None:
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "3", "d", "-3d", "1.5h", "3 d", "3D", "3mo", "99999w"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        span(text)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-03-02", "2026-03-02T09:00:00"])
def test_instants_need_a_zone(text: str) -> None:
    with pytest.raises(ValueError, match=r"ISO 8601|time zone"):
        instant(text)


def test_clock_requests() -> None:
    assert clock_request("show", "") is None
    assert clock_request("reset", "") == {"reset": True}
    assert clock_request("advance", "3d") == {"advance": "3d"}
    assert clock_request("set", "2026-03-02T09:00:00Z") == {"set": "2026-03-02T09:00:00Z"}
    for action, value in (("show", "3d"), ("advance", ""), ("set", "3d")):
        with pytest.raises(ValueError):
            clock_request(action, value)


def test_run_options() -> None:
    options = launcher.parser().parse_args(["--port", "9", "--state", "x", "--fresh", "--empty"])
    assert (options.port, str(options.state), options.fresh, options.empty) == (9, "x", True, True)
    assert launcher.parser().parse_args([]).port == 8000


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["fly"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "no command 'fly'" in captured.err


@pytest.mark.parametrize("argv", [["users"], ["token", "admin"], ["clock"], ["tick"], ["mail", "--json"]])
def test_nothing_runs_there(argv: list[str], capsys: pytest.CaptureFixture[str], free_port: int) -> None:
    assert client_commands.main(argv[0], [*argv[1:], "--url", f"http://127.0.0.1:{free_port}"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "Nothing answers at" in captured.err
