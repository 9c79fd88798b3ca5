"""What every list of the Graph surface does, over any source: filter, order, select, expand, count, page.

A list address calls `collection` with a source (`source(limit, after)` gives a `Page` of entities) and
`present` (a batch of entities to JSON objects with everything that can be filtered). Navigation properties:
`present` may write stubs such as `accessPackage: {"id": ...}` so that their paths can be filtered; a name in
`expandable` is answered only when `$expand` asks for it, with what its expander gives for the entities of the
page. `single` answers one object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.graph.odata import LARGEST_PAGE, Expand, Order, Query, apply_select, parse_query, sort
from chalicelib.routes.graph.odata import validate_select as check_names
from chalicelib.routes.graph.odata_match import Filter, Kind
from chalicelib.routes.graph.paging import Cursors, next_link, query_text
from chalicelib.routes.graph.walking import Place, Present, Search, Source
from chalicelib.routes.http import Answer, Call, Text

E = TypeVar("E")
Expander = Callable[[Sequence[E], Expand], Sequence[object]]


def stamp(moment: datetime | None) -> str | None:
    """An instant as Graph writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None


def metadata(call: Call, fragment: str) -> str:
    """The absolute `@odata.context` of an answer."""
    here = next_link(call.headers, call.request_path, {}, "")
    return f"{here.partition('/v1.0/')[0]}/v1.0/$metadata#{fragment}"


def single(
    call: Call,
    entity: E,
    *,
    context: str,
    properties: Collection[str],
    present: Present[E],
    expandable: Mapping[str, Expander[E]] | None = None,
) -> Mapping[str, Any]:
    """The answer for one object with `$select` and `$expand`. Raises InvalidInput for any other option."""
    navigation = expandable or {}
    query = parse_query(call.query, {"$select", "$expand"} if navigation else {"$select"})
    _check(query, properties, navigation)
    shown = _shown(query, navigation, [(entity, dict(present([entity])[0]))])
    return {"@odata.context": metadata(call, f"{context}/$entity"), **shown[0]}


def collection(
    call: Call,
    *,
    context: str,
    known: Mapping[str, Kind],
    source: Source[E],
    present: Present[E],
    properties: Collection[str] = (),
    expandable: Mapping[str, Expander[E]] | None = None,
    orderable: Collection[str] = (),
    natural: tuple[Order, ...] = (),
    where: Callable[[E], bool] | None = None,
    narrower: Callable[[Filter], Source[E] | None] | None = None,
    indexed: str = "",
    count_only: bool = False,
) -> Answer:
    """The answer of a list address, or with `count_only` of its `$count`.

    `known`: lower-case paths that `$filter` takes. `properties`: what `$select` takes (none given: those of
    `known`). `orderable`: lower-case paths for `$orderby`; `natural` is the order the source has anyway.
    `where` hides what the caller may not see. `narrower` may give a source for a filter that an index serves;
    `indexed` names such filters in the refusal of the others. Raises InvalidInput, InvalidCursor, and
    FilterTooBroad when more than 10,000 objects would have to be examined.
    """
    navigation = expandable or {}
    query = parse_query(call.query, _options(known, orderable, navigation, count_only), known)
    _check(query, properties or {path.split("/")[0] for path in known}, navigation)
    check_names((path for path, _ in query.orderby), orderable, "$orderby")
    chosen = narrower(query.filter) if narrower and query.filter else None
    search = Search(chosen or source, present, query.filter, where, indexed)
    if count_only:
        return Text(str(search.count()))
    gathered = bool(query.orderby) and query.orderby != natural
    found = _sorted(call, query, search) if gathered else _streamed(call, query, search)
    shown = _shown(query, navigation, found.pairs)
    return {"@odata.context": metadata(call, context), **_annotations(call, query, found), "value": shown}


@dataclass(frozen=True)
class _Found(Generic[E]):
    """Entities with their objects, the payload of the next page's cursor, and a way to count all matches."""

    pairs: list[tuple[E, dict[str, Any]]]
    following: dict[str, Any] | None
    count: Callable[[], int]


def _annotations(call: Call, query: Query, found: _Found[E]) -> dict[str, Any]:
    """The count (as Graph: on the first page only) and the link to the next page."""
    body: dict[str, Any] = {}
    if query.count and not query.skiptoken:
        body["@odata.count"] = found.count()
    if found.following:
        body["@odata.nextLink"] = next_page(call, found.following)
    return body


def _streamed(call: Call, query: Query, search: Search[E]) -> _Found[E]:
    start = Place(**position(call, query.skiptoken))
    pairs, following = search.page(query.top or LARGEST_PAGE, start)
    if following is None and not query.skiptoken:
        return _Found(pairs, None, lambda: len(pairs))
    return _Found(pairs, following._asdict() if following else None, search.count)


def _sorted(call: Call, query: Query, search: Search[E]) -> _Found[E]:
    """An order the source does not have: gather everything, sort, cut the page out by its offset."""
    gathered = search.all()
    entity_of = {id(obj): entity for entity, obj in gathered}
    ordered = sort([obj for _, obj in gathered], query.orderby)
    start = int(position(call, query.skiptoken).get("offset", 0))
    end = start + (query.top or LARGEST_PAGE)
    pairs = [(entity_of[id(obj)], obj) for obj in ordered[start:end]]
    return _Found(pairs, {"offset": end} if end < len(ordered) else None, lambda: len(ordered))


def _options(
    known: Collection[str], orderable: Collection[str], navigation: Collection[str], count_only: bool
) -> set[str]:
    given = {"$filter": known, "$orderby": orderable, "$expand": navigation}
    offered = {option for option, names in given.items() if names}
    return offered & {"$filter"} if count_only else offered | {"$top", "$skiptoken", "$count", "$select"}


def _check(query: Query, properties: Collection[str], navigation: Collection[str]) -> None:
    check_names(query.select, {*properties, *navigation})
    check_names((item.name for item in query.expand), navigation, "$expand")


def _shown(
    query: Query, navigation: Mapping[str, Expander[E]], pairs: Sequence[tuple[E, dict[str, Any]]]
) -> list[dict[str, object]]:
    asked = {item.name.lower(): item for item in query.expand}
    for name, expander in navigation.items():
        item = asked.get(name.lower()) or asked.get("*")
        values = expander([entity for entity, _ in pairs], item) if item and pairs else ()
        for _, obj in pairs:
            obj.pop(name, None)
        for (_, obj), value in zip(pairs, values, strict=False):
            obj[name] = value
    return [apply_select(obj, query.select, query.expand) for _, obj in pairs]


def filled(
    objects: list[dict[str, Any]], entities: Sequence[E], item: Expand, table: Mapping[str, Expander[E]]
) -> list[dict[str, Any]]:
    """Objects inside an expanded property: their stubs replaced by what a nested `$expand` asks for."""
    by_name = {name.lower(): (name, expander) for name, expander in table.items()}
    for obj in objects:
        for name in table:
            obj.pop(name, None)
    for inner in item.expand:
        if inner.name.lower() not in by_name:
            offered = ", ".join(sorted(table)) or "nothing"
            raise InvalidInput(f"$expand: '{inner.name}' inside '{item.name}' is not one of {offered}.", "$expand")
        name, expander = by_name[inner.name.lower()]
        for obj, value in zip(objects, expander(entities, inner), strict=True):
            obj[name] = value
    return objects


def position(call: Call, skiptoken: str | None) -> dict[str, Any]:
    """What the cursor of a page link holds; nothing on the first page. Raises InvalidCursor."""
    if not skiptoken:
        return {}
    return _cursors(call).open(skiptoken, call.person.id, _identity(call), call.now)


def next_page(call: Call, payload: Mapping[str, Any]) -> str:
    """The absolute link to the page that `payload` tells about, for this caller and query."""
    token = _cursors(call).seal(payload, call.person.id, _identity(call), call.now)
    return next_link(call.headers, call.request_path, call.query, token)


def _identity(call: Call) -> str:
    return f"{call.request_path}?{query_text(call.query)}"


def _cursors(call: Call) -> Cursors:
    return signer(call.services.settings.cursor_secret)


@cache
def signer(secret: str) -> Cursors:
    """Hashed, so that the short or missing secret of a local stage works too."""
    return Cursors(hashlib.sha256(secret.encode()).digest())
