"""People and groups through Graph's addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Role, RoleGrant
from chalicelib.storage.writer import TableWriter
from tests.directories import add_group, add_people, person
from tests.world import World

MOMENT = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
MAX = person("Max Manager", never_signed_in=True)
ADA = person(
    "Ada Berg",
    manager_id=MAX.id,
    department="Sales",
    job_title="Seller",
    given_name="Ada",
    surname="Berg",
    created=MOMENT,
    last_sign_in=MOMENT,
)
GUEST = person("Gus Guest", user_type="Guest", invitation="pending", enabled=True)
GONE = person("Gone Girl", enabled=False)
OWNER = person("Olga Owner")
EVERYBODY = (MAX, ADA, GUEST, GONE, OWNER)
DATES = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")
ACCOUNT = {"accountEnabled", "signInActivity"}


@pytest.fixture(autouse=True)
def directory(world: World) -> None:
    """Five people, one of them with a role in a catalog."""
    add_people(*EVERYBODY)
    grant = RoleGrant(role=Role.CATALOG_OWNER, scope=f"catalog:{ids.guid(1)}", principal_id=OWNER.id)
    TableWriter().put_all([grant])


def found(world: World, url: str, as_: str = "admin@example.com") -> list[str]:
    """Names of a list's every page; fails where a page is empty but not the last."""
    names: list[str] = []
    while url:
        answer = world.get(url, as_)
        assert answer.status == 200, answer.text
        names += [one.get("displayName", one["id"]) for one in answer.json["value"]]
        link = urlsplit(answer.json.get("@odata.nextLink", ""))
        assert not link.path or answer.json["value"]
        url = f"{link.path.removeprefix('/api')}?{link.query}" if link.path else ""
    return names


def by(expression: str) -> str:
    return f"/v1.0/users?$filter={quote(expression)}"


def test_a_person_has_graphs_shape(world: World) -> None:
    shape = {
        "@odata.context": "https://graph.example.com/api/v1.0/$metadata#users/$entity",
        "id": ADA.id,
        "displayName": "Ada Berg",
        "userPrincipalName": "ada.berg@example.com",
        "mail": "ada.berg@example.com",
        "userType": "Member",
        "externalUserState": None,
        "accountEnabled": True,
        "createdDateTime": "2026-02-01T08:30:00Z",
        "department": "Sales",
        "jobTitle": "Seller",
        "surname": "Berg",
        "givenName": "Ada",
        "signInActivity": {
            "lastSignInDateTime": "2026-02-01T08:30:00Z",
            "lastNonInteractiveSignInDateTime": None,
            "lastSuccessfulSignInDateTime": "2026-02-01T08:30:00Z",
        },
    }
    assert world.get(f"/v1.0/users/{ADA.id}").json == shape
    assert world.get(f"/v1.0/users/{ADA.id.upper()}").json == shape
    assert world.get("/v1.0/users/Ada.Berg@example.com").json == shape
    assert world.get("/v1.0/me", ADA.principal_name).json == shape


def test_guests_and_sign_ins_that_are_unknown_or_never_happened(world: World) -> None:
    guest = world.get(f"/v1.0/users/{GUEST.id}").json
    assert (guest["userType"], guest["externalUserState"]) == ("Guest", "PendingAcceptance")
    assert "signInActivity" not in guest
    assert world.get(f"/v1.0/users/{MAX.id}").json["signInActivity"] == dict.fromkeys(DATES)


def test_the_first_administrator_need_not_be_in_the_directory(world: World) -> None:
    assert world.get("/v1.0/me").json["userPrincipalName"] == "admin@example.com"


def test_accounts_are_for_role_holders_and_the_person(world: World) -> None:
    def seen(as_: str, of: str) -> set[str]:
        return ACCOUNT & world.get(f"/v1.0/users/{of}", as_).json.keys()

    assert seen("admin@example.com", ADA.id) == seen(OWNER.principal_name, ADA.id) == ACCOUNT
    assert seen(ADA.principal_name, ADA.id) == ACCOUNT
    assert seen(MAX.principal_name, ADA.id) == set()
    listed = world.get("/v1.0/users?$expand=manager", MAX.principal_name).json["value"]
    assert [one["displayName"] for one in listed if ACCOUNT & one.keys()] == ["Max Manager"]
    (ada,) = (one for one in listed if one["id"] == ADA.id)
    assert ada["manager"]["accountEnabled"] is True  # Max himself


def test_filters_and_orders_tell_no_more_than_the_answers(world: World) -> None:
    assert found(world, by("accountEnabled eq false"), MAX.principal_name) == []
    assert found(world, by("accountEnabled eq false")) == ["Gone Girl"]
    recent = by("signInActivity/lastSignInDateTime ge 2026-01-01T00:00:00Z")
    assert found(world, recent, MAX.principal_name) == []
    assert found(world, recent) == ["Ada Berg"]


def test_the_disabled_and_strangers_are_refused(world: World) -> None:
    for caller in (GONE.principal_name, "nobody@example.com", None):
        assert world.get("/v1.0/users", caller).status == 401


@pytest.mark.parametrize(
    "key", [ids.NOBODY, "nobody@example.com", "@", "x", "%24metadata", "a" * 3_000, "x%00y", "%ED%A0%80@"]
)
def test_whoever_is_not_there_is_not_found(world: World, key: str) -> None:
    for address in (f"/v1.0/users/{key}", f"/v1.0/users/{key}/manager", f"/v1.0/groups/{key}/members"):
        assert world.get(address).error["code"] == "ResourceNotFound"


def test_managers(world: World) -> None:
    manager = world.get(f"/v1.0/users/{ADA.id}/manager?$select=displayName").json
    assert manager == {
        "@odata.context": "https://graph.example.com/api/v1.0/$metadata#directoryObjects/$entity",
        "@odata.type": "#microsoft.graph.user",
        "id": MAX.id,
        "displayName": "Max Manager",
    }
    assert world.get(f"/v1.0/users/{MAX.id}/manager").status == 404
    one = world.get(f"/v1.0/users/{ADA.id}?$expand=manager($select=mail)&$select=mail").json
    assert one["manager"] == {"@odata.type": "#microsoft.graph.user", "id": MAX.id, "mail": MAX.mail}
    everybody = world.get("/v1.0/users?$expand=manager").json["value"]
    assert {one["displayName"] for one in everybody if one["manager"]} == {"Ada Berg"}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("startswith(displayName,'ada')", ["Ada Berg"]),
        ("startswith(displayName,'G')", ["Gone Girl", "Gus Guest"]),
        ("startswith(displayName,'G') and accountEnabled eq true", ["Gus Guest"]),
        ("startswith(userPrincipalName,'GUS.')", ["Gus Guest"]),
        ("displayName eq 'ada berg'", ["Ada Berg"]),
        ("displayName eq 'ada'", []),
        ("userPrincipalName eq 'Ada.Berg@example.com'", ["Ada Berg"]),
        ("userPrincipalName eq 'nobody@example.com'", []),
        (f"id eq '{ADA.id}'", ["Ada Berg"]),
        (f"id eq '{ADA.id.upper()}' and department eq 'Sales'", ["Ada Berg"]),
        (f"id eq '{ADA.id}' and department eq 'Law'", []),
        (f"id in ('{ADA.id}','{MAX.id}','{ids.NOBODY}')", ["Ada Berg", "Max Manager"]),
        ("id eq ''", []),
        ("id eq null", []),
        ("userType eq 'guest'", ["Gus Guest"]),
        ("externalUserState eq 'PendingAcceptance'", ["Gus Guest"]),
        ("department eq 'Sales' or jobTitle eq 'x'", ["Ada Berg"]),
        ("startswith(displayName,'ada') or startswith(displayName,'max')", ["Ada Berg", "Max Manager"]),
        ("not startswith(displayName,'g') and contains(displayName,'o')", ["Olga Owner"]),
    ],
)
def test_filters(world: World, expression: str, names: list[str]) -> None:
    assert sorted(found(world, by(expression) + "&$top=1")) == names
    count = world.get(f"/v1.0/users/$count?$filter={quote(expression)}")
    assert (count.text, count.headers["Content-Type"]) == (str(len(names)), "text/plain")


def test_a_filter_with_an_index_reads_no_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise AssertionError("the whole directory was read")

    monkeypatch.setattr(type(world.services.people), "list_users", fail)
    for expression in (
        "startswith(displayName,'ada')",
        "displayName eq 'Ada Berg'",
        "startswith(userPrincipalName,'ada')",
        "userPrincipalName eq 'ada.berg@example.com'",
        f"id eq '{ADA.id}'",
    ):
        assert found(world, by(expression)) == ["Ada Berg"]


def test_a_filter_without_an_index_names_those_that_have_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.routes.graph.walking.MOST", 3)
    refused = world.get(by("department eq 'Law'"))
    assert (refused.status, refused.error["code"]) == (400, "filterTooBroad")
    assert "startswith(displayName" in refused.error["message"]


def test_pages_and_counts(world: World) -> None:
    first = world.get("/v1.0/users?$top=2&$count=true").json
    assert (len(first["value"]), first["@odata.count"]) == (2, 5)
    assert first["@odata.nextLink"].startswith("https://graph.example.com/api/v1.0/users?")
    assert sorted(found(world, "/v1.0/users?$top=2")) == sorted(one.display_name for one in EVERYBODY)
    assert world.get("/v1.0/users/$count").text == "5"
    ordered = found(world, "/v1.0/users?$orderby=displayName desc&$top=2")
    assert ordered == sorted((one.display_name for one in EVERYBODY), reverse=True)


@pytest.mark.parametrize(
    "options",
    ["$orderby=mail", "$select=password", "$expand=memberOf", "$skip=1", "$filter=password eq 'x'", "$top=0", "$a=b"],
)
def test_refuses_options_it_does_not_have(world: World, options: str) -> None:
    refused = world.get(f"/v1.0/users?{options}")
    assert (refused.status, refused.error["code"]) == (400, "BadRequest")
    assert refused.error["target"] == options.partition("=")[0]


def test_groups_and_their_members(world: World) -> None:
    inner = add_group("Inner", MAX)
    outer = add_group("Outer", ADA, inner, person("Never Written"))
    assert found(world, "/v1.0/groups?$orderby=displayName&$top=1") == ["Inner", "Outer"]
    assert found(world, f"/v1.0/groups?$filter=id eq '{inner.id}'") == ["Inner"]
    assert world.get("/v1.0/groups/$count").text == "2"
    shown = world.get(f"/v1.0/groups/{outer.id}").json
    assert (shown["displayName"], shown["description"]) == ("Outer", None)
    members = {one["id"]: one for one in world.get(f"/v1.0/groups/{outer.id}/members").json["value"]}
    assert members[ADA.id]["@odata.type"] == "#microsoft.graph.user"
    assert members[ADA.id]["displayName"] == "Ada Berg"
    assert members[inner.id]["@odata.type"] == "#microsoft.graph.group"
    gone = person("Never Written").id
    assert members[gone] == {"@odata.type": "#microsoft.graph.user", "id": gone}
    assert sorted(found(world, f"/v1.0/groups/{outer.id}/members?$top=1&$select=displayName"))[1:] == [
        "Ada Berg",
        "Inner",
    ]
    assert world.get(f"/v1.0/groups/{outer.id}/members/$count").text == "3"
    assert found(world, f"/v1.0/groups/{outer.id}/members/microsoft.graph.group") == ["Inner"]
    assert world.get(f"/v1.0/groups/{outer.id}/members/x").status == 404
    assert world.get(f"/v1.0/groups/{ids.NOBODY}").status == 404
