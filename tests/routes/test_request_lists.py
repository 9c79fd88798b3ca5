"""Lists of assignment requests: one's own by index, between two moments, and whom an address of a person finds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.people import Role
from chalicelib.routes.graph import walking
from tests.routes.entitling import REQUESTS, Office, office, refused

__all__ = ["office"]
MANY = 30


@pytest.fixture
def busy(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with more requests than one answer may examine, ten hours apart; Ann's two are the oldest."""
    monkeypatch.setattr(walking, "MOST", 20)
    first = office.add(office.ann).json["assignment"]["id"]
    office.world.clock.advance(hours=10)
    removal = {"requestType": "adminRemove", "assignment": {"id": first}}
    assert office.world.post(REQUESTS, removal).status == 201
    for number in range(MANY):
        office.world.clock.advance(hours=10)
        assert office.add(office.organisation.person(f"person{number}")).status == 201
    return office


def kinds(office: Office, query: str, as_: str = "admin@example.com") -> list[str]:
    reply = office.world.get(f"{REQUESTS}?{query}", as_)
    assert reply.status == 200, reply.text
    return [one["requestType"] for one in reply.json["value"]]


def test_a_person_lists_their_own_requests_newest_first_however_many_others_there_are(busy: Office) -> None:
    mine = ["adminRemove", "adminAdd"]
    assert kinds(busy, "", "ann@example.com") == mine
    assert kinds(busy, "$orderby=createdDateTime desc", "ann@example.com") == mine
    assert kinds(busy, "$filter=createdDateTime le 2026-03-02T12:00:00Z", "ann@example.com") == mine[1:]
    assert busy.world.get(f"{REQUESTS}/$count", "ann@example.com").text == "2"
    page = busy.world.get(f"{REQUESTS}?$top=1", "ann@example.com").json
    link = page["@odata.nextLink"].removeprefix("https://graph.example.com/api")
    rest = busy.world.get(link, "ann@example.com").json
    assert [one["requestType"] for one in page["value"] + rest["value"]] == mine
    assert "@odata.nextLink" not in rest


def test_an_administrator_finds_the_requests_about_a_person(busy: Office) -> None:
    wanted = f"$filter=assignment/target/objectId eq '{busy.ann.id}'"
    assert kinds(busy, wanted) == ["adminRemove", "adminAdd"]
    assert kinds(busy, f"{wanted} and requestType eq 'AdminAdd'") == ["adminAdd"]
    assert kinds(busy, wanted, "bob@example.com") == []
    refused(busy.world.get(f"{REQUESTS}?$filter=state eq 'denied'"), 400, "$filter")


@pytest.mark.parametrize(
    ("bounds", "number"),
    [
        ("createdDateTime lt 2026-03-02T19:00:00Z", 1),
        ("createdDateTime le 2026-03-02T19:00:00Z", 2),
        ("createdDateTime eq 2026-03-02T19:00:00Z", 1),
        ("createdDateTime ge 2026-03-02T19:00:00Z and createdDateTime lt 2026-03-04", 3),
        ("createdDateTime gt 2026-03-02T20:00:00+01:00 and createdDateTime le 2026-03-03T05:00:00Z", 1),
        ("createdDateTime ge 2026-03-14T00:00:00Z", 4),
        ("createdDateTime ge 2027-01-01", 0),
        ("createdDateTime le 1969-01-01", 0),
        ("createdDateTime le 0001-01-01T00:00:00+05:00", 0),
        ("createdDateTime ge 2026-03-14 and createdDateTime le 9999-12-31T23:59:59-05:00", 4),
    ],
)
def test_a_stretch_of_time_is_found_without_examining_the_rest(busy: Office, bounds: str, number: int) -> None:
    assert len(kinds(busy, f"$filter={bounds.replace('+', '%2B')}")) == number
    assert busy.world.get(f"{REQUESTS}/$count?$filter={bounds.replace('+', '%2B')}").text == str(number)


def test_a_stretch_of_time_shows_a_manager_their_packages_only(busy: Office) -> None:
    other = busy.organisation.policy(busy.organisation.package("Other"))
    target = {"targetId": busy.bob.id, "assignmentPolicyId": other.id}
    assert busy.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": target}).status == 201
    busy.grant(busy.eve, Role.PACKAGE_MANAGER, f"package:{other.package_id}")
    since = busy.world.clock.now() - timedelta(days=2)
    query = f"$filter=createdDateTime ge {since:%Y-%m-%dT%H:%M:%SZ}"
    assert kinds(busy, query, "eve@example.com") == ["adminAdd"]
    assert len(kinds(busy, query)) > 1


def test_a_mail_address_that_is_no_principal_name_is_refused_with_what_to_give(office: Office) -> None:
    office.organisation.person("kim", mail="kim.lee@example.com")
    given = {"target": {"email": "kim.lee@example.com"}, "assignmentPolicyId": office.policy.id}
    error = refused(
        office.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given}), 400, "assignment/target/email"
    )
    assert "principal name" in error["message"] and "targetId" in error["message"]
    given = {"target": {"principalName": "kim.lee@example.com"}, "assignmentPolicyId": office.policy.id}
    body = {"requestType": "adminAdd", "assignment": given}
    refused(office.world.post(REQUESTS, body), 400, "assignment/target/principalName")
