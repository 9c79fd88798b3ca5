"""Having something sealed: what goes into the same commit as what happened, so that no seal is ever forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due
from chalicelib.domain.removals import Removal, Standing
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seal_facts import plain, removals_ended
from chalicelib.domain.seals import SEAL, Addition, Kind, Seal
from chalicelib.usecases.ports import Change, Create, Put, Services

# What an addendum tells.
REGRANT, RESTORED, LATE, FAILED, AGAIN = "regrant", "restored", "lateOutcome", "failed", "endedAgain"


def seal_row(review_id: str, now: datetime) -> Put:
    """The agenda row by which a worker looks at once whether there is something to seal about a review."""
    return Put(Due(when=now, kind=SEAL, id=review_id))


def seal_soon(services: Services, instance: ReviewInstance) -> None:
    """Have the sealing look at once; the agenda row makes a lost hint good."""
    services.queue.send(SEAL, instance.id)


def to_seal(instance: ReviewInstance, now: datetime, operation: str, kind: Kind, facts: dict[str, Any]) -> list[Change]:
    """The changes that have these facts sealed behind what is sealed of the review already: people by id, no floats.
    The worker adds what they belong to (`of`), to those of a sign-off what it covers (`covers`)."""
    return _added(instance.id, now, operation, kind, facts)


def _added(review_id: str, now: datetime, operation: str, kind: Kind, facts: dict[str, Any]) -> list[Change]:
    addition = Addition(id=ids.request_id(now, operation, kind), review_id=review_id, kind=kind, facts=facts)
    return [Create(addition), seal_row(review_id, now)]


def ends_removals(before: InstanceState, after: InstanceState, now: datetime) -> list[Change]:
    """The change by which the removals are sealed, when this was the last of them to end."""
    return [seal_row(after.instance_id, now)] if removals_ended(after) and not removals_ended(before) else []


def late_outcome(state: InstanceState, before: Removal, after: Removal, operation: str, now: datetime) -> list[Change]:
    """The changes by which an outcome is sealed that a removal came to after all had ended already."""
    if not removals_ended(state) or before.standing is after.standing:
        return []
    about = {"item": after.item_id, "outcome": after.outcome, "before": before.outcome, "at": plain(now)}
    about |= {"by": after.by, "witnessed": after.witnessed, "word": plain(after.word), "reason": after.reason}
    about |= {"restoredAs": after.restored_as} if after.restored_as else {}
    what = RESTORED if after.standing is Standing.RESTORED else LATE
    return _added(after.instance_id, now, operation, Kind.ADDENDUM, {"what": what, "about": about})


def regranted(removal: Removal, operation: str) -> list[Change]:
    """The changes by which the newest re-grant of a removed access is sealed."""
    newest = removal.regrants[-1]
    about = {"item": removal.item_id, "noticed": plain(newest.noticed), "removed": plain(removal.ended)}
    about |= {"where": "inside" if newest.assignment_id else "outside", "assignment": newest.assignment_id}
    about |= {"by": newest.by, "at": plain(newest.at)}
    facts = {"what": REGRANT, "about": about}
    return _added(removal.instance_id, newest.noticed, operation, Kind.ADDENDUM, facts)


def failure(state: InstanceState, operation: str, now: datetime) -> list[Change]:
    """The changes by which it is sealed that a review could not go on: where, and the kind of error."""
    about = {"status": plain(state.failed_at), "error": state.error.partition(":")[0], "at": plain(now)}
    return _added(state.instance_id, now, operation, Kind.ADDENDUM, {"what": FAILED, "about": about})


def ended_again(state: InstanceState, sealed: Seal) -> Addition:
    """What says that the review ended after its decisions were sealed: its tables were restored to an earlier instant
    (docs/backup.md), and what was decided since is not what was sealed. Always the same for the same end."""
    assert state.closed is not None and state.outcome is not None
    outcome = state.outcome
    about = {"seal": sealed.sequence, "sealed": plain(sealed.made), "ended": plain(state.closed)}
    about |= {"total": outcome.total, "approved": outcome.approved, "denied": outcome.removals}
    named = ids.request_id(state.closed, f"again:{sealed.sequence}", Kind.ADDENDUM)
    facts = {"what": AGAIN, "about": about}
    return Addition(id=named, review_id=sealed.review_id, kind=Kind.ADDENDUM, facts=facts)
