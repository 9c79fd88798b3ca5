"""The list helper over sources of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.domain import errors
from chalicelib.routes.graph import lists, walking
from chalicelib.routes.http import Text
from chalicelib.usecases.ports import Page

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KNOWN: dict[str, Any] = {"id": "string", "name": "string", "size": "number"}


@dataclass(frozen=True)
class Thing:
    """An entity: every tenth is red, the others are blue."""

    id: str
    size: int

    @property
    def name(self) -> str:
        return "red" if self.size % 10 == 0 else "blue"


@dataclass
class Shelf:
    """A source of `number` things that counts how many it was asked for; it gives at most `most` at once."""

    number: int
    most: int = 1_000
    handed_out: int = 0
    asked: list[int] = field(default_factory=list)

    def __call__(self, limit: int, after: str | None) -> Page[Thing]:
        start = int(after or 0)
        end = min(start + min(limit, self.most), self.number)
        self.asked.append(limit)
        self.handed_out += end - start
        things = tuple(Thing(f"thing-{place:05}", place) for place in range(start, end))
        return Page(things, str(end) if end < self.number else None)


def show(things: Sequence[Thing]) -> list[dict[str, Any]]:
    return [{"id": thing.id, "name": thing.name, "size": thing.size, "box": {"id": "b"}} for thing in things]


def call(query: str = "", caller: str = "ada", path: str = "/api/v1.0/things", now: datetime = NOW) -> Any:
    return SimpleNamespace(
        query=parse_qs(query, keep_blank_values=True),
        request_path=path,
        headers={"host": "graph.example.com", "x-forwarded-proto": "https"},
        person=SimpleNamespace(id=caller),
        services=SimpleNamespace(settings=SimpleNamespace(cursor_secret="s")),
        now=now,
    )


def answer(source: Any, query: str = "", **more: Any) -> dict[str, Any]:
    context = {name: more.pop(name) for name in ("caller", "path", "now") if name in more}
    options: dict[str, Any] = {"orderable": ("size", "name"), **more}
    return lists.collection(
        call(query, **context), context="things", known=KNOWN, source=source, present=show, **options
    )  # type: ignore[return-value]


def following(body: dict[str, Any]) -> str | None:
    link = body.get("@odata.nextLink")
    return urlsplit(link).query if link else None


def every(source: Any, query: str = "", **more: Any) -> list[int]:
    """The sizes on all pages; fails for an empty page with more to come."""
    sizes: list[int] = []
    rest: str | None = query
    while rest is not None:
        body = answer(source, rest, **more)
        sizes += [thing["size"] for thing in body["value"]]
        rest = following(body)
        assert rest is None or body["value"]
    return sizes


@pytest.mark.parametrize("most", [1, 3, 1_000])
@pytest.mark.parametrize("top", [1, 7, 100])
def test_every_object_once_in_order(top: int, most: int) -> None:
    assert every(Shelf(73, most), f"$top={top}") == list(range(73))
    assert every(Shelf(73, most), f"$top={top}&$filter=name eq 'red'") == list(range(0, 73, 10))
    assert every(Shelf(73, most), f"$top={top}", where=lambda thing: thing.size % 2 == 1) == list(range(1, 73, 2))


def test_a_page_has_at_most_a_hundred_objects_and_reads_no_more_than_it_shows() -> None:
    shelf = Shelf(1_000)
    assert len(answer(shelf, "$top=500")["value"]) == 100
    assert shelf.handed_out == 100


def test_goes_on_until_the_page_is_full() -> None:
    shelf = Shelf(5_000)
    body = answer(shelf, "$filter=size ge 4000&$top=5")
    assert [thing["size"] for thing in body["value"]] == list(range(4_000, 4_005))
    assert max(shelf.asked) <= walking.STRETCH


def test_refuses_to_examine_more_than_ten_thousand() -> None:
    with pytest.raises(errors.FilterTooBroad) as caught:
        answer(Shelf(20_000), "$filter=size ge 15000", indexed="id eq '...'")
    assert "id eq '...'" in caught.value.message
    assert answer(Shelf(10_000), "$filter=size ge 15000")["value"] == []
    with pytest.raises(errors.FilterTooBroad):
        answer(Shelf(20_000), "$orderby=size desc")
    with pytest.raises(errors.FilterTooBroad):
        answer(Shelf(20_000), "$count=true&$filter=name eq 'red'")


def test_orders_and_pages_by_offset() -> None:
    assert every(Shelf(73), "$orderby=size desc&$top=10") == list(range(72, -1, -1))
    assert every(Shelf(30), "$orderby=name desc,size desc&$top=7")[:4] == [20, 10, 0, 29]
    assert every(Shelf(30), "$filter=name eq 'red'&$orderby=size desc&$top=2") == [20, 10, 0]


def test_counts_all_matches() -> None:
    assert answer(Shelf(73), "$count=true&$top=5")["@odata.count"] == 73
    assert answer(Shelf(73), "$count=true&$filter=name eq 'red'&$top=1")["@odata.count"] == 8
    assert answer(Shelf(73), "$count=true&$orderby=size&$top=1")["@odata.count"] == 73
    assert answer(Shelf(5), "$count=true")["@odata.count"] == 5
    assert "@odata.count" not in answer(Shelf(5), "$count=false")


def test_a_bare_count() -> None:
    counted = lists.collection(
        call("$filter=name eq 'red'"), context="things", known=KNOWN, source=Shelf(73), present=show, count_only=True
    )
    assert counted == Text("8")
    with pytest.raises(errors.InvalidInput):
        answer(Shelf(5), "$top=1", count_only=True)


def test_selects_and_expands() -> None:
    def boxes(things: Sequence[Thing], item: Any) -> list[dict[str, str]]:
        return [{"id": "b", "colour": thing.name, "lid": "on"} for thing in things]

    expandable = {"box": boxes}
    assert answer(Shelf(1), "$select=name", expandable=expandable)["value"] == [{"id": "thing-00000", "name": "red"}]
    (thing,) = answer(Shelf(1), "$select=size&$expand=box($select=colour)", expandable=expandable)["value"]
    assert thing == {"id": "thing-00000", "size": 0, "box": {"id": "b", "colour": "red"}}
    assert "box" not in answer(Shelf(1), "", expandable=expandable)["value"][0]
    for wrong in ("$select=weight", "$expand=lid", "$orderby=id", "$filter=weight eq 1", "$search=x"):
        with pytest.raises(errors.InvalidInput):
            answer(Shelf(1), wrong, expandable=expandable)


def test_a_narrower_source_is_used_when_there_is_one() -> None:
    narrow = Shelf(3)
    whole = Shelf(1_000)
    assert every(whole, "$filter=name eq 'blue'", narrower=lambda chosen: narrow) == [1, 2]
    assert whole.handed_out == 0
    assert every(Shelf(13), "$filter=name eq 'red'", narrower=lambda chosen: None) == [0, 10]


def test_cursors_hold_for_one_caller_one_query_and_one_day() -> None:
    rest = following(answer(Shelf(10), "$top=2"))
    assert rest is not None
    assert [thing["size"] for thing in answer(Shelf(10), rest)["value"]] == [2, 3]
    for changed in (
        {"caller": "eve"},
        {"path": "/api/v1.0/others"},
        {"now": NOW + timedelta(hours=24)},
    ):
        with pytest.raises(errors.InvalidCursor):
            answer(Shelf(10), rest, **changed)
    with pytest.raises(errors.InvalidCursor):
        answer(Shelf(10), rest.replace("$top=2", "$top=3"))
    with pytest.raises(errors.InvalidCursor):
        answer(Shelf(10), "$skiptoken=garbage")


def test_links_and_context_are_absolute() -> None:
    body = answer(Shelf(10), "$top=2")
    assert body["@odata.nextLink"].startswith("https://graph.example.com/api/v1.0/things?$top=2&$skiptoken=")
    assert body["@odata.context"] == "https://graph.example.com/api/v1.0/$metadata#things"
