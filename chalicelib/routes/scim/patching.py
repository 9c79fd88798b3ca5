"""PATCH (RFC 7644, section 3.5.2) on an object's JSON, in every form that Entra ID and Okta send: operations in any
case, no path with an object as value, dotted names and URNs as its members, "True" for true, one value in a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.scim.faults import InvalidPath, InvalidSyntax, Mutability, NoTarget
from chalicelib.routes.scim.matching import matches
from chalicelib.routes.scim.paths import Expression, Path, conjuncts, named_path, parse_path
from chalicelib.routes.scim.schemas import PATCH, SCHEMAS, Attribute, Json, part_of

MOST = 1_000  # operations of one request


@dataclass(frozen=True, slots=True)
class Operation:
    """One change: `op` is add, replace or remove; `value` None where there is none."""

    op: str
    path: Path
    value: Any


def operations(body: Json, resource: str) -> list[Operation]:
    """The operations of a PATCH, one for each attribute. Raises InvalidInput."""
    given = _member(body, "Operations")
    schemas = _member(body, "schemas")
    if not isinstance(given, list) or not given or len(given) > MOST:
        raise InvalidSyntax(f"Operations must be a list of 1 to {MOST:,} operations.", "Operations")
    if schemas is not None and PATCH not in (schemas if isinstance(schemas, list) else [schemas]):
        raise InvalidSyntax(f"schemas must name {PATCH}.", "schemas")
    return [found for one in given for found in _read(one, resource)]


def _read(given: Any, resource: str) -> Iterator[Operation]:
    if not isinstance(given, dict):
        raise InvalidSyntax("Each operation must be an object.", "Operations")
    op, path, value = (_member(given, name) for name in ("op", "path", "value"))
    if not isinstance(op, str) or op.lower() not in ("add", "replace", "remove"):
        raise InvalidSyntax("op must be add, replace or remove.", "op")
    op = op.lower()
    if path in (None, ""):
        yield from _without_path(op, value, resource)
    elif isinstance(path, str):
        yield from _one(Operation(op, parse_path(path, resource), value), resource)
    else:
        raise InvalidPath("path must be a text.", "path")


def _without_path(op: str, value: Any, resource: str) -> Iterator[Operation]:
    if op == "remove":
        raise NoTarget("remove needs a path.", "path")
    if not isinstance(value, dict):
        raise InvalidSyntax("Without a path the value must be an object.", "value")
    for name, inner in value.items():
        try:
            found = parse_path(name, resource)
        except InvalidPath:
            if not name.lower().startswith("urn:"):
                raise
            continue  # an extension of somebody else's, in an object that is sent whole
        yield from _one(Operation(op, found, inner), resource)


def _one(operation: Operation, resource: str) -> Iterator[Operation]:
    """The operation; those of an extension as a whole one by one."""
    path, value = operation.path, operation.value
    if path.ignored:
        return
    if path.attribute is not None or operation.op == "remove":
        yield operation
    elif isinstance(value, dict):
        schema = SCHEMAS[path.extension or resource]
        for name, inner in value.items():
            prefixed = name if name.lower().startswith("urn:") else f"{schema.urn}:{name}"
            found = named_path(prefixed, resource)
            if not found.ignored:
                yield Operation(operation.op, found, inner)
    else:
        raise InvalidSyntax("The value of a schema must be an object.", "value")


def patched(found: Json, changes: list[Operation]) -> Json:
    """A copy of an object's JSON with the operations applied, in their order. Raises InvalidInput."""
    after = {name: _copy(value) for name, value in found.items()}
    for change in changes:
        _apply(after, change)
    return after


def _apply(after: Json, change: Operation) -> None:
    path, attribute = change.path, change.path.attribute
    if attribute is None:
        after.pop(path.extension, None)
        return
    if attribute.mutability == "readOnly":
        return  # sent back as it was read; it changes nothing (RFC 7644, section 3.5.2)
    holder = after.setdefault(path.extension, {}) if path.extension else after
    value = None if change.op == "remove" else change.value
    if attribute.many:
        _several(holder, attribute, change)
    elif path.part:
        _set(holder.setdefault(attribute.name, {}), path.part, _single(value))
    elif attribute.parts:
        _complex(holder, attribute, _single(value, whole=True))
    elif attribute.required and value in (None, ""):
        raise Mutability(f"{attribute.name} cannot be taken away.", attribute.name)
    else:
        _set(holder, attribute.name, _single(value))


def _complex(holder: Json, attribute: Attribute, value: Any) -> None:
    """One value with parts: those that are given change, the others stay."""
    if not value:
        holder.pop(attribute.name, None)
    elif not isinstance(value, dict):
        holder[attribute.name] = {"value": value}  # Entra gives a manager as the bare id
    else:
        if "$ref" in value and "value" not in value:
            holder.pop(attribute.name, None)  # somebody else is referred to
        for name, inner in value.items():
            part = part_of(attribute, name)
            if part is not None and part.mutability != "readOnly":
                _set(holder.setdefault(attribute.name, {}), part.name, inner)


def _several(holder: Json, attribute: Attribute, change: Operation) -> None:
    """Values of an attribute that has many."""
    present: list[Any] = holder.get(attribute.name) or []
    path, given = change.path, change.value
    if path.only is None and not path.part:
        holder[attribute.name] = _of_all(present, attribute, change)
        return
    chosen = [one for one in present if path.only is None or matches(one, path.only)]
    if change.op == "remove":
        if path.part:
            for one in chosen:
                one.pop(path.part, None)
        kept = [one for one in present if one not in chosen] if not path.part else present
        holder[attribute.name] = [one for one in kept if one.get("value")]
        return
    if not chosen:
        chosen = [_made_to_match(path.only)]
        present.append(chosen[0])
    for one in chosen:
        _fill(one, attribute, given if not path.part else {path.part: _single(given)})
    holder[attribute.name] = present


def _of_all(present: list[Any], attribute: Attribute, change: Operation) -> list[Any]:
    given = change.value if isinstance(change.value, list) else [] if change.value is None else [change.value]
    named: list[Json] = []
    for one in given:
        value: Json = {}
        _fill(value, attribute, one if isinstance(one, dict) else {"value": one})
        named.append(value)
    values = {one.get("value") for one in named}
    if change.op == "remove":
        return [one for one in present if one.get("value") not in values] if named else []
    if change.op == "replace":
        return named
    if any(one.get("primary") for one in named):
        for one in present:
            one.pop("primary", None)
    return [one for one in present if one.get("value") not in values] + named


def _made_to_match(only: Expression | None) -> Json:
    """A new value that the filter of a path would find, which Entra expects where there is none yet."""
    parts = list(conjuncts(only)) if only is not None else []
    return {
        one.path.attribute.name: one.value for one in parts if one.operator == "eq" and one.path.attribute is not None
    }


def _fill(one: Json, attribute: Attribute, given: Any) -> None:
    if not isinstance(given, dict):
        given = {"value": given}
    for name, inner in given.items():
        part = part_of(attribute, name)
        if part is not None:
            _set(one, part.name, inner)


def _set(holder: Json, name: str, value: Any) -> None:
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value


def _single(value: Any, whole: bool = False) -> Any:
    """A value that came as a list of one, or as `{"value": …}` where it is no object."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list):
        raise InvalidInput("One value is needed here, not a list.", "value")
    return value.get("value") if isinstance(value, dict) and not whole else value


def _member(found: Json, name: str) -> Any:
    """A member by its name without case."""
    return next((value for key, value in found.items() if key.lower() == name.lower()), None)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
