"""What the tests of imports share: somebody who imports, the worker behind them, and ways to die."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.agenda import Job
from chalicelib.domain.people import Actor, Role, User
from chalicelib.usecases.imports import Progress, advance_import, import_progress, start_import
from chalicelib.usecases.ports import Services
from tests.world import MovableClock

ADMIN = Actor("a0", "admin@example.com", "Admin", frozenset({(Role.ADMINISTRATOR, "")}))
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "1f8fad5b-d9cb-469f-a165-70867728950e"
HEAD = "userPrincipalName,displayName,id,manager"


@dataclass
class Desk:
    """An administrator with files, and the worker behind them."""

    clock: MovableClock
    services: Services

    def start(self, text: str | None, subject: str = "people") -> str:
        data = None if text is None else text.encode()
        operation = self.clock.new_id()
        return start_import(self.services, ADMIN, self.clock.now(), operation, subject, data)[0].id

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


def import_desk() -> Desk:
    """A desk on an empty account."""
    clock = MovableClock()
    bootstrap.use_clock(clock)
    return Desk(clock, bootstrap.services())


def counts(progress: Progress) -> tuple[int, int, int, int]:
    result = progress.job.result
    created, updated, unchanged, bad = (result[name] for name in ("created", "updated", "unchanged", "bad"))
    return created, updated, unchanged, bad


def faults(progress: Progress) -> list[tuple[int, str]]:
    return [(row.line, row.column) for row in progress.bad_rows]


def people(number: int) -> str:
    """A file of `number` people; each tenth leads nine, and comes after them."""
    leaders = [min(n // 10 * 10 + 10, number) for n in range(number)]
    lines = [f"p{n}@example.com,Person {n},p{leader}@example.com" for n, leader in enumerate(leaders)]
    lines += [f"p{number}@example.com,Head,"]
    return "\n".join(["userPrincipalName,displayName,manager", *lines])


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
