"""Page cursors and links: a cursor opens only as it was sealed, a link leads back to the same query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidCursor, InvalidInput
from chalicelib.routes.graph.paging import Cursors, next_link, query_text

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
CURSORS = Cursors(b"sixteen bytes or more")
PAYLOADS = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.none(), max_size=4)
PATH = "/api/v1.0/identityGovernance/accessReviews/definitions"
HEADERS = {"host": "abc.execute-api.eu-west-1.amazonaws.com", "X-Forwarded-Proto": "https"}


def refused(token: str, caller: str = "ann", query: str = "/q", now: datetime = NOW) -> str:
    with pytest.raises(InvalidCursor) as found:
        CURSORS.open(token, caller, query, now)
    assert found.value.target == "$skiptoken"
    return found.value.message


@given(PAYLOADS, st.text(), st.text())
def test_a_cursor_brings_its_payload_back(payload: dict[str, object], caller: str, query: str) -> None:
    token = CURSORS.seal(payload, caller, query, NOW)
    assert CURSORS.open(token, caller, query, NOW + timedelta(hours=23)) == payload
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("payload", [{"k": "a"}, {"k": "ab"}, {"k": "abc"}])
def test_no_bit_of_a_cursor_can_be_changed(payload: dict[str, object]) -> None:
    token = CURSORS.seal(payload, "ann", "/q", NOW)
    for at, char in enumerate(token):
        for bit in range(8):
            assert "altered" in refused(token[:at] + chr(ord(char) ^ (1 << bit)) + token[at + 1 :])


def test_a_shortened_lengthened_padded_or_foreign_cursor_is_refused() -> None:
    token = CURSORS.seal({"k": "a"}, "ann", "/q", NOW)
    foreign = Cursors(b"another secret here").seal({"k": "a"}, "ann", "/q", NOW)
    changed = [token[:-1], token[1:], token + "A", token + "=", token + "\n"]
    for other in [foreign, *changed, "", "A", "A" * 45, "A" * 5000, "\u00e9" * 50]:
        assert "altered" in refused(other)


@given(st.text(max_size=200))
def test_arbitrary_text_is_refused_as_a_cursor(text: str) -> None:
    refused(text)


def test_a_cursor_belongs_to_its_caller_and_query() -> None:
    token = CURSORS.seal({"k": "a"}, "ann", "/q", NOW)
    assert "another caller" in refused(token, caller="bob")
    assert "another query" in refused(token, query="/q2")
    refused(token, caller="ann/", query="q")


def test_a_cursor_lives_24_hours() -> None:
    token = CURSORS.seal({"k": "a"}, "ann", "/q", NOW)
    assert CURSORS.open(token, "ann", "/q", NOW + timedelta(hours=24, seconds=-1)) == {"k": "a"}
    assert "older than 24 hours" in refused(token, now=NOW + timedelta(hours=24))


def test_a_short_secret_is_refused_and_no_secret_is_shown() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Cursors(b"short")
    assert "sixteen" not in repr(CURSORS)


def test_the_next_link_is_absolute_with_the_stage_and_replaces_only_the_skiptoken() -> None:
    text = "status eq 'a&b' and x ge 2026-01-01T00:00:00+01:00"
    params = {"$top": ["2"], "$skiptoken": ["old"], "$filter": [text]}
    link = next_link(HEADERS, PATH, params, "new_-")
    assert link == (
        "https://abc.execute-api.eu-west-1.amazonaws.com"
        + PATH
        + "?$filter=status%20eq%20%27a%26b%27%20and%20x%20ge%202026-01-01T00%3A00%3A00%2B01%3A00"
        "&$top=2&$skiptoken=new_-"
    )
    assert parse_qs(urlsplit(link).query) == params | {"$skiptoken": ["new_-"]}


@given(st.dictionaries(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1), max_size=4))
def test_the_next_link_carries_any_query_back(params: dict[str, list[str]]) -> None:
    query = urlsplit(next_link(HEADERS, PATH, params, "t")).query
    assert parse_qs(query, strict_parsing=True) == params | {"$skiptoken": ["t"]}
    assert query_text(parse_qs(query)) == query_text(params)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/s/d/filterByCurrentUser(on='reviewer')", "/s/d/filterByCurrentUser(on='reviewer')"),
        (
            "/s/d/filterByCurrentUser%28on=%27reviewer%27%29",
            "/s/d/filterByCurrentUser%28on=%27reviewer%27%29",
        ),
        ("/s/a b?c#\u00e9", "/s/a%20b%3Fc%23%C3%A9"),
        ("/s/100%", "/s/100%25"),
    ],
)
def test_the_path_is_encoded_once(path: str, written: str) -> None:
    assert next_link(HEADERS, path, {}, "t") == f"https://{HEADERS['host']}{written}?$skiptoken=t"


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"Host": "localhost:8000"}, "http://localhost:8000"),
        ({"HOST": "127.0.0.1"}, "http://127.0.0.1"),
        ({"Host": "reviews.example"}, "https://reviews.example"),
        ({"Host": "[::1]:8000"}, "http://[::1]:8000"),
        ({"Host": "a.example", "x-forwarded-proto": "HTTPS, http"}, "https://a.example"),
        ({"Host": "a.example", "X-Forwarded-Proto": "javascript"}, "https://a.example"),
        ({"Host": "localhost", "X-Forwarded-Proto": "https"}, "https://localhost"),
    ],
)
def test_the_origin_is_the_one_the_client_used(headers: dict[str, str], origin: str) -> None:
    assert next_link(headers, "/p", {}, "t") == f"{origin}/p?$skiptoken=t"


@pytest.mark.parametrize("host", ["", "a/b", "a@b", "a b", "a\n", "a:b"])
def test_a_request_without_a_usable_host_gets_no_link(host: str) -> None:
    with pytest.raises(InvalidInput, match="Host"):
        next_link({"Host": host} if host else {}, "/p", {}, "t")
