"""One review from its policy to its seal, as `bench speed` needs it: what is timed, and what lies between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bench.stage import Stage

APPROVED, DENIED = 0.6, 0.1  # shares of the items; the others stay undecided


@dataclass
class Life:
    """A review of `number` items; `alone`: all of them the boss's, else ten a manager."""

    stage: Stage
    name: str
    number: int
    alone: bool = False
    instance: Any = None

    def planned(self) -> None:
        """The policy, assignments and people; then it is night."""
        from chalicelib.domain.agenda import Due

        self.stage.clock.set(self.stage.clock.now().replace(hour=9) + timedelta(days=1))
        self.policy = self.stage.policy(self.name, self.number, self.alone)
        self.stage.until_night()
        # Another series due now: start mails wait for its reviews, so that opening ends before the first mail.
        self.other = Due(when=self.stage.clock.now() - timedelta(seconds=1), kind="series", id="other")
        self.stage.services.writer.put_all([self.other])

    def open(self) -> None:
        """Open it: population, items, reviewers' rows. Raises RuntimeError unless it is in progress then."""
        from chalicelib.domain import ids
        from chalicelib.usecases.advance_review import advance_review
        from chalicelib.usecases.open_review import open_due_review

        services = self.stage.services
        instance_id = open_due_review(services, ids.definition_id(self.policy.id)) or ""
        advance_review(services, instance_id)
        self.instance = services.reviews.instance(instance_id)
        self._must_be("InProgress")

    def close(self) -> None:
        """The end has come: every item gets its result."""
        from chalicelib.usecases.advance_review import advance_review

        services, clock = self.stage.services, self.stage.clock
        advance_review(services, self.instance.id)
        clock.set(clock.now() + timedelta(seconds=services.settings.closing_wait_seconds + 1))
        advance_review(services, self.instance.id)
        self._must_be("Completed")

    def seal(self) -> None:
        """Seal the decisions. Raises RuntimeError unless there is a seal then."""
        from chalicelib.usecases.seal_review import seal_review

        seal_review(self.stage.services, self.instance.id)
        if not self.stage.services.seals.of_review(self.instance.id):
            raise RuntimeError("nothing was sealed")

    def lived(self) -> None:
        """What happens between opening and closing: mails go out, people decide, the end comes."""
        self.stage.services.writer.remove(self.other)
        self._mailed()
        self._decided()
        self.stage.clock.set(self.instance.closes + timedelta(minutes=1))

    def _mailed(self) -> None:
        from chalicelib.usecases.advance_review import advance_review

        advance_review(self.stage.services, self.instance.id)

    def _decided(self) -> None:
        """Most items are decided, each by the reviewer it waits for."""
        from chalicelib.usecases.list_items import items_of_review

        services = self.stage.services
        state = services.reviews.state(self.instance.id)
        page = items_of_review(services, self.instance, state, self.number, None)
        items = list(page.items)
        while page.next:
            page = items_of_review(services, self.instance, state, self.number, page.next)
            items += page.items
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._decide, range(len(items)), items))

    def _decide(self, place: int, item: Any) -> None:
        from chalicelib.domain.items import Decision, HistoryEntry

        share = (place * 7 % 100) / 100  # spread over every reviewer
        if share >= APPROVED + DENIED:
            return
        now = self.stage.clock.now()
        chosen = Decision.APPROVE if share < APPROVED else Decision.DENY
        at, by = int(now.timestamp() * 1000), item.manager_id
        entry = HistoryEntry(decision=chosen, by=by, at=at, operation=f"{place:016x}", reason="As every month, needed.")
        self.stage.services.items.record(self.instance.id, item.id, entry, now)

    def _must_be(self, status: str) -> None:
        found = self.stage.services.reviews.state(self.instance.id).status
        if found != status:
            raise RuntimeError(f"the review is {found}, not {status}")
