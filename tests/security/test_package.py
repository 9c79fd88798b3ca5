"""What is deployed: the product and the packages it needs, nothing of the local stage, of the tests, of this machine;
each function starts from it alone."""

from __future__ import annotations

import ast
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

from infrastructure import wheels
from infrastructure.restored import pointed
from local import levers
from tests.packages import packaged
from tests.routes.attacking import routes_under
from tests.security.permissions import FUNCTIONS, statements
from tests.world import ISSUER

ROOT = wheels.ROOT
OURS = ("app.py", "chalicelib/")
LOCAL = ("moto", "ministack", "pytest", "hypothesis", "local", "tests", "bench", "infrastructure")
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
# In a process that has nothing but the standard library and the artefact: every handler, every module, every client,
# a token, a mail, and one request.
LOOK = """
import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
import importlib, json, pkgutil
found = {}
for handler in sys.argv[3:]:
    module, _, name = handler.partition(".")
    found[handler] = callable(getattr(importlib.import_module(module), name))
from app import app
event = {"httpMethod": "GET", "path": "/", "requestContext": {"httpMethod": "GET", "resourcePath": "/", "identity": {}},
         "headers": {}, "multiValueHeaders": {}, "queryStringParameters": None, "multiValueQueryStringParameters": None,
         "pathParameters": None, "stageVariables": None, "body": None, "isBase64Encoded": False}
found["status"] = app(event, None)["statusCode"]
import chalicelib
from chalicelib import routes
listed = json.loads(routes.INDEX.read_text())
found["index"] = sorted(f"{method} {path}" for path, held in listed.items() for method in held)
for name in routes.DOORS:
    app.open(name)
found["routes"] = sorted(f"{method} {path}" for path, held in app.routes.items() for method in held)
for one in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    if not one.name.endswith("verify_evidence"):
        importlib.import_module(one.name)
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(65537, 2048)
found["token"] = jwt.decode(jwt.encode({"sub": "x"}, key, "RS256"), key.public_key(), algorithms=["RS256"])
from chalicelib.aws.clients import client
found["clients"] = [client(name).meta.service_model.service_name for name in sys.argv[2].split(",")]
found["modules"] = sorted({name.partition(".")[0] for name in sys.modules})
from pathlib import Path
places = [getattr(one, "__file__", None) for one in sys.modules.values()]
found["elsewhere"] = sorted({one for one in places if one and not one.startswith((sys.argv[1], sys.base_prefix))})
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package for the processors that tests run on."""
    return packaged(tmp_path_factory, "x86_64")


@pytest.fixture(scope="module")
def files(made: Path) -> dict[str, bytes]:
    """Every file in it."""
    with zipfile.ZipFile(made / "deployment.zip") as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="module")
def product(files: dict[str, bytes]) -> dict[str, bytes]:
    """Every file in it that is of this repository, as it was written."""
    return {name: content for name, content in files.items() if name.startswith(OURS) and not name.endswith(".pyc")}


@pytest.fixture(scope="module")
def functions(made: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """The functions of its template, by the names of the policies."""
    resources = json.loads((made / "template.json").read_text(encoding="utf-8"))["Resources"]
    found = {}
    for one in resources.values():
        if one["Type"] == "AWS::Serverless::Function":
            handler = one["Properties"]["Handler"].partition(".")[2]
            role = resources[one["Properties"]["Role"]["Fn::GetAtt"][0]]
            found["api" if handler == "app" else handler] = {**one["Properties"], "role": role["Properties"]}
    yield found


def test_only_the_product_and_its_packages_are_in_it(files: dict[str, bytes], product: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in files}
    assert {name for name in tops if not re.fullmatch(r"_cffi_backend\..*\.so", name)} == {
        *("app.py", "chalicelib", "chalice", "__pycache__"),
        *("botocore", "cryptography", "dateutil", "jinja2", "jmespath", "jwt", "markupsafe", "msgspec", "pynamodb"),
        *("six.py", "tzdata", "urllib3"),
    }
    assert {name for name in files if re.fullmatch(r"chalice/[^_].*|chalice/__i.*", name)} == {
        "chalice/__init__.py",
        "chalice/app.py",
    }
    odd = [name for name in product if re.search(r"(^|/)\.|__pycache__|\.(pyc|pem|key|env|sqlite|log|zip)$", name)]
    assert odd == []


def test_no_lever_of_the_local_stage_is_in_it(product: dict[str, bytes]) -> None:
    """No clock to move, no tokens for anybody, no demonstration organisation, no mails to read."""
    assert "/_local" in (levers.__doc__ or "")
    words = (b"/_local", b"127.0.0.1:4566", b"demonstration", b"use_clock(")
    found = {(word, name) for name, content in product.items() for word in words if word in content}
    assert found == KNOWN
    for name, content in product.items():
        if name.endswith(".py"):
            assert not re.search(rb"^\s*(from|import) (%s)\b" % "|".join(LOCAL).encode(), content, re.MULTILINE), name


def test_no_secret_and_no_path_of_a_machine_is_in_it(files: dict[str, bytes], product: dict[str, bytes]) -> None:
    for name, content in product.items():
        found = [one for one in SECRETS if re.search(one.encode(), content)]
        assert not found, (name, found)
    assert not [name for name, content in files.items() if str(ROOT).encode() in content]


def test_each_function_starts_from_it_alone(made: Path, functions: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The handlers that the template names are there, and everything they can come to need: modules, packages, the
    data of every AWS service."""
    with zipfile.ZipFile(made / "deployment.zip") as found:
        found.extractall(tmp_path)
    names = [one["Handler"] for one in functions.values()]
    environment = {
        "ACCESS_REVIEWS_STAGE": "local",
        "ACCESS_REVIEWS_OIDC_ISSUER": ISSUER,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "PATH": os.environ["PATH"],
    }
    look = [sys.executable, "-I", "-S", "-c", LOOK, str(tmp_path), ",".join(wheels.SERVICES), *names]
    answer = subprocess.run(look, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    told = json.loads(answer.stdout)
    assert all(told[name] for name in names) and told["elsewhere"] == [] and told["status"] == 200
    assert set(told["routes"]) == set(told["index"]) == routes_under("/")
    assert not set(LOCAL) & set(told["modules"])
    assert told["token"] == {"sub": "x"} and set(told["clients"]) == set(wheels.SERVICES)


def test_the_services_that_are_kept_are_those_the_code_asks_for() -> None:
    """Every client is asked for by a name that stands in the code, so that none is missed."""
    asked, unnamed = {"dynamodb", "sts"}, set()  # PynamoDB's client, and botocore's for roles to assume
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            position = {"client": 0, "client_elsewhere": 0, "create_client": 0, "Api": 1}.get(_called(node), -1)
            if position >= 0 and path.parent.name in ("aws", "connectors", "storage"):
                given = node.args[position] if len(node.args) > position else None
                if isinstance(given, ast.Constant):
                    asked.add(str(given.value))
                elif given is not None:
                    unnamed.add(path.name)
    assert asked == set(wheels.SERVICES)
    assert unnamed <= {"clients.py", "provisioning.py"}  # what makes them; a SCIM client by its id


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_each_function_has_a_role_of_its_own_with_its_own_policy(functions: dict[str, dict[str, Any]]) -> None:
    assert set(functions) == set(FUNCTIONS)
    roles = [one["Role"]["Fn::GetAtt"][0] for one in functions.values()]
    assert len(set(roles)) == len(roles)
    for name, one in functions.items():
        (policy,) = one["role"]["Policies"]
        written = {"Resources": {"Policy": {"Statement": statements(name)}}, "Outputs": {}}
        assert policy["PolicyDocument"]["Statement"] == pointed(written)["Resources"]["Policy"]["Statement"]
        assert "ManagedPolicyArns" not in one["role"]
