"""The cadence statement of a package and year, over a year of weekly reviews as they really went."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.people import Role
from chalicelib.domain.schedules import Frequency
from chalicelib.storage.tables import AuditRow
from chalicelib.usecases.manage_policies import draft_of, update_policy
from tests.factories import ADMIN
from tests.house import House, house
from tests.world import Reply

__all__ = ["house"]


def statement(house: House, package_id: str, tail: str = "?year=2026", as_: str = "admin@example.com") -> Reply:
    return house.world.get(f"/api/v1/access-packages/{package_id}/cadence{tail}", as_)


def told(found: dict[str, Any]) -> list[str]:
    (one,) = found["policies"]
    return [f"{each['date']} {each['outcome']} {each['cause']}".strip() for each in one["reviews"]]


@pytest.fixture
def weekly(house: House) -> Any:
    """Reviewed weekly from today on, three days each; the second week nothing runs, in the fourth reviews are off."""
    (ann,) = house.staff("ann")
    policy = house.policy(ann, frequency=Frequency.WEEKLY, duration_days=3)
    house.opened(policy)  # 2 March
    house.world.clock.advance(days=3, minutes=1)
    house.world.tick()
    for day in (18, 24):  # 9 March has gone by, and the review of 16 March is late
        house.world.clock.set(house.world.clock.now().replace(day=day, hour=12))
        for _ in range(3):
            house.world.tick()
    stored = house.world.services.entitlements.policy(policy.id)
    for enabled in (False, True):
        draft = replace(draft_of(stored), review=replace(stored.review, enabled=enabled))
        house.world.clock.advance(hours=1)
        now, operation = house.world.clock.now(), house.organisation.operation()
        stored = update_policy(house.world.services, ADMIN, now, operation, stored, draft)
        if not enabled:
            house.world.clock.set(now.replace(month=4, day=1))
    house.world.clock.set(house.world.clock.now().replace(day=6, hour=23, minute=59, second=30))
    for _ in range(3):
        house.world.tick()
    return policy


def test_a_year_as_it_went(house: House, weekly: Any) -> None:
    """Held, late, missed with the cause, switched off by whom, and ahead."""
    found = statement(house, weekly.package_id)
    assert found.status == 200, found.text
    lines = told(found.json)
    assert lines[:6] == [
        "2026-03-02 held",
        "2026-03-09 missed notRunning",
        "2026-03-16 heldLate notRunning",
        "2026-03-23 held",
        "2026-03-30 withdrawn switchedOff",
        "2026-04-06 underWay",
    ], lines
    (one,) = found.json["policies"]
    reviews = {each["date"]: each for each in one["reviews"]}
    assert reviews["2026-03-02"]["decisionsSeal"] == 1 and reviews["2026-03-02"]["people"] == 1
    assert reviews["2026-03-16"]["daysLate"] == 1
    assert reviews["2026-03-09"]["reason"].startswith("Not opened: a later occurrence")
    assert reviews["2026-03-30"]["takenBackBy"]["id"] == ADMIN.id
    assert one["recorded"] is True and one["schedule"]["frequency"] == "weekly"
    assert found.json["sentence"].startswith("Reporting: 3 of 4 reviews that were due in 2026 took place, 1 of them")
    assert found.json["numbers"]["longestGapInDays"] == 15


def test_as_a_file(house: House, weekly: Any) -> None:
    found = statement(house, weekly.package_id, ".csv?year=2026")
    assert found.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(found.text.lstrip("\ufeff"))))
    assert [row["outcome"] for row in rows[:3]] == ["held", "missed", "heldLate"]
    assert rows[0]["decisionsSeal"] == "1" and rows[0]["policy"] == "Staff"


def test_years_without_promises_and_policies_without_reviews(house: House) -> None:
    package = house.organisation.package()
    house.organisation.policy(package, "Guests")
    found = statement(house, package.id, "").json
    assert found["year"] == 2026 and found["policies"] == []
    assert [one["displayName"] for one in found["unreviewed"]] == ["Guests"]
    assert found["sentence"] == "Reporting: no review was due in 2026."
    assert statement(house, package.id, "?year=2025").json["numbers"]["promised"] == 0


@pytest.mark.parametrize("year", ["1999", "3000", "x", "2026.5", "-1", "\u0662\u0660\u0662\u0666"])
def test_what_is_no_year_is_refused(house: House, year: str) -> None:
    package = house.organisation.package()
    refused = statement(house, package.id, f"?year={year}")
    assert (refused.status, refused.error["target"]) == (400, "year")


def test_who_does_not_see_the_packages_reviews_sees_no_statement(house: House) -> None:
    package = house.organisation.package()
    org = house.organisation
    auditor, reader, stranger = (org.person(name) for name in ("auditor", "reader", "stranger"))
    org.grant(auditor, Role.AUDITOR)
    org.grant(reader, Role.CATALOG_READER, f"catalog:{package.catalog_id}")
    found = {
        one.display_name: statement(house, package.id, "", one.principal_name).status
        for one in (auditor, reader, stranger)
    }
    assert found == {"Auditor": 200, "Reader": 403, "Stranger": 404}


def test_without_the_record_of_its_beginning_the_statement_says_so(house: House, weekly: Any) -> None:
    """The audit trail may be kept for some years only (G39): then the reviews themselves tell the schedule."""
    services = house.world.services
    (made,) = [
        one
        for one in services.audit.events_of_target(house.instances(weekly)[0].definition_id, 100, None).items
        if one.activity == "Create access review"
    ]
    for row in AuditRow.by_target.query(made.target_id):
        if row.sk == made.id:
            AuditRow(row.pk, row.sk).delete()
    (one,) = statement(house, weekly.package_id).json["policies"]
    assert one["recorded"] is False
    assert [each["outcome"] for each in one["reviews"]][:4] == ["held", "missed", "heldLate", "held"]
