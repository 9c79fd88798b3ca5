"""The emulator as an account that is deployed into, and what stands for the package there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infrastructure import afterwards, artefact, commands, deploy, preflight, remove, template
from infrastructure.account import Account, open_account
from local.emulator import LOCAL_KEY, Emulator
from local.resources import Aws
from local.venvs import EMULATOR
from tests.deployed import adaptations

STAGE, STACK = "trial", "access-reviews-trial"
SENDER, ADMIN = "reviews@contoso.example", "ann@contoso.example"
GIVEN = (f"MailFrom={SENDER}", f"FirstAdministrator={ADMIN}", "DefaultTimeZone=Europe/Paris")
_LEFT_OUT = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard")  # the emulator knows no metric maths


@dataclass
class Place:
    """An account on the emulator. The zip holds nothing: what functions do is the matter of tests/deployed."""

    aws: Aws
    package: Path

    def deploy(self, *options: str) -> int:
        """`dev.py deploy trial --yes`, told the parameters of a first deployment."""
        return self.again(*(part for one in GIVEN for part in ("--set", one)), *options)

    def again(self, *options: str) -> int:
        """`dev.py deploy trial --yes` by somebody who has no file and says nothing."""
        nowhere = ["--file", str(self.package / "none.yaml"), "--pause", "0.2", "--package", str(self.package)]
        return deploy.main([STAGE, "--yes", "--region", "us-east-1", *nowhere, *options])

    def remove(self, *options: str) -> int:
        """`dev.py remove trial`."""
        return remove.main([STAGE, "--region", "us-east-1", "--pause", "0.2", *options])

    def client(self, service: str) -> Any:
        """A client of AWS."""
        return _opened("", "us-east-1").client(service)

    def stack(self) -> dict[str, Any]:
        """The stack as CloudFormation has it; empty when there is none."""
        found = self.client("cloudformation").describe_stacks()["Stacks"]
        return next((one for one in found if one["StackName"] == STACK), {})

    def change(self, mend: Callable[[dict[str, Any]], None]) -> Place:
        """The same account with a package whose template somebody has changed."""
        folder = self.package.with_name(f"{self.package.name}-changed")
        shutil.copytree(self.package, folder, dirs_exist_ok=True)
        whole = json.loads((folder / "template.json").read_text(encoding="utf-8"))
        mend(whole)
        (folder / "template.json").write_text(json.dumps(whole), encoding="utf-8")
        return Place(self.aws, folder)


def _package(folder: Path) -> Path:
    """A package without code, with the template of this checkout."""
    checkout = folder / "checkout"
    for path in artefact.product()[0]:
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(artefact.ROOT / path, checkout / path)
    whole = template.template(artefact._chalice(checkout, "x86_64"))
    whole["Resources"] = {name: one for name, one in whole["Resources"].items() if one["Type"] not in _LEFT_OUT}
    (folder / "template.json").write_text(adaptations.for_emulator(json.dumps(whole), "./deployment.zip", {}))
    shutil.copy(checkout / "out" / "deployment.zip", folder / "deployment.zip")
    return folder


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The emulator's address, and the package."""
    if not EMULATOR.python.exists():
        pytest.skip("the emulator's environment is missing: `python3 dev.py test` makes it")
    folder = tmp_path_factory.mktemp("deploying")
    emulator = Emulator(folder / "state", folder / "objects", folder / "log.txt")
    url = emulator.start()
    try:
        Aws(url).client("sesv2").create_email_identity(EmailIdentity=SENDER.partition("@")[2])
        yield url, _package(folder)
    finally:
        emulator.stop()


@pytest.fixture
def place(emulated: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Place:
    """An account to deploy into. Nobody can reach its portal from here: tests/deployed does."""
    url, folder = emulated
    given = {"ENDPOINT_URL": url, "ACCESS_KEY_ID": LOCAL_KEY, "SECRET_ACCESS_KEY": LOCAL_KEY, "REGION": "us-east-1"}
    for name, value in given.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(commands, "open_account", _opened)
    known = [one for one in preflight.CHECKS if one is not preflight._gateway]  # the emulator has no service quotas
    monkeypatch.setattr(preflight, "CHECKS", known)
    monkeypatch.setattr(afterwards, "try_portal", lambda *_, **__: (True, "The portal answers."))
    return Place(Aws(url), folder)


@cache
def _opened(profile: str, region: str) -> Account:
    """One account for all commands: making a client takes as long as using it."""
    return open_account(profile, region)
