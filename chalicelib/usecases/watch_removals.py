"""The daily look at what a review removed, for thirty days: is it still gone?

One worker walks the list of what was denied, a hundred at a time: the removals and what their people hold by now are
read together, and every right outside once. A look writes nothing about an access that is still gone. What cannot be
read is "not known", which is written once when it begins and once when it ends.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace

from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.removals import ENDED, Removal, Watch, granted_again, told_by
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.agenda import done, due_now, work_off
from chalicelib.usecases.bring_about import is_held
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.frozen_files import folder
from chalicelib.usecases.ports import Create, Put, Save, Services
from chalicelib.usecases.regrants import regrant_inside, regrant_outside, seen_again
from chalicelib.usecases.review_regrant import review_by_itself
from chalicelib.usecases.watch_plan import DAY, WATCH, watch_row

LOG = logging.getLogger("access_reviews")
TOGETHER = 100


def watch_removals(services: Services, instance_id: str) -> None:
    """The worker: the look that is due, as far as this invocation may."""
    watch, instance = services.removals.watch(instance_id), services.reviews.instance(instance_id)
    state = services.reviews.state(instance_id)
    stale = [row for row in due_now(services, WATCH, instance_id) if watch is None or row.when != watch.due]
    done(services, stale)
    if watch is None or watch.due is None or instance is None or state is None:
        return
    look = _Look(services, instance, state, watch)
    work_off(services, watch_row(watch.due, instance_id), look.some)


@dataclass
class _Look:
    """One look at the removals of a review; `watch` has where it stands."""

    services: Services
    instance: ReviewInstance
    state: InstanceState
    watch: Watch

    def some(self, budget: Budget) -> bool:
        """Go on until the time is up; True when the look is over."""
        number, index = (int(part) for part in (self.watch.cursor or "0,0").split(","))
        while number < self.state.page:
            data = self.services.files.get(f"{folder(self.instance.id)}/removals/{number}.json")
            wanted = json.loads(data or b"[]")
            while index < len(wanted):
                if not budget.left():
                    self._save(replace(self.watch, cursor=f"{number},{index}"))
                    return False
                unknown = self._look_at(wanted[index : index + TOGETHER])
                self.watch = replace(self.watch, counting=self.watch.counting + unknown)
                index += TOGETHER
            number, index = number + 1, 0
        self._finish()
        return True

    def _finish(self) -> None:
        """Plan the next look; one that comes days late is not made up for."""
        now, due = self.services.clock.now(), self.watch.due or self.services.clock.now()
        while due <= now:
            due += DAY
        following = due if due <= self.watch.until else None
        over = replace(
            self.watch,
            cursor="",
            counting=0,
            unknown=self.watch.counting,
            looked=now,
            looks=self.watch.looks + 1,
            due=following,
        )
        self._save(over, *([Put(watch_row(following, self.instance.id))] if following else []))

    def _save(self, watch: Watch, *rows: Put) -> None:
        operation = f"watch:{watch.instance_id}:{watch.version}"
        self.services.writer.commit(operation, Save(watch), *rows)
        self.watch = replace(watch, version=watch.version + 1)

    def _look_at(self, item_ids: list[str]) -> int:
        """Look at up to a hundred; how many could not be read."""
        services = self.services
        known = services.removals.removals(self.instance.id, item_ids)
        others = services.items.get_many(self.instance.id, [one for one in item_ids if one not in known])
        every = [*known.values(), *(told_by(item, self.services.clock.now()) for item in others)]
        watched = [one for one in every if one.standing in ENDED]
        held = services.entitlements.holdings((one.person_id, self.instance.package_id) for one in watched)
        by_person = {one.target_id: one.assignment_id for one in held}
        people = services.people.users({one.person_id for one in watched if one.rights})
        unknown = 0
        for removal in watched:
            newer = by_person.get(removal.person_id, removal.assignment_id) != removal.assignment_id
            try:
                unknown += self._look(removal, newer, people.get(removal.person_id))
            except errors.Conflict:  # somebody settles it this very moment: tomorrow's look sees what became of it
                LOG.info("removal %s was changed while it was looked at", removal.item_id)
        return unknown

    def _look(self, removal: Removal, newer: bool, person: User | None) -> bool:
        """Look at one; could it not be read?"""
        now = self.services.clock.now()
        regrant = regrant_inside(self.services, removal, self.instance.package_id, now) if newer else None
        held = [is_held(self.services, right, person) for right in removal.rights] if person and not regrant else []
        if any(held):
            regrant = regrant_outside(self.services, removal, held, now)
        known = self._in_view(removal, None in held)
        again = granted_again(known, regrant) if regrant else None
        if again is not None:
            review_by_itself(self.services, self.instance, seen_again(self.services, self.instance, again))
        return None in held

    def _in_view(self, removal: Removal, unknown: bool) -> Removal:
        """The removal with what is known of it written down, if that has changed."""
        if unknown is (removal.unknown_since is not None):
            return removal
        seen = replace(removal, unknown_since=self.services.clock.now() if unknown else None)
        operation = f"known:{seen.item_id}:{seen.version}"
        self.services.writer.commit(operation, Save(seen) if seen.version else Create(seen))
        return replace(seen, version=seen.version + 1)
