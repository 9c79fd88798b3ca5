"""Denials that stand: after a review took a package from somebody, no rule gives it back until an owner lifts that
(G27). Assigning by hand stays possible: whoever does sees the denial (G29), and lifts it by that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import errors
from chalicelib.domain.assignments import Denied, Holding
from chalicelib.domain.audit import event
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.confirm_removals import check_reason
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.look_at_person import find_person
from chalicelib.usecases.ports import Create, Delete, Services

CATEGORY, LIFTED = "EntitlementManagement", "Lift denial"


@dataclass(frozen=True, slots=True)
class Standing:
    """A denial that stands, with the review and item it was made on, and whether this caller may lift it."""

    package_id: str
    denied: Denied
    instance: ReviewInstance
    item: DecisionItem | None
    liftable: bool


def denied_pairs(services: Services, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Those of these (person, package) pairs that no rule may give, each with the reason as a sentence."""
    found = {(one.target_id, one.package_id): one.denied for one in services.entitlements.holdings(pairs) if one.denied}
    instances = services.reviews.instances({one.instance_id for one in found.values()})
    return {pair: _sentence(one, instances.get(one.instance_id)) for pair, one in found.items()}


def _sentence(denial: Denied, instance: ReviewInstance | None) -> str:
    review = f"the review {instance.name!r}" if instance else "a review"
    return (
        f"On {denial.since:%Y-%m-%d} {review} took this access package from the person. It is not given back without "
        "somebody saying so: lift the denial, or assign it by hand."
    )


def denials_of_person(services: Services, actor: Actor, person_id: str) -> list[Standing]:
    """The denials that stand against a person, latest first, as far as the caller sees the reviews. Raises
    NotFound."""
    find_person(services, actor, person_id)
    standing = [(one, one.denied) for one in services.entitlements.holdings_of_person(person_id) if one.denied]
    instances = services.reviews.instances({denied.instance_id for _, denied in standing})
    found = []
    for one, denied in sorted(standing, key=lambda each: each[1].since, reverse=True):
        instance = instances.get(denied.instance_id)
        if instance is not None and sees_all(actor, instance):
            item = services.items.get(instance.id, denied.item_id)
            found.append(Standing(one.package_id, denied, instance, item, _may_lift(actor, one, instance)))
    return found


def _may_lift(actor: Actor, holding: Holding, instance: ReviewInstance) -> bool:
    return actor.owns_catalog(instance.catalog_id) and actor.id != holding.target_id


def lift_denial(
    services: Services,
    actor: Actor,
    now: datetime,
    operation: str,
    person_id: str,
    package_id: str,
    reason: str,
    retried: bool = False,
) -> None:
    """From now on rules may give the package to this person again. `retried`: one that does not stand is no error.

    Raises NotFound, Forbidden (no owner, or one's own), InvalidInput (the reason).
    """
    because = check_reason(reason)
    holding = services.entitlements.holding(person_id, package_id)
    denied = holding.denied if holding else None
    instance = services.reviews.instance(denied.instance_id) if denied else None
    if holding is None or denied is None or instance is None or not sees_all(actor, instance):
        if retried and find_person(services, actor, person_id):
            return
        raise errors.NotFound("No denial of this access package stands against this person.")
    if not _may_lift(actor, holding, instance):
        raise errors.Forbidden("Only administrators and the catalog's owners lift denials, and nobody their own.")
    details = {"accessPackage": package_id, "review": instance.id, "item": denied.item_id, "reason": because}
    recorded = event(now, actor, CATEGORY, LIFTED, ("user", person_id), operation, details=details)
    services.writer.commit(operation, Delete(holding), Create(recorded))
