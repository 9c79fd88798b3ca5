"""What each route says of itself: one declaration checks its requests and describes it in /openapi.json."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypedDict

import msgspec
import msgspec.inspect as inspected

from chalicelib.domain import errors

JSON = "application/json"
SCIM = "application/scim+json"
OWN_ROOT = "/api/"
_WRONG = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_PART = re.compile(r"@\w+\.\w+|\w+")
_NAMED_FIELD = re.compile("field `([^`]{1,64})`")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


@dataclass(frozen=True)
class Media:
    """An answer that is no JSON object; `also` are other content types it may have."""

    content_type: str
    also: tuple[str, ...] = ()


PAGE = ("$top", "$skiptoken", "$count", "$select")
LIST = (*PAGE, "$filter")
SORTED = (*LIST, "$orderby")
COUNT = Media("text/plain")
HTML = Media("text/html; charset=utf-8")
CSV = Media("text/csv; charset=utf-8")
Gives = type | Media | None


@dataclass(frozen=True)
class Named:
    """What an address answers when its last part is a name and no id: `$count`, or a function of Graph's."""

    name: str
    query: tuple[str, ...]
    gives: Gives


class Options(TypedDict, total=False):
    """What a route may say of itself.

    `gives`: what comes back, by status where it is not 200 (or 204 for None); `query`: names of the query options
    (our own root refuses others, Graph's lists look after theirs); `takes`: the Struct of the body; `headers`:
    request headers that matter; `refuses`: statuses beyond those every route of its kind may have; `named`: what a
    last part that is no id means. Everything is authenticated unless `public`.
    """

    gives: Gives | Mapping[int, Gives]
    query: tuple[str, ...]
    takes: type | None
    headers: tuple[str, ...]
    refuses: tuple[int, ...]
    named: tuple[Named, ...]
    content_types: tuple[str, ...]
    public: bool


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One route, with its options (see there); `told` is its docstring. One that gives nothing never succeeds."""

    door: str
    method: str
    path: str
    told: str
    gives: Mapping[int, Gives] = field(default_factory=dict)
    query: tuple[str, ...] = ()
    takes: type | None = None
    headers: tuple[str, ...] = ()
    refuses: tuple[int, ...] = ()
    named: tuple[Named, ...] = ()
    content_types: tuple[str, ...] = (JSON,)
    public: bool = False

    @property
    def strict(self) -> bool:
        """Our own root refuses what it does not know; Graph's ignores it."""
        return self.path.startswith(OWN_ROOT)


COUNTED = Named("$count", ("$filter",), COUNT)
TERM = "@accessReviews."  # our own members of Graph's objects
ROUTES: list[Declared] = []


def declare(view: Callable[..., Any], method: str, path: str, options: Options) -> Declared:
    """Note a route."""
    known: dict[str, Any] = {**options}
    gives = known.get("gives", {})
    if not isinstance(gives, Mapping):
        known["gives"] = {204 if gives is None else 200: gives}
    found = Declared(door=view.__module__, method=method, path=path, told=inspect.getdoc(view) or "", **known)
    ROUTES.append(found)
    return found


def checked(value: Any, shape: type[Any]) -> Any:
    """A decoded JSON value as `shape`. Raises InvalidInput naming the member at fault."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as problem:
        message, _, where = str(problem).partition(" - at `$")
        # The path of the object, such as `.decisions[0]`, and a member of it that is missing or unknown.
        parts = [*_PART.findall(where), *_NAMED_FIELD.findall(message)]
        raise errors.InvalidInput(_in_words(message, shape, parts), "/".join(parts) or None) from problem


def check_terms(value: Any, found: Any, path: str = "") -> None:
    """Refuse members of our own namespace that their object does not have: they change what a review does, so that a
    misspelt one must not be lost in silence. Those that only answers have are ignored, for SDKs send them back, and
    so is what stands in a reference to an object beside its id.

    `value` is the decoded JSON, `found` what `checked` made of it. Raises InvalidInput naming those there are.
    """
    if isinstance(value, list) and isinstance(found, list):
        for place, (given, one) in enumerate(zip(value, found, strict=True)):
            check_terms(given, one, f"{path}{place}/")
    if not isinstance(value, dict) or not isinstance(found, msgspec.Struct):
        return
    names = _names(type(found))
    if found.__struct_config__.forbid_unknown_fields or names.keys() == {"id"}:
        return  # our own root, where whatever is unknown was refused; or a reference
    _check_names(value, names, path)
    for name, attribute in names.items():
        check_terms(value.get(name), getattr(found, attribute), f"{path}{name}/")


def _check_names(value: Mapping[str, Any], names: Mapping[str, str], path: str) -> None:
    known = [name for name in names if name.startswith(TERM)]
    for name in value:
        if name.startswith(TERM) and name not in known and name not in _only_answered():
            raise errors.InvalidInput(f"Unknown; there are {', '.join(known) or 'none here'}.", f"{path}{name[:64]}")


@cache
def _names(shape: type[msgspec.Struct]) -> Mapping[str, str]:
    """A shape's attributes by the names of their members."""
    return {one.encode_name: one.name for one in msgspec.structs.fields(shape)}


@cache
def _only_answered() -> frozenset[str]:
    """Our own members that some answer has and no body takes."""
    from chalicelib import routes  # some doors may not be open yet

    every = routes.declared()
    answers = {one for each in every for one in each.gives.values() if one and not isinstance(one, Media)}
    return _terms(answers) - _terms({each.takes for each in every if each.takes})


def _terms(shapes: set[Any]) -> frozenset[str]:
    _, components = msgspec.json.schema_components(shapes)
    return frozenset(name for one in components.values() for name in one.get("properties", {}) if name.startswith(TERM))


def _in_words(message: str, shape: type[Any], parts: Sequence[str]) -> str:
    """msgspec's names of types are Python's, and it does not say which values there are."""
    if message.startswith("Invalid enum value"):
        return f"Must be one of: {', '.join(sorted(_values(inspected.type_info(shape), parts)))}."
    found = _WRONG.match(message)
    if found is None:
        return message
    wanted = [_WORDS.get(kind, kind) for kind in found[1].split(" | ") if kind != "null"]
    return f"Must be {' or '.join(wanted)}, not {_WORDS.get(found[2], found[2])}."


def _values(kind: inspected.Type, parts: Sequence[str]) -> list[str]:
    """The values of the enumeration that a path of members and list positions leads to."""
    if isinstance(kind, inspected.UnionType):
        return [value for one in kind.types for value in _values(one, parts)]
    if isinstance(kind, inspected.ListType):
        return _values(kind.item_type, parts[1:])
    if isinstance(kind, inspected.StructType):
        return [
            value for one in kind.fields if [one.encode_name] == [*parts[:1]] for value in _values(one.type, parts[1:])
        ]
    if isinstance(kind, inspected.EnumType):
        return [str(member.value) for member in kind.cls]
    return [str(value) for value in kind.values] if isinstance(kind, inspected.LiteralType) else []
