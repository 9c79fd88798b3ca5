"""Makes the deployable artefact as `chalice package` does, but for the wheels, and looks at it as Lambda would.

Run as a program in a process of its own (`python -m tests.security.packaging FOLDER`), because Chalice's packager works
on the app of its own process: leaves `deployment.zip` and `sam.json` in FOLDER/out.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from chalice import package
from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import AppOnlyDeploymentPackager, LambdaDeploymentPackager

ROOT = Path(__file__).resolve().parents[2]
STAGE = "production"


def copy(folder: Path) -> None:
    """What a clean checkout gives Chalice to package."""
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".chalice", folder / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("local", "tests", "bench", "docs"):  # there, as in a checkout, and not to be taken along
        (folder / name).mkdir()
        (folder / name / "levers.py").write_text("raise SystemExit\n", encoding="utf-8")


def make(folder: Path) -> None:
    """Package the copy; the wheels, which have to be downloaded, are left out."""
    for name in ("create_deployment_package", "deployment_package_filename", "_deployment_package_filename"):
        setattr(LambdaDeploymentPackager, name, getattr(AppOnlyDeploymentPackager, name))
    factory = CLIFactory(str(folder), environ={"AWS_DEFAULT_REGION": "us-east-1"})
    config = factory.create_config_obj(STAGE)
    packager = package.create_app_packager(config, factory.create_package_options(), "cloudformation", "json")
    packager.package_app(config, str(folder / "out"), STAGE)


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
    make(Path(sys.argv[1]))
