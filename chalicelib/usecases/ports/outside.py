"""Reports, the audit trail, files, queues and mails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain import notices
    from chalicelib.domain.agenda import Job
    from chalicelib.domain.audit import AuditEvent
    from chalicelib.domain.health import Finding
    from chalicelib.domain.history import EndedReview, HistoryDefinition, HistoryInstance, LastReview
    from chalicelib.domain.mail_texts import MailTexts
    from chalicelib.usecases.ports.changes import (
        Page,
    )


class Reports(Protocol):
    """What reports are found by."""

    def ended_between(self, since: datetime, until: datetime, limit: int, after: str | None) -> Page[EndedReview]:
        """Reviews that ended from `since` to `until`, oldest first: one query a month, whatever else there is."""

    def ended_before(self, since: datetime, until: datetime, limit: int, after: str | None) -> Page[EndedReview]:
        """The same newest first."""

    def last_reviews(self, policy_ids: Iterable[str]) -> dict[str, LastReview]:
        """The review that ended last, by policy, for those that had one; may lag by a second."""

    def history_definition(self, definition_id: str) -> HistoryDefinition | None: ...
    def history_definitions(self, owner_id: str, limit: int, after: str | None) -> Page[HistoryDefinition]:
        """A person's reports, newest first."""

    def history_instance(self, definition_id: str, instance_id: str) -> HistoryInstance | None: ...
    def history_instances(self, definition_id: str, limit: int, after: str | None) -> Page[HistoryInstance]:
        """A report's runs, newest first."""

    def jobs(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """Several jobs by id, those that exist."""


class Audit(Protocol):
    """Reading what was recorded, newest first; events are written by Writer.commit. `before` is an event's id: the
    page holds stored rows that sort before it, of which `domain.audit.unfold` makes the events."""

    def events(self, day: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those of a day (`2026-03-02`, UTC)."""

    def events_of_target(self, target_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those about one object; may lag."""

    def events_of_actor(self, actor_id: str, limit: int, before: str | None) -> Page[AuditEvent]:
        """Those by one person; may lag."""


class Files(Protocol):
    """Objects too large for the table, in a bucket."""

    def put_once(self, key: str, data: bytes) -> bool:
        """Write unless something is there; False when it was."""

    def put(self, key: str, data: bytes, names: bool = False) -> None:
        """Write or replace. `names`: it names people, so the bucket forgets it some day; work goes on without it."""

    def get(self, key: str) -> bytes | None: ...
    def lines(self, key: str) -> Iterable[str]:
        """The object's text line by line, streamed, UTF-8 with or without byte order mark."""

    def upload_address(self, key: str) -> str:
        """A signed address that takes one PUT of a large file, for an hour."""

    def download_address(self, key: str, name: str, minutes: int = 5) -> str:
        """A signed address that gives a file under this name."""

    def begin_parts(self, key: str) -> str:
        """Begin an object that is too large for one write; the upload's id."""

    def put_part(self, key: str, upload: str, number: int, data: bytes) -> None:
        """Part `number` (from 1), 5 MiB or more but for the last; written again it replaces the former one."""

    def finish_parts(self, key: str, upload: str) -> None:
        """Make the parts one object; again without effect when it was done."""


class Queue(Protocol):
    """Hints to workers. Losing one delays work until the next tick, nothing more."""

    def send(self, kind: str, subject_id: str, delay_seconds: int = 0, cause: str = "") -> None:
        """Have `kind` continued for `subject_id`. `cause`: the correlation id of what began it, unless it is what is
        being done now."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail. `calendar` is an .ics text or None; `key` identifies the mail in logs and begins
    with its person's id and a dot; `organisation` is who sends, as people read it."""

    to: str
    subject: str
    text: str
    html: str
    calendar: str | None = None
    key: str = ""
    organisation: str = ""


class Surroundings(Protocol):
    """What a deployment stands on."""

    def looks(self) -> Mapping[str, Callable[[], Finding]]:
        """A look at each part, by its name; one may raise anything, and take seconds."""


class Mailer(Protocol):
    """Sends through SES."""

    def send(self, mail: Mail) -> str:
        """Hand one mail over; returns the message id. Raises Throttled, or InvalidInput for a refused address."""


class Renderer(Protocol):
    """Turns a notice of the domain into a mail."""

    def render(self, notice: notices.Notice, to: str, key: str) -> Mail: ...
    def preview(self, notice: notices.Notice, texts: MailTexts) -> Mail: ...
