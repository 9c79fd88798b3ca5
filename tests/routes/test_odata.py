"""The OData query library: what it accepts, what it refuses, and what an accepted query means."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.graph.odata import (
    Expand,
    Query,
    Segment,
    apply_select,
    parse_query,
    parse_segment,
    sort,
    validate_select,
)
from chalicelib.routes.graph.odata_filter import MAX_DEPTH, MAX_TERMS, MAX_TEXT, parse_filter
from chalicelib.routes.graph.odata_match import Kind

KNOWN: Mapping[str, Kind] = {
    "status": "string",
    "target/objectid": "string",
    "scope/query": "string",
    "ishidden": "bool",
    "createddatetime": "datetime",
    "level": "number",
    "reviewers/query": "string",
    "summary": "string",
}
ALL = {"$filter", "$top", "$skiptoken", "$count", "$select", "$expand", "$orderby", "$search"}
ANSWER: Mapping[str, object] = {
    "id": "d1",
    "status": "InProgress",
    "target": {"objectId": "O'Hara"},
    "isHidden": False,
    "level": 3,
    "scope": {"query": "/x/accessPackageAssignments?$filter=(a)"},
    "createdDateTime": "2026-03-01T10:00:00Z",
    "reviewers": [{"query": "/users/1"}, {"query": "./manager"}],
}
PIECES = st.lists(
    st.sampled_from(
        [
            "status",
            "target/objectid",
            "ishidden",
            "createddatetime",
            "level",
            "eq",
            "ne",
            "ge",
            "in",
            "and",
            "or",
            "not",
            "contains(",
            "startswith(",
            "(",
            ")",
            ",",
            "'x'",
            "'it''s'",
            "'",
            "true",
            "null",
            "12",
            "-1.5",
            "2026-01-31T00:00:00Z",
            "9999-99-99T99:99:99+99:99",
            "0001-01-01T00:00:00+23:59",
            " ",
            "+",
            "\u00e9",
            "/",
        ]
    )
)


def query(**options: str) -> Query:
    return parse_query({f"${name}": [text] for name, text in options.items()}, ALL, KNOWN)


def holds(text: str, obj: Mapping[str, object] = ANSWER) -> bool:
    return parse_filter(text, KNOWN).matches(obj)


@pytest.mark.parametrize(
    "text",
    [
        "status eq 'inprogress'",
        "STATUS EQ 'InProgress'",
        "status+eq+'InProgress'",
        "status ne 'Completed'",
        "target/objectid eq 'O''Hara'",
        "contains(scope/query,'ACCESSPACKAGE')",
        "contains(scope/microsoft.graph.accessReviewQueryScope/query, 'accessPackageAssignments')",
        "startswith(status,'in')",
        "status in ('Completed','InProgress')",
        "level in (1,3)",
        "isHidden eq false",
        "isHidden ne true",
        "level ge 3",
        "level lt 3.5",
        "level gt -1",
        "not (level eq 4)",
        "not contains(status,'x')",
        "status eq 'x' or level eq 3 and isHidden eq false",
        "(status eq 'x' or level eq 3) and not level eq 4",
        "createdDateTime ge 2026-03-01T12:00:00+02:00",
        "createdDateTime le 2026-03-01T12:00:00 02:00",
        "createdDateTime eq 2026-03-01T10:00:00.0000000Z",
        "createdDateTime gt 2026-03-01",
        "createdDateTime lt 2026-03-01T10:01",
        "status ne null",
        "reviewers/query eq './MANAGER'",
        "reviewers/query ne '/users/2'",
        "status gt 'Completed'",
    ],
)
def test_filter_accepts_and_finds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "status eq 'Completed'",
        "isHidden eq true",
        "level gt 3",
        "status eq null",
        "createdDateTime gt 2026-03-02",
        "status eq 'x' and level eq 3 or isHidden eq true",
        "not (status eq 'inprogress')",
        "level in (1,2)",
        "reviewers/query ne './manager'",
        "reviewers/query eq 'x'",
        "contains(scope/query,'group')",
        "contains(summary,'a')",
    ],
)
def test_filter_accepts_and_leaves_out(text: str) -> None:
    assert not holds(text)


def test_an_absent_or_mistyped_property_is_null_or_no_match_but_never_an_error() -> None:
    assert holds("level eq null", {})
    assert holds("target/objectid eq null", {"target": None})
    assert holds("target/objectid ne 'x'", {"target": "text"})
    assert not holds("level ge 1", {"level": "three"})
    assert not holds("createddatetime ge 2026-01-01 or createddatetime eq null", {"createdDateTime": "soon"})
    assert holds("createddatetime eq 2026-01-01T00:00:00Z", {"createdDateTime": "2026-01-01T00:00:00"})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1"),
        ("status", "7"),
        ("status eq", "10"),
        ("status eq 'a", "11"),
        ("status eq 5", "11"),
        ("status eq null null", "16"),
        ("status ge null", "11"),
        ("status like 'a'", "8"),
        ("id eq 'a'", "1"),
        ("'a' eq status", "1"),
        ("isHidden ge true", "10"),
        ("isHidden", "9"),
        ("isHidden eq 'true'", "13"),
        ("isHidden eq maybe", "13"),
        ("contains(isHidden,'a')", "1"),
        ("contains(status 'a')", "17"),
        ("contains(status,'a'", "20"),
        ("endswith(status,'a')", "1"),
        ("(status eq 'a'", "15"),
        ("status in ()", "12"),
        ("status in 'a'", "11"),
        ("status in ('a' 'b')", "16"),
        ("status eq 'a' xor", "15"),
        ("createdDateTime gt '2026-01-01'", "20"),
        ("createdDateTime gt 2026-13-01", "20"),
        ("any(r:r eq 'a')", "6"),
        ("microsoft.graph.x eq 'a'", "1"),
        ("status eq 'a' and", "18"),
        ("status % 2", "8"),
    ],
)
def test_a_filter_outside_the_language_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InvalidInput, match=rf"character {place}:") as refused:
        parse_filter(text, KNOWN)
    assert refused.value.target == "$filter"


def test_an_unknown_property_is_refused_with_the_names_that_may_be_filtered() -> None:
    with pytest.raises(InvalidInput, match="createddatetime, ishidden, level"):
        parse_filter("name eq 'a'", KNOWN)
    with pytest.raises(InvalidInput, match="none here"):
        parse_query({"$filter": ["status eq 'a'"]}, ALL)


def test_filters_at_the_bounds_pass_and_beyond_them_are_refused() -> None:
    term = "level eq 3"
    assert holds("(" * MAX_DEPTH + term + ")" * MAX_DEPTH)
    assert holds(" and ".join([term] * MAX_TERMS))
    assert holds(f"status ne '{'x' * (MAX_TEXT - 12)}'")
    for text in (
        "(" * (MAX_DEPTH + 1) + term + ")" * (MAX_DEPTH + 1),
        "not " * (MAX_DEPTH + 1) + term,
        "(" * MAX_TEXT,
        " or ".join([term] * (MAX_TERMS + 1)),
        f"status ne '{'x' * (MAX_TEXT - 11)}'",
    ):
        with pytest.raises(InvalidInput):
            parse_filter(text, KNOWN)


@given(st.text() | PIECES.map(" ".join) | PIECES.map("".join))
def test_the_filter_parser_raises_nothing_but_invalid_input_and_what_it_accepts_can_be_run(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert parse_filter(text, KNOWN).matches(ANSWER) in (True, False)


@given(st.text())
def test_any_text_survives_quoting_in_a_filter(text: str) -> None:
    filter_ = parse_filter("status eq '" + text.replace("'", "''") + "'", KNOWN)
    assert filter_.equalities() == {"status": text}
    assert filter_.matches({"status": text})


@given(st.dictionaries(st.sampled_from(sorted(ALL | {"$skip", "top", "$x"})), st.lists(st.text())))
def test_parse_query_raises_nothing_but_invalid_input(params: dict[str, list[str]]) -> None:
    with contextlib.suppress(InvalidInput):
        parse_query(params, ALL, KNOWN)


def test_only_terms_that_every_match_must_satisfy_choose_an_access_path() -> None:
    read = parse_filter(
        "(Status eq 'Done' and level eq 3) and startswith(target/objectId,'Ab') and isHidden ne true"
        " and (level eq 4 or isHidden eq true) and not (createdDateTime eq 2026-01-01)",
        KNOWN,
    )
    assert read.equalities() == {"status": "Done", "level": 3}
    assert read.prefixes() == {"target/objectid": "Ab"}
    assert parse_filter("status eq 'a' or level eq 1", KNOWN).equalities() == {}


def test_every_option_is_read() -> None:
    read = query(
        top="20",
        skiptoken="abc",
        count="true",
        select="id,+status",
        search='"a+b"+c',
        filter="level eq 3",
        orderby="Status desc,a/x.y/B",
        expand="stages,instances($select=id;$expand=decisions)",
    )
    assert (read.top, read.skiptoken, read.count, read.select) == (20, "abc", True, ("id", "status"))
    assert read.orderby == (("status", True), ("a/b", False))
    assert read.search == '"a+b" c'
    assert read.filter == parse_filter("level eq 3", KNOWN)
    assert read.expand == (Expand("stages"), Expand("instances", ("id",), (Expand("decisions"),)))


@pytest.mark.parametrize(("text", "size"), [("1", 1), ("100", 100), ("101", 100), ("9" * 50, 100), ("07", 7)])
def test_top_is_at_most_the_largest_page(text: str, size: int) -> None:
    assert query(top=text).top == size


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("$top", "0"),
        ("$top", "-1"),
        ("$top", "1.5"),
        ("$top", "x"),
        ("$top", "\u0663"),
        ("$count", "yes"),
        ("$select", "a,,b"),
        ("$select", "a/b"),
        ("$select", ","),
        ("$select", ",".join("a" * 51)),
        ("$expand", "a)("),
        ("$orderby", "a up"),
        ("$orderby", "a desc b"),
        ("$expand", "a("),
        ("$expand", "a()"),
        ("$filter", " "),
        ("$expand", "a($filter=x)"),
        ("$expand", "a($select=b;$select=c)"),
        ("$skiptoken", "a" * 4001),
        ("$expand", "a($expand=" * 6 + "b" + ")" * 6),
        ("$search", ""),
        ("$skip", "5"),
        ("$format", "json"),
    ],
)
def test_a_malformed_or_unknown_option_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=rf"\{name}") as refused:
        parse_query({name: [text]}, ALL, KNOWN)
    assert refused.value.target == name


def test_options_not_offered_here_or_given_twice_are_refused_and_names_without_dollar_ignored() -> None:
    with pytest.raises(InvalidInput, match=r"'\$orderby' is not supported here; supported: \$top"):
        parse_query({"$orderby": ["a"]}, {"$top"})
    with pytest.raises(InvalidInput, match=r"\$top must be given once"):
        parse_query({"$top": ["1", "2"]}, ALL)
    with pytest.raises(InvalidInput, match="nextLink"):
        query(skip="1")
    assert parse_query({"top": ["x"], "trace": ["1", "2"]}, ALL) == parse_query({}, ALL) == Query()


def test_select_keeps_id_annotations_and_expanded_properties_reduced_to_their_own_select() -> None:
    always = {"@odata.type": "#x", "id": "1", "@accessReviews.note": 1}
    obj = {
        **always,
        "status": "a",
        "name": "n",
        "@other.x": 2,
        "stages": [{"id": "s", "status": "b"}],
        "stages@odata.context": "c",
        "target": {"id": "t", "email": "e"},
    }
    assert apply_select(obj, ()) == apply_select(obj, ("*",)) == obj
    assert apply_select(obj, ("STATUS",)) == {**always, "status": "a"}
    assert apply_select(obj, ("name",), (Expand("stages", ("id",)),)) == {
        **always,
        "name": "n",
        "stages": [{"id": "s"}],
        "stages@odata.context": "c",
    }
    assert apply_select(obj, (), (Expand("target", ("email",)),))["target"] == {"id": "t", "email": "e"}


def test_an_unknown_selected_name_is_refused_and_case_does_not_matter() -> None:
    validate_select(("Status", "id", "*"), {"id", "status"})
    with pytest.raises(InvalidInput, match=r"\$orderby: 'x' is not one of id, status") as refused:
        validate_select(("id", "x"), {"id", "status"}, "$orderby")
    assert refused.value.target == "$orderby"


def test_sort_is_stable_puts_none_first_and_compares_instants_and_text_without_case() -> None:
    rows: list[dict[str, object]] = [
        {"id": 1, "n": "b", "t": "2026-01-01T00:00:00.5Z"},
        {"id": 2, "n": "A", "t": "2026-01-01T00:00:00Z"},
        {"id": 3, "n": None},
        {"id": 4, "n": "B", "t": "2026-01-01T02:00:00+02:00"},
    ]
    assert [row["id"] for row in sort(rows, (("n", False),))] == [3, 2, 1, 4]
    assert [row["id"] for row in sort(rows, (("n", True),))] == [1, 4, 2, 3]
    assert [row["id"] for row in sort(rows, (("t", False), ("n", True)))] == [3, 4, 2, 1]
    assert sort(rows, ()) == rows


ON_REVIEWER = Segment("function", "filterByCurrentUser", {"on": "reviewer"})
PACKAGES = {"accessPackageId": "A", "incompatibleAccessPackageId": "B"}
ADDITIONAL = Segment("function", "additionalAccess", PACKAGES)


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("$count", Segment("count")),
        ("%24ref", Segment("ref")),
        ("a-1_b.C", Segment("id", "a-1_b.C")),
        ("filterByCurrentUser(on='reviewer')", ON_REVIEWER),
        ("filterByCurrentUser%28on=%27reviewer%27%29", ON_REVIEWER),
        ("additionalAccess()", Segment("function", "additionalAccess")),
        ("%24count", Segment("count")),
        ("additionalAccess(accessPackageId='A'incompatibleAccessPackageId='B')", ADDITIONAL),
        ("additionalAccess(accessPackageId='A', incompatibleAccessPackageId='B')", ADDITIONAL),
        ("filterByCurrentUser(on='o''x')", Segment("function", "filterByCurrentUser", {"on": "o'x"})),
    ],
)
def test_a_path_segment_is_recognised(text: str, segment: Segment) -> None:
    assert parse_segment(text) == segment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a b",
        "I%201%2Fx",
        "x" * 129,
        "$batch",
        "filterByCurrentUser()",
        "filterByCurrentUser(on=reviewer)",
        "filterByCurrentUser(on='a',on='b')",
        "filterByCurrentUser(by='a')",
        "additionalAccess(accessPackageId='A')",
        "delta()",
        "%ff",
        "filterByCurrentUser(on='" + "x" * 1000 + "')",
        "f(" + "a='x' " * 150,
        "f(" + "a='' , " * 120,
    ],
)
def test_a_segment_without_meaning_is_unknown(text: str) -> None:
    assert parse_segment(text) == Segment("unknown")


@given(st.text(alphabet="aon='(), $%27-.\u00e9", max_size=60))
def test_any_segment_gets_an_answer(text: str) -> None:
    assert parse_segment(text).kind in ("id", "unknown")
