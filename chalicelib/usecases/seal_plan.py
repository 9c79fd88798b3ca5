"""When a review is sealed: what is put on the agenda, in the same commit as what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.removals import Removal, Standing
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seal_facts import plain, removals_ended
from chalicelib.domain.seals import SEAL, Addition, Kind
from chalicelib.usecases.ports import Change, Put, Services

REGRANT, RESTORED, LATE, FAILED = "regrant", "restored", "lateOutcome", "failed"  # what an addendum tells


def to_seal(review_id: str, now: datetime) -> Put:
    """The agenda row by which a worker looks at once whether there is something to seal about a review."""
    return Put(Due(when=now, kind=SEAL, id=review_id))


def to_add(review_id: str, now: datetime, kind: Kind, facts: dict[str, Any], operation: str) -> list[Change]:
    """The changes that have something more sealed about a review; the same `operation` adds it once. Put, not created:
    a repeat of what it goes with must not fail for it."""
    about = ids.request_id(now, "seal", operation, review_id)
    return [Put(Addition(id=about, review_id=review_id, kind=kind, facts=facts)), to_seal(review_id, now)]


def append(services: Services, review: ReviewInstance, kind: Kind, facts: dict[str, Any], operation: str = "") -> None:
    """Have one more statement sealed about a review: an addendum or a sign-off, whose `facts` have people by id and no
    floats. The worker adds what it refers to (`of`), or covers. Who has a commit of their own uses `to_add`."""
    wanted = operation or services.clock.new_id()
    services.writer.commit(f"append:{wanted}", *to_add(review.id, services.clock.now(), kind, facts, wanted))
    services.queue.send(SEAL, review.id)


def ends_removals(before: InstanceState, after: InstanceState, now: datetime) -> list[Change]:
    """The change by which the removals are sealed, when this was the last of them to end."""
    return [to_seal(after.instance_id, now)] if removals_ended(after) and not removals_ended(before) else []


def late_outcome(state: InstanceState, before: Removal, after: Removal, operation: str, now: datetime) -> list[Change]:
    """The changes by which an outcome is sealed that a removal came to after all had ended already."""
    if not removals_ended(state) or before.standing is after.standing:
        return []
    what = RESTORED if after.standing is Standing.RESTORED else LATE
    about = {"item": after.item_id, "outcome": after.outcome, "before": before.outcome, "at": plain(now)}
    about |= {"by": after.by, "witnessed": after.witnessed, "word": plain(after.word), "reason": after.reason}
    about |= {"restoredAs": after.restored_as} if after.restored_as else {}
    return to_add(after.instance_id, now, Kind.ADDENDUM, {"what": what, "about": about}, operation)


def regranted(removal: Removal, operation: str) -> list[Change]:
    """The changes by which the newest re-grant of a removed access is sealed."""
    newest = removal.regrants[-1]
    about = {"item": removal.item_id, "noticed": plain(newest.noticed), "removed": plain(removal.ended)}
    about |= {"where": "inside" if newest.assignment_id else "outside", "assignment": newest.assignment_id}
    about |= {"by": newest.by, "at": plain(newest.at)}
    facts = {"what": REGRANT, "about": about}
    return to_add(removal.instance_id, newest.noticed, Kind.ADDENDUM, facts, operation)


def failure(state: InstanceState, operation: str, now: datetime) -> list[Change]:
    """The changes by which it is sealed that a review could not go on."""
    about = {"status": plain(state.failed_at), "error": state.error.partition(":")[0], "at": plain(now)}
    return to_add(state.instance_id, now, Kind.ADDENDUM, {"what": FAILED, "about": about}, operation)
