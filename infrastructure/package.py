"""`python3 dev.py package STAGE`: the artefact and its template, into `dist/STAGE/`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infrastructure import artefact, template, wheels


def package(folder: Path, architecture: str) -> artefact.Artefact:
    """Write `deployment.zip` and `template.json` into a folder."""
    made = artefact.make(architecture, folder)
    (folder / "template.json").write_text(template.text(template.template(made.chalice)), encoding="utf-8")
    return made


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    parser.add_argument("stage", nargs="?", default="production", help="the name of the deployment")
    parser.add_argument("--architecture", choices=artefact.ARCHITECTURES, default="arm64")
    parser.add_argument("--lock", action="store_true", help="write the list of packages and hashes anew, nothing else")
    chosen = parser.parse_args(arguments)
    if chosen.lock:
        with tempfile.TemporaryDirectory() as name:
            wheels.lock(Path(name))
        print(wheels.LOCK)
        return 0
    folder = artefact.ROOT / "dist" / chosen.stage
    made = package(folder, chosen.architecture)
    for name in made.left:
        print(f"not packaged, since git does not know it: {name}")
    print(f"{folder / 'template.json'}\n{folder / 'deployment.zip'}")
    return 0
