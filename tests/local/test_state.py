"""The state directory and the environments' stamps."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local import launcher, venvs
from local.state import Busy, State, read_json, write_json


def test_one_launcher_a_state(tmp_path: Path) -> None:
    with State(tmp_path / "s"), pytest.raises(Busy, match="Another instance"), State(tmp_path / "s"):
        pass
    with State(tmp_path / "s"):
        pass


def test_who_holds_a_state_is_told(tmp_path: Path) -> None:
    with State(tmp_path) as state:
        write_json(state.path("running.json"), {"pid": 12, "port": 8123})
        with pytest.raises(Busy, match=r"http://127\.0\.0\.1:8123 \(process 12\).*--state DIR"), State(tmp_path):
            pass


def test_clear_removes_only_what_is_ours(tmp_path: Path) -> None:
    (tmp_path / "emulator").mkdir()
    (tmp_path / "clock.json").touch()
    (tmp_path / "thesis.txt").touch()
    with State(tmp_path) as state:
        state.clear()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.lock", "thesis.txt"]


def test_json_files(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": 1})
    assert read_json(tmp_path / "a.json") == {"a": 1}
    assert read_json(tmp_path / "b.json") is None
    for damaged in ("", "{", "[1]", "null"):
        (tmp_path / "c.json").write_text(damaged)
        assert read_json(tmp_path / "c.json") is None
    (tmp_path / "c.json").unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_taken_port_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(launcher.PortTaken, match=f"Port {port} is not free"):
            launcher.check_port(port)


def test_environments_are_made_once_and_updated_on_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    venv = venvs.Venv(tmp_path / "venv")

    def run(command: list[str]) -> None:
        ran.append(command)
        venv.python.parent.mkdir(parents=True, exist_ok=True)
        venv.python.touch()

    monkeypatch.setattr(venvs, "_run", run)
    monkeypatch.setattr(venvs, "ROOT", tmp_path)
    monkeypatch.setattr(venvs.Venv, "_usable", lambda self: self.python.exists())
    (tmp_path / "a.txt").write_text("x==1\n")
    (tmp_path / "b.txt").write_text("-r a.txt\ny==1\n")
    venv.ensure("b.txt")
    assert ran[0][1:3] == ["-m", "venv"] and ran[1][-2:] == ["-r", str(tmp_path / "b.txt")]
    venv.ensure("a.txt")
    venv.ensure("b.txt")
    assert len(ran) == 2
    (tmp_path / "a.txt").write_text("x==2\n")
    venv.ensure("a.txt")
    venv.ensure("b.txt")
    assert [command[-1].rpartition("/")[2] for command in ran[2:]] == ["a.txt", "b.txt"]
