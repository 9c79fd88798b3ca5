"""Looking at a review: status and counts, each reviewer's progress, the reviews of a package (R148-R150)."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import ids
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance, Tally
from chalicelib.usecases.ports import Progress, Services


def counts(progress: Progress, state: InstanceState) -> Tally:
    """The decisions of an instance: exact once it is closed, as counted so far before."""
    outcome = state.outcome
    if outcome is not None and outcome.total:
        approved = outcome.approved + outcome.approved_by_rule
        denied = outcome.denied_by_person + outcome.denied_by_rule
        return Tally(outcome.total, approved, denied, outcome.dont_know, outcome.cancelled)
    return replace(progress.counts, total=state.items)


def finished_reviewers(progress: Progress, state: InstanceState) -> int:
    """Reviewers with nothing undecided left; members of a shared set finish together."""
    together = 0
    for shared in state.shared:
        tally = progress.shared.get(shared.id, Tally())
        if not replace(tally, total=shared.items).undecided:
            together += len(shared.members)
    return progress.finished + together


def latest_instances(
    services: Services, definitions: list[ReviewDefinition]
) -> dict[str, tuple[ReviewInstance, InstanceState | None]]:
    """The newest instance of each series with its state; series that never opened are left out."""
    newest = {}
    for definition in definitions:
        page = services.reviews.instances_of(definition.id, 1, None)
        if page.items:
            newest[definition.id] = page.items[0]
    states = services.reviews.states(instance.id for instance in newest.values())
    return {key: (instance, states.get(instance.id)) for key, instance in newest.items()}


def definitions_of_package(services: Services, package_id: str) -> list[ReviewDefinition]:
    """The series of a package's policies, those whose reviews were switched off included."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = services.entitlements.policies_of_package(package_id, 100, after)
        found += [ids.definition_id(policy.id) for policy in page.items]
        after = page.next
        if after is None:
            return list(services.reviews.definitions(found).values())
