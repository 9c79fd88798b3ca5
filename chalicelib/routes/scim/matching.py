"""Does an object match a filter? Texts compare without case, unless their attribute says otherwise (RFC 7643)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.routes.scim.faults import InvalidFilter
from chalicelib.routes.scim.paths import Compare, Expression, Path
from chalicelib.routes.scim.schemas import Attribute, Json, part_of

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "co": lambda one, other: other in one,
    "sw": lambda one, other: one.startswith(other),
    "ew": lambda one, other: one.endswith(other),
}


def matches(found: Json, expression: Expression) -> bool:
    """Does the object, or one of several values, match? Raises InvalidFilter for texts compared with others."""
    if isinstance(expression, Compare):
        return _compares(found, expression)
    if expression.word == "not":
        return not matches(found, expression.parts[0])
    each = (matches(found, part) for part in expression.parts)
    return all(each) if expression.word == "and" else any(each)


def values_at(found: Json, path: Path) -> list[Any]:
    """The values a path leads to, none of them null."""
    if path.ignored or path.attribute is None:
        return []
    holder = found.get(path.extension, {}) if path.extension else found
    value = holder.get(path.attribute.name)
    values = value if isinstance(value, list) else [value]
    if path.only is not None:
        values = [one for one in values if isinstance(one, dict) and matches(one, path.only)]
    part = path.part or ("value" if path.attribute.parts else "")
    if part:
        values = [one.get(part) if isinstance(one, dict) else one for one in values]
    return [one for one in values if one is not None]


def _compares(found: Json, wanted: Compare) -> bool:
    values = values_at(found, wanted.path)
    if wanted.path.attribute and wanted.path.attribute.name == "name" and not wanted.path.part:
        values = [found[wanted.path.attribute.name]] if found.get("name") else []
    if wanted.operator == "pr":
        return bool(values)
    if wanted.value is None:
        return (not values) is (wanted.operator == "eq")
    if wanted.operator == "ne":
        return not any(_same(wanted, one) for one in values)
    if wanted.operator == "eq":
        return any(_same(wanted, one) for one in values)
    return any(_in_order(wanted, one) for one in values)


def _same(wanted: Compare, value: Any) -> bool:
    if isinstance(value, bool) and isinstance(wanted.value, str):
        return str(value).lower() == wanted.value.lower()  # Entra writes active eq "True"
    return bool(_plain(wanted.path, value) == _plain(wanted.path, wanted.value))


def _in_order(wanted: Compare, value: Any) -> bool:
    if not isinstance(value, str) or not isinstance(wanted.value, str):
        raise InvalidFilter(f"{wanted.operator} compares texts.", "filter")
    return _ORDERED[wanted.operator](_plain(wanted.path, value), _plain(wanted.path, wanted.value))


def _plain(path: Path, value: Any) -> Any:
    leaf: Attribute | None = path.attribute
    if leaf is not None and path.part:
        leaf = part_of(leaf, path.part)
    return value.lower() if isinstance(value, str) and not (leaf and leaf.exact) else value
