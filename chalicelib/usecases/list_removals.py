"""What became of everything a review denied, item by item, and what wants a person over all reviews.

The list of a closed review is the exact one its sweep wrote, so that nothing denied is missing from it; what has
nothing outside is told by its item alone. While a review is open, it has what was removed at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.people import Actor, User
from chalicelib.domain.removals import Needs, Removal, Watch, told_by
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewInstance
from chalicelib.usecases.coverage import require_report_reader
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.ports import Page, Services

PAGE = 100
MOST_EXAMINED = 2_000  # items one call looks through for an outcome: then its page is short, and another follows
ANY, REGRANTED = "", "regranted"


@dataclass(frozen=True, slots=True)
class Shown:
    """One removal, the people in it that the directory knows, and the review. `item` is None in the list across
    reviews."""

    removal: Removal
    people: Mapping[str, User]
    instance: ReviewInstance
    item: DecisionItem | None = None

    @property
    def person(self) -> User | None:
        """Whose access it is."""
        return self.people.get(self.removal.person_id)

    @property
    def name(self) -> str:
        """The person's name, also of one who has left since the review."""
        return self.person.display_name if self.person else self.item.display_name if self.item else ""

    @property
    def principal_name(self) -> str:
        """The same for the principal name."""
        return self.person.principal_name if self.person else self.item.principal_name if self.item else ""


def removals_of_review(
    services: Services, instance: ReviewInstance, outcome: str, after: str | None
) -> tuple[Page[Shown], Watch | None]:
    """A page of what became of each denied item, in the order of the sweep, and how far the watch over them has come.

    `outcome` is a standing, `regranted`, or "" for all. The caller has checked who asks.
    """
    state = services.reviews.state(instance.id)
    watch = services.removals.watch(instance.id)
    if state is None or state.status not in CLOSED:
        page = services.removals.removals_of_review(instance.id, PAGE, after)
        kept = [one for one in page.items if _wanted(one, outcome)]
        return Page(tuple(_shown(services, instance, kept)), page.next), watch
    found: list[Removal] = []
    position, examined = after, 0
    while len(found) < PAGE and examined < MOST_EXAMINED:
        denied, position = _denied(services, instance, state, position)
        known = services.removals.removals(instance.id, denied)
        items = services.items.get_many(instance.id, [one for one in denied if one not in known])
        told = known | {one.id: told_by(one, state.ends) for one in items if one.cancelled is None}
        found += [told[one] for one in denied if one in told and _wanted(told[one], outcome)]
        examined += len(denied)
        if position is None:
            break
    return Page(tuple(_shown(services, instance, found)), position), watch


def _denied(
    services: Services, instance: ReviewInstance, state: InstanceState, after: str | None
) -> tuple[list[str], str | None]:
    """Up to a page of the items that were denied, and the position behind them: "file,index"."""
    number, index = (int(part) for part in (after or "0,0").split(","))
    while number < state.page:
        data = services.files.get(f"{folder(instance.id)}/removals/{number}.json")
        every: list[str] = json.loads(data or b"[]")
        found = every[index : index + PAGE]
        if found:
            following = (number, index + PAGE) if index + PAGE < len(every) else (number + 1, 0)
            return found, f"{following[0]},{following[1]}" if following[0] < state.page else None
        number, index = number + 1, 0
    return [], None


def _wanted(removal: Removal, outcome: str) -> bool:
    if outcome == REGRANTED:
        return bool(removal.regrants)
    return not outcome or removal.standing.value == outcome


def _shown(services: Services, instance: ReviewInstance, removals: Sequence[Removal]) -> Iterator[Shown]:
    people = services.people.users(_named(removals))
    items = {one.id: one for one in services.items.get_many(instance.id, [one.item_id for one in removals])}
    for one in removals:
        yield Shown(one, people, instance, items.get(one.item_id))


def _named(removals: Sequence[Removal]) -> set[str]:
    """Everybody who stands in removals."""
    acting = {one.by for one in removals} | {again.by for one in removals for again in one.regrants}
    acting |= {one.word.by for one in removals if one.word}
    return {one for one in {one.person_id for one in removals} | acting if ids.is_guid(one)}


def removals_that_need(services: Services, actor: Actor, needs: Needs, after: str | None) -> Page[Shown]:
    """A page of the removals of all reviews the caller administers or audits that want this of a person, the latest
    first; it may be short. Raises Forbidden for people without any role."""
    require_report_reader(actor)
    page = services.removals.needing(needs, PAGE, after)
    instances = services.reviews.instances({one.instance_id for one in page.items})
    people = services.people.users(_named(page.items))
    found = []
    for one in page.items:
        instance = instances.get(one.instance_id)
        if instance and sees_all(actor, instance):
            found.append(Shown(one, people, instance))
    return Page(tuple(found), page.next)
