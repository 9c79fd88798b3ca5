"""The worker's part of imports: killed anywhere, too long for one invocation, waiting for a file, refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.agenda import LOST, REACHABLE
from chalicelib.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Throttled
from chalicelib.domain.imports import BadRow
from chalicelib.domain.people import Actor, Role, User
from chalicelib.usecases.import_pages import file_key
from chalicelib.usecases.import_people import PeopleImport
from chalicelib.usecases.imports import ENDED, advance_import, import_progress, start_import
from tests.usecases.importing import ADMIN, GUID, Desk, Killed, Life, counts, faults, import_desk, people
from tests.world import START, MovableClock


@pytest.fixture
def desk(aws: None) -> Desk:
    return import_desk()


def state(desk: Desk, names: Iterable[str]) -> list[User | None]:
    return [desk.services.people.user_by_principal_name(name) for name in names]


class Refusing:
    """A writer that takes nothing."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def commit(self, operation: str, *changes: object) -> None:
        raise self.problem

    def put_all(self, entities: object) -> None:
        raise self.problem


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_single_call_and_repeated(desk: Desk, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleImport, "page_rows", 3)
    monkeypatch.setattr("chalicelib.usecases.imports.MAX_ATTEMPTS", 100)
    head = "userPrincipalName,displayName,id,invitationState,userType"
    desk.run(f"old@x,Anna,{GUID},PendingAcceptance,Guest", head=head)
    lines = [
        f"new@x,Anna,{GUID},Accepted,Guest",
        "b@x,B,,,",
        "bad,C,,,",
        "old@x,D,,,",
        "e@x,E,,,",
        "f@x,F,,,",
    ]
    job_id = desk.start("\n".join([head, *lines]))
    desk.messages()
    deaths = 0
    while desk.job(job_id).status not in ENDED:
        try:
            # Lives grow longer and start again, so that every call of every page is somebody's last.
            advance_import(Life(deaths % 10, after).within(desk.services), desk.job(job_id))
        except Killed:
            deaths += 1
        desk.clock.seconds += desk.services.settings.lease_seconds + 1
        assert deaths < 100
    progress = import_progress(desk.services, ADMIN, job_id)
    assert deaths >= 5
    assert counts(progress) == (4, 1, 0, 1)
    assert faults(progress) == [(4, "userPrincipalName")]
    found = state(desk, ["new@x", "b@x", "old@x", "e@x", "f@x"])
    assert [user and user.display_name for user in found] == ["Anna", "B", "D", "E", "F"]
    assert desk.user("old@x").id != GUID
    assert ("guest", GUID) in desk.messages()
    rows = desk.services.reviews.due_until(desk.clock.now() + timedelta(days=1), 10)
    # A reviewer came back: reviews are counted anew, and mails that could not be delivered are tried again.
    assert [(row.kind, row.id) for row in rows] == [(REACHABLE, GUID), (LOST, GUID)]


def test_a_long_file_goes_on_in_the_next_invocation(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleImport, "page_rows", 40)
    job_id = desk.start(people(100))
    passing = desk.services.settings.invocation_seconds + 1

    class Slow(MovableClock):
        def real(self) -> float:
            desk.clock.seconds += passing / 2
            return desk.clock.seconds

    services = replace(desk.services, clock=Slow())
    advance_import(services, desk.job(job_id))
    job = desk.job(job_id)
    assert (job.status, job.done, job.total, job.lease.until) == ("running", 80, 101, 0.0)
    assert ("job", job_id) in desk.messages()
    assert desk.advance(job_id).result["created"] == 101
    assert desk.user("p37@example.com").manager_id == desk.user("p40@example.com").id


def test_somebody_else_at_work_is_left_alone(desk: Desk) -> None:
    job_id = desk.start(people(3))
    stale = desk.job(job_id)
    assert desk.advance(job_id).status == "done"
    advance_import(desk.services, stale)
    assert desk.advance(job_id).result["created"] == 4


def test_a_busy_table_only_delays(desk: Desk) -> None:
    job_id = desk.start(people(3))
    desk.messages()

    advance_import(replace(desk.services, writer=Refusing(Throttled("busy"))), desk.job(job_id))
    job = desk.job(job_id)
    assert (job.status, job.done, job.attempts) == ("running", 0, 0)
    assert desk.advance(job_id).result["created"] == 4


def test_somebody_else_changing_these_people_delays_and_counts_as_an_attempt(desk: Desk) -> None:
    job_id = desk.start(people(3))
    desk.messages()
    advance_import(replace(desk.services, writer=Refusing(Conflict("changed"))), desk.job(job_id))
    job = desk.job(job_id)
    assert (job.status, job.done, job.attempts, job.lease.until) == ("running", 0, 1, 0.0)
    assert desk.advance(job_id).result["created"] == 4


def test_pages_of_bad_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleImport, "page_rows", 2)
    job_id = desk.start("userPrincipalName\nbad1\na@x\nb@x\nc@x\nbad2\nbad3\n")
    desk.advance(job_id)
    first = import_progress(desk.services, ADMIN, job_id)
    second = import_progress(desk.services, ADMIN, job_id, first.next_page or 0)
    assert (faults(first), first.next_page) == ([(2, "userPrincipalName")], 1)
    assert [row.line for row in second.bad_rows] == [6, 7] and second.next_page is None
    assert import_progress(desk.services, ADMIN, job_id, 2).bad_rows == ()


def test_an_upload_is_waited_for_an_hour(desk: Desk) -> None:
    late, early = desk.start(None), desk.start(None)
    assert desk.advance(late).status == desk.advance(early).status == "waiting"
    desk.clock.advance(minutes=59)
    desk.services.files.put(file_key(early), people(1).encode())
    assert desk.advance(early).status == "done"
    assert desk.advance(late).status == "waiting"
    desk.clock.advance(minutes=1)
    job = desk.advance(late)
    assert (job.status, job.error) == ("error", "No file was uploaded within an hour.")
    assert job.finished == desk.clock.now()
    assert desk.services.reviews.due_until(desk.clock.now(), 10) == []


def test_an_uploaded_file_that_cannot_be_used_changes_nothing(desk: Desk) -> None:
    job_id = desk.start(None)
    text = people(600) + "\nå@x,A,"
    desk.services.files.put(file_key(job_id), text.encode("latin-1"))
    job = desk.advance(job_id)
    assert (job.status, job.done) == ("error", 0) and "UTF-8" in job.error
    assert desk.services.people.user_by_principal_name("p1@example.com") is None


def test_an_import_that_always_dies_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = desk.start(people(1))

    def fail(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(PeopleImport, "process", fail)
        for _ in range(10):
            with pytest.raises(Killed):
                desk.advance(job_id)
            desk.clock.advance(minutes=6)
    assert "Gave up" in desk.advance(job_id).error


def test_what_is_recorded(desk: Desk) -> None:
    progress = desk.run("anna@example.com,Anna,,", "bad,Bad,,")
    events = desk.services.audit.events(f"{START:%Y-%m-%d}", 100, None)
    found = {one.activity: one for one in events.items if one.target_id == progress.job.id}
    assert sorted(found) == ["Import users - finished (bulk)", "Import users - started (bulk)"]
    finished = found["Import users - finished (bulk)"]
    assert finished.actor_id == ADMIN.id
    told = {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "bad": 1, "status": "done"}
    assert finished.details == told


def test_only_administrators(desk: Desk) -> None:
    nobody = Actor("1", "a@x", "A", frozenset({(Role.AUDITOR, "")}))
    with pytest.raises(Forbidden):
        start_import(desk.services, nobody, START, "1", "people", b"userPrincipalName\n")
    job_id = desk.start(people(1))
    with pytest.raises(Forbidden):
        import_progress(desk.services, nobody, job_id)
    with pytest.raises(NotFound):
        import_progress(desk.services, ADMIN, GUID)
    with pytest.raises(InvalidInput):
        desk.start("no,such,columns\n")


def test_bad_rows_survive_the_bucket(desk: Desk) -> None:
    progress = desk.run('anna@example.com,"Anna\nBerg",,', "å,Å,,")
    assert progress.bad_rows == (
        BadRow(2, "displayName", "Contains a line break or another control character."),
        BadRow(4, "userPrincipalName", "A principal name is needed, like anna@example.com."),
    )
