"""`python3 dev.py package STAGE`: what is deployed, into `dist/STAGE/`.

`deployment.zip` is the artefact, `template.json` its CloudFormation template, and `package.json` says what they are:
for `dev.py deploy`, and for whoever wants to know later which software a seal names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.software import VERSION
from infrastructure import artefact, template, wheels


@dataclass(frozen=True)
class Package:
    """What was made in a folder. `about` is what `package.json` holds."""

    folder: Path
    artefact: artefact.Artefact
    template: template.Json
    about: dict[str, Any]


def package(folder: Path, architecture: str) -> Package:
    """Make the artefact and its template. Raises CannotPackage when the one, ValueError when the other cannot be."""
    made = artefact.make(architecture, folder)
    whole = template.template(made.chalice)
    text = template.text(whole)
    (folder / "template.json").write_text(text, encoding="utf-8")
    about = {
        "version": VERSION,
        "sourceHash": made.source,
        "commit": artefact.commit(),
        "architecture": architecture,
        "python": wheels.python(),
        "artefact": {
            "sha256": hashlib.sha256(made.path.read_bytes()).hexdigest(),
            "bytes": made.path.stat().st_size,
            "unpackedBytes": made.unpacked,
        },
        "template": {"sha256": hashlib.sha256(text.encode()).hexdigest(), "bytes": len(text.encode())},
    }
    (folder / "package.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return Package(folder, made, whole, about)


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    parser.add_argument("stage", nargs="?", default="production", help="the name of the deployment")
    parser.add_argument("--architecture", choices=artefact.ARCHITECTURES, default="arm64")
    parser.add_argument("--lock", action="store_true", help="write the list of packages and hashes anew, nothing else")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.lock:
            with tempfile.TemporaryDirectory() as name:
                wheels.lock(Path(name))
            print(wheels.LOCK)
        else:
            print(told(package(artefact.ROOT / "dist" / chosen.stage, chosen.architecture)))
    except (wheels.CannotPackage, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def told(made: Package) -> str:
    """What the command says of what it made."""
    about, one, other = made.about, made.about["artefact"], made.about["template"]
    lines = [
        f"{made.artefact.path}",
        f"  {one['bytes']:,} bytes, {one['unpackedBytes']:,} unpacked, sha256 {one['sha256']}",
        f"  software {about['version']}, hash {about['sourceHash']}, commit {about['commit'] or 'unknown'}",
        f"  for Python {about['python']} on {about['architecture']}",
        f"{made.folder / 'template.json'}",
        f"  {other['bytes']:,} of {template.LIMIT:,} bytes, {len(made.template['Resources'])} resources,"
        f" sha256 {other['sha256']}",
    ]
    return "\n".join(lines + [f"not packaged, because git does not know it: {name}" for name in made.artefact.left])
