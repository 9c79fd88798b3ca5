"""What is deployed: the product, nothing of the local stage, of the tests, of this machine; each function starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import levers
from tests.routes.attacking import routes_under
from tests.security.packaging import ROOT
from tests.security.permissions import FUNCTIONS, statements
from tests.world import ISSUER

LOCAL = ("moto", "ministack", "pytest", "hypothesis", "local", "tests", "bench")
KNOWN = {  # the composition root takes another clock, which nothing there gives it; a link of the local stage alone
    (b"use_clock(", "chalicelib/bootstrap.py"),
    (b"/_local", "chalicelib/web/app/frame.js"),
}
SECRETS = (
    r"AKIA[0-9A-Z]{16}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"whsec_[A-Za-z0-9+/=]{20,}",
    r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.",
    r"scim_[\w-]{20,}",
)
LOOK = """
import importlib, json, sys
found = {}
for handler in sys.argv[1:]:
    module, _, name = handler.partition(".")
    found[handler] = callable(getattr(importlib.import_module(module), name))
from app import app
found["routes"] = sorted(f"{method} {path}" for path, held in app.routes.items() for method in held)
found["modules"] = sorted({name.partition(".")[0] for name in sys.modules})
found["from"] = sys.modules["chalicelib"].__file__
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that `chalice package` left."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([sys.executable, "-m", "tests.security.packaging", str(folder)], cwd=ROOT, check=True, timeout=120)
    yield folder / "out"


@pytest.fixture(scope="module")
def files(made: Path) -> dict[str, bytes]:
    """Every file in it."""
    with zipfile.ZipFile(made / "deployment.zip") as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="module")
def functions(made: Path) -> dict[str, dict[str, Any]]:
    """The functions of its template, by the names of the policies."""
    resources = json.loads((made / "sam.json").read_text(encoding="utf-8"))["Resources"]
    found = {}
    for one in resources.values():
        if one["Type"] == "AWS::Serverless::Function":
            handler = one["Properties"]["Handler"].partition(".")[2]
            role = resources[one["Properties"]["Role"]["Fn::GetAtt"][0]]
            found["api" if handler == "app" else handler] = {**one["Properties"], "role": role["Properties"]}
    return found


def test_only_the_product_is_in_it(files: dict[str, bytes]) -> None:
    assert {name.partition("/")[0] for name in files} == {"app.py", "chalice", "chalicelib"}
    assert {name for name in files if name.startswith("chalice/")} == {"chalice/__init__.py", "chalice/app.py"}
    odd = [name for name in files if re.search(r"(^|/)\.|__pycache__|\.(pyc|pem|key|env|sqlite|log|zip)$", name)]
    assert odd == []


def test_no_lever_of_the_local_stage_is_in_it(files: dict[str, bytes]) -> None:
    """No clock to move, no tokens for anybody, no demonstration organisation, no mails to read."""
    assert "/_local" in (levers.__doc__ or "")
    words = (b"/_local", b"127.0.0.1:4566", b"demonstration", b"use_clock(")
    found = {(word, name) for name, content in files.items() for word in words if word in content}
    assert found == KNOWN
    for name, content in files.items():
        if name.endswith(".py"):
            assert not re.search(rb"^\s*(from|import) (%s)\b" % "|".join(LOCAL).encode(), content, re.MULTILINE), name


def test_no_secret_and_no_path_of_a_machine_is_in_it(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        found = [one for one in SECRETS if re.search(one.encode(), content)]
        assert not found and str(ROOT).encode() not in content, (name, found)


def test_each_function_starts_in_a_fresh_process(
    made: Path, functions: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The handlers that the template names are there, and what they need is in the package or in the requirements."""
    with zipfile.ZipFile(made / "deployment.zip") as found:
        found.extractall(tmp_path)
    names = [one["Handler"] for one in functions.values()]
    environment = {
        "ACCESS_REVIEWS_STAGE": "production",
        "ACCESS_REVIEWS_OIDC_ISSUER": ISSUER,
        "PATH": os.environ["PATH"],
    }
    answer = subprocess.run(
        [sys.executable, "-c", LOOK, *names], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60
    )
    told = json.loads(answer.stdout)
    assert all(told[name] for name in names) and told["from"].startswith(str(tmp_path))
    assert set(told["routes"]) == routes_under("/") and not set(LOCAL) & set(told["modules"])


def test_each_function_has_a_role_of_its_own_with_its_own_policy(functions: dict[str, dict[str, Any]]) -> None:
    assert set(functions) == set(FUNCTIONS)
    for name, one in functions.items():
        (policy,) = one["role"]["Policies"]
        assert policy["PolicyDocument"]["Statement"] == statements(name)
        assert "ManagedPolicyArns" not in one["role"]
