"""A review of those whom a closed review left undecided: nobody answered, nobody could be asked, or Don't know (G45).

Such a review is an ad-hoc one of the same policy. Before its population is frozen, the assignments it is about are
gathered from the closed review's items into the bucket, page by page:

    reviews/{instance}/follow/{n}.json   assignment ids
    reviews/{instance}/follow.json       {"files": .., "count": ..}, which says that all are there
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.errors import Conflict
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import ReviewerKind, SubjectSet
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewDefinition, ReviewInstance, Status
from chalicelib.domain.schedules import Schedule, today_in
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.control_review import check_manages, current
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.manage_definitions import DefinitionDraft, create_review
from chalicelib.usecases.ports import Services

GATHER = "gather"  # the step before the freeze
MOST = 100_000  # people of a follow-up: their ids are held in memory while the population is frozen
PAGE = 1_000
OPEN = (Decision.NOT_REVIEWED, Decision.DONT_KNOW)
FINISHED = (Status.COMPLETED, Status.APPLYING, Status.APPLIED)


def follow_up(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    instance: ReviewInstance,
    days: int,
    reviewers: tuple[SubjectSet, ...],
    retried: bool = False,
) -> ReviewDefinition:
    """Begin a one-time review, open for `days` from the end of today, of everybody whom a closed review left
    undecided and who still has access. Without `reviewers` those are asked whom the policy's settings named then.

    Raises Forbidden, InvalidInput, and Conflict when the review is not closed or left nobody undecided.
    """
    check_manages(actor, instance)
    state = current(services, instance)
    if state.status not in FINISHED:
        raise Conflict(f"A follow-up review can begin when the review is closed; it is {state.status}.")
    outcome = state.outcome or Outcome()
    left = outcome.kept + outcome.dont_know
    if not left:
        raise Conflict("The review left nobody undecided.")
    if left > MOST:
        raise Conflict(f"The review left {left} people undecided; a follow-up takes {MOST}. Review the policy again.")
    zone = instance.zone
    schedule = Schedule(start=today_in(zone, now), zone=zone, frequency=None, duration_days=days)
    settings = replace(instance.settings, enabled=True, schedule=schedule)
    if reviewers:
        settings = replace(settings, reviewers=ReviewerKind.SPECIFIC, primary=reviewers, fallback=())
    draft = DefinitionDraft(display_name=f"{instance.name}: follow-up"[:256], settings=settings)
    return create_review(
        services, actor, now, operation, instance.policy_id, draft, follows=instance.id, retried=retried
    )


def gather_some(services: Services, instance: ReviewInstance, state: InstanceState, budget: Budget) -> InstanceState:
    """Gather undecided assignments of the review that is followed, from the checkpoint on. Repeating a page writes
    the same again, since a closed review changes no more."""
    source, ended = services.reviews.instance(instance.follows), services.reviews.state(instance.follows)
    if source is None or ended is None:
        raise Conflict("The review that is followed is not there.")
    here = folder(instance.id)
    if instance.only:
        return _gathered(services, instance, replace(state, counted=1), [instance.only])
    while budget.left():
        page = items_of_review(services, source, ended, PAGE, state.cursor or None)
        wanted = [item.assignment_id for item in page.items if item.decision in OPEN]
        counted = state.counted + len(wanted)
        if page.next is None:
            return _gathered(services, instance, replace(state, counted=counted), wanted)
        services.files.put(f"{here}/follow/{state.page}.json", json.dumps(wanted).encode())
        state = replace(state, page=state.page + 1, cursor=page.next, counted=counted)
        state = services.reviews.checkpoint(state)
    return state


def _gathered(services: Services, instance: ReviewInstance, state: InstanceState, last: list[str]) -> InstanceState:
    """Write the last file and what says that all are there; the freeze comes next."""
    here, facts = folder(instance.id), {"files": state.page + 1, "count": state.counted}
    services.files.put(f"{here}/follow/{state.page}.json", json.dumps(last).encode())
    services.files.put(f"{here}/follow.json", json.dumps(facts).encode())
    return services.reviews.checkpoint(replace(state, step="freeze", page=0, cursor=""))


def chosen(services: Services, instance: ReviewInstance) -> frozenset[str] | None:
    """The assignments a follow-up review is about; None for a review of a whole policy."""
    if not instance.follows:
        return None
    here = folder(instance.id)
    facts = json.loads(services.files.get(f"{here}/follow.json") or b"{}")
    files = (services.files.get(f"{here}/follow/{number}.json") or b"[]" for number in range(facts["files"]))
    return frozenset(assignment for data in files for assignment in json.loads(data))
