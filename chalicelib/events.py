"""What timers, the work queue and the table stream do. Called from app.py, one line each."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any

from chalicelib import bootstrap, logs
from chalicelib.aws.queue import MESSAGE_VERSION
from chalicelib.domain import errors
from chalicelib.domain.agenda import ABSENCE, ASKED, LOST, REACHABLE, SWITCHED_OFF, Due, Job
from chalicelib.domain.audit import fold as audit_rows
from chalicelib.domain.guards import CONFIRMATION
from chalicelib.domain.history import REPORT
from chalicelib.domain.seals import SEAL
from chalicelib.domain.sources import SOURCE, WAITS
from chalicelib.domain.tasks import NEW_TASKS, TASKS_DUE
from chalicelib.stream_rows import audit_row, change_of, decided
from chalicelib.usecases import adopt_groups, adopt_steps, export_audit, notify, notify_others, reset_decisions
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.agenda import CUTS, send_due_work
from chalicelib.usecases.assignment_timers import run_timers
from chalicelib.usecases.await_confirmation import remind_of_confirmation
from chalicelib.usecases.cut_now import run_cuts
from chalicelib.usecases.decide_bulk import advance_bulk
from chalicelib.usecases.delegates import begin_absence
from chalicelib.usecases.deliver import advance_delivery
from chalicelib.usecases.erase_person import ERASE, advance_erasure
from chalicelib.usecases.exports import EVIDENCE, EXPORT, HISTORY, advance_export
from chalicelib.usecases.gauges import take_gauges
from chalicelib.usecases.history import run_due_report
from chalicelib.usecases.imports import advance_import
from chalicelib.usecases.mail_feedback import hear
from chalicelib.usecases.open_review import open_due_review
from chalicelib.usecases.plan_delivery import DELIVERY
from chalicelib.usecases.ports import Services
from chalicelib.usecases.provision_groups import EMPTIED, empty_deleted
from chalicelib.usecases.provision_people import MANAGERS, settle_managers
from chalicelib.usecases.publish import publish
from chalicelib.usecases.role_scopes import SPREAD, advance_roles
from chalicelib.usecases.seal_review import seal_review
from chalicelib.usecases.sources import look_at_source
from chalicelib.usecases.tell_of_waiting import reviews_wait
from chalicelib.usecases.tell_tasks import tell_due_tasks, tell_new_tasks
from chalicelib.usecases.unreachable import reviewer_changed
from chalicelib.usecases.watch_plan import WATCH
from chalicelib.usecases.watch_removals import watch_removals
from chalicelib.usecases.watch_sign_ins import take_cognito_trigger, take_trail_event

LOG = logging.getLogger("access_reviews")


def tick() -> dict[str, int]:
    """Send work for every agenda row that is due, then take the figures of this minute."""
    services = bootstrap.services()
    due = send_due_work(services)
    try:
        figures = take_gauges(services, due)
    except Exception:  # the next look is in five minutes; work was sent, and nothing must keep the timer from that
        LOG.exception("the gauges could not be read")
        figures = {}
    if due or figures:
        LOG.info("tick", extra={"facts": {"due": len(due)}, "metrics": figures})
    return {"due": len(due)}


def work(event: dict[str, Any]) -> dict[str, Any]:
    """Do the work of each message; a message that fails is reported alone and comes back (partial batch)."""
    failures = []
    for record in event["Records"]:
        outer = logs.unit()
        with logs.within(logs.Unit(outer.correlation, {**outer.facts, "messageId": record["messageId"]})):
            try:
                _worked(bootstrap.services(), record)
            except Exception:  # one bad message must not hold up the others; it goes to the dead letters in the end
                LOG.exception("work failed", extra={"facts": _tried(record), "metrics": {"WorkFailed": 1}})
                failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _tried(record: dict[str, Any]) -> dict[str, Any]:
    """How often a message was received; 1 is the first time."""
    return {"attempt": int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))}


def _worked(services: Services, record: dict[str, Any]) -> None:
    """Do what one message asks for, as part of what caused it, and tell of it in one line."""
    began, message, unit = perf_counter(), json.loads(record["body"]), logs.unit()
    unit.correlation = str(message.get("correlation") or unit.correlation)  # older releases sent none
    unit.facts |= {"kind": str(message["kind"])[:64], SUBJECTS.get(message["kind"], "subject"): str(message["id"])[:64]}
    outcome = _one(services, message)
    facts = {**_tried(record), "ms": round((perf_counter() - began) * 1000, 1)}
    LOG.info("work", extra={"facts": facts | {"outcome": outcome if isinstance(outcome, str) else "done"}})


def _one(services: Services, message: dict[str, Any]) -> object:
    """Do what one message asks for. Members this build does not know mean nothing; a later version means something
    else, so it waits for a build that knows it, or for the dead letters."""
    if message.get("version", 1) > MESSAGE_VERSION:
        raise errors.InvalidInput(f"A message of version {message['version']}; this build knows {MESSAGE_VERSION}.")
    if message["kind"] not in WORK:
        raise errors.InvalidInput(f"Unknown kind of work: {message['kind']}")
    return WORK[message["kind"]](services, message["id"])


def _series(services: Services, definition_id: str) -> None:
    opened = open_due_review(services, definition_id)
    if opened:
        advance_review(services, opened)


def _job(services: Services, job_id: str) -> None:
    job = services.reviews.job(job_id)
    if job is None:
        return
    if job.finished is not None or job.status in ("done", "error"):
        if job.due:  # its worker died before it could take the row off the agenda
            services.writer.remove(Due(when=datetime.fromisoformat(job.due), kind="job", id=job.id))
        return
    JOBS[job.kind](services, job)


WORK: dict[str, Callable[[Services, str], object]] = {
    "series": _series,
    "instance": advance_review,
    "job": _job,
    REACHABLE: notify.reachable_now,
    DELIVERY: advance_delivery,
    WATCH: watch_removals,
    REPORT: run_due_report,
    SWITCHED_OFF: notify_others.reviews_switched_off,
    "assignments": run_timers,
    CUTS: run_cuts,
    ASKED: notify.newly_asked,
    ABSENCE: begin_absence,
    LOST: reviewer_changed,
    NEW_TASKS: tell_new_tasks,
    TASKS_DUE: tell_due_tasks,
    SOURCE: look_at_source,
    CONFIRMATION: remind_of_confirmation,
    ERASE: advance_erasure,
    EMPTIED: empty_deleted,
    MANAGERS: settle_managers,
    WAITS: reviews_wait,
    SEAL: seal_review,
}
# What the id of a message is in the log; of the kinds that are not here, only that it is the subject.
SUBJECTS = {
    **dict.fromkeys(("instance", CUTS, WATCH, CONFIRMATION, SEAL), "review"),
    **dict.fromkeys(("series", SWITCHED_OFF), "series"),
    **dict.fromkeys((REACHABLE, ASKED, ABSENCE, LOST, ERASE, MANAGERS, NEW_TASKS), "person"),
    "job": "job",
    DELIVERY: "assignment",
    SOURCE: "source",
}
JOBS: dict[str, Callable[[Services, Job], object]] = {
    "bulk": advance_bulk,
    reset_decisions.KIND: reset_decisions.advance_reset,
    "import": advance_import,
    adopt_steps.KIND: adopt_groups.advance_adoption,
    adopt_steps.PREVIEW: adopt_groups.advance_adoption,
    EXPORT: advance_export,
    HISTORY: advance_export,
    EVIDENCE: advance_export,
    SPREAD: advance_roles,
    export_audit.KIND: export_audit.advance_export,
}


def signed_in(event: dict[str, Any]) -> dict[str, str | None]:
    """Take in a sign-in that CloudTrail tells of. What fails raises, so that EventBridge's Lambda tries again."""
    return {"result": take_trail_event(bootstrap.services(), event.get("detail") or {})}


def cognito_signed_in(event: dict[str, Any]) -> dict[str, Any]:
    """Take in a sign-in to a user pool. Cognito wants its event back, and would keep the person out otherwise."""
    try:
        take_cognito_trigger(bootstrap.services(), event)
    except Exception:  # a date that is missing is made good by the next sign-in
        LOG.exception("a sign-in to Cognito was not taken in")
    return event


def count_decisions(event: dict[str, Any]) -> dict[str, Any]:
    """Fold changed decision items into the counters and the audit trail. The event names its stream shard because
    the event source has a tumbling window; its answer must carry that window's state, of which we need none. The
    call that ends a window may have no record."""
    records = event.get("Records", [])
    changes = [change for record in records if (change := change_of(record)) is not None]
    if changes:
        bootstrap.services().reviews.count_decisions(str(event.get("shardId", "")), changes)
        LOG.info("decisions counted", extra={"metrics": {"Decisions": len(changes)}})
    made = [one for record in records if (one := decided(record)) is not None]
    if made:
        bootstrap.services().writer.put_all(audit_rows(made))
    return {"counted": len(changes), "state": {}}


def hear_of_mails(event: dict[str, Any]) -> None:
    """Take in what the mail service tells of mails, if it comes by the topic it is to come by."""
    services = bootstrap.services()
    topic = services.settings.mail_feedback_topic.rpartition(":")[2]
    for record in event["Records"]:
        if record["Sns"]["TopicArn"].rpartition(":")[2] == topic:
            hear(services, record["Sns"]["Message"])


def publish_events(event: dict[str, Any]) -> dict[str, Any]:
    """Tell others what new audit rows mean for them. What was not taken comes again from the first such record on
    (partial batch); a record that cannot be read is logged and holds nothing up."""
    found = [(record, row) for record in event["Records"] if (row := audit_row(record)) is not None]
    again = publish(bootstrap.services(), [row for _, row in found])
    failed = [found[position][0]["dynamodb"]["SequenceNumber"] for position in sorted(again)]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
