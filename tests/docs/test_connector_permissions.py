"""The pages of the connectors to AWS ask for exactly the permissions that their calls need, and name every setting."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "identity_center": ("identity-center.md", {"identitystore": "identitystore", "sso-admin": "sso"}),
    "cognito": ("cognito.md", {"cognito-idp": "cognito-idp"}),
    "iam": ("iam.md", {"iam": "iam"}),
}

FILES = {"identity_center": ("identity_store", "account_assignments")}


def _asked(page: str) -> set[str]:
    """The actions in the page's policies."""
    found: set[str] = set()
    for policy in re.findall(r"```json\n(.*?)```", page, re.DOTALL):
        for statement in json.loads(policy)["Statement"]:
            actions = statement["Action"]
            found |= {actions} if isinstance(actions, str) else set(actions)
    return found


def _needed(module: str, services: dict[str, str]) -> set[str]:
    """The operations that the connector's text names, as permissions."""
    room = ROOT / "chalicelib" / "connectors"
    text = "".join((room / f"{name}.py").read_text(encoding="utf-8") for name in FILES.get(module, (module,)))
    names = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', text))
    models = {prefix: get_session().get_service_model(service) for service, prefix in services.items()}
    return {
        f"{prefix}:{operation}"
        for prefix, model in models.items()
        for operation in model.operation_names
        if xform_name(operation) in names
    }


@pytest.mark.parametrize("module", PAGES)
def test_the_permissions_are_those_of_the_calls(module: str) -> None:
    name, services = PAGES[module]
    page = (ROOT / "docs" / "connectors" / name).read_text(encoding="utf-8")
    assert _asked(page) == _needed(module, services)


@pytest.mark.parametrize("module", PAGES)
def test_every_setting_is_explained(module: str) -> None:
    page = (ROOT / "docs" / "connectors" / PAGES[module][0]).read_text(encoding="utf-8")
    kind = importlib.import_module(f"chalicelib.connectors.{module}").KIND
    assert kind.kind in page
    assert {one.name for one in kind.settings} - set(re.findall(r"`(\w+)`", page)) == set()
