"""Separation of duties over HTTP: lists of incompatible packages and groups, and who holds both (R13, R14)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Group, Membership, Role, User
from tests.graph_schema import SCHEMA_FILE, faults
from tests.routes.entitling import ASSIGNMENTS, EM, NOBODY, PACKAGES, REQUESTS, Office, office, refused
from tests.world import Reply

__all__ = ["office"]
GRAPH = "https://graph.microsoft.com/v1.0"


@dataclass
class Duties:
    """An office with a second package, `paying`, that excludes people who hold the first one, `ordering`."""

    office: Office
    paying: AccessPackage
    policy: AssignmentPolicy
    crew: Group

    def give(self, policy: AssignmentPolicy, person: User) -> Reply:
        given = {"targetId": person.id, "assignmentPolicyId": policy.id}
        return self.office.world.post(REQUESTS, {"requestType": "adminAdd", "assignment": given})

    @property
    def url(self) -> str:
        return f"{PACKAGES}/{self.paying.id}"

    def exclude(self, as_: str = "admin@example.com", package_id: str = "") -> Reply:
        address = f"{GRAPH}{EM.removeprefix('/v1.0')}/accessPackages/{package_id or self.office.package.id}"
        return self.office.world.post(f"{self.url}/incompatibleAccessPackages/$ref", {"@odata.id": address}, as_)

    def exclude_group(self) -> Reply:
        body = {"@odata.id": f"{GRAPH}/groups/{self.crew.id}"}
        return self.office.world.post(f"{self.url}/incompatibleGroups/$ref", body)

    def names(self, part: str) -> list[str]:
        return [one["displayName"] for one in self.office.world.get(f"{self.url}/{part}").json["value"]]


@pytest.fixture
def duties(office: Office) -> Duties:
    paying = office.organisation.package("Paying")
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew")
    office.world.services.writer.put_all([crew])
    return Duties(office, paying, office.organisation.policy(paying), crew)


def test_who_holds_a_listed_package_cannot_be_assigned(duties: Duties) -> None:
    """R13, R38: not even by an administrator, and the refusal names which package."""
    office = duties.office
    assert duties.exclude().status == 204
    office.add(office.ann)
    error = refused(duties.give(duties.policy, office.ann), 409, "assignment/targetId")
    assert "Reporting" in error["message"]
    assert duties.give(duties.policy, office.bob).status == 201


def test_the_list_works_in_one_direction(duties: Duties) -> None:
    """R14: the other direction needs an entry of its own."""
    office = duties.office
    duties.exclude()
    assert duties.give(duties.policy, office.ann).status == 201
    assert office.add(office.ann).status == 201


def test_an_assignment_that_is_over_is_in_nobodys_way(duties: Duties) -> None:
    """R13: removed, or past its own end."""
    office = duties.office
    duties.exclude()
    made = office.add(office.ann).json["assignment"]["id"]
    office.world.post(REQUESTS, {"requestType": "adminRemove", "assignment": {"id": made}})
    assert duties.give(duties.policy, office.ann).status == 201
    ends = {"expiration": {"type": "afterDuration", "duration": "P1D"}}
    assert office.add(office.bob, schedule=ends).status == 201
    office.world.clock.advance(days=2)
    assert duties.give(duties.policy, office.bob).status == 201


def test_members_of_a_listed_group_cannot_be_assigned(duties: Duties) -> None:
    """R13: also those who are in it through another group."""
    office = duties.office
    inner = Group(id=ids.guid("group", "inner"), display_name="Inner")
    office.world.services.writer.put_all(
        [
            inner,
            Membership(group_id=duties.crew.id, member_id=office.ann.id),
            Membership(group_id=duties.crew.id, member_id=inner.id, member_kind="group"),
            Membership(group_id=inner.id, member_id=office.bob.id),
        ]
    )
    assert duties.exclude_group().status == 204
    for person in (office.ann, office.bob):
        assert "Crew" in refused(duties.give(duties.policy, person), 409, "assignment/targetId")["message"]
    assert duties.give(duties.policy, office.eve).status == 201


def test_overlaps_stay_and_are_counted_and_listed(duties: Duties) -> None:
    """R14: adding an entry removes nobody; per row a count, the people, and a CSV file."""
    office = duties.office
    for person in (office.ann, office.bob):
        office.add(person)
        duties.give(duties.policy, person)
    duties.give(duties.policy, office.eve)
    office.world.services.writer.put_all([Membership(group_id=duties.crew.id, member_id=office.eve.id)])
    duties.exclude()
    duties.exclude_group()
    url = f"/api/v1/access-packages/{duties.paying.id}/incompatible-holders"
    rows = office.world.get(url).json["value"]
    assert [(one["kind"], one["displayName"], one["count"]) for one in rows] == [
        ("accessPackage", "Reporting", 2),
        ("group", "Crew", 1),
    ]
    people = office.world.get(f"{url}/{office.package.id}").json["value"]
    assert {one["person"]["userPrincipalName"] for one in people} == {"ann@example.com", "bob@example.com"}
    refused(office.world.get(f"{url}/{NOBODY}"), 404)
    file = office.world.get(f"{url}.csv")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert file.text.startswith("\ufeff"), "as every other file: without it Excel misreads names"
    lines = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    told = {(line["Principal name"], line["Incompatible"]) for line in lines}
    assert told == {("ann@example.com", "Reporting"), ("bob@example.com", "Reporting"), ("eve@example.com", "Crew")}
    assert (
        len(list(csv.DictReader(io.StringIO(office.world.get(f"{url}.csv?incompatibleId={duties.crew.id}").text)))) == 1
    )
    assert office.world.get(f"{ASSIGNMENTS}?$filter=state eq 'delivered'&$count=true").json["@odata.count"] == 5


def test_people_of_a_long_list_come_in_pages(duties: Duties) -> None:
    """R14."""
    office = duties.office
    people = [office.organisation.person(f"p{number}") for number in range(105)]
    office.organisation.assign(office.policy, *people)
    office.organisation.assign(duties.policy, *people)
    duties.exclude()
    url = f"/api/v1/access-packages/{duties.paying.id}/incompatible-holders/{office.package.id}"
    first = office.world.get(url).json
    second = office.world.get(first["nextLink"].removeprefix("https://graph.example.com/api")).json
    assert (len(first["value"]), len(second["value"]), "nextLink" in second) == (100, 5, False)


@pytest.mark.parametrize("comma", [",", ""])
def test_additional_access_of_two_packages(duties: Duties, comma: str) -> None:
    """R14: on the wire also without the comma, as the SDK sends it; the answer is the first package's assignments."""
    office = duties.office
    office.add(office.ann)
    office.add(office.bob)
    made = duties.give(duties.policy, office.ann).json["assignment"]["id"]
    asked = f"accessPackageId='{duties.paying.id}'{comma}incompatibleAccessPackageId='{office.package.id}'"
    found = office.world.get(f"{ASSIGNMENTS}/additionalAccess({asked})?$expand=target").json["value"]
    assert [(one["id"], one["target"]["displayName"]) for one in found] == [(made, "Ann")]
    assert office.world.get(f"{ASSIGNMENTS}/additionalAccess()").json["value"] == []
    duties.exclude()
    assert len(office.world.get(f"{ASSIGNMENTS}/additionalAccess()").json["value"]) == 1


def test_additional_access_needs_two_packages_one_may_see(duties: Duties) -> None:
    office = duties.office
    same = f"accessPackageId='{duties.paying.id}',incompatibleAccessPackageId='{duties.paying.id}'"
    refused(office.world.get(f"{ASSIGNMENTS}/additionalAccess({same})"), 400, "incompatibleAccessPackageId")
    both = f"accessPackageId='{duties.paying.id}',incompatibleAccessPackageId='{office.package.id}'"
    refused(office.world.get(f"{ASSIGNMENTS}/additionalAccess({both})", "eve@example.com"), 404)
    gone = f"accessPackageId='{duties.paying.id}',incompatibleAccessPackageId='{NOBODY}'"
    refused(office.world.get(f"{ASSIGNMENTS}/additionalAccess({gone})"), 404)


def test_the_lists_and_the_reverse_list(duties: Duties) -> None:
    """R14."""
    office = duties.office
    duties.exclude()
    duties.exclude()  # stands there already
    duties.exclude_group()
    assert (duties.names("incompatibleAccessPackages"), duties.names("incompatibleGroups")) == (["Reporting"], ["Crew"])
    assert office.world.get(f"{duties.url}/incompatibleAccessPackages/$count").text == "1"
    assert office.world.get(f"{duties.url}/incompatibleGroups/$count").text == "1"
    reverse = f"{PACKAGES}/{office.package.id}/accessPackagesIncompatibleWith"
    assert [one["displayName"] for one in office.world.get(reverse).json["value"]] == ["Paying"]
    (reference,) = office.world.get(f"{duties.url}/incompatibleAccessPackages/$ref").json["value"]
    assert reference["@odata.id"].endswith(f"/accessPackages/{office.package.id}")
    url = f"{duties.url}/incompatibleAccessPackages/{office.package.id}/$ref"
    assert office.world.call("DELETE", url).status == 204
    refused(office.world.call("DELETE", url), 404)
    named = f"{duties.url}/incompatibleGroups/$ref?@id={GRAPH}/groups/{duties.crew.id}"
    assert office.world.call("DELETE", named).status == 204
    assert (duties.names("incompatibleAccessPackages"), duties.names("incompatibleGroups")) == ([], [])
    assert office.world.get(reverse).json["value"] == []


def test_what_cannot_stand_on_a_list(duties: Duties) -> None:
    office = duties.office
    refused(duties.exclude(package_id=duties.paying.id), 400, "@odata.id")
    refused(duties.exclude(package_id=NOBODY), 400, "@odata.id")
    wrong: list[Any] = [{}, {"@odata.id": "x"}, {"@odata.id": f"{GRAPH}/groups/{duties.crew.id}"}, {"@odata.id": 7}]
    for body in wrong:
        refused(office.world.post(f"{duties.url}/incompatibleAccessPackages/$ref", body), 400, "@odata.id")
    refused(office.world.post(f"{duties.url}/incompatibleGroups/$ref", {"@odata.id": f"/groups/{NOBODY}"}), 400)
    office.grant(office.ann, Role.PACKAGE_MANAGER, f"package:{duties.paying.id}")
    refused(duties.exclude("ann@example.com"), 404, "@odata.id")  # she cannot see the other package
    refused(duties.exclude("eve@example.com"), 404)


def test_a_deleted_package_leaves_the_lists(duties: Duties) -> None:
    """R12, R14."""
    office = duties.office
    duties.exclude()
    assert office.world.call("DELETE", duties.url).status == 204
    reverse = f"{PACKAGES}/{office.package.id}/accessPackagesIncompatibleWith"
    assert office.world.get(reverse).json["value"] == []


def test_a_hidden_package_is_hidden_in_no_administrators_list(duties: Duties) -> None:
    """R8, R38: hiding concerns what people are offered, nothing else; it is no check of a request."""
    office = duties.office
    assert office.world.call("PATCH", duties.url, {"isHidden": True}).status == 200
    assert "Paying" in [one["displayName"] for one in office.world.get(PACKAGES).json["value"]]
    assert duties.give(duties.policy, office.ann).status == 201


def test_a_catalog_that_is_not_published_gives_nothing_out(duties: Duties) -> None:
    """R2, R38: nor does one that is closed to external users give anything to a guest."""
    office = duties.office
    guest = office.organisation.person("guest", user_type="Guest", invitation="accepted")
    catalog = f"{EM}/catalogs/{duties.paying.catalog_id}"
    assert office.world.call("PATCH", catalog, {"isExternallyVisible": False}).status == 200
    refused(duties.give(duties.policy, guest), 409, "assignment/targetId")
    assert duties.give(duties.policy, office.ann).status == 201
    assert office.world.call("PATCH", catalog, {"state": "unpublished"}).status == 200
    refused(duties.give(duties.policy, office.bob), 409, "assignment/accessPackageId")


def test_answers_are_of_microsofts_type(duties: Duties) -> None:
    if not SCHEMA_FILE.exists():
        pytest.skip("GRAPH_SCHEMA names no schema file")
    office = duties.office
    duties.exclude()
    (found,) = office.world.get(f"{duties.url}/incompatibleAccessPackages").json["value"]
    assert faults(found, "accessPackage") == []
