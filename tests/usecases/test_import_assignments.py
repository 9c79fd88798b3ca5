"""Assigning packages from a file: rows go the same way as assignments by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from chalicelib.domain.assignments import Assignment
from chalicelib.usecases.import_assignments import AssignmentImport
from chalicelib.usecases.imports import ENDED, Progress, advance_import, import_progress
from tests.factories import Organisation
from tests.usecases.importing import ADMIN, Desk, Killed, Life, counts, faults, import_desk
from tests.world import START

HEAD = "user;package;policy;start;end"


@pytest.fixture
def desk(aws: None) -> Desk:
    return import_desk()


@pytest.fixture
def organisation(desk: Desk) -> Organisation:
    """Ada and Bob; the package Tools with one policy, Reporting with two."""
    made = Organisation(desk.services)
    for name in ("ada", "bob"):
        made.person(name)
    made.policy(made.package("Tools"))
    reporting = made.package("Reporting")
    made.policy(reporting, "Staff")
    made.policy(reporting, "Contractors")
    return made


def run(desk: Desk, *lines: str) -> Progress:
    job_id = desk.start("\n".join([HEAD, *lines]), "assignments")
    assert desk.advance(job_id).status == "done"
    return import_progress(desk.services, ADMIN, job_id)


def held(desk: Desk, organisation: Organisation, name: str) -> list[Assignment]:
    target = organisation.people[name].id
    return list(desk.services.entitlements.assignments_of_person(target, 100, None).items)


def test_people_packages_and_policies_by_name_or_id(desk: Desk, organisation: Organisation) -> None:
    bob = organisation.people["bob"].id
    progress = run(desk, "ADA@example.com;tools;;;", f"{bob};Reporting;contractors;;")
    assert counts(progress) == (2, 0, 0, 0)
    (of_bob,) = held(desk, organisation, "bob")
    again = run(desk, f"ada@example.com;{held(desk, organisation, 'ada')[0].package_id};;;")
    assert counts(again) == (0, 0, 1, 0)
    assert counts(run(desk, f"bob@example.com;reporting;{of_bob.policy_id};;")) == (0, 0, 1, 0)


def test_start_and_end(desk: Desk, organisation: Organisation) -> None:
    later = f"bob@example.com;Tools;;{START + timedelta(days=3):%Y-%m-%d};2026-06-01"
    assert counts(run(desk, "ada@example.com;Tools;;2020-01-01;", later)) == (2, 0, 0, 0)
    (past,), (future,) = held(desk, organisation, "ada"), held(desk, organisation, "bob")
    assert (past.starts, past.ends) == (START, None)
    assert (future.starts, future.ends) == (
        datetime(2026, 3, 5, tzinfo=UTC),
        datetime(2026, 6, 1, tzinfo=UTC),
    )


def test_bad_rows(desk: Desk, organisation: Organisation) -> None:
    organisation.person("gone", enabled=False)
    organisation.package("Tools", organisation.catalog("Other"))
    organisation.package("Bare")
    progress = run(
        desk,
        "nobody@example.com;Reporting;Staff;;",
        "ada@example.com;Nothing;;;",
        "ada@example.com;Tools;;;",
        "ada@example.com;Reporting;;;",
        "ada@example.com;Reporting;Guests;;",
        "ada@example.com;Bare;;;",
        "ada@example.com;Reporting;Staff;;2020-01-01",
        "gone@example.com;Reporting;Staff;;",
        "ada@example.com;Reporting;Staff;;",
        "ada@example.com;Reporting;Contractors;;",
    )
    assert counts(progress) == (1, 0, 0, 9)
    named = ["user", "package", "package", "policy", "policy", "policy", "end", "user"]
    assert faults(progress) == [*enumerate(named, 2), (11, "user")]


@pytest.mark.parametrize("after", [False, True])
def test_killed_and_repeated(
    desk: Desk, organisation: Organisation, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AssignmentImport, "page_rows", 2)
    lines = ["ada@example.com;Tools;;;", "x;Tools;;;", "bob@example.com;Tools;;;", "ada@example.com;Tools;;;"]
    job_id = desk.start("\n".join([HEAD, *lines]), "assignments")
    for deaths in count():
        try:
            advance_import(Life(deaths % 6, after).within(desk.services), desk.job(job_id))
        except Killed:
            assert deaths < 50
        desk.clock.seconds += desk.services.settings.lease_seconds + 1
        if desk.job(job_id).status in ENDED:
            break
    assert deaths >= 4
    assert counts(import_progress(desk.services, ADMIN, job_id)) == (2, 0, 1, 1)
    assert [len(held(desk, organisation, name)) for name in ("ada", "bob")] == [1, 1]
