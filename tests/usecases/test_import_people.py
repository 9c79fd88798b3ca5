"""Importing people into a real directory: what is written, what is not, and what a killed worker leaves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound, Throttled
from chalicelib.domain.imports import BadRow
from chalicelib.domain.people import Actor, Role, User
from chalicelib.domain.reviews import Job
from chalicelib.usecases.import_pages import file_key
from chalicelib.usecases.import_people import PeopleImport
from chalicelib.usecases.imports import Progress, advance_import, import_progress, start_import
from chalicelib.usecases.ports import Services
from tests.world import START, MovableClock

ADMIN = Actor("a0", "admin@example.com", "Admin", frozenset({(Role.ADMINISTRATOR, "")}))
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "1f8fad5b-d9cb-469f-a165-70867728950e"
HEAD = "userPrincipalName,displayName,id,manager"


@dataclass
class Desk:
    """An administrator with files, and the worker behind them."""

    clock: MovableClock
    services: Services

    def start(self, text: str | None) -> str:
        data = None if text is None else text.encode()
        operation = self.clock.new_id()
        return start_import(self.services, ADMIN, self.clock.now(), operation, "people", data)[0].id

    def job(self, job_id: str) -> Job:
        found = self.services.reviews.job(job_id)
        assert found is not None
        return found

    def advance(self, job_id: str) -> Job:
        advance_import(self.services, self.job(job_id))
        return self.job(job_id)

    def run(self, *lines: str, head: str = HEAD) -> Progress:
        job_id = self.start("\n".join([head, *lines]) + "\n")
        assert self.advance(job_id).status == "done"
        return import_progress(self.services, ADMIN, job_id)

    def user(self, name: str) -> User:
        found = self.services.people.user_by_principal_name(name)
        assert found is not None
        return found

    def messages(self) -> list[tuple[str, str]]:
        from chalicelib.aws.clients import client

        url = self.services.settings.work_queue_url
        found = []
        while answer := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [(body["kind"], body["id"]) for body in (json.loads(one["Body"]) for one in answer)]
        return found


@pytest.fixture
def desk(aws: None) -> Desk:
    from chalicelib import bootstrap

    clock = MovableClock()
    bootstrap.use_clock(clock)
    return Desk(clock, bootstrap.services())


def counts(progress: Progress) -> tuple[int, int, int, int]:
    result = progress.job.result
    created, updated, unchanged, bad = (result[name] for name in ("created", "updated", "unchanged", "bad"))
    return created, updated, unchanged, bad


def faults(progress: Progress) -> list[tuple[int, str]]:
    return [(row.line, row.column) for row in progress.bad_rows]


def people(number: int, title: str = "") -> str:
    """A file of `number` people; each tenth leads nine, and comes after them."""
    lines = [f"p{n}@example.com,Person {n}{title},p{n // 10 * 10 + 10}@example.com" for n in range(number)]
    lines += [f"p{number}@example.com,Head,"]
    return "\n".join(["userPrincipalName,displayName,manager", *lines])


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
    assert meter.by_table["access-reviews-directory"].write_units == 0


def test_only_what_changed_is_written(desk: Desk) -> None:
    desk.run("anna@example.com,Anna,,", "ben@example.com,Ben,,")
    before = desk.user("anna@example.com")
    assert counts(desk.run("anna@example.com,Anna,,", "ben@example.com,Benny,,")) == (0, 1, 1, 0)
    assert desk.user("anna@example.com") == before
    assert desk.user("ben@example.com").version == 2


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


class Killed(BaseException):
    """What the end of a Lambda looks like from inside."""


WRITES = frozenset({"commit", "put_all", "put_once", "send", "save_job", "take_job"})


class Life:
    """Lets `calls` writing calls through; the next one kills the process, before or after it took effect."""

    def __init__(self, calls: int, after: bool) -> None:
        self.calls, self.after = calls, after

    def guarding(self, port: Any) -> Any:
        """The port with a death in it."""
        return Mortal(port, self)

    def within(self, services: Services) -> Services:
        """The services with every writing port guarded."""
        return replace(
            services,
            writer=self.guarding(services.writer),
            files=self.guarding(services.files),
            queue=self.guarding(services.queue),
            reviews=self.guarding(services.reviews),
        )


class Mortal:
    """A port of a process that will be killed."""

    def __init__(self, port: Any, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        method, life = getattr(self._port, name), self._life
        if name not in WRITES:
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            life.calls -= 1
            if life.calls < 0 and not life.after:
                raise Killed(name)
            answer = method(*arguments, **named)
            if life.calls < 0:
                raise Killed(name)
            return answer

        return call


def state(desk: Desk, names: Iterable[str]) -> list[User | None]:
    return [desk.services.people.user_by_principal_name(name) for name in names]


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_single_call_and_repeated(desk: Desk, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PeopleImport, "page_rows", 3)
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
    while desk.job(job_id).status != "done":
        try:
            # Lives grow longer and start again, so that every call of every page is somebody's last.
            advance_import(Life(deaths % 7, after).within(desk.services), desk.job(job_id))
        except Killed:
            deaths += 1
        desk.clock.seconds += desk.services.settings.lease_seconds + 1
        assert deaths < 60
    progress = import_progress(desk.services, ADMIN, job_id)
    assert deaths >= 5
    assert counts(progress) == (4, 1, 0, 1)
    assert faults(progress) == [(4, "userPrincipalName")]
    found = state(desk, ["new@x", "b@x", "old@x", "e@x", "f@x"])
    assert [user and user.display_name for user in found] == ["Anna", "B", "D", "E", "F"]
    assert desk.user("old@x").id != GUID
    assert ("guest", GUID) in desk.messages()
    assert desk.services.reviews.due_until(desk.clock.now() + timedelta(days=1), 10) == []


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
    assert (job.status, job.done, job.total, job.lease.until) == ("running", 40, 101, 0.0)
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

    class Busy:
        def put_all(self, entities: object) -> None:
            raise Throttled("busy")

    advance_import(replace(desk.services, writer=Busy()), desk.job(job_id))  # type: ignore[arg-type]
    job = desk.job(job_id)
    assert (job.status, job.done, job.attempts) == ("running", 0, 0)
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
    events: list[AuditEvent] = []
    for shard in range(4):
        events += desk.services.audit.events(f"{START:%Y-%m-%d}#{shard}", 10, None).items
    found = {one.activity: one for one in events if one.target_id == progress.job.id}
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
