"""Who was asked about an item before a review closed: silence of anybody else removes nobody (G10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chalicelib.domain.items import DecisionItem
from chalicelib.domain.mail_log import went_out
from chalicelib.domain.parts import MyReview
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.ports import Services

PAGE = 250
REMEMBERED = 1_000  # sets
IN_TIME = timedelta(hours=24)  # who becomes a reviewer later than this before the close was not asked
Asked = tuple[str, tuple[str, ...]]  # a person and the only items they are asked about; none: all of the set


class Asking:
    """Answers for every item of a closing review; what was read of a set is remembered while its items pass."""

    def __init__(self, services: Services, instance: ReviewInstance, state: InstanceState) -> None:
        self._services, self._instance, self._state = services, instance, state
        self._told: dict[str, list[Asked]] = {}
        self._decided: dict[str, list[Asked]] = {}

    def was_asked(self, item: DecisionItem, set_id: str) -> bool:
        """Did somebody who may decide this item get a mail about it in time, open the review, or decide any item
        of this set?"""
        if set_id not in self._told:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
                self._decided.clear()
            self._told[set_id] = list(self._reached(set_id))
        if self._concerns(item, self._told[set_id]):
            return True
        if set_id not in self._decided:
            self._decided[set_id] = self._deciders(set_id)
        return self._concerns(item, self._decided[set_id])

    def _concerns(self, item: DecisionItem, people: list[Asked]) -> bool:
        allowed = self._instance.settings.self_decision or item.why == "self"
        return any((allowed or who != item.principal_id) and (not only or item.id in only) for who, only in people)

    def _reached(self, set_id: str) -> Iterator[Asked]:
        """The usable reviewers of a set who were asked; two who were asked about all of it are enough, since an
        item excludes one at most."""
        found = 0
        for part in self._parts(set_id):
            if self._in_time(part):
                yield part.user_id, part.only
                found += not part.only
                if found >= 2:
                    return

    def _in_time(self, part: MyReview) -> bool:
        """Was this reviewer asked while there was time to answer, or have they looked? Somebody whom mail does not
        reach is not silent."""
        if "opened" in part.mails:
            return True
        if part.unreachable:
            return False
        late = part.since is not None and part.since > self._state.ends - IN_TIME
        return not late and any(map(went_out, part.mails.values()))

    def _parts(self, set_id: str) -> Iterator[MyReview]:
        """What the usable reviewers of a set are asked in it."""
        rows = self._services.reviews.reviewers_of_set(self._instance.id, set_id)
        ids_of_rows = list(dict.fromkeys(row.user_id for row in rows if not row.removed))
        for start in range(0, len(ids_of_rows), 100):
            people = self._services.people.users(ids_of_rows[start : start + 100])
            for user in people.values():
                if user.can_take_part:
                    parts = self._services.reviews.my_parts(user.id, self._instance)
                    yield from (part for part in parts if part.set_id == set_id)

    def _deciders(self, set_id: str) -> list[Asked]:
        """The usable reviewers of a set who decided one of its items. Looked for only where nobody else was asked,
        and only where the counters say that anything was decided."""
        shards = next((one.shards for one in self._state.shared if one.id == set_id), 1)
        places = [(self._instance.id, set_id, f"{shard:02x}") for shard in range(shards)]
        counted = self._services.reviews.tallies(places).values()
        if not any(one.approved + one.denied + one.dont_know for one in counted):
            return []
        parts = list(self._parts(set_id))
        by = {entry.by for shard in range(shards) for item in self._items(set_id, shard) for entry in item.history}
        return [(part.user_id, part.only) for part in parts if part.user_id in by]

    def _items(self, set_id: str, shard: int) -> Iterator[DecisionItem]:
        after: str | None = None
        while True:
            page = self._services.items.page(self._instance.id, set_id, shard, PAGE, after)
            yield from page.items
            after = page.next
            if after is None:
                return
