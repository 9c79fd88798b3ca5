"""The zip: the same bytes from the same input, bytecode that is of its sources, machine code of its architecture, and
nothing that git does not know."""

from __future__ import annotations

import _imp
import importlib.util
import json
import marshal
import os
import re
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from chalicelib.software import source_hash
from infrastructure import artefact, package, template, wheels
from tests.packages import packaged

MACHINES = {"x86_64": 62, "arm64": 183}  # of ELF


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package for the processors that tests run on."""
    return packaged(tmp_path_factory, "x86_64")


@pytest.fixture(scope="module")
def files(made: Path) -> dict[str, bytes]:
    """Every file in it."""
    with zipfile.ZipFile(made / "deployment.zip") as found:
        return {name: found.read(name) for name in found.namelist()}


def test_the_same_input_gives_the_same_bytes(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made again, elsewhere, later, by somebody with other habits and settings."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("ACCESS_REVIEWS_WORK_QUEUE_NAME", "another")
    before = os.umask(0o077)
    try:
        again = artefact.make("x86_64", tmp_path)
    finally:
        os.umask(before)
    assert again.path.read_bytes() == (made / "deployment.zip").read_bytes()
    assert "another" not in json.dumps(again.chalice)


def test_every_source_has_its_bytecode_and_tracebacks_find_their_lines(files: dict[str, bytes]) -> None:
    """Unchecked: nothing is compiled or compared when a function starts. Files are named as Lambda unpacks them."""
    sources = [name for name in files if name.endswith(".py")]
    assert len(sources) > 700
    for name in sources:
        code = files.get(importlib.util.cache_from_source(name))
        assert code is not None, name
        magic, flags, digest = code[:4], struct.unpack("<I", code[4:8])[0], code[8:16]
        assert magic == importlib.util.MAGIC_NUMBER and flags == 1
        assert digest == _imp.source_hash(importlib.util._RAW_MAGIC_NUMBER, files[name])  # type: ignore[attr-defined]
        if name.startswith("chalicelib/"):
            assert marshal.loads(code[16:]).co_filename == f"/var/task/{name}"


def test_machine_code_is_of_the_architecture_asked_for(made: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    """Both have the same parts. The template says which, and the interpreter that the bytecode is for."""
    wheels.install("arm64", tmp_path)
    other = {one.relative_to(tmp_path).as_posix(): one.read_bytes() for one in tmp_path.rglob("*.so")}
    here = {name: content for name, content in files.items() if name.endswith(".so")}
    for found, architecture in ((here, "x86_64"), (other, "arm64")):
        for name, content in found.items():
            assert content[:5] == b"\x7fELF\x02", name
            assert struct.unpack("<H", content[18:20])[0] == MACHINES[architecture], name
    names = {re.sub("x86_64", "aarch64", name) for name in here}
    assert len(names) == 4 and names == set(other)
    resources = json.loads((made / "template.json").read_text(encoding="utf-8"))["Resources"].values()
    functions = [one["Properties"] for one in resources if one["Type"] == template.FUNCTION]
    assert {(one["Architectures"][0], one["Runtime"]) for one in functions} == {("x86_64", f"python{wheels.python()}")}


def test_it_is_small(made: Path, files: dict[str, bytes]) -> None:
    """Lambda takes 250 MB unpacked; what is brought to every new instance takes time."""
    assert (made / "deployment.zip").stat().st_size < 15_000_000
    assert sum(len(one) for one in files.values()) < 45_000_000


def test_what_seals_say_of_the_software_is_what_the_package_says_of_itself(made: Path, files: dict[str, bytes]) -> None:
    about = json.loads((made / "package.json").read_text(encoding="utf-8"))
    if about["commit"].endswith("+") or artefact.product()[1]:
        pytest.skip("the checkout has changes that no commit has")
    assert about["sourceHash"] == source_hash()
    assert re.fullmatch("[0-9a-f]{40}|", about["commit"])


def test_the_list_of_packages_has_what_is_asked_for_and_every_wheel_of_it() -> None:
    lines = wheels.LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    locked = dict(line.split(" ", 1) for line in lines if not line.startswith("#"))
    asked = {re.sub(r"\[.*\]", "", line).lower() for line in wheels.wanted()}
    assert asked <= set(locked)
    hashes = [one.count("--hash=sha256:") for one in locked.values()]
    # for every machine and Python alike; one a machine (a stable ABI); or one an architecture and a Python
    assert set(hashes) == {1, len(wheels.MACHINES), len(wheels.MACHINES) * len(wheels.PYTHONS)}


def test_a_python_that_lambda_does_not_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wheels, "python", lambda: "3.19")
    monkeypatch.setattr(artefact, "ROOT", tmp_path)
    monkeypatch.setattr(artefact, "_chalice", lambda checkout, architecture: {})
    monkeypatch.setattr(artefact, "product", lambda: ([], []))
    assert package.main(["production"]) == 1
    assert "this is Python 3.19" in capsys.readouterr().err


@pytest.fixture()
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which files lie about that nobody has added."""
    for name in ("app.py", ".chalice/config.json", "chalicelib/domain/items.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    for name in (".chalice/deployed/x.json", "chalicelib/notes.txt", "chalicelib/domain/.env", "chalicelib/new.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "chalicelib" / "__pycache__").mkdir()
    (tmp_path / "chalicelib" / "__pycache__" / "new.cpython-311.pyc").touch()
    (tmp_path / ".gitignore").write_text("__pycache__\n.chalice/deployed/\n", encoding="utf-8")
    monkeypatch.setattr(artefact, "ROOT", tmp_path)
    return tmp_path


def test_only_what_git_knows_is_packaged_and_the_rest_is_named(checkout: Path) -> None:
    taken, left = artefact.product()
    assert sorted(taken) == [".chalice/config.json", "app.py", "chalicelib/domain/items.py"]
    assert sorted(left) == ["chalicelib/domain/.env", "chalicelib/new.py", "chalicelib/notes.txt"]


def test_without_git_hidden_files_and_bytecode_stay_behind(checkout: Path) -> None:
    (checkout / ".git").rename(checkout / "no-git")
    taken, left = artefact.product()
    assert left == [] and sorted(taken) == [
        *(".chalice/config.json", "app.py", "chalicelib/domain/items.py"),
        *("chalicelib/new.py", "chalicelib/notes.txt"),
    ]
