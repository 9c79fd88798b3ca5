"""The artefact: the zip that Lambda unpacks, and the template Chalice makes beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STAGE = "production"  # of .chalice/config.json; how deployments differ is said by the template's parameters
ARCHITECTURES = ("arm64", "x86_64")
_SPARE = ("chalice", "boto3")  # Chalice's packager adds its runtime by itself; nothing imports boto3


def copy(folder: Path) -> None:
    """What of the checkout is packaged."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=ignored)
    shutil.copytree(ROOT / ".chalice", folder / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    shutil.copy(ROOT / "app.py", folder / "app.py")
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line.partition("==")[0] not in _SPARE]
    (folder / "requirements.txt").write_text("\n".join(wanted) + "\n", encoding="utf-8")


def make(architecture: str, into: Path) -> dict[str, Any]:
    """Write `deployment.zip` for one architecture into a folder; returns the template Chalice made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        config = json.loads((folder / ".chalice" / "config.json").read_text(encoding="utf-8"))
        config["lambda_architecture"] = architecture
        (folder / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
        start = "import sys; from chalice.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", start, "package", "--stage", STAGE, str(folder / "out")]
        environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        into.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "out" / "deployment.zip", into / "deployment.zip")
        found: dict[str, Any] = json.loads((folder / "out" / "sam.json").read_text(encoding="utf-8"))
        return found
