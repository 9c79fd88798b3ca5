"""Who reviews an item: chosen once, when the review opens (R68-R72, G9-G11, brief decision 8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.packages import ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.people import User
from chalicelib.domain.reviews import InstanceState, ReviewInstance

Subjects = tuple[SubjectSet, ...]

NAMED, OWNER, FALLBACK, MANAGER, ONESELF, NONE = "named", "owner", "fallback", "manager", "self", "none"
HANDED_OVER = "handedOver"


class Unreachable(StrEnum):
    """Why a reviewer cannot be asked: mail to them came back, was complained about, has no address or was refused, or
    their account was switched off or is gone. They may still decide; nobody waits for it."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"
    NO_ADDRESS = "noAddress"
    REFUSED = "refused"
    DISABLED = "disabled"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Choice:
    """The reviewer set of one item and why these people were chosen."""

    set_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """People asked together, frozen at the opening: ids of enabled accounts, in order, without duplicates."""

    role: str
    members: tuple[str, ...] = ()

    @property
    def set_id(self) -> str:
        """The set these people form."""
        if not self.members:
            return ids.NO_SET
        if len(self.members) == 1:
            return ids.set_of_one(self.members[0])
        return ids.set_of_many(self.members, self.role)

    def can_review(self, principal_id: str, self_allowed: bool) -> bool:
        """Is anybody left to ask when nobody decides on their own access?"""
        return any(self_allowed or member != principal_id for member in self.members)


def choose(settings: ReviewSettings, principal: User, manager: User | None, primary: Panel, fallback: Panel) -> Choice:
    """The set that reviews `principal`. `primary` holds the named people or the owners, else nobody.

    A manager who is missing, disabled or the person themself gives the item to the fallback (G9). With nobody
    left it belongs to no set and needs a reviewer (G10).
    """
    if settings.reviewers is ReviewerKind.SELF:
        return Choice(ids.set_of_one(principal.id), ONESELF)
    if settings.reviewers is ReviewerKind.MANAGER:
        usable = manager is not None and manager.enabled and manager.id != principal.id
        if manager is not None and usable:
            return Choice(ids.set_of_one(manager.id), MANAGER)
    elif primary.can_review(principal.id, settings.self_decision):
        return Choice(primary.set_id, primary.role)
    if fallback.can_review(principal.id, settings.self_decision):
        return Choice(fallback.set_id, fallback.role)
    return Choice(ids.NO_SET, NONE)


def shards_for(items: int, steps: tuple[int, ...]) -> int:
    """Over how many partitions a shared set of at most `items` is spread: 1, then 4, 8, 16 as `steps` are passed."""
    spread = (1, 4, 8, 16)
    return spread[sum(1 for step in steps if items > step)]


def reviewers_now(instance: ReviewInstance, state: InstanceState | None) -> tuple[Subjects, Subjects]:
    """Primary and fallback reviewers of a running review: as edited, else as its settings name them."""
    settings = instance.settings
    edited = state or InstanceState(instance_id=instance.id, definition_id="", ends=instance.closes)
    primary = (SubjectSet("targetManager"),) if settings.reviewers is ReviewerKind.MANAGER else settings.primary
    return (
        primary if edited.primary is None else edited.primary,
        settings.fallback if edited.fallback is None else edited.fallback,
    )
