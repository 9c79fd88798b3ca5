"""What a history came to, without what may differ: instants, versions, operations, leases. A history with faults has to
come to the same as one without."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.assignments import AssignmentRequest
from chalicelib.domain.mail_log import Notice
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.removals import Removal
from chalicelib.domain.tasks import Task
from tests.simulation.checks import Told, contents
from tests.simulation.rig import Rig
from tests.simulation.store import Store

# Rows that say that something was asked, tried or sent; their number is no outcome.
_NO_OUTCOME = ("reviews DUE", "reviews Y", "reviews U N", "audit", "directory SCIM")


def outcome_of(rig: Rig) -> Counter[str]:
    """What a history came to: so many of each."""
    store = Store(contents(rig.simulated))
    found = Counter({f"row {one}": number for one, number in store.counts().items() if _counts(one)})
    for items in store.items.values():
        for item in items:
            said = [decision for decision, _ in groupby((entry.decision, entry.by) for entry in item.history)]
            told = f"{item.decision} {len(said)} {item.kept} {item.apply_result} {item.cancelled}"
            found[f"item {item.principal_name}: {told}"] += 1
    for instance, state, _ in store.reviews():
        tally = f"{state.removed} {state.gone} {state.removal_failures} {state.needs_person} {state.items}"
        found[f"review {instance.name}: {state.status} {state.reviewers} {tally} {sorted(state.mailed)}"] += 1
    for one in store.assignments.values():
        found[f"assignment of {one.target_id}: {one.state} {one.status} owed {one.delivery is not None}"] += 1
    found.update(f"request {one.type} {one.state}" for one in store.all(AssignmentRequest))
    found.update(f"removal {one.standing} {len(one.absent)} {len(one.regrants)}" for one in store.all(Removal))
    found.update(f"task {one.operation} {one.state}" for one in store.all(Task))
    found.update(f"job {one.kind} {one.status} {one.done} {sorted(one.result.items())}" for one in store.all(Job))
    found.update(f"notice {one.kind}" for one in store.all(Notice))
    found.update(f"due {one.kind}" for one in store.all(Due))
    found.update(f"person {one.display_name} {one.enabled} {one.manager_id}" for one in store.all(User))
    told = (one for one in store.events if "decisionItem" not in one.details)  # a client may have said it twice
    found.update(f"event {one.activity} {one.target_kind} {one.result}" for one in told)
    for part in store.all(MyReview):
        found[f"part {part.reason} {len(part.only)} {part.removed} {part.unreachable} {bool(part.handed)}"] += 1
    if rig.told.outside is not None:
        found.update(f"outside {who} {role}" for role, who in rig.told.outside.held)
    return found


def _counts(kind: str) -> bool:
    return not kind.startswith(_NO_OUTCOME)


def about(key: str) -> tuple[str, str]:
    """To whom a mail is, and of which kind; what it is about may have another id in another history."""
    person, kind, *_ = key.split("_")
    return person, kind


def mails(told: Told) -> Counter[tuple[str, str]]:
    """How often each person was sent each kind of mail."""
    return Counter(about(key) for key, _ in told.mails)
