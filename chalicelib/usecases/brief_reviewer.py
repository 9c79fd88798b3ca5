"""What somebody needs to know before they decide: what is asked of them, what the package gives, what follows."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import errors, ids
from chalicelib.domain.packages import AccessPackage, ReviewSettings
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.package_contents import Grant, grants_of
from chalicelib.usecases.ports import Services
from chalicelib.usecases.watch_review import ToDo, to_do


@dataclass(frozen=True, slots=True)
class Briefing:
    """A review as its reviewer needs it. `package` is None when it has been deleted since; `mine` is None for who
    administers or audits the review and is not asked; `people` are those on whose behalf the caller decides."""

    state: InstanceState
    package: AccessPackage | None
    grants: list[Grant]
    mine: ToDo | None
    people: dict[str, User]


def brief_reviewer(services: Services, instance: ReviewInstance, parts: tuple[MyReview, ...]) -> Briefing:
    """The briefing of who reviews with these `parts`. Its reads grow with the
    resources of the package, never with the review. Raises NotFound while the review is being prepared."""
    state = services.reviews.recent_state(instance.id)
    if state is None:
        raise errors.NotFound("There is no such review.")
    package = services.entitlements.package(instance.package_id)
    mine = to_do(services, parts)
    others = services.people.users({part.on_behalf_of for part in parts} - {""})
    grants = grants_of(services, [package])[package.id] if package else []
    return Briefing(state, package, grants, mine[0] if mine else None, others)


def shared_with_others(parts: tuple[MyReview, ...]) -> bool:
    """May somebody else decide the same items: a fellow reviewer, or one side of a hand-over?"""
    return any(ids.is_shared(part.set_id) or part.on_behalf_of or part.handed for part in parts)


def removes(settings: ReviewSettings) -> str:
    """When a Deny takes effect: `atOnce`, `atClose`, or `afterConfirmation` by an administrator (G24)."""
    if settings.cut_now:
        return "atOnce"
    return "atClose" if settings.auto_apply else "afterConfirmation"
