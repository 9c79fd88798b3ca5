"""What each action on a review would do, in numbers, before it is done: only those actions that are possible now, by
this caller. Nothing is changed. Counts are those of the counters, which may lag a minute while a review runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.items import ApplyResult, Recommendation
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import OPENING, InstanceState, ReviewInstance, Status
from chalicelib.domain.series import Needs, needs_of
from chalicelib.usecases.control_review import REMINDER_PAUSE
from chalicelib.usecases.extend_review import latest_end
from chalicelib.usecases.follow_up import FINISHED
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.needs_reviewer import needing
from chalicelib.usecases.partitions import partitions
from chalicelib.usecases.ports import Progress, Services
from chalicelib.usecases.reset_decisions import reset_until
from chalicelib.usecases.watch_review import counts, finished_reviewers

SWEPT = 5_000  # items looked at to count recommendations
NAMED = 5
REVIEWS = 100
FILES = 20  # of a thousand items each, looked at for the first names
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Stopping:
    """`undecided` keep their access, or get the policy's `outcome`; then up to `would_lose` people lose theirs in
    all (None: too many to look). `denied`: whom reviewers have denied so far."""

    undecided: int
    denied: int
    outcome: NoResponse
    would_lose: int | None


@dataclass(frozen=True, slots=True)
class Applying:
    """How many people lose access, the first names, and why this waits: `manual` (the policy says so), `many` (the
    brake, G24) or `withdrawn` (the series was deleted)."""

    removals: int
    names: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Deleting:
    """`reviews` of the series leave every list (at most 100 are counted); an open one is stopped. `switches_off`: it
    is the policy's own series."""

    reviews: int
    stops: bool
    switches_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What is possible, and what it would do. `remind`: how many get a mail, and when it may be sent again;
    `reset`: how many decisions are thrown away; `extend`: the latest possible end, and how many are told;
    `follow_up`: how many people are reviewed again; `retry`: where it goes on; `edit`: may reviewers be changed?"""

    stop: Stopping | None = None
    remind: tuple[int, datetime | None] | None = None
    reset: int | None = None
    extend: tuple[datetime, int] | None = None
    apply: Applying | None = None
    follow_up: int | None = None
    delete: Deleting | None = None
    retry: Status | None = None
    edit: bool = False


def consequences(services: Services, actor: Actor, now: datetime, instance: ReviewInstance) -> Consequences:
    """What the caller may do with this review as it stands; nothing for those who do not manage it (R167)."""
    progress = services.reviews.progress(instance.id)
    state = progress.state
    if state is None or not actor.manages(instance.catalog_id, instance.package_id):
        return Consequences()
    found = Consequences(delete=_deleting(services, instance, state))
    if state.status is Status.IN_PROGRESS and not state.stopped_by and now < state.ends:
        return _of_open(services, instance, progress, state, now, found)
    if state.status is Status.FAILED:
        return replace(found, retry=state.failed_at)
    outcome = state.outcome
    if state.status in FINISHED and outcome is not None:
        found = replace(found, follow_up=(outcome.kept + outcome.dont_know) or None)
    if needs_of(state) is Needs.CONFIRMATION:
        found = replace(found, apply=_applying(services, instance, state))
    return found


def _of_open(
    services: Services,
    instance: ReviewInstance,
    progress: Progress,
    state: InstanceState,
    now: datetime,
    found: Consequences,
) -> Consequences:
    made = counts(progress, state)
    decisions = made.approved + made.denied + made.dont_know
    again = state.reminded + REMINDER_PAUSE if state.reminded else None
    latest = latest_end(services, instance, now)
    return replace(
        found,
        stop=Stopping(
            undecided=made.undecided,
            denied=made.denied,
            outcome=instance.settings.no_response,
            would_lose=_would_lose(services, instance, state, made.denied, made.undecided),
        ),
        remind=(
            max(state.reviewers - finished_reviewers(progress, state), 0),
            again if again and again > now else None,
        ),
        reset=decisions if decisions and now <= reset_until(instance, state) else None,
        extend=(latest, state.reviewers) if latest > state.ends else None,
        edit=True,
    )


def _would_lose(
    services: Services, instance: ReviewInstance, state: InstanceState, denied: int, undecided: int
) -> int | None:
    """How many would lose access if the outcome were applied now; whom nobody can ask keeps it (G10)."""
    outcome = instance.settings.no_response
    if outcome is NoResponse.KEEP:
        return denied
    if outcome is NoResponse.REMOVE:
        return denied + max(undecided - needing(state), 0)
    if state.items > SWEPT:
        return None
    suggested = 0
    for place in partitions(services, instance, replace(state, cursor="")):
        after: str | None = None
        while True:
            page = services.items.page(instance.id, place.set_id, place.shard, _PAGE, after)
            suggested += sum(1 for one in page.items if one.waits and one.recommendation is Recommendation.DENY)
            after = page.next
            if after is None:
                break
    return denied + suggested


def why_it_waits(state: InstanceState) -> Literal["withdrawn", "many", "manual"]:
    """Why removals wait for a confirmation: see Applying."""
    return "withdrawn" if state.withdrawn else "many" if state.brake else "manual"


def _applying(services: Services, instance: ReviewInstance, state: InstanceState) -> Applying:
    names: list[str] = []
    for number in range(min(state.page, FILES)):
        wanted = json.loads(services.files.get(f"{folder(instance.id)}/removals/{number}.json") or b"[]")
        items = services.items.get_many(instance.id, wanted[: NAMED * 2])
        names += [one.display_name for one in items if one.apply_result is ApplyResult.NEW and not one.cancelled]
        if len(names) >= NAMED:
            break
    return Applying(state.outcome.outstanding if state.outcome else 0, tuple(names[:NAMED]), why_it_waits(state))


def _deleting(services: Services, instance: ReviewInstance, state: InstanceState) -> Deleting | None:
    definition = services.reviews.definition(instance.definition_id)
    if definition is None or definition.deleted is not None or state.status in OPENING:
        return None
    reviews = services.reviews.instances_of(definition.id, REVIEWS, None).items
    newest = services.reviews.state(reviews[0].id) if reviews else None
    if newest is not None and newest.status in OPENING:
        return None
    stops = newest is not None and newest.status is Status.IN_PROGRESS and not newest.stopped_by
    return Deleting(len(reviews), stops, not definition.ad_hoc and definition.settings.enabled)
