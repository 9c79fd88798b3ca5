"""What timers, the work queue and the table stream do. Called from app.py, one line each."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib import bootstrap
from chalicelib.aws.queue import MESSAGE_VERSION
from chalicelib.domain import errors, ids
from chalicelib.domain.agenda import ABSENCE, ASKED, LOST, REACHABLE, SWITCHED_OFF, Due, Job
from chalicelib.domain.audit import AuditEvent, Decided
from chalicelib.domain.audit import fold as audit_rows
from chalicelib.domain.guards import CONFIRMATION
from chalicelib.domain.history import REPORT
from chalicelib.domain.items import BY_RULE, Decision
from chalicelib.domain.pace import day_number
from chalicelib.domain.seals import SEAL
from chalicelib.domain.sources import SOURCE, WAITS
from chalicelib.domain.tasks import NEW_TASKS, TASKS_DUE
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
from chalicelib.usecases.history import run_due_report
from chalicelib.usecases.imports import advance_import
from chalicelib.usecases.mail_feedback import hear
from chalicelib.usecases.open_review import open_due_review
from chalicelib.usecases.plan_delivery import DELIVERY
from chalicelib.usecases.ports import DecisionChange, Services
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
DECISIONS = {"A": Decision.APPROVE, "D": Decision.DENY, "K": Decision.DONT_KNOW, "N": Decision.NOT_REVIEWED}


def tick() -> dict[str, int]:
    """Send work for every agenda row that is due."""
    return {"due": send_due_work(bootstrap.services())}


def work(event: dict[str, Any]) -> dict[str, Any]:
    """Do the work of each message; a message that fails is reported alone and comes back (partial batch)."""
    failures = []
    for record in event["Records"]:
        try:
            _one(bootstrap.services(), json.loads(record["body"]))
        except Exception:  # one bad message must not hold up the others; it goes to the dead letters in the end
            LOG.exception("work failed: %s", record.get("body"))
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _one(services: Services, message: dict[str, Any]) -> None:
    """Do what one message asks for. Members this build does not know mean nothing; a later version means something
    else, so it waits for a build that knows it, or for the dead letters."""
    if message.get("version", 1) > MESSAGE_VERSION:
        raise errors.InvalidInput(f"A message of version {message['version']}; this build knows {MESSAGE_VERSION}.")
    if message["kind"] not in WORK:
        raise errors.InvalidInput(f"Unknown kind of work: {message['kind']}")
    WORK[message["kind"]](services, message["id"])


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
    the event source has a tumbling window; its answer must carry that window's state, of which we need none."""
    changes = [change for record in event["Records"] if (change := _change(record)) is not None]
    if changes:
        bootstrap.services().reviews.count_decisions(str(event.get("shardId", "")), changes)
    decided = [one for record in event["Records"] if (one := _decided(record)) is not None]
    if decided:
        bootstrap.services().writer.put_all(audit_rows(decided))
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
    found = [(record, row) for record in event["Records"] if (row := _audit_row(record)) is not None]
    again = publish(bootstrap.services(), [row for _, row in found])
    failed = [found[position][0]["dynamodb"]["SequenceNumber"] for position in sorted(again)]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _audit_row(record: dict[str, Any]) -> AuditEvent | None:
    """A new row of the audit table; None for one the table forgot."""
    image = record["dynamodb"].get("NewImage")
    if image is None:
        return None
    try:
        return msgspec.convert({"id": image["sk"]["S"], **json.loads(image["data"]["S"])}, AuditEvent)
    except (KeyError, ValueError):
        LOG.exception("an audit row cannot be published: %s", record["dynamodb"].get("Keys"))
        return None


def _decided(record: dict[str, Any]) -> Decided | None:
    """A decision somebody made, for the audit trail (R159, R163), or None for anything else."""
    if record["eventName"] != "MODIFY":
        return None
    old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
    number = len(new["h"]["L"])
    if number <= len(old["h"]["L"]) or _author(new) == BY_RULE:
        return None
    entry = json.loads(new["h"]["L"][-1]["S"])
    partition = new["pk"]["S"]
    return Decided(
        instance_id=ids.guid_of(partition[:32]),
        item_id=ids.guid_of(partition[32:] + new["sk"]["S"]),
        person_id=new["p"]["S"],
        by=entry["b"],
        on_behalf_of=entry.get("f", ""),
        at=entry["t"],
        number=number,
        before=DECISIONS[old["d"]["S"]],
        after=DECISIONS[new["d"]["S"]],
    )


def _change(record: dict[str, Any]) -> DecisionChange | None:
    """A changed decision or a cancellation, or None for anything else (a fresh item, an apply result)."""
    data = record["dynamodb"]
    if record["eventName"] != "MODIFY":
        return None
    old, new = data["OldImage"], data["NewImage"]
    cancelled = "c" in new and "c" not in old
    if not cancelled and len(old["h"]["L"]) == len(new["h"]["L"]):
        return None
    if not cancelled and _author(new) == BY_RULE:
        return None  # the closing sweep counts for itself
    partition = new["pk"]["S"]
    at = int(new["ct"]["N"]) * 1000 if cancelled else int(json.loads(new["h"]["L"][-1]["S"])["t"])
    return DecisionChange(
        instance_id=ids.guid_of(partition[:32]),
        set_id=partition[32:44],
        shard=partition[44:46],
        sequence=data["SequenceNumber"],
        before=DECISIONS[old["d"]["S"]],
        after=None if cancelled else DECISIONS[new["d"]["S"]],
        day=day_number(at),
    )


def _author(image: dict[str, Any]) -> str:
    history = image["h"]["L"]
    return str(json.loads(history[-1]["S"])["b"]) if history else ""
