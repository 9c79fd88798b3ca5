"""What each route says of itself: one declaration checks its requests and describes it in /openapi.json."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.domain import errors

JSON = "application/json"
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


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One route. `query`, `headers`: names of options, described in `routes/openapi.py`; `gives`: the answers by
    status, None without a body; `refuses`: statuses beyond those every route of its kind may have."""

    door: str
    method: str
    path: str
    public: bool
    content_types: tuple[str, ...]
    query: tuple[str, ...]
    headers: tuple[str, ...]
    takes: type | None
    gives: Mapping[int, Gives] | None
    refuses: tuple[int, ...]
    named: tuple[Named, ...]
    told: str

    @property
    def strict(self) -> bool:
        """Our own root refuses what it does not know; Graph's ignores it."""
        return self.path.startswith(OWN_ROOT)


COUNTED = Named("$count", ("$filter",), COUNT)
ROUTES: list[Declared] = []


def declare(view: Callable[..., Any], gives: Gives | Mapping[int, Gives], **more: Any) -> Declared:
    """Note a route. A bare `gives` is what comes with 200, None a 204; an empty mapping never succeeds."""
    answers = gives if isinstance(gives, Mapping) else {204 if gives is None else 200: gives}
    found = Declared(door=view.__module__, gives=answers, told=inspect.getdoc(view) or "", **more)
    ROUTES.append(found)
    return found


def checked(value: Any, shape: type[Any], decode: Callable[..., Any]) -> Any:
    """`value` as `shape`, read by one of msgspec's decoders. Raises InvalidInput naming the member at fault."""
    try:
        return decode(value, type=shape)
    except msgspec.ValidationError as problem:
        message, _, where = str(problem).partition(" - at `$")
        # The path of the object, such as `.decisions[0]`, and a member of it that is missing or unknown.
        parts = [*_PART.findall(where), *_NAMED_FIELD.findall(message)]
        raise errors.InvalidInput(_in_words(message), "/".join(parts) or None) from problem


def _in_words(message: str) -> str:
    """msgspec's names of types are Python's; a client of ours need not know them."""
    found = _WRONG.match(message)
    if found is None:
        return message
    wanted = [_WORDS.get(kind, kind) for kind in found[1].split(" | ") if kind != "null"]
    return f"Must be {' or '.join(wanted)}, not {_WORDS.get(found[2], found[2])}."
