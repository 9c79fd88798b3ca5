"""The artefact: the zip that Lambda unpacks, and the template Chalice makes beside it.

The same checkout and interpreter give the same bytes wherever and whenever it is made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.software import hash_of
from infrastructure import botocore_data, wheels

ROOT = wheels.ROOT
STAGE = "production"  # of .chalice/config.json; how deployments differ is said by the template's parameters
ARCHITECTURES = tuple(wheels.MACHINES)
_TAKEN = ("app.py", "chalicelib", ".chalice")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TASK = "/var/task"  # where Lambda unpacks it: bytecode names files by this, so that a traceback finds its lines


@dataclass(frozen=True)
class Artefact:
    """A zip that was made. `source` is what seals call the software's hash (chalicelib/software.py), `unpacked` its
    size in bytes; `left` are files beside the product that git does not know; `chalice` is Chalice's template."""

    path: Path
    source: str
    unpacked: int
    left: tuple[str, ...]
    chalice: dict[str, Any]


def product() -> tuple[list[str], list[str]]:
    """The files of the checkout that are packaged, and those that are not because git does not know them. What has
    no git about it, such as an unpacked archive, is taken whole, but for hidden files and bytecode."""
    known = _git("ls-files", "--cached")
    if known:
        there = [name for name in known if (ROOT / name).is_file()]
        return there, _git("ls-files", "--others", "--exclude-standard")
    files = [one for name in _TAKEN for one in (ROOT / name, *(ROOT / name).rglob("*")) if one.is_file()]
    names = [one.relative_to(ROOT).as_posix() for one in files]
    parts = [(name, name.removeprefix(".chalice/").split("/")) for name in names]
    hidden = {name for name, path in parts if any(part[0] == "." or part == "__pycache__" for part in path)}
    return [name for name in names if name not in hidden and not name.startswith(".chalice/deploy")], []


def commit() -> str:
    """The commit that is packaged, "" where there is no git; with a plus where files differ from it."""
    changed = _asked("status", "--porcelain", "--untracked-files=no", "--", *_TAKEN, "infrastructure")
    return _asked("rev-parse", "HEAD").strip() + ("+" if changed else "")


def _git(*asked: str) -> list[str]:
    """Names git lists for what is taken; none without git or outside a checkout of it."""
    return [name for name in _asked(*asked, "-z", "--", *_TAKEN).split("\0") if name]


def _asked(*arguments: str) -> str:
    try:
        told = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return ""
    return told.stdout.decode() if told.returncode == 0 else ""


def lay_out(architecture: str, folder: Path) -> dict[str, Any]:
    """Everything that is deployed, unpacked and compiled into a new folder; returns the template Chalice made."""
    with tempfile.TemporaryDirectory() as name:
        checkout = Path(name)
        template = _chalice(checkout, architecture)
        wheels.install(architecture, folder)
        botocore_data.shorten(folder / "botocore" / "data")
        with zipfile.ZipFile(checkout / "out" / "deployment.zip") as made:
            made.extractall(folder)
        _prepare(checkout, folder)
    precompile(folder)
    return template


def described(architecture: str) -> dict[str, Any]:
    """The template Chalice makes, and nothing else."""
    with tempfile.TemporaryDirectory() as name:
        return _chalice(Path(name), architecture)


def _chalice(checkout: Path, architecture: str) -> dict[str, Any]:
    """Let Chalice package a copy of the product alone, without a wheel: its zip and its template are left in `out`."""
    for path in product()[0]:
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, checkout / path)
    config = json.loads((checkout / ".chalice" / "config.json").read_text(encoding="utf-8"))
    config["lambda_architecture"] = architecture
    (checkout / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (checkout / "requirements.txt").touch()
    start = "import sys; from chalice.cli import main; sys.exit(main())"
    command = [sys.executable, "-B", "-c", start, "package", "--stage", STAGE, str(checkout / "out")]
    subprocess.run(command, cwd=checkout, env=_environment(), check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads((checkout / "out" / "sam.json").read_text(encoding="utf-8"))
    return found


def _prepare(checkout: Path, folder: Path) -> None:
    """See prepared.py."""
    script = Path(__file__).with_name("prepared.py")
    subprocess.run([sys.executable, "-B", str(script), str(checkout), str(folder)], env=_environment(), check=True)


def _environment() -> dict[str, str]:
    """For what imports the product: no setting of whoever packages it gets into the artefact."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ACCESS_REVIEWS_")}
    return {**others, "AWS_DEFAULT_REGION": "us-east-1"}


def precompile(folder: Path) -> None:
    """Bytecode beside every source, never held against it: Lambda's disk cannot be written to, so that every cold
    start would compile all it imports. In a process of its own, because what a process has seen before shows in it."""
    told = ["-s", str(folder), "-p", _TASK, "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", *told], check=True)


def pack(folder: Path, into: Path) -> None:
    """Write a folder as a zip in which nothing tells when, where or by whom it was made."""
    files = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    with zipfile.ZipFile(into, "w") as made:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.create_system, about.external_attr = 3, 0o100644 << 16
            made.writestr(about, files[name].read_bytes(), zipfile.ZIP_DEFLATED, 6)


def make(architecture: str, into: Path) -> Artefact:
    """Write `deployment.zip` for an architecture into a folder."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chalice, path = lay_out(architecture, folder), into / "deployment.zip"
        pack(folder, path)
        unpacked = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
        return Artefact(path, hash_of(folder / "chalicelib"), unpacked, tuple(product()[1]), chalice)
