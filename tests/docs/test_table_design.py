"""docs/table-design.md tells the truth: its keys and access patterns are those of the code, and all of them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from chalicelib import storage
from chalicelib.usecases import ports

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "table-design.md").read_text(encoding="utf-8")
STORES = (
    ports.Writer,
    ports.People,
    ports.Sources,
    ports.SignIns,
    ports.Provisioning,
    ports.Entitlements,
    ports.Connections,
    ports.Tasks,
    ports.Exchanges,
    ports.Guards,
    ports.Adoptions,
    ports.Removals,
    ports.Dossiers,
    ports.Reviews,
    ports.Reports,
    ports.Items,
    ports.Audit,
    ports.Addresses,
)
ROOMS = [
    importlib.import_module(f"{storage.__name__}.{each.name}")
    for each in pkgutil.iter_modules(storage.__path__)
    if each.name.endswith("keys")
]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its first two lines."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def functions_of_keys() -> set[str]:
    found = [(room, *each) for room in ROOMS for each in inspect.getmembers(room, inspect.isfunction)]
    return {name for room, name, function in found if function.__module__ == room.__name__ and name[0] != "_"}


def methods_of(store: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(store, inspect.isfunction) if not name.startswith("_")}


def test_every_key_function_is_in_the_document_and_every_named_one_exists() -> None:
    named = {name for row in rows("Keys") for name in re.findall(r"`(\w+)`", row[0])}
    assert named == functions_of_keys()


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_every_access_pattern_has_its_key_and_cost_and_every_named_one_exists(store: type) -> None:
    told = [row for row in rows("Access patterns") if row[0].startswith(f"`{store.__name__}.")]
    named = [name.partition(".")[2] for row in told for name in re.findall(r"`(\w+\.\w+)`", row[0])]
    assert sorted(named) == sorted(methods_of(store))
    for row in told:
        assert len(row) == 4 and all(row), row


def test_the_keys_of_access_patterns_are_key_functions() -> None:
    for row in rows("Access patterns"):
        named = set(re.findall(r"`(\w+)`", row[2]))
        assert named <= functions_of_keys() | {"other-order"}, row
