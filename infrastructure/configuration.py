"""docs/configuration.md: every setting, what it does, and which parameter of a deployment sets it.

`python3 -m infrastructure.configuration` writes its tables anew; a test holds the three against one another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.settings import fields_of, variable
from infrastructure import template

PAGE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"
MADE = "the deployment"  # what the template makes and nobody chooses


def variables(ours: Mapping[str, Any]) -> dict[str, Any]:
    """The environment the template gives to every function."""
    found: dict[str, Any] = ours["Globals"]["Function"]["Environment"]["Variables"]
    return found


def setting_parameters(ours: Mapping[str, Any]) -> dict[str, list[str]]:
    """By variable the template's parameters that decide it, also by way of a condition."""
    names = set(ours["Parameters"])
    return {name: sorted(_named(value, ours) & names) for name, value in variables(ours).items()}


def _named(value: Any, ours: Mapping[str, Any]) -> set[str]:
    """Everything a value refers to."""
    if isinstance(value, list):
        return set().union(*(_named(one, ours) for one in value))
    if not isinstance(value, Mapping):
        return set()
    found = set().union(*(_named(one, ours) for name, one in value.items() if name not in ("Ref", "Condition")))
    found |= {str(value["Ref"])} if "Ref" in value else set()
    text = value.get("Fn::Sub")
    found |= set(re.findall(r"\$\{(\w+)\}", str(text))) if text else set()
    conditions = [value["Fn::If"][0]] if "Fn::If" in value else []
    conditions += [value["Condition"]] if "Condition" in value else []
    return found.union(*(_named(ours["Conditions"][name], ours) for name in conditions))


def _settings(ours: Mapping[str, Any]) -> list[str]:
    parameters = setting_parameters(ours)
    lines = ["| variable | default | effect | set by |", "| --- | --- | --- | --- |"]
    for name, one in fields_of().items():
        given = parameters.get(variable(name))
        by = ", ".join(f"`{parameter}`" for parameter in given) if given else "" if given is None else MADE
        needed = " **Needed** outside the local stage." if one.metadata["needed"] else ""
        lines.append(f"| `{variable(name)}` | {_shown(one.default)} | {one.metadata['effect']}{needed} | {by} |")
    return lines


def _parameters(ours: Mapping[str, Any]) -> list[str]:
    lines = ["| parameter | default | meaning |", "| --- | --- | --- |"]
    for name, one in sorted(ours["Parameters"].items()):
        allowed = (
            f" One of: {', '.join(f'`{value}`' for value in one['AllowedValues'])}." if "AllowedValues" in one else ""
        )
        lines.append(f"| `{name}` | {_shown(one.get('Default', ''))} | {one.get('Description', '')}{allowed} |")
    return lines


def _shown(default: object) -> str:
    text = ",".join(map(str, default)) if isinstance(default, tuple) else json.dumps(default).strip('"')
    return f"`{text}`" if text else ""


def page(before: str) -> str:
    """The page with its two tables as they are now."""
    ours = template.ours()
    for name, lines in (("settings", _settings(ours)), ("parameters", _parameters(ours))):
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, _, rest = before.partition(begin)
        before = f"{head}{begin}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}"
    return before


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
