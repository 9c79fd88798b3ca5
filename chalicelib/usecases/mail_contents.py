"""What a mail to a reviewer says about one review: how many people, some of their names, what is asked."""

from __future__ import annotations

from chalicelib.domain.items import DecisionItem
from chalicelib.domain.notices import ReviewToDo
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.decide import may_decide_own
from chalicelib.usecases.list_items import items_of_reviewer
from chalicelib.usecases.ports import Services

NAMES = 5


def run_link(services: Services, instance_id: str) -> str:
    """The page of a review for those who run it."""
    return f"{services.settings.portal_url.rstrip('/')}/admin/reviews/{instance_id}"


def link(services: Services, instance_id: str) -> str:
    """The address of a review in the portal."""
    return f"{services.settings.portal_url.rstrip('/')}/reviews/{instance_id}"


def review_to_do(
    services: Services,
    user: User,
    instance: ReviewInstance,
    parts: list[MyReview],
    undecided_only: bool = False,
) -> ReviewToDo:
    """What a mail says about one review: how many people, up to five names, what is asked and what follows."""
    given = _handed(parts)
    items = [item for item in _items(services, user, instance, parts) if item.id not in given]
    names = [item.display_name for item in items if item.waits][:NAMES]
    people = sum(part.items - int(part.own_item and not may_decide_own(instance)) for part in parts) - len(given)
    decided = people - undecided(services, user, instance, parts) if undecided_only else 0
    state = services.reviews.recent_state(instance.id)
    settings = instance.settings
    return ReviewToDo(
        review_id=instance.id,
        review=instance.name,
        package=instance.package_name,
        closes=state.ends if state else instance.closes,
        zone=instance.zone,
        link=link(services, instance.id),
        why=parts[0].reason,
        unanswered=settings.no_response,
        reason_required=settings.justification_required,
        people=max(people, 1),
        decided=max(min(decided, people - 1), 0),
        names=tuple(names),
        note=settings.reviewer_text or None,
        hand_over=settings.delegation and any(not part.on_behalf_of for part in parts),
        cut_now=settings.cut_now,
        help=f"{services.settings.portal_url.rstrip('/')}/help",
    )


def _items(services: Services, user: User, instance: ReviewInstance, parts: list[MyReview]) -> list[DecisionItem]:
    """The first items the person is asked about, enough for the names of a mail."""
    page = items_of_reviewer(services, user.id, instance, tuple(parts), 25, None)
    return list(page.items)


def undecided(services: Services, user: User, instance: ReviewInstance, parts: list[MyReview]) -> int:
    """How many of the person's items are undecided: counted truly, since nobody is reminded for nothing (P16).
    What they handed over waits for somebody else."""
    given = _handed(parts)
    after: str | None = None
    found = 0
    while True:
        page = items_of_reviewer(services, user.id, instance, tuple(parts), 250, after)
        found += sum(1 for item in page.items if item.waits and item.id not in given)
        after = page.next
        if after is None or found > 10_000:
            return found


def _handed(parts: list[MyReview]) -> set[str]:
    """The single items a reviewer handed over."""
    return {item_id for part in parts for one in part.handed for item_id in one.only}
