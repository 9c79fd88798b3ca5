"""The worker that seals: the decisions when they stand, the removals when all have ended, and what is seen later.

It can be killed between any two calls and done again, by several at once: rows and statements lie in the vault before
anything is recorded, each written once, and whoever comes later takes what lies there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from chalicelib.domain import errors
from chalicelib.domain.balance import is_final
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.seal_facts import (
    denied_in,
    equations_of_decisions,
    equations_of_removals,
    facts_of_decisions,
    facts_of_removals,
    removals_ended,
)
from chalicelib.domain.seals import SEAL, Addition, Kind, Seal, Sealed, SealWork, statement_key
from chalicelib.software import VERSION, source_hash
from chalicelib.usecases.administrators import administrators_of
from chalicelib.usecases.agenda import done, due_now, work_off
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Change, Create, Drop, Services
from chalicelib.usecases.seal_blocks import save_work, seal_table
from chalicelib.usecases.seal_chain import Draft, place
from chalicelib.usecases.seal_tables import TABLES, Reviewed
from chalicelib.usecases.tell_to_sign import tell_to_sign
from chalicelib.usecases.to_seal import ended_again, seal_row

LOG = logging.getLogger("access_reviews")
CLOCKS = timedelta(seconds=5)  # two machines may differ; seals have whole seconds


def seal_review(services: Services, review_id: str) -> None:
    """The worker: whatever there is to seal about a review, as far as this invocation may."""
    rows, instance = due_now(services, SEAL, review_id), services.reviews.instance(review_id)
    if instance is None or not rows:
        return
    first, *others = rows

    def some(budget: Budget) -> bool:
        whole = _seal_some(services, instance, budget)
        if whole:
            done(services, others)
        return whole

    try:
        work_off(services, first, some)
    except errors.Conflict:
        LOG.info("review %s is being sealed by somebody else", review_id)  # the agenda comes back to it


def _seal_some(services: Services, instance: ReviewInstance, budget: Budget) -> bool:
    """Seal what can be sealed; False when time ran out before all of it was."""
    state = services.reviews.state(instance.id)
    if state is None:
        return True
    made = list(services.seals.of_review(instance.id))
    for kind, ready in ((Kind.DECISIONS, is_final(state)), (Kind.REMOVALS, removals_ended(state))):
        if ready and kind not in {one.kind for one in made}:
            seal = _seal(services, instance, state, kind, budget)
            if seal is None:
                return False
            made.append(seal)
    _say_ended_again(services, state, made)
    for addition in services.seals.additions(instance.id):
        if not budget.left():
            return False
        _add(services, instance, addition)
    if removals_ended(state):
        tell_to_sign(services, instance, state)
    return True


def _say_ended_again(services: Services, state: InstanceState, made: Sequence[Seal]) -> None:
    """Say it loudly, once, and have it sealed, when the seal of the decisions is older than their end: it came with
    the vault from behind the instant that the tables were restored to."""
    sealed = next((one for one in made if one.kind is Kind.DECISIONS), None)
    if sealed is None or state.closed is None or sealed.made + CLOCKS >= state.closed:
        return
    addition = ended_again(state, sealed)
    waiting = {one.id for one in services.seals.additions(sealed.review_id)}
    if addition.id in waiting | {one.about for one in made}:
        return
    row = seal_row(sealed.review_id, state.closed)
    services.writer.commit(f"again:{sealed.review_id}:{sealed.sequence}", Create(addition), row)
    about = {"review": sealed.review_id, "seal": sealed.sequence}
    LOG.error(
        "review %s was sealed before it ended",
        sealed.review_id,
        extra={"facts": about, "metrics": {"SealsUnbalanced": 1}},
    )


def _seal(
    services: Services, instance: ReviewInstance, state: InstanceState, kind: Kind, budget: Budget
) -> Seal | None:
    """Go on with one seal; the seal when it is made."""
    seed = services.clock.new_id() + services.clock.new_id()
    work = services.seals.work(instance.id, kind) or SealWork(review_id=instance.id, kind=kind, seed=seed)
    review = Reviewed(services, instance, state)
    for table, source in TABLES[kind].items():
        if table in work.whole:
            continue
        work, whole = seal_table(review, work, table, source, budget)
        if not whole:
            return None
        if not budget.left():
            save_work(services, work)
            return None
    facts = _decisions(review, work.counts) if kind is Kind.DECISIONS else _removals(review, work.counts)
    over: list[Change] = [Drop(work)] if work.version else []
    seal = place(services, instance, Draft(kind, facts, work.tables()), over)
    _tell(seal, facts)
    return seal


def _decisions(review: Reviewed, counts: Mapping[str, int]) -> dict[str, Any]:
    """The facts of the decisions seal."""
    services, instance, state = review.services, review.instance, review.state
    settings = instance.settings
    own = settings.reviewers is ReviewerKind.SELF or settings.self_decision
    facts = facts_of_decisions(instance, state, equations_of_decisions(state, counts, own), own)
    facts["software"] = {"version": VERSION, "hash": source_hash()}
    facts["administrators"] = administrators_of(services, instance, state.closed or state.ends)
    return facts


def _removals(review: Reviewed, counts: Mapping[str, int]) -> dict[str, Any]:
    """The facts of the removals seal."""
    decisions = _made(review.services, review.instance, Kind.DECISIONS)
    data = review.services.vault.get(statement_key(decisions.sequence)) if decisions else None
    denied = denied_in(Sealed.of_data(data).statement) if data else None
    equations = equations_of_removals(review.state, counts, denied)
    return facts_of_removals(review.state, counts, equations, decisions)


def _made(services: Services, instance: ReviewInstance, kind: Kind) -> Seal | None:
    return next((one for one in services.seals.of_review(instance.id) if one.kind is kind), None)


def _tell(seal: Seal, facts: Mapping[str, Any]) -> None:
    """Say loudly what does not add up; it is sealed as it is."""
    for one in facts["equations"]:
        if not one["balanced"]:
            about = {"review": seal.review_id, "seal": seal.sequence, "equation": one["name"]}
            LOG.error(
                "%s does not balance: %s", one["name"], one, extra={"facts": about, "metrics": {"SealsUnbalanced": 1}}
            )


def _add(services: Services, instance: ReviewInstance, addition: Addition) -> None:
    """Seal one more statement. A sign-off covers every statement of the review so far; an addendum belongs to the
    last seal proper."""
    made = services.seals.of_review(instance.id)
    if addition.kind is Kind.SIGN_OFF:
        facts = {**addition.facts, "covers": [one.statement_hash for one in made]}
    else:
        proper = [one for one in made if one.kind in (Kind.DECISIONS, Kind.REMOVALS)]
        of = {"sequence": proper[-1].sequence, "statement": proper[-1].statement_hash} if proper else None
        facts = {"of": of, **addition.facts}
    place(services, instance, Draft(addition.kind, facts, about=addition.id), [Drop(addition)])
