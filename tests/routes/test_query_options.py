"""Query options as clients write them, on every collection: what the documents of Graph say works, works."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.routes.attacking import BOSS, Stage, stage
from tests.world import Reply

__all__ = ["stage"]
EM = "/v1.0/identityGovernance/entitlementManagement"
AR = "/v1.0/identityGovernance/accessReviews/definitions"
INSTANCES, DECISIONS = f"{AR}/{{definition}}/instances", f"{AR}/{{definition}}/instances/{{review}}/decisions"
SCOPE = "contains(scope/microsoft.graph.accessReviewQueryScope/query,'accessPackageAssignments')"
MINE = "filterByCurrentUser(on='reviewer')"
# What the documents call filterable, and what an order is offered for; values are taken from the answers.
FILTERS = {
    AR: ("status", "id", "displayName", "createdDateTime"),
    INSTANCES: ("status", "id", "startDateTime", "endDateTime"),
    DECISIONS: ("decision", "recommendation", "applyResult", "id", "principal/id", "resource/id"),
    f"{EM}/assignments": ("state", "id", "accessPackage/id", "assignmentPolicy/id", "target/objectId"),
    f"{EM}/assignmentRequests": ("state", "createdDateTime", "id", "requestType"),
    f"{EM}/catalogs": ("displayName", "id", "state", "isExternallyVisible"),
    f"{EM}/accessPackages": ("displayName", "id", "isHidden", "catalog/id"),
    f"{EM}/assignmentPolicies": ("displayName", "id", "accessPackage/id"),
    "/v1.0/users": ("userPrincipalName", "displayName", "id", "accountEnabled"),
    "/v1.0/groups": ("displayName", "id"),
}
EXPANDED = {
    AR: "instances",
    f"{EM}/assignments": "target,accessPackage,assignmentPolicy",
    f"{EM}/assignmentRequests": "assignment($expand=target),accessPackage,requestor",
    f"{EM}/catalogs": "accessPackages",
    f"{EM}/accessPackages": "catalog,assignmentPolicies",
    f"{EM}/assignmentPolicies": "accessPackage,catalog",
    "/v1.0/users": "manager",
}
ORDERS = {
    AR: ("createdDateTime", "displayName", "status"),
    INSTANCES: ("startDateTime", "status"),
    DECISIONS: ("decision",),
    f"{EM}/assignmentRequests": ("createdDateTime",),
    f"{EM}/catalogs": ("displayName", "createdDateTime"),
    f"{EM}/accessPackages": ("displayName", "createdDateTime"),
    f"{EM}/assignmentPolicies": ("displayName", "createdDateTime"),
    "/v1.0/users": ("displayName", "createdDateTime"),
    "/v1.0/groups": ("displayName", "createdDateTime"),
}
ADDRESSES = [*FILTERS, f"{AR}/{{definition}}/instances/{{review}}/contactedReviewers", "/v1.0/groups/{group}/members"]


def ask(stage: Stage, path: str, query: str = "", as_: str = "") -> Any:
    reply: Reply = stage.world.get(f"{stage.address(path)}?{query}", as_ or BOSS)
    assert reply.status == 200, f"{path}?{query} -> {reply.status} {reply.text}"
    return reply.json


def held(obj: dict[str, Any], path: str) -> Any:
    value: Any = obj
    for part in path.split("/"):
        value = value.get(part) if value else None
    return value


def literal(value: Any) -> str:
    """As a filter writes it: text in capitals, in quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if value[:2] == "20" and value[-1] == "Z" else f"'{value.upper()}'"


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in FILTERS.items() for name in names])
def test_properties_that_can_be_filtered_in_any_case_and_encoding(stage: Stage, path: str, name: str) -> None:
    expanded = f"$expand={EXPANDED[path]}&" if path in EXPANDED else ""
    everything = ask(stage, path, expanded)["value"]
    wanted = next(held(one, name) for one in everything if held(one, name) is not None)
    same = [one["id"] for one in everything if held(one, name) == wanted]
    text = f"{name.upper()} eq {literal(wanted)}"
    for query in (
        f"$filter={quote(text)}",
        f"%24filter={quote(text, safe='')}",
        f"$filter={text.replace(' eq ', '+eq+')}",
        f"$filter={quote(text.replace(' eq ', '+eq+'), safe='')}",
        f"$filter=({quote(text)})",
        f"$filter={quote(text)} and not ({quote(name)} ne {quote(literal(wanted))})",
    ):
        found = [one["id"] for one in ask(stage, path, f"{expanded}{query}")["value"]]
        assert sorted(found) == sorted(same), query  # an index that serves a filter may have another order
    opposite = ask(stage, path, f"$filter={quote(name.lower() + ' ne ' + literal(wanted))}")["value"]
    assert {one["id"] for one in opposite} == {one["id"] for one in everything} - set(same)
    counted = stage.world.get(f"{stage.address(path)}/$count?$filter={quote(text)}", BOSS)
    assert (counted.text, counted.headers["Content-Type"]) == (str(len(same)), "text/plain")


@pytest.mark.parametrize("path", ADDRESSES)
def test_pages_counts_and_selections(stage: Stage, path: str) -> None:
    body = ask(stage, path, "$count=true&$top=1")
    pages = list(body["value"])
    count = body["@odata.count"]
    while "@odata.nextLink" in body:
        body = stage.world.get(body["@odata.nextLink"].removeprefix("https://graph.example.com/api"), BOSS).json
        pages += body["value"]
    everything = ask(stage, path)["value"]
    assert pages == everything and count == len(everything) > 0
    assert stage.world.get(f"{stage.address(path)}/$count", BOSS).text == str(count)
    for selected in ("id", "ID,", "iD"):
        (one, *_) = ask(stage, path, f"$select={selected.strip(',')}")["value"]
        assert {name for name in one if not name.startswith("@")} == {"id"}


@pytest.mark.parametrize(("path", "names"), EXPANDED.items())
def test_what_can_be_expanded_is_there_only_when_asked_for(stage: Stage, path: str, names: str) -> None:
    wanted = [name.partition("(")[0] for name in names.split(",")]
    plain, full = ask(stage, path)["value"], ask(stage, path, f"$expand={names}")["value"]
    assert all(name not in one for one in plain for name in wanted)
    assert all(name in one for one in full for name in wanted)


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in ORDERS.items() for name in names])
def test_orders(stage: Stage, path: str, name: str) -> None:
    for word, reverse in (("", False), (" asc", False), ("+DESC", True)):
        found = [held(one, name) or "" for one in ask(stage, path, f"$orderby={name.upper()}{word}")["value"]]
        assert found == sorted(found, key=str.casefold, reverse=reverse)


@pytest.mark.parametrize("path", [AR, INSTANCES])
@pytest.mark.parametrize("text", [SCOPE, "contains(scope/query, 'ACCESSPACKAGEASSIGNMENTS')", SCOPE.replace(",", ", ")])
def test_the_documented_way_to_find_reviews_of_packages(stage: Stage, path: str, text: str) -> None:
    assert len(ask(stage, path, f"$filter={quote(text)}")["value"]) == 1
    assert len(ask(stage, path, f"$filter={quote(text)} and status eq 'inprogress'")["value"]) == 1
    other = text.replace("'", "'no ", 1)
    assert ask(stage, path, f"$filter={quote(other)}")["value"] == []
    assert stage.world.get(f"{stage.address(path)}/$count?$filter={quote(text)}", BOSS).text == "1"


@pytest.mark.parametrize("path", [AR, INSTANCES, DECISIONS])
@pytest.mark.parametrize("segment", [MINE, quote(MINE, safe="")])
def test_function_segments_percent_encoded_or_not(stage: Stage, path: str, segment: str) -> None:
    body = ask(stage, f"{path}/{segment}", "$top=1&$count=true")
    assert body["value"] and body["@odata.count"] == (2 if path == DECISIONS else 1)
    if "@odata.nextLink" in body:
        link = body["@odata.nextLink"].removeprefix("https://graph.example.com/api")
        assert len(stage.world.get(link, BOSS).json["value"]) == 1
    if path == DECISIONS:
        undecided = "$filter=decision eq 'notreviewed'"
        assert len(ask(stage, f"{path}/{segment}", undecided)["value"]) == 2
