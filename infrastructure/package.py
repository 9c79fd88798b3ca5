"""`python3 dev.py package STAGE`: the artefact and its template, into `dist/STAGE/`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from infrastructure import artefact, template


def package(folder: Path, architecture: str) -> None:
    """Write `deployment.zip` and `template.json` into a folder."""
    whole = template.template(artefact.make(architecture, folder))
    (folder / "template.json").write_text(template.text(whole), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    parser.add_argument("stage", help="the name of the deployment, for example production")
    parser.add_argument("--architecture", choices=artefact.ARCHITECTURES, default="arm64")
    chosen = parser.parse_args(arguments)
    folder = artefact.ROOT / "dist" / chosen.stage
    package(folder, chosen.architecture)
    print(f"{folder / 'template.json'}\n{folder / 'deployment.zip'}")
    return 0
