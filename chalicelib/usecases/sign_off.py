"""The control owner's sign-off of a closed review (management acknowledgement, PCI DSS 7.2.4): when both seals are
there and every exception has a disposition, in their own words. After it nothing about the review changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import DECISION_ACTIVITIES, event, unfold
from chalicelib.domain.dossiers import LONGEST_WORDS, Dossier, SignOff
from chalicelib.domain.items import Decision
from chalicelib.domain.people import Actor, RoleGrant
from chalicelib.domain.review_exceptions import still_open
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seals import Kind, instant
from chalicelib.usecases.control_owners import control_owner
from chalicelib.usecases.decide import check_text
from chalicelib.usecases.ports import Create, Save, Services, Unchanged
from chalicelib.usecases.review_exceptions import closed, found_exceptions, judged_of, require_sees_all
from chalicelib.usecases.to_seal import seal_soon, to_seal

SIGNED = "Sign off access review"
_MOST_ROWS = 5_000  # audit rows of the owner that are looked through for their own decisions
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that keeps a review from being signed off: a word, and the same as a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a closed review is from its sign-off. `owner` is the control owner; `missing` is empty when they can
    sign."""

    state: InstanceState
    dossier: Dossier
    owner: RoleGrant | None
    exceptions: int
    open: int
    missing: tuple[Missing, ...]


def readiness(services: Services, actor: Actor, instance: ReviewInstance) -> Readiness:
    """What is still missing. Raises Forbidden, and Conflict while the results do not stand."""
    require_sees_all(actor, instance)
    return _readiness(services, instance, closed(services, instance))


def _readiness(services: Services, instance: ReviewInstance, state: InstanceState) -> Readiness:
    dossier = services.dossiers.dossier(instance.id) or Dossier(instance_id=instance.id)
    found = found_exceptions(services, instance, state)
    wanting = sum(still_open(one, judged_of(dossier)) for one in found)
    owner = control_owner(services, instance.catalog_id, instance.package_id)
    sealed = {one.kind for one in services.seals.of_review(instance.id)}
    missing = []
    if owner is None:
        missing.append(Missing("noControlOwner", "Nobody is named as control owner of the access package."))
    if Kind.DECISIONS not in sealed:
        missing.append(Missing("decisionsNotSealed", "The decisions are not sealed yet."))
    if Kind.REMOVALS not in sealed:
        missing.append(Missing("removalsNotSealed", "The removals are not sealed yet: all of them have to end first."))
    if wanting:
        words = "exception wants" if wanting == 1 else "exceptions want"
        missing.append(Missing("openExceptions", f"{wanting} {words} a disposition."))
    return Readiness(state, dossier, owner, len(found), wanting, tuple(missing))


def sign_off(
    services: Services, actor: Actor, now: datetime, operation: str, instance: ReviewInstance, words: str
) -> SignOff:
    """Acknowledge a review as its control owner. Once signed by them, signing again gives that signature.

    Raises Forbidden (nobody else signs), InvalidInput (the words), Conflict (signed already, something is missing, or
    something changed this moment).
    """
    require_sees_all(actor, instance)
    said = _checked(words)
    ready = _readiness(services, instance, closed(services, instance))
    before = ready.dossier.sign_off
    if before is not None and before.by == actor.id:
        return before
    if ready.owner is not None and ready.owner.principal_id != actor.id:
        raise errors.Forbidden("Only the control owner of the access package signs its reviews off.")
    if before is not None:
        raise errors.Conflict(f"The review was signed off on {before.at:%Y-%m-%d} already.")
    if ready.missing or ready.owner is None:
        raise errors.Conflict(" ".join(one.message for one in ready.missing))
    decided, denied, counted = decided_by(services, instance, ready.state, actor.id)
    signature = SignOff(
        by=actor.id,
        at=now,
        scope=ready.owner.scope,
        words=said,
        exceptions=ready.exceptions,
        decided=decided,
        denied=denied,
        counted=counted,
    )
    signed = replace(ready.dossier, sign_off=signature)
    details = {"exceptions": ready.exceptions, "ownDecisions": decided, "ownDenials": denied}
    recorded = event(now, actor, "Policy", SIGNED, ("reviewInstance", instance.id), operation, details=details)
    head = Save(signed) if signed.version else Create(signed)
    sealing = to_seal(instance, now, operation, Kind.SIGN_OFF, _facts(services, instance, signature))
    services.writer.commit(operation, head, Create(recorded), Unchanged(ready.state), Unchanged(ready.owner), *sealing)
    seal_soon(services, instance)
    return signature


def _facts(services: Services, instance: ReviewInstance, signature: SignOff) -> dict[str, Any]:
    """What the statement of a sign-off tells: who, as what, in which words, on which dispositions."""
    latest = {one.key: one for one in services.dossiers.dispositions(instance.id)}
    return {
        "who": signature.by,
        "role": "controlOwner",
        "scope": signature.scope,
        "at": instant(signature.at),
        "words": signature.words,
        "ownDecisions": {"decided": signature.decided, "denied": signature.denied, "counted": signature.counted},
        "exceptions": [
            {
                "key": one.key,
                "cases": one.count,
                "disposition": one.judgement.value,
                "reason": one.reason,
                "by": one.by,
                "at": instant(one.at),
            }
            for _, one in sorted(latest.items())
        ],
    }


def _checked(words: str) -> str:
    """The words without blanks around them. Raises InvalidInput."""
    check_text(words, "words")
    said = words.strip()
    if not said:
        raise errors.InvalidInput("Say in your own words what you acknowledge.", "words")
    if len(said) > LONGEST_WORDS:
        raise errors.InvalidInput(f"At most {LONGEST_WORDS:,} characters.", "words")
    return said


def decided_by(
    services: Services, instance: ReviewInstance, state: InstanceState, person_id: str
) -> tuple[int, int, bool]:
    """How many items of a review a person decided themselves in the end, how many of these they denied, and whether
    all could be counted. From the audit trail, which knows every submission."""
    names = {name: decision for decision, name in DECISION_ACTIVITIES.items()}
    latest: dict[str, Decision] = {}
    earliest = ids.request_bound(instance.opens)
    cursor: str | None = ids.request_bound(state.ends + timedelta(minutes=2))
    read = 0
    while cursor is not None and read < _MOST_ROWS:
        page = services.audit.events_of_actor(person_id, _PAGE, cursor)
        for row in page.items:
            if row.id < earliest:
                return _tallied(latest, True)
            for one in reversed(unfold(row)) if row.target_id == instance.id else ():
                if one.activity in names:
                    latest.setdefault(str(one.details["decisionItem"]), names[one.activity])
        read, cursor = read + len(page.items), page.next
    return _tallied(latest, cursor is None)


def _tallied(latest: dict[str, Decision], counted: bool) -> tuple[int, int, bool]:
    made = [one for one in latest.values() if one is not Decision.NOT_REVIEWED]
    return len(made), made.count(Decision.DENY), counted
