"""Importing people into a real directory: what is written and what is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.people import User
from chalicelib.usecases.imports import advance_import
from chalicelib.usecases.ports import Save
from tests.usecases.importing import ADMIN, GUID, OTHER, Desk, counts, faults, import_desk
from tests.world import START


@pytest.fixture
def desk(aws: None) -> Desk:
    return import_desk()


def test_managers_may_come_later_and_the_same_file_twice_writes_nothing(desk: Desk) -> None:
    lines = ["Anna@example.com,Anna,,carl@example.com", f"ben@example.com,Ben,,{GUID}"]
    lines += [f"Carl@example.com,Carl,{GUID},"]
    assert counts(desk.run(*lines)) == (3, 0, 0, 0)
    carl = desk.user("carl@example.com")
    assert carl.id == GUID
    assert desk.user("anna@example.com").manager_id == desk.user("ben@example.com").manager_id == carl.id
    desk.clock.advance(days=1)
    with Meter() as meter:
        assert counts(desk.run(*lines)) == (0, 0, 3, 0)
    assert meter.by_table["access-reviews-directory"].write_units == 1, "the source alone: data came in again"


def test_only_what_changed_is_written(desk: Desk) -> None:
    desk.run("anna@example.com,Anna,,", "ben@example.com,Ben,,")
    before = desk.user("anna@example.com")
    assert counts(desk.run("anna@example.com,Anna,,", "ben@example.com,Benny,,")) == (0, 1, 1, 0)
    assert desk.user("anna@example.com") == before
    assert desk.user("ben@example.com").version == 2


def events_of(desk: Desk, user_id: str) -> list[AuditEvent]:
    day = f"{desk.clock.now():%Y-%m-%d}"
    found = desk.services.audit.events(day, 100, None).items
    return [one for one in found if one.target_id == user_id]


def test_each_person_who_changes_has_an_audit_event_without_names(desk: Desk) -> None:
    head = "userPrincipalName,displayName,department,accountEnabled,lastSignIn"
    desk.run("anna@x,Anna,Sales,true,2026-02-01", "ben@x,Ben,Sales,true,", head=head)
    anna, ben = desk.user("anna@x").id, desk.user("ben@x").id
    (added,) = events_of(desk, anna)
    assert (added.category, added.activity, added.actor_id) == ("UserManagement", "Add user", ADMIN.id)
    assert added.changes == {"department": ["", "Sales"]}
    assert set(added.details["properties"]) == {"display_name", "principal_name", "last_sign_in"}
    assert "Anna" not in str(added)
    desk.clock.advance(days=1)
    desk.run("anna@x,Anna,Sales,true,2026-02-01", "ben@x,Benny,Sales,false,", head=head)
    assert desk.user("anna@x").sign_in_as_of == desk.clock.now()  # known afresh, but nothing of Anna changed
    assert events_of(desk, anna) == []
    (updated,) = events_of(desk, ben)
    assert (updated.activity, updated.changes) == ("Update user", {"enabled": [True, False]})
    assert updated.details["properties"] == ["display_name"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    desk.run("anna@example.com,Anna,,")
    stale = desk.services.people
    before = desk.user("anna@example.com")
    renamed = replace(before, display_name="Changed elsewhere")
    desk.services.writer.commit("other", Save(renamed))

    class Lagging:
        """A directory that answers batch reads from before the change."""

        def users(self, user_ids: Iterable[str]) -> dict[str, User]:
            return {before.id: before} if before.id in user_ids else {}

        def __getattr__(self, name: str) -> Any:
            return getattr(stale, name)

    job_id = desk.start("userPrincipalName,department\nanna@example.com,Sales\n")
    advance_import(replace(desk.services, people=Lagging()), desk.job(job_id))
    assert desk.job(job_id).done == 0
    assert desk.user("anna@example.com").department == ""
    assert desk.advance(job_id).status == "done"
    found = desk.user("anna@example.com")
    assert (found.display_name, found.department) == ("Changed elsewhere", "Sales")


def test_bad_rows_do_not_stop_the_others(desk: Desk) -> None:
    desk.run(f"taken@example.com,Taken,{GUID},")
    progress = desk.run(
        "anna@example.com,Anna,,taken@example.com",
        f"taken@example.com,Thief,{OTHER},",
        "ben@example.com,Ben,,nobody@example.com",
        "led.by.ben@example.com,Eva,,ben@example.com",
        "anna@example.com,Anna again,,",
        f"self@example.com,Self,{OTHER},{OTHER}",
        f"taken@example.com,Self,,{GUID}",
    )
    assert counts(progress) == (1, 0, 0, 6)
    expected = [(3, "userPrincipalName"), (4, "manager"), (5, "manager"), (6, "userPrincipalName")]
    assert faults(progress) == [*expected, (7, "manager"), (8, "userPrincipalName")]
    assert desk.user("anna@example.com").manager_id == GUID
    assert desk.services.people.user_by_principal_name("ben@example.com") is None
    assert progress.next_page is None


def test_a_bad_row_is_still_a_manager_when_the_directory_knows_that_person(desk: Desk) -> None:
    desk.run("ben@example.com,Ben,,")
    progress = desk.run(
        "eva@example.com,Eva,,ben@example.com",
        "ben@example.com,Benny,,nobody@example.com",
        "ida@x,Ida,,eva@example.com",
    )
    assert faults(progress) == [(3, "manager")]
    assert desk.user("ida@x").manager_id == desk.user("eva@example.com").id
    assert desk.user("ben@example.com").display_name == "Ben"


def test_without_an_id_the_principal_name_finds_the_person(desk: Desk) -> None:
    desk.run(f"anna@example.com,Anna,{GUID},", "ben@example.com,Ben,,")
    assert counts(desk.run("ANNA@example.com,Anna B,,", "ben@example.com,Ben,,")) == (0, 1, 1, 0)
    assert desk.user("anna@example.com").id == GUID
    assert desk.user("ben@example.com").id == ids.guid("user", "ben@example.com")


def test_a_new_principal_name_replaces_the_old_one(desk: Desk) -> None:
    desk.run(f"old@example.com,Anna,{GUID},")
    assert counts(desk.run(f"new@example.com,Anna,{GUID},")) == (0, 1, 0, 0)
    assert desk.user("new@example.com").id == GUID
    assert desk.services.people.user_by_principal_name("old@example.com") is None
    assert counts(desk.run("old@example.com,Other,,")) == (1, 0, 0, 0)


def test_one_person_under_two_names_is_told(desk: Desk) -> None:
    desk.run(f"old@example.com,Anna,{GUID},")
    progress = desk.run(f"new@example.com,Anna,{GUID},", "old@example.com,Anna,,")
    assert faults(progress) == [(3, "userPrincipalName")]


def test_an_accepted_invitation_is_passed_on(desk: Desk) -> None:
    """G43."""
    head = "userPrincipalName,userType,invitationState"
    desk.run("g@x,Guest,PendingAcceptance", "h@x,Guest,PendingAcceptance", head=head)
    desk.messages()
    desk.run("g@x,Guest,Accepted", "h@x,Guest,", head=head)
    assert ("guest", desk.user("g@x").id) in desk.messages()
    assert desk.user("h@x").invitation == "pending"


def test_sign_ins_count_as_known_at_the_start_of_the_import(desk: Desk) -> None:
    head = "userPrincipalName;lastSignIn"
    desk.run("a@x;2026-02-01", "b@x;never", "c@x;", head=head)
    told = [desk.user(name) for name in ("a@x", "b@x", "c@x")]
    assert [one.sign_in_as_of for one in told] == [START, START, None]
    assert [one.never_signed_in for one in told] == [False, True, False]
    desk.clock.advance(days=7)
    assert counts(desk.run("a@x;2026-02-01", "b@x;", "c@x;", head=head)) == (0, 1, 2, 0)
    assert desk.user("a@x").sign_in_as_of == START + timedelta(days=7)


def test_a_principal_name_that_changes_hands_is_told_and_nobody_is_overwritten(desk: Desk) -> None:
    """Two exchange their names: neither row is half done, and each names the other's line."""
    desk.run(f"anna@x,Anna,{GUID},", f"ben@x,Ben,{OTHER},")
    progress = desk.run(f"ben@x,Anna,{GUID},", f"anna@x,Ben,{OTHER},")
    assert counts(progress) == (0, 0, 0, 2)
    assert [row.reason.partition(" gives")[0] for row in progress.bad_rows] == ["Line 3", "Line 2"]
    assert (desk.user("anna@x").id, desk.user("ben@x").id) == (GUID, OTHER)
    assert counts(desk.run(f"passing@x,Anna,{GUID},")) == (0, 1, 0, 0)
    assert counts(desk.run(f"anna@x,Ben,{OTHER},")) == (0, 1, 0, 0)
    assert counts(desk.run(f"ben@x,Anna,{GUID},")) == (0, 1, 0, 0)
    assert (desk.user("anna@x").id, desk.user("ben@x").id) == (OTHER, GUID)


def test_a_name_taken_over_succeeds_when_the_file_is_imported_again(desk: Desk) -> None:
    desk.run(f"anna@x,Anna,{GUID},", f"ben@x,Ben,{OTHER},")
    lines = [f"ben@x,Anna,{GUID},", f"benjamin@x,Ben,{OTHER},"]
    assert counts(desk.run(*lines)) == (0, 1, 0, 1)
    assert counts(desk.run(*lines)) == (0, 1, 1, 0)
    assert (desk.user("ben@x").id, desk.user("benjamin@x").id) == (GUID, OTHER)
