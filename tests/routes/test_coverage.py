"""Coverage: which policies nobody reviews, since when, and by whose hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.people import Role
from chalicelib.routes.api import coverage as door
from chalicelib.usecases.manage_policies import draft_of, update_policy
from tests import factories
from tests.factories import ADMIN
from tests.routes.reporting import Reviewed, reviewed, table
from tests.world import World

COVERAGE = "/api/v1/coverage"


@pytest.fixture
def mixed(world: World) -> Reviewed:
    """One policy reviewed, one never, one switched off by the administrator, one whose series has ended."""
    found = reviewed(world)
    org, now = found.org, world.clock.now()
    later = factories.by_oneself(now.date().replace(month=6))
    org.policy(org.package("Archive"), "Never")
    off = org.policy(found.package, "Off", later)
    services = world.services
    draft = replace(draft_of(off), review=None)
    update_policy(services, ADMIN, now, org.operation(), services.entitlements.policy(off.id), draft)
    org.policy(found.package, "Once", factories.by_oneself(now.date().replace(day=4), frequency=None))
    found.close()
    world.clock.advance(days=10)
    world.tick()
    return found


def told(world: World, query: str = "", as_: str = "admin@example.com") -> dict[str, dict]:
    rows = world.get(COVERAGE + query, as_).json["value"]
    return {row["assignmentPolicy"]["displayName"]: row for row in rows}


def test_every_policy_is_told_with_how_it_is_reviewed(mixed: Reviewed) -> None:
    """Issue 3, coverage: no review, switched off by whom and when, the last completed review and days since."""
    rows = told(mixed.world)
    assert {name: row["coverage"] for name, row in rows.items()} == {
        "Staff": "reviewed",
        "Never": "neverReviewed",
        "Off": "switchedOff",
        "Once": "ended",
    }
    by = rows["Off"]["switchedOff"]["by"]  # the first administrator is not in the directory
    assert by == {"id": ADMIN.id, "displayName": "admin@example.com"}
    assert rows["Off"]["catalog"]["displayName"] == "Catalog of Reporting"
    assert rows["Off"]["switchedOff"]["dateTime"] == "2026-03-02T23:59:30Z"
    last = rows["Staff"]["lastCompletedReview"]
    assert (last["id"], last["daysSince"]) == (mixed.instance_id, 11)
    assert rows["Never"]["lastCompletedReview"] is None and "liveAssignments" not in rows["Never"]
    assert set(told(mixed.world, "?uncovered=true")) == {"Never", "Off", "Once"}


def test_live_assignments_are_counted_where_asked(mixed: Reviewed) -> None:
    """Ended assignments do not count."""
    world = mixed.world
    assert told(world, "?counts=true")["Staff"]["liveAssignments"] == 4
    held = world.services.entitlements.assignments_of_policy(mixed.policy.id, 1, None).items[0]
    request = {"requestType": "adminRemove", "assignment": {"id": held.id}}
    assert world.post("/v1.0/identityGovernance/entitlementManagement/assignmentRequests", request).status == 201
    assert {name: row["liveAssignments"] for name, row in told(world, "?counts=true").items()} == {
        "Staff": 3,
        "Never": 0,
        "Off": 0,
        "Once": 0,
    }


def test_the_coverage_of_single_packages_is_told_on_one_page(mixed: Reviewed) -> None:
    """What a list of packages shows beside its rows; whose packages the caller may not see are left out."""
    org, world = mixed.org, mixed.world
    bare = org.package("Bare", org.catalog("Bare"))
    asked = f"?accessPackageIds={bare.id},{mixed.package.id}"
    rows = world.get(f"{COVERAGE}{asked}&counts=true").json["value"]
    assert {(row["assignmentPolicy"] or {}).get("displayName"): row["liveAssignments"] for row in rows} == {
        "Staff": 4,
        "Off": 0,
        "Once": 0,
        None: 0,
    }
    assert {row["coverage"] for row in world.get(f"{COVERAGE}{asked}&uncovered=true").json["value"]} == {
        "switchedOff",
        "ended",
        "noPolicy",
    }
    org.grant(org.person("owner"), Role.CATALOG_OWNER, f"catalog:{bare.catalog_id}")
    (own,) = world.get(COVERAGE + asked, "owner@example.com").json["value"]
    assert own["accessPackage"]["id"] == bare.id
    for wrong in ("x", ",", ",".join([bare.id[:-3] + f"{number:03}" for number in range(51)])):
        assert world.get(f"{COVERAGE}?accessPackageIds={wrong}").error["target"] == "accessPackageIds"


def test_owners_see_their_own_catalogs_and_others_nothing(mixed: Reviewed) -> None:
    """R165: administrators and auditors see every policy, owners those of their catalogs."""
    org, world = mixed.org, mixed.world
    org.grant(org.person("owner"), Role.CATALOG_OWNER, f"catalog:{mixed.package.catalog_id}")
    org.grant(org.person("auditor"), Role.AUDITOR)
    assert set(told(world, as_="owner@example.com")) == {"Staff", "Off", "Once"}
    assert len(told(world, as_="auditor@example.com")) == 4
    assert world.get(COVERAGE, "ann@example.com").status == 403
    assert world.get(f"{COVERAGE}.csv", "ann@example.com").status == 403


def test_the_csv_is_complete_and_agrees_with_the_list(mixed: Reviewed) -> None:
    rows = {row["Policy"]: row for row in table(mixed.world.get(f"{COVERAGE}.csv?counts=true").text)}
    assert {name: row["Coverage"] for name, row in rows.items()} == {
        name: row["coverage"] for name, row in told(mixed.world).items()
    }
    assert (rows["Staff"]["Days since"], rows["Staff"]["Live assignments"]) == ("11", "4")
    assert rows["Off"]["Switched off by"] == "admin@example.com" and rows["Off"]["Switched off at"]


def test_the_list_comes_in_pages_that_hold_every_policy_once(mixed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_PAGE", 1)
    url, names = COVERAGE, []
    while url:
        page = mixed.world.get(url).json
        names += [row["assignmentPolicy"]["displayName"] for row in page["value"]]
        url = page.get("nextLink", "").removeprefix("https://graph.example.com/api")
    assert sorted(names) == ["Never", "Off", "Once", "Staff"]


def test_a_package_without_any_policy_is_told_behind_the_policies(
    mixed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 3, coverage: packages with no review; for those whose roles reach them; once in pages and CSV."""
    org, world = mixed.org, mixed.world
    bare = [org.package(f"Bare {number}", mixed.org.catalog(f"Bare {number}")) for number in range(3)]
    (first, *_) = bare
    expected = {"Bare 0", "Bare 1", "Bare 2"}
    for query in ("", "?uncovered=true"):
        rows = [row for row in world.get(COVERAGE + query).json["value"] if row["coverage"] == "noPolicy"]
        assert {row["accessPackage"]["displayName"] for row in rows} == expected
        assert all(row["assignmentPolicy"] is None and row["lastCompletedReview"] is None for row in rows)
    org.grant(org.person("owner"), Role.CATALOG_OWNER, f"catalog:{first.catalog_id}")
    (own,) = world.get(COVERAGE, "owner@example.com").json["value"]
    assert own["accessPackage"] == {"id": first.id, "displayName": "Bare 0"}
    rows = table(world.get(f"{COVERAGE}.csv?counts=true").text)
    assert {row["Access package"] for row in rows if row["Coverage"] == "noPolicy"} == expected
    assert {row["Live assignments"] for row in rows if row["Coverage"] == "noPolicy"} == {"0"}
    for size in (1, 2, 4):
        monkeypatch.setattr(door, "_PAGE", size)
        url, names = COVERAGE, []
        while url:
            page = world.get(url).json
            names += [row["accessPackage"]["displayName"] for row in page["value"]]
            url = page.get("nextLink", "").removeprefix("https://graph.example.com/api")
        assert sorted(names) == ["Archive", "Bare 0", "Bare 1", "Bare 2", *["Reporting"] * 3]


def test_options_that_are_none_are_refused(world: World) -> None:
    for query in ("counts=yes", "uncovered=1"):
        assert world.get(f"{COVERAGE}?{query}").error["target"] == query.partition("=")[0]
