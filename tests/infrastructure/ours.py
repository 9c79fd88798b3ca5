"""Our part of a deployment's template, as parameters make it."""

from __future__ import annotations

from typing import Any

from infrastructure import template
from infrastructure.resolved import resolved

OURS = template.ours()
GIVEN = {"MailFrom": "reviews@example.com", "FirstAdministrator": "ann@example.com"}
PLAIN = resolved(OURS, GIVEN)["Resources"]
OWN_KEY = resolved(OURS, {**GIVEN, "DataEncryption": "customer"})["Resources"]
FUNCTIONS = {
    name: one["Properties"]["FunctionName"]["Fn::Sub"]
    for name, one in PLAIN.items()
    if "Fn::Sub" in one["Properties"].get("FunctionName", {})
}


def of_kind(kind: str, among: dict[str, Any] = PLAIN) -> dict[str, dict[str, Any]]:
    """Resources of one type by logical id."""
    found = {name: one for name, one in among.items() if one.get("Type") == kind}
    assert found
    return found
