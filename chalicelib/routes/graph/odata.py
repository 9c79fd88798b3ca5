"""OData query options and path segments: what a Graph client may put around a resource's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar
from urllib.parse import unquote

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.graph.odata_filter import MAX_TEXT, parse_filter, plain_path
from chalicelib.routes.graph.odata_match import Filter, Kind, leaves, rank

LARGEST_PAGE = 100
MAX_NAMES = 50
MAX_EXPAND_DEPTH = 5

T = TypeVar("T")
Object = TypeVar("Object", bound=Mapping[str, object])
Order = tuple[str, bool]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPAND = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(?:\((.*)\))?", re.DOTALL)
_ORDER = re.compile(r"([A-Za-z_][A-Za-z0-9_./]*)(?:\s+(asc|desc))?", re.IGNORECASE)
_KEPT = ("@odata.", "@accessReviews.")

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Every blank has one place in the pattern, so that no text makes matching slow.
_ARGUMENT = re.compile(r"([A-Za-z]+)\s*=\s*'((?:[^']|'')*)'\s*(?:,\s*)?")
_CALL = re.compile(rf"([A-Za-z]+)\(\s*((?:{_ARGUMENT.pattern})*)\)")
_MAX_SEGMENT = 1_000
_SIGNATURES: Mapping[str, tuple[frozenset[str], ...]] = {
    "filterByCurrentUser": (frozenset({"on"}),),
    "additionalAccess": (frozenset(), frozenset({"accessPackageId", "incompatibleAccessPackageId"})),
}


@dataclass(frozen=True)
class Expand:
    """One navigation property to include, with what to select and expand inside it."""

    name: str
    select: tuple[str, ...] = ()
    expand: tuple[Expand, ...] = ()


@dataclass(frozen=True)
class Query:
    """The query options of one request; `orderby` holds (lower-case path, descending)."""

    filter: Filter | None = None
    top: int | None = None
    skiptoken: str | None = None
    count: bool = False
    select: tuple[str, ...] = ()
    expand: tuple[Expand, ...] = ()
    orderby: tuple[Order, ...] = ()
    search: str | None = None


@dataclass(frozen=True)
class Segment:
    """What one path segment says. `name` is the id or the function's name; empty for the other kinds."""

    kind: Literal["id", "count", "ref", "function", "unknown"]
    name: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


def parse_query(
    params: Mapping[str, Sequence[str]], allowed: Collection[str], known: Mapping[str, Kind] | None = None
) -> Query:
    """Read the `$` options of a request; other names are ignored, as Graph does.

    `allowed` holds the options this address takes (`$filter`, `$top`, ...), `known` the lower-case paths
    that `$filter` may use. Raises InvalidInput for any other or malformed option, naming it.
    """
    given = {name: _single(name, values, allowed) for name, values in params.items() if name[:1] == "$"}
    return Query(
        filter=_read(given, "$filter", lambda text: parse_filter(text, known or {}), None),
        top=_read(given, "$top", _top, None),
        skiptoken=_read(given, "$skiptoken", str, None),
        count=_read(given, "$count", _count, False),
        select=_read(given, "$select", _select, ()),
        expand=_read(given, "$expand", lambda text: _expand(_blanks(text), 1), ()),
        orderby=_read(given, "$orderby", _orderby, ()),
        search=_read(given, "$search", _search, None),
    )


def validate_select(names: Iterable[str], known: Collection[str], option: str = "$select") -> None:
    """Check names of `$select` (or those of another option) against the known ones, without case.

    Raises InvalidInput naming the first unknown one. `*` stands for everything.
    """
    accepted = {"*", *(name.lower() for name in known)}
    for name in names:
        if name.lower() not in accepted:
            raise InvalidInput(f"{option}: '{name}' is not one of {', '.join(sorted(known))}.", option)


def apply_select(
    obj: Mapping[str, object], select: Collection[str], expand: Iterable[Expand] = ()
) -> dict[str, object]:
    """The selected properties of an object (all when nothing is selected), its id and its annotations.

    Expanded properties stay as well, reduced to what their own `$select` names.
    """
    inner = {item.name.lower(): item for item in expand}
    wanted = {"id", *(name.lower() for name in select), *inner}
    everything = not select or "*" in select
    return {
        name: _reduced(value, inner.get(name.lower()))
        for name, value in obj.items()
        if everything or name.startswith(_KEPT) or name.split("@")[0].lower() in wanted
    }


def sort(objs: Iterable[Object], orderby: Sequence[Order]) -> list[Object]:
    """The objects in the order asked for: stable, without case, timestamps as instants, None lowest."""
    ordered = list(objs)
    for path, descending in reversed(orderby):
        ordered.sort(key=partial(_sort_key, path.split("/")), reverse=descending)
    return ordered


def parse_segment(text: str) -> Segment:
    """Recognise a path segment, percent-encoded or not; whatever has no meaning here is 'unknown'."""
    plain = unquote(text)
    if plain in ("$count", "$ref"):
        return Segment("count" if plain == "$count" else "ref")
    if _PLAIN_ID.fullmatch(plain):
        return Segment("id", plain)
    call = _CALL.fullmatch(plain) if len(plain) <= _MAX_SEGMENT else None
    return _function(call[1], _ARGUMENT.findall(call[2])) if call else Segment("unknown")


def _function(name: str, pairs: list[tuple[str, str]]) -> Segment:
    arguments = {key: value.replace("''", "'") for key, value in pairs}
    if len(arguments) != len(pairs) or arguments.keys() not in _SIGNATURES.get(name, ()):
        return Segment("unknown")
    return Segment("function", name, arguments)


def _sort_key(segments: Sequence[str], obj: Mapping[str, object]) -> tuple[int, object]:
    return rank(leaves(obj, segments))


def _single(name: str, values: Sequence[str], allowed: Collection[str]) -> str:
    if name == "$skip":
        raise InvalidInput("$skip is not supported; follow @odata.nextLink to the next page.", name)
    if name not in allowed:
        offered = ", ".join(sorted(allowed)) or "none"
        raise InvalidInput(f"'{name[:40]}' is not supported here; supported: {offered}.", name[:40])
    if len(values) != 1 or not values[0].strip(" +") or len(values[0]) > MAX_TEXT:
        raise InvalidInput(f"{name} must be given once, with 1 to {MAX_TEXT} characters.", name)
    return values[0]


def _read(given: Mapping[str, str], name: str, reader: Callable[[str], T], default: T) -> T:
    return reader(given[name]) if name in given else default


def _blanks(text: str) -> str:
    # Form encoding: a '+' that arrives undecoded means a blank; no name contains one.
    return text.replace("+", " ")


def _top(text: str) -> int:
    digits = text.strip(" ").lstrip("0")
    if not re.fullmatch("[1-9][0-9]*", digits):
        raise InvalidInput("$top must be a whole number from 1; pages hold at most 100.", "$top")
    return LARGEST_PAGE if len(digits) > 3 else min(int(digits), LARGEST_PAGE)


def _count(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise InvalidInput("$count must be true or false.", "$count")
    return text.lower() == "true"


def _search(text: str) -> str:
    return re.sub(r'("[^"]*")|\+', lambda match: match[1] or " ", text).strip()


def _select(text: str) -> tuple[str, ...]:
    return tuple(_named("$select", part) for part in _parts("$select", _blanks(text), ","))


def _named(option: str, text: str) -> str:
    if text != "*" and not _NAME.fullmatch(text):
        raise InvalidInput(f"{option}: '{text[:40]}' is not a property name.", option)
    return text


def _orderby(text: str) -> tuple[Order, ...]:
    return tuple(_order(part) for part in _parts("$orderby", _blanks(text), ","))


def _order(text: str) -> Order:
    match = _ORDER.fullmatch(text)
    if match is None:
        raise InvalidInput(f"$orderby: '{text[:40]}' is not a property with 'asc' or 'desc'.", "$orderby")
    return plain_path(match[1]), (match[2] or "").lower() == "desc"


def _parts(option: str, text: str, separator: str) -> list[str]:
    """Cut a list at the separators outside parentheses. Raises InvalidInput for too long a list."""
    depth, parts = 0, [""]
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    if len(parts) > MAX_NAMES:
        raise InvalidInput(f"{option} holds more than {MAX_NAMES} entries.", option)
    return [part.strip() for part in parts]


def _expand(text: str, depth: int) -> tuple[Expand, ...]:
    if depth > MAX_EXPAND_DEPTH:
        raise InvalidInput(f"$expand is nested deeper than {MAX_EXPAND_DEPTH} levels.", "$expand")
    return tuple(_expansion(part, depth) for part in _parts("$expand", text, ","))


def _expansion(text: str, depth: int) -> Expand:
    match = _EXPAND.fullmatch(text)
    if match is None:
        raise InvalidInput(f"$expand: '{text[:40]}' is not a navigation property.", "$expand")
    pairs = [] if match[2] is None else [part.partition("=") for part in _parts("$expand", match[2], ";")]
    inner = {name.strip(): value for name, _, value in pairs}
    if len(inner) != len(pairs) or not inner.keys() <= {"$select", "$expand"}:
        raise InvalidInput(f"$expand: inside '{match[1]}' only $select and $expand, once each.", "$expand")
    return Expand(
        match[1],
        _read(inner, "$select", _select, ()),
        _read(inner, "$expand", lambda nested: _expand(nested, depth + 1), ()),
    )


def _reduced(value: object, item: Expand | None) -> object:
    if item is not None and isinstance(value, Mapping):
        return apply_select(value, item.select, item.expand)
    if item is not None and isinstance(value, list):
        return [_reduced(element, item) for element in value]
    return value
