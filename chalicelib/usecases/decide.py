"""Recording decisions: one item, many chosen items, all of somebody's items (R89-R102, G11, G16-G18, G42)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from chalicelib.domain import errors, ids
from chalicelib.domain.items import MOST_SUBMISSIONS, Cancelled, Decision, DecisionItem, HistoryEntry
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases.agenda import promise_cuts
from chalicelib.usecases.ports import Services

MOST_REASON = 1_000  # characters
MOST_ITEMS = 1_000
SECONDS = 20.0
THREADS = 8
ENDED_BY_ITSELF = {
    Cancelled.EXPIRED: "reached its end while the review was open",
    Cancelled.REMOVED: "was taken away while the review was open",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One decision as submitted. `version`: the caller's If-Match, the number of history entries it has seen.

    The person it is about will read `justification` once the review is closed, and never `note` (G18).
    """

    item_id: str
    decision: Decision
    justification: str = ""
    note: str = ""
    version: int | None = None


class NotReviewer(errors.Forbidden):
    """The caller is none of the item's reviewers. Whether they may see it at all has not been looked at."""


def open_instance(services: Services, instance_id: str, now: datetime) -> ReviewInstance:
    """The instance, if decisions count now by the server's receive time (G42). Raises NotFound, Conflict."""
    instance, state = services.reviews.instance(instance_id), services.reviews.recent_state(instance_id)
    if instance is None or state is None:
        raise errors.NotFound("There is no such review.")
    if now >= state.ends:
        raise errors.Conflict("The review is closed; decisions can no longer be recorded or changed.")
    if state.status is not Status.IN_PROGRESS:
        raise errors.Conflict(f"The review takes no decisions now: it is {state.status}.")
    return instance


def check_reviewer(services: Services, person: User, instance: ReviewInstance, item_id: str) -> str:
    """On whose behalf the person decides the item ("": in their own right). Raises NotReviewer unless they belong
    to its reviewer set, which its id names (R99), from the opening on or since.

    A set of one needs no lookup; a person's parts in a review and who was taken off it are remembered. An item
    that does not exist is refused alike, so that a refusal tells nothing.
    """
    if not person.can_take_part:
        raise errors.Forbidden("Accept the invitation first; then you can review.")
    set_id = ids.decision_place(item_id)[0]
    if set_id == ids.set_of_one(person.id):
        state = services.reviews.recent_state(instance.id)
        if state is None or person.id not in state.taken_off:
            return ""
    parts = [part for part in services.reviews.my_parts(person.id, instance) if part.covers(item_id)]
    if not parts:
        raise NotReviewer("You are not a reviewer of this item.")
    return min(part.on_behalf_of for part in parts)


def check_text(text: str, what: str = "justification") -> None:
    """Raises InvalidInput for a reason (or a private note) that is too long or has control characters."""
    if len(text) > MOST_REASON:
        raise errors.InvalidInput(f"The {what} may have {MOST_REASON} characters.", what)
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
        raise errors.InvalidInput(f"The {what} must not contain control characters.", what)


def check_reason(instance: ReviewInstance, submission: Submission) -> None:
    """Raises InvalidInput for a missing or unfit reason, or an unfit note (R97, G16)."""
    check_text(submission.justification)
    check_text(submission.note, "privateNote")
    needed = instance.settings.justification_required and submission.decision is Decision.APPROVE
    if needed and not submission.justification.strip():
        raise errors.InvalidInput("Approving needs a justification in this review.", "justification")


def may_decide_own(instance: ReviewInstance) -> bool:
    """Self-review, or a policy that allows it (brief, decision 8)."""
    return instance.settings.reviewers is ReviewerKind.SELF or instance.settings.self_decision


def record_decision(
    services: Services,
    person: User,
    instance: ReviewInstance,
    submission: Submission,
    now: datetime,
    operation: str,
    *,
    only_undecided: bool = False,
    channel: str = "",
    promised: bool = False,
) -> bool:
    """Record one decision with one conditional update; nothing is read when warm. The last one wins (R94).

    In a review that removes at once, a Deny is put on the agenda first, unless the caller has (`promised`). False
    when `only_undecided` and the item was decided already. Raises Forbidden, InvalidInput, Conflict,
    PreconditionFailed, NotFound.
    """
    on_behalf_of = check_reviewer(services, person, instance, submission.item_id)
    check_reason(instance, submission)
    cuts = [] if promised else promise(services, instance, [submission])
    choices: _Choices = {"only_undecided": only_undecided, "channel": channel, "on_behalf_of": on_behalf_of}
    done = _record(services, person, instance, submission, now, operation, choices)
    hint(services, instance, cuts)
    return done


class _Choices(TypedDict, total=False):
    only_undecided: bool
    channel: str
    on_behalf_of: str


def promise(services: Services, instance: ReviewInstance, submissions: Iterable[Submission]) -> list[str]:
    """Put the removals these submissions ask for on the agenda, where a Deny takes effect at once; their items."""
    if not instance.settings.cut_now:
        return []
    denied = (one.item_id for one in submissions if one.decision is Decision.DENY)
    cuts = [item_id for item_id in dict.fromkeys(denied) if ids.is_guid(item_id)]
    promise_cuts(services, instance, cuts)
    return cuts


def hint(services: Services, instance: ReviewInstance, cuts: list[str]) -> None:
    """Have promised removals begin without waiting for the next tick."""
    if cuts:
        services.queue.send("cuts", instance.id)


def _record(
    services: Services,
    person: User,
    instance: ReviewInstance,
    submission: Submission,
    now: datetime,
    operation: str,
    choices: _Choices,
) -> bool:
    only_undecided = choices.get("only_undecided", False)
    reason = submission.justification.strip()
    entry = HistoryEntry(
        decision=submission.decision,
        by=person.id,
        at=int(now.timestamp() * 1000),
        operation=operation,
        reason=reason,
        on_behalf_of=choices.get("on_behalf_of", ""),
        channel=choices.get("channel", ""),
        note=submission.note.strip(),
    )
    extended = _is_extended(services, instance, now)
    recorded = services.items.record(
        instance.id,
        submission.item_id,
        entry,
        now,
        exclude_principal="" if may_decide_own(instance) else person.id,
        replace_denial_of_others=bool(reason) or submission.decision is Decision.DENY,
        only_undecided=only_undecided,
        version=submission.version,
        extended=extended,
    )
    if not recorded.accepted:
        closed = recorded.item is not None and recorded.item.deadline <= now and not extended
        return _explain(recorded.item, person, instance, submission, closed, only_undecided)
    return True


def _is_extended(services: Services, instance: ReviewInstance, now: datetime) -> bool:
    """Was the review extended beyond the deadline its items were frozen with? Known without a read: the state was
    read to see that the review is open."""
    state = services.reviews.recent_state(instance.id)
    return state is not None and state.extended is not None and now < state.ends


def _explain(
    item: DecisionItem | None,
    person: User,
    instance: ReviewInstance,
    submission: Submission,
    closed: bool,
    only_undecided: bool,
) -> bool:
    """Turn a refused update into its reason, from the item as it stood."""
    if item is None:
        raise errors.NotFound("There is no such decision item.")
    if item.principal_id == person.id and not may_decide_own(instance):
        raise errors.Forbidden("Nobody decides on their own access. Another reviewer will.")
    why = _why_closed(item, closed)
    if why:
        raise errors.Conflict(why)
    if submission.version is not None and submission.version != len(item.history):
        raise errors.PreconditionFailed("Somebody decided this item after you read it. Read it again.")
    if only_undecided and item.decision is not Decision.NOT_REVIEWED:
        return False
    raise errors.InvalidInput("Replacing another reviewer's Deny needs a justification.", "justification")


def _why_closed(item: DecisionItem, over: bool) -> str:
    """Why nothing can be decided about an item any more, "" if something can; `over`: its deadline has passed."""
    if over or item.kept:
        return "The review is closed; decisions can no longer be recorded or changed."
    if item.cancelled is not None:
        return f"There is nothing left to decide: this access {ENDED_BY_ITSELF[item.cancelled]}."
    if item.removal_begun:
        return "This access was removed already: in this review, a Deny takes effect at once."
    if len(item.history) >= MOST_SUBMISSIONS:
        return f"This item was decided {MOST_SUBMISSIONS} times; the last decision stands."
    return ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission: None for recorded, else the refusal."""

    item_id: str
    refusal: errors.ReviewError | None = None


def record_many(
    services: Services,
    person: User,
    instance: ReviewInstance,
    submissions: Sequence[Submission],
    now: datetime,
    operation: str,
) -> list[Result]:
    """Record up to 1,000 chosen items, each on its own, results in the same order.

    After 20 s of real time no further item is begun; the rest is reported as not attempted.
    """
    if len(submissions) > MOST_ITEMS:
        raise errors.TooLarge(f"At most {MOST_ITEMS} decisions a call; there are {len(submissions)}.")
    until = services.clock.real() + SECONDS
    repeated = _repeated(submissions)

    def one(numbered: tuple[int, Submission]) -> Result:
        number, submission = numbered
        try:
            if number in repeated:
                raise errors.InvalidInput("This item is named more than once in the call.", "id")
            if services.clock.real() >= until:
                raise NotAttempted("Not attempted: the call ran out of time. Send it again.")
            behalf = check_reviewer(services, person, instance, submission.item_id)
            check_reason(instance, submission)
            choices: _Choices = {"on_behalf_of": behalf}
            _record(services, person, instance, submission, now, f"{operation[-12:]}{number:04x}", choices)
        except errors.ReviewError as problem:
            return Result(submission.item_id, problem)
        return Result(submission.item_id)

    from concurrent.futures import ThreadPoolExecutor  # one decision needs no threads

    cuts = promise(services, instance, submissions)
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(one, enumerate(submissions)))
    hint(services, instance, cuts)
    return results


class NotAttempted(errors.ReviewError):
    """The item's turn did not come before the call's time was up."""

    code = "NotAttempted"
    status = 503


def _repeated(submissions: Sequence[Submission]) -> set[int]:
    """Positions of submissions whose item was named before."""
    seen: set[str] = set()
    found = set()
    for number, submission in enumerate(submissions):
        if submission.item_id in seen:
            found.add(number)
        seen.add(submission.item_id)
    return found
