"""/scim/v2/Users: what Entra ID and Okta send, what comes of it, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.agenda import LOST
from tests.scim.clients import ENTERPRISE, Client, new_client
from tests.world import World

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def client(world: World) -> Client:
    return new_client(world, "Entra ID")


def stored(client: Client, user_id: str) -> Any:
    return client.world.services.people.user(user_id)


def test_entra_finds_nobody_creates_reads_and_changes_a_person(client: Client) -> None:
    """The requests of Entra's provisioning service in their documented order (RFC 7644)."""
    nobody = client.get('/Users?filter=userName eq "anna@example.com"')
    assert nobody.status == 200 and nobody.json["totalResults"] == 0 and nobody.json["Resources"] == []
    made = client.post(
        "/Users",
        {
            "schemas": [USER, ENTERPRISE],
            "externalId": "anna-object",
            "userName": "Anna@example.com",
            "active": "True",
            "emails": [{"primary": True, "type": "work", "value": "anna@example.com"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "Anna Meier", "familyName": "Meier", "givenName": "Anna"},
            "phoneNumbers": [{"type": "work", "value": "1"}],
            "roles": [],
            ENTERPRISE: {"department": "Sales", "employeeNumber": "7"},
        },
    )
    assert made.status == 201 and made.json["displayName"] == "Anna Meier" and made.json["active"] is True
    assert made.headers["Content-Type"] == "application/scim+json"
    assert made.headers["Location"] == made.json["meta"]["location"]
    user_id = made.json["id"]
    assert client.get(f"/Users/{user_id}").json == made.json
    changed = client.patch(
        f"/Users/{user_id}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "am@example.com"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Marketing"},
        {"op": "Replace", "path": "name.familyName", "value": "Huber"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "2"},
        {"op": "Replace", "path": "displayName", "value": "Anna Huber"},
    )
    assert changed.status == 200, changed.text
    found = stored(client, user_id)
    assert (found.mail, found.department, found.surname) == ("am@example.com", "Marketing", "Huber")
    assert (found.display_name, found.given_name, found.employee_number) == ("Anna Huber", "Anna", "7")
    off = client.patch(f"/Users/{user_id}", {"op": "Replace", "path": "active", "value": "False"})
    assert off.json["active"] is False and not stored(client, user_id).enabled


def test_okta_finds_creates_updates_and_switches_off(client: Client) -> None:
    """Okta's documented sequence: search, POST, PUT of the whole profile, soft delete without a path, and back."""
    assert client.get("/Users?filter=userName%20eq%20%22bo%40example.com%22&startIndex=1&count=100").status == 200
    profile = {
        "schemas": [USER],
        "userName": "bo@example.com",
        "name": {"givenName": "Bo", "familyName": "Berg"},
        "emails": [{"primary": True, "value": "bo@example.com", "type": "work"}],
        "displayName": "Bo Berg",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "userType": "Employee",
        "active": True,
    }
    user_id = client.post("/Users", profile).json["id"]
    put = client.call("PUT", f"/Users/{user_id}", {**profile, "id": user_id, "title": "Chef", "displayName": "Bo"})
    assert put.status == 200 and put.json["title"] == "Chef" and put.json["displayName"] == "Bo"
    for active in (False, True):
        assert client.patch(f"/Users/{user_id}", {"op": "replace", "value": {"active": active}}).status == 200
        assert stored(client, user_id).enabled is active
    assert "password" not in put.text and "1mz050nq" not in str(stored(client, user_id))


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        ({"op": "replace", "value": {"name.givenName": "Ann", "title": "Boss"}}, "given_name", "Ann"),
        ({"op": "ADD", "value": {f"{ENTERPRISE}:division": "West"}}, "division", "West"),
        ({"op": "add", "value": {ENTERPRISE: {"costCenter": "42"}}}, "cost_center", "42"),
        ({"op": "replace", "path": ENTERPRISE, "value": {"organization": "Contoso"}}, "organization", "Contoso"),
        ({"op": "replace", "path": f"{USER}:title", "value": "Boss"}, "job_title", "Boss"),
        ({"op": "replace", "path": "TITLE", "value": [{"value": "Boss"}]}, "job_title", "Boss"),
        (
            {"op": "add", "path": "emails", "value": [{"value": "b@x.org", "type": "work", "primary": True}]},
            "mail",
            "b@x.org",
        ),
        ({"op": "remove", "path": 'emails[type eq "work"]'}, "mail", ""),
        ({"op": "remove", "path": "emails"}, "mail", ""),
        ({"op": "remove", "path": "title"}, "job_title", ""),
        ({"op": "replace", "path": "userType", "value": "Guest"}, "user_type", "Guest"),
    ],
)
def test_every_form_of_a_change_is_understood(
    client: Client, operation: dict[str, Any], field: str, value: str
) -> None:
    """RFC 7644, 3.5.2, and the forms Entra and Okta send."""
    made = client.user("anna", title="Clerk", emails=[{"value": "a@x.org", "type": "work", "primary": True}])
    assert client.patch(f"/Users/{made['id']}", operation).status == 200
    assert getattr(stored(client, made["id"]), field) == value


def test_a_manager_is_named_by_id_own_id_or_sign_in_name_and_taken_away(client: Client) -> None:
    boss = client.user("boss", externalId="boss-7")
    for named in (boss["id"], "boss-7", "BOSS@example.com", {"value": boss["id"]}, [{"value": boss["id"]}]):
        made = client.user(f"clerk{ids.digest(str(named))[:4]}")
        change = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": named}
        changed = client.patch(f"/Users/{made['id']}", change)
        assert changed.json[ENTERPRISE]["manager"]["value"] == boss["id"], changed.text
    gone = client.patch(f"/Users/{made['id']}", {"op": "remove", "path": f"{ENTERPRISE}:manager"})
    assert ENTERPRISE not in gone.json and stored(client, made["id"]).manager_id == ""


def test_a_manager_who_comes_later_is_found_when_they_come(client: Client) -> None:
    """Identity providers push people in no order."""
    waiting = [client.user(f"clerk{n}", **{ENTERPRISE: {"manager": {"value": "boss@example.com"}}}) for n in range(3)]
    assert waiting[0][ENTERPRISE]["manager"] == {"value": "boss@example.com"}
    boss = client.user("boss")
    client.world.tick()
    for one in waiting:
        found = stored(client, one["id"])
        assert (found.manager_id, found.manager_awaited) == (boss["id"], "")
    assert not client.world.services.provisioning.awaiting("boss@example.com", 10)


def test_nobody_is_their_own_manager(client: Client) -> None:
    made = client.user("anna")
    own = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": made["id"]}
    refused = client.patch(f"/Users/{made['id']}", own)
    assert refused.status == 400 and refused.json["scimType"] == "invalidValue"


@pytest.mark.parametrize("name", ["userName", "externalId"])
def test_a_name_somebody_has_is_refused_as_uniqueness(client: Client, name: str) -> None:
    """RFC 7644, 3.3 and 3.12: 409 uniqueness, for creating and for changing."""
    client.user("anna", externalId="a")
    other = client.user("bert", externalId="b")
    taken = {"userName": "ANNA@example.com", "externalId": "a"}[name]
    new = {"userName": "new@example.com", "displayName": "New", name: taken}
    for refused in (
        client.post("/Users", new),
        client.patch(f"/Users/{other['id']}", {"op": "replace", "path": name, "value": taken}),
    ):
        assert refused.status == 409 and refused.json["scimType"] == "uniqueness", refused.text
        assert name in refused.json["detail"]
    assert client.get("/Users?count=0").json["totalResults"] == 2


def test_two_clients_have_their_own_ids_of_one_person(world: World, client: Client) -> None:
    """externalId is unique for its client (RFC 7643, 3.1)."""
    other = new_client(world, "Okta")
    made = client.user("anna", externalId="same")
    second = other.user("bert", externalId="same")
    other.patch(f"/Users/{made['id']}", {"op": "add", "path": "externalId", "value": "anna-at-okta"})
    assert client.get(f"/Users/{made['id']}").json["externalId"] == "same"
    assert other.get(f"/Users/{made['id']}").json["externalId"] == "anna-at-okta"
    assert other.get('/Users?filter=externalId eq "same"').json["Resources"][0]["id"] == second["id"]


def test_a_person_of_a_file_is_taken_over_by_their_sign_in_name(world: World, client: Client) -> None:
    world.post(
        "/api/v1/imports/people",
        "userPrincipalName,displayName\nanna@example.com,Anna\n",
        headers={"content-type": "text/csv"},
    )
    world.tick()
    assert client.post("/Users", {"userName": "anna@example.com", "displayName": "A"}).status == 409
    (found,) = client.get('/Users?filter=userName eq "anna@example.com"').json["Resources"]
    assert client.patch(f"/Users/{found['id']}", {"op": "add", "path": "externalId", "value": "x"}).status == 200
    assert stored(client, found["id"]).provisioned == ((client.id, "x"),)


def test_versions_guard_changes_and_save_reading(client: Client) -> None:
    """RFC 7644, 3.14."""
    made = client.user("anna")
    version = made["meta"]["version"]
    assert client.get(f"/Users/{made['id']}", if_none_match=version).status == 304
    title = {"op": "replace", "path": "title", "value": "x"}
    changed = client.patch(f"/Users/{made['id']}", title, if_match=version)
    assert changed.status == 200 and changed.headers["ETag"] == changed.json["meta"]["version"] != version
    assert client.patch(f"/Users/{made['id']}", {**title, "value": "y"}, if_match=version).status == 412
    assert client.call("DELETE", f"/Users/{made['id']}", None, if_match=version).status == 412
    again = client.patch(f"/Users/{made['id']}", title)
    assert again.json["meta"]["version"] == changed.json["meta"]["version"]  # nothing changed, nothing was written


def test_switching_off_a_reviewer_has_their_reviews_looked_at(client: Client) -> None:
    """The same consequences as the import of a file (G10)."""
    made = client.user("anna")
    client.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False})
    now = client.world.clock.now()
    due = client.world.services.reviews.due_until(now, 100)
    assert (LOST, made["id"]) in {(row.kind, row.id) for row in due}


def test_the_audit_trail_names_the_client_and_no_personal_value(world: World, client: Client) -> None:
    """R160, R164."""
    made = client.user("anna", **{ENTERPRISE: {"department": "Sales"}})
    client.patch(f"/Users/{made['id']}", {"op": "replace", "path": "displayName", "value": "Secret Name"})
    events = world.get(f"/api/v1/audit?target={made['id']}").json["value"]
    assert {one["activityDisplayName"] for one in events} == {"Add user", "Update user"}
    assert events[0]["initiatedBy"] == {"app": {"displayName": "Entra ID", "appId": client.id}}
    assert all(
        "Secret Name" not in json.dumps([one["additionalDetails"], one["targetResources"][0]["modifiedProperties"]])
        for one in events
    )


@pytest.mark.parametrize(
    ("filter_text", "names"),
    [
        ('userName sw "an"', {"anna", "anton"}),
        ('displayName sw "An" and active eq true', {"anna", "anton"}),
        ('displayName eq "anna"', {"anna"}),
        ("active eq false", {"bert"}),
        ('not (userName co "an")', {"bert", "carl"}),
        ('(title eq "Chef" or title eq "Clerk") and userName ne "carl@example.com"', {"anna"}),
        ("title pr", {"anna", "carl"}),
        ('emails[type eq "work" and value co "bert"]', {"bert"}),
        ('emails.value ew "carl.org"', {"carl"}),
        (f'{ENTERPRISE}:department eq "sales"', {"anton"}),
        ('name.familyName gt "M"', {"anna"}),
        ('externalId eq "ext-bert"', {"bert"}),
        ('nickName eq "x"', set()),
    ],
)
def test_filters(client: Client, filter_text: str, names: set[str]) -> None:
    """RFC 7644, 3.4.2.2."""
    client.user("anna", title="Clerk", name={"familyName": "Neu"})
    client.user("anton", **{ENTERPRISE: {"department": "Sales"}}, name={"familyName": "Alt"})
    client.user("bert", active=False, externalId="ext-bert", emails=[{"value": "x@bert.org"}])
    client.user("carl", title="Chef", emails=[{"value": "x@carl.org", "type": "work"}])
    found = client.post("/Users/.search", {"filter": filter_text}).json
    assert {one["userName"].partition("@")[0] for one in found["Resources"]} == names
    assert found["totalResults"] == len(names)


@pytest.mark.parametrize(
    "filter_text",
    [
        "userName",
        "userName eq",
        'userName is "x"',
        "userName eq x",
        "(userName pr",
        'colour eq "red"',
        "title gt 5",
        '"',
        "a" * 5_000,
    ],
)
def test_a_filter_nobody_understands_is_refused(client: Client, filter_text: str) -> None:
    client.user("anna", title="Chef")
    refused = client.post("/Users/.search", {"filter": filter_text})
    assert (refused.status, refused.json["scimType"]) == (400, "invalidFilter"), refused.text


def test_pages_by_number_reach_everybody_once(client: Client) -> None:
    """RFC 7644, 3.4.2.4, forwards and back; each page notes where the next begins."""
    made = {client.user(f"p{number:02d}")["id"] for number in range(23)}
    seen: list[str] = []
    for start in range(1, 24, 5):
        page = client.get(f"/Users?startIndex={start}&count=5").json
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (23, start, len(page["Resources"]))
        seen += [one["id"] for one in page["Resources"]]
    assert len(seen) == 23 and set(seen) == made
    assert [one["id"] for one in client.get("/Users?startIndex=8&count=3").json["Resources"]] == seen[7:10]
    assert client.get("/Users?startIndex=24&count=5").json["Resources"] == []
    assert client.get("/Users?startIndex=0&count=-1").json["totalResults"] == 23


def test_attributes_and_excluded_attributes(client: Client) -> None:
    """RFC 7644, 3.9: id and schemas always; both at once is refused."""
    made = client.user("anna", name={"familyName": "M", "givenName": "A"}, **{ENTERPRISE: {"department": "Sales"}})
    path = f"/Users/{made['id']}"
    only = client.get(f"{path}?attributes=userName,name.familyName,{ENTERPRISE}:department,nobody").json
    assert only.keys() == {"schemas", "id", "userName", "name", ENTERPRISE} and only["name"] == {"familyName": "M"}
    rest = client.get(f"{path}?excludedAttributes=name.familyName,displayName,id").json
    assert rest["name"] == {"givenName": "A"} and "displayName" not in rest and rest["id"] == made["id"]
    assert client.get(f"{path}?attributes=id&excludedAttributes=name").status == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "invalidSyntax"),
        ("[]", "invalidSyntax"),
        ({}, "invalidSyntax"),
        ({"displayName": "x"}, "invalidValue"),
        ({"userName": "x", "active": "maybe"}, "invalidValue"),
        ({"userName": {"a": 1}}, "invalidValue"),
        ({"userName": "x" * 300}, "invalidValue"),
        ({"userName": "x", "displayName": "a\x00b"}, "invalidValue"),
        ({"userName": "x", "title": ["a", "b"]}, "invalidValue"),
    ],
)
def test_a_wrong_person_is_refused(client: Client, body: Any, kind: str) -> None:
    refused = client.post("/Users", body)
    assert refused.status == 400 and refused.headers["Content-Type"] == "application/scim+json"
    assert (refused.json.get("scimType"), refused.json["status"]) == (kind, "400"), refused.text


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "shrink", "path": "title"}, "invalidSyntax"),
        ({"path": "title", "value": "x"}, "invalidSyntax"),
        ({"op": "add", "path": "colour", "value": "red"}, "invalidPath"),
        ({"op": "add", "path": "urn:x:y:colour", "value": "red"}, "invalidPath"),
        ({"op": "add", "path": "name.colour", "value": "red"}, "invalidPath"),
        ({"op": "add", "path": 7, "value": "red"}, "invalidPath"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "add", "value": "red"}, "invalidSyntax"),
        ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
        ({"op": "replace", "path": "emails[type eq", "value": "x"}, "invalidFilter"),
        ("add", "invalidSyntax"),
    ],
)
def test_a_wrong_operation_is_refused_and_changes_nothing(client: Client, operation: Any, kind: str) -> None:
    """RFC 7644, 3.5.2: all of a PATCH or nothing."""
    made = client.user("anna")
    refused = client.patch(f"/Users/{made['id']}", {"op": "add", "path": "title", "value": "x"}, operation)
    assert (refused.status, refused.json.get("scimType")) == (400, kind), refused.text
    assert client.get(f"/Users/{made['id']}").json == made


def test_what_is_not_there_or_not_supported_is_said_in_scims_words(client: Client) -> None:
    for path in (f"/Users/{ids.guid('x')}", "/Users/x", "/Colours", f"/Groups/{ids.guid('x')}"):
        refused = client.get(path)
        assert (refused.status, refused.json["status"]) == (404, "404")
        assert refused.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert client.post("/Bulk", {"Operations": []}).status == 501
    assert client.get("/Me").status == 501 and client.get("/Users?sortBy=userName").status == 501
    assert client.get("/Schemas?filter=id").status == 403
    wrong = client.call("POST", "/Users", "<x/>", content_type="text/xml")
    assert wrong.status == 415 and wrong.json["status"] == "415"
