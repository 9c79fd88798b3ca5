"""The promises about what a review brings about: removals, mails, the audit trail, and that everything ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.assignments import Assignment, AssignmentRequest, AssignmentState, RequestType
from chalicelib.domain.guards import How
from chalicelib.domain.items import BY_RULE, ApplyResult, Decision
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.parts import MyReview
from chalicelib.domain.removals import BETWEEN_LOOKS, RESULTS, Removal, Standing
from chalicelib.domain.resources import outside
from chalicelib.domain.reviews import CLOSED, InstanceState, Status
from tests.simulation.checks import Broken, Seen, opened

REMOVALS = frozenset({RequestType.ADMIN_REMOVE, RequestType.SYSTEM_REMOVE})
REMINDERS = ("midpoint", "lastCall", "manual")


def p10(seen: Seen) -> Broken:
    """P10: a review ends an assignment only by a recorded denial, of a person or of its rule."""
    items = {item.id: item for found in seen.store.items.values() for item in found}
    for request in seen.store.all(AssignmentRequest):
        if request.type is not RequestType.SYSTEM_REMOVE or not request.instance_id:
            continue
        item = items.get(request.item_id)
        if item is None or item.decision is not Decision.DENY:
            yield f"{request.id} removed {request.assignment_id} without a denial"


def p11(seen: Seen) -> Broken:
    """P11: whatever is repeated, an assignment is removed once."""
    found = Counter(one.assignment_id for one in seen.store.all(AssignmentRequest) if one.type in REMOVALS)
    yield from (f"{one} was removed {number} times" for one, number in found.items() if number > 1)


def _justified(seen: Seen) -> dict[tuple[str, str], str]:
    """What people hold outside by an assignment that is active, with the assignment."""
    packages = {one.id: one for one in seen.store.all(AccessPackage)}
    found = {}
    for one in seen.store.assignments.values():
        package = packages.get(one.package_id)
        if package is None or one.delivery is not None or not _lasts(one, seen):
            continue
        for right in outside(package.role_scopes):
            found[right.role, one.target_id] = one.id
    return found


def _lasts(one: Assignment, seen: Seen) -> bool:
    return one.state is AssignmentState.DELIVERED and one.active_at(seen.now)


def p12(seen: Seen) -> Broken:
    """P12: what another active assignment gives is not taken away."""
    if seen.told.outside is None:
        return
    for held, assignment in _justified(seen).items():
        if held not in seen.told.outside.held:
            yield f"{held} is gone although {assignment} gives it"


def p13(seen: Seen) -> Broken:
    """P13: "removed" means seen absent, twice where there is something to see; and what ended says how."""
    justified = _justified(seen)
    removals = {(one.instance_id, one.item_id): one for one in seen.store.all(Removal)}
    for removal in removals.values():
        yield from _removed(seen, removal, justified)
    for instance, state, items in seen.store.reviews():
        for item in items:
            found = seen.store.assignments.get(item.assignment_id)
            ended = found is not None and found.state is AssignmentState.EXPIRED
            if item.apply_result is ApplyResult.DONE and not ended:
                yield f"{instance.name}: {item.principal_name} is said to be removed, and is not"
            known = removals.get((instance.id, item.id))
            if state.status is Status.APPLIED and known and RESULTS[known.standing] is not item.apply_result:
                yield f"{instance.name}: {item.principal_name} is {item.apply_result}, its removal {known.standing}"
            silent = item.decision is Decision.DENY and item.apply_result is ApplyResult.NEW and known is None
            if state.status is Status.APPLIED and silent and item.cancelled is None and not _declined(state):
                yield f"{instance.name}: nothing became of the denial of {item.principal_name}"


def _declined(state: InstanceState) -> bool:
    return state.confirmation is not None and state.confirmation.how is not How.CONFIRMED


def _removed(seen: Seen, removal: Removal, justified: dict[tuple[str, str], str]) -> Iterator[str]:
    if removal.standing is not Standing.REMOVED or not removal.rights or removal.word is not None:
        return
    looked = len(removal.absent) == 2 and removal.absent[1] - removal.absent[0] >= BETWEEN_LOOKS
    if not looked and not removal.witnessed and not removal.by:
        yield f"{removal.item_id}: removed, seen absent at {removal.absent}"
    for right in removal.rights if seen.told.outside is not None else ():
        held = (right.role, removal.person_id)
        if held in seen.told.outside.held and held not in justified and not removal.regrants:
            yield f"{held} is there although its removal was seen"


def p14(seen: Seen) -> Broken:
    """P14: removals that wait for a confirmation are not made without one."""
    for instance, state, _ in seen.store.reviews():
        at_once = state.outcome.removed_at_once if state.outcome else 0
        if state.brake and not state.confirmed_by and state.removed > at_once:
            yield f"{instance.name}: {state.removed} removed and nobody confirmed it"


def p15(seen: Seen) -> Broken:
    """P15: nobody is told twice about one event, but for a mail of which nobody could know whether it went out."""
    found = Counter(key for key, _ in seen.told.mails)
    given = {(one.user_id, one.instance_id.replace(".", "_")) for one in seen.store.all(MyReview) if one.on_behalf_of}
    for key, number in found.items():
        person, kind, subject = [*key.split("_", 2), "", ""][:3]
        if kind == "start" and (person, subject) in given:
            continue  # each handing over is an event, and told of
        if number > 1 + (key in seen.told.doubtful):
            yield f"{key} was sent {number} times"


def p16(seen: Seen) -> Broken:
    """P16: nobody is asked or reminded to decide in a review that is over."""
    ends = {instance.id.replace(".", "_"): (instance, state) for instance, state, _ in seen.store.reviews()}
    for key, when in seen.told.mails:
        _, kind, subject = [*key.split("_", 2), "", ""][:3]
        if subject in ends and kind.startswith(("start", *REMINDERS)):
            instance, state = ends[subject]
            if when >= state.ends:
                yield f"{instance.name}: {key} was sent after the end"


def p18(seen: Seen) -> Broken:
    """P18: each change has exactly one entry in the audit trail, and each entry a change."""
    requests = Counter(one.details.get("request") for one in seen.store.events if _about_request(one.activity))
    made = [one.id for one in seen.store.all(AssignmentRequest)]
    yield from (f"request {one} has {requests[one]} audit entries" for one in made if requests[one] != 1)
    decided = Counter(one.details.get("decisionItem") for one in seen.store.events)
    for instance, state, items in seen.store.reviews():
        for item in items:
            submitted = sum(entry.by != BY_RULE for entry in item.history)
            if submitted != decided[item.id]:
                yield f"{instance.name}: {submitted} decisions on {item.id}, {decided[item.id]} audit entries"
        told = Counter(one.activity for one in seen.store.events if one.target_id == instance.id)
        yield from (f"{instance.name}: {what}" for what in _course(state, told))


def _course(state: InstanceState, told: Counter[str]) -> Iterator[str]:
    """What is told wrongly of how a review went."""
    ended = state.status in CLOSED and state.status is not Status.FAILED
    if told["Create access review instance"] != opened(state) and state.status is not Status.FAILED:
        yield f"its opening is told {told['Create access review instance']} times"
    if ended and not state.items:
        return  # without items it is over at once (G8)
    if told["Access review ended"] != ended and state.status is not Status.FAILED:
        yield f"its close is told {told['Access review ended']} times"
    ends = sum(told[one] for one in ("Apply review", "Auto apply review", "Decline removals", "Confirmation lapsed"))
    over = state.confirmation is not None and state.confirmation.how is not How.CONFIRMED
    if ends != (state.status is Status.APPLIED or over):
        yield f"its end is told {ends} times"


def _about_request(activity: str) -> bool:
    """Does an event with this activity tell that an assignment was made, changed or ended?"""
    return activity in (
        "Administrator directly assigns user to access package",
        "Administrator directly removes user access package assignment",
        "Remove access package assignment",
        "Update access package assignment",
        "Adopt access package assignment",
    )


def p21(seen: Seen) -> Broken:
    """P21: when faults have stopped, everything ends: nothing is due, no lease is held, nothing waits unread."""
    for row in seen.store.all(Due):
        if row.when <= seen.now and row.taken <= seen.real:
            yield f"{row.kind} {row.id} is due since {row.when}"
        if row.taken > seen.real:
            yield f"{row.kind} {row.id} is held by somebody"
    for instance, state, _ in seen.store.reviews():
        if state.lease.until > seen.real:
            yield f"{instance.name} is held by {state.lease.owner}"
    for job in seen.store.all(Job):
        if job.lease.until > seen.real or (job.finished is None and job.status not in ("done", "error")):
            yield f"job {job.kind} {job.id} is {job.status}, held until {job.lease.until}"
    yield from seen.told.unread


def p21_counters(seen: Seen) -> Broken:
    """P21: the counters of a review follow its items."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for (pk, sk), wire in seen.store.rows("reviews").items():
        if pk.startswith("I#") and sk.startswith("C#"):
            for name in ("a", "d", "k", "x"):
                held[pk[2:]][name] += int(wire.get(name, {"N": "0"})["N"])
    letters = {Decision.APPROVE: "a", Decision.DENY: "d", Decision.DONT_KNOW: "k"}
    for instance, state, items in seen.store.reviews():
        if state.status is not Status.IN_PROGRESS:
            continue
        counted = Counter("x" if item.cancelled else letters.get(item.decision, "") for item in items)
        for name in ("a", "d", "k", "x"):
            if counted[name] != held[instance.id][name]:
                yield f"{instance.name}: {name} counts {held[instance.id][name]}, there are {counted[name]}"


OF_EFFECTS = (p10, p11, p12, p13, p14, p15, p16, p18, p21, p21_counters)
