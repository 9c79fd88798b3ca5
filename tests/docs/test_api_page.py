"""docs/api.md has every route and none too many, with who may call it and what it takes and gives."""

from __future__ import annotations

import re

import pytest

from tests.described import description
from tests.security.matrix import SHORT, rights

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from tests.docs.api_page import PAGE, SAID, microsoft_pages, written

HINT = "python3 -m tests.docs.api_page writes it anew"


def test_the_page_is_what_the_routes_declare() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), HINT


def test_every_operation_is_on_the_page_once() -> None:
    """Counted from the page's text, not from what wrote it."""
    found, prefix = [], ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            prefix = ""
        elif below := re.fullmatch(r"Below `(.+)`\.", line):
            prefix = below[1]
        elif shells := re.match(r"Pages, the same shell for everybody: (.+)\.$", line):
            found += [f"GET {path}" for path in re.findall(r"`([^`]+)`", shells[1])]
        elif row := re.match(r"\| `([A-Z]+) ([^`]+)` \|", line):
            path = row[2] if row[2] != "/" or not prefix else ""
            found.append(f"{row[1]} {prefix}{path}")
    told = [f"{method.upper()} {path}" for path, held in description()["paths"].items() for method in held]
    assert sorted(found) == sorted(told), HINT


def test_what_is_said_of_a_route_beside_the_table_of_rights_is_about_a_route() -> None:
    assert set(SAID) <= set(rights())


def test_most_of_graphs_operations_lead_to_microsofts_own_page() -> None:
    """A path of ours that Microsoft's client does not know would be a misspelt one."""
    text = PAGE.read_text(encoding="utf-8")
    linked = set(re.findall(r"\(https://learn\.microsoft\.com/graph/api/([\w-]+)\)", text))
    assert linked <= set(microsoft_pages().values())
    graph = [
        name for name in rights() if SHORT.get(name.split()[1].partition("/")[0], name.split()[1]).startswith("/v1.0/")
    ]
    assert len(linked) > len(graph) / 2
