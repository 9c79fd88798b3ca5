"""Freezing the population: who is reviewed, by whom and why, with what was known about them (R64-R72).

A chunk of the population is resolved once, written to the bucket, and committed by its manifest (`put_once`)
before anything is made of it. A repeated chunk finds the manifest and uses it, so that nobody can get two items
although managers change between two tries. Rows are bucketed by reviewer set: a set lies in one bucket, so its
rows can be written once with exact totals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.people import User
from chalicelib.domain.recommendations import Knowledge, advise, as_of
from chalicelib.domain.reviewers import FALLBACK, Choice, Panel, choose, shards_for
from chalicelib.domain.reviews import InstanceState, ReviewInstance, SharedSet
from chalicelib.domain.sign_ins import short
from chalicelib.usecases.comparison_files import COMPARE
from chalicelib.usecases.former_review import FormerReview
from chalicelib.usecases.frozen_files import Bucket, Facts, Frozen, Manifest, Panels, bucket_of, folder
from chalicelib.usecases.ports import Page, Services

CHUNK_PAGES = 20
KNOWN_MANAGERS = 120_000  # some 100 MB
MANAGERS_SECONDS = 3_600.0
THREADS = 8
FEW = 100  # so few chosen assignments are read by their ids


@dataclass(frozen=True, slots=True)
class Resolved:
    """One assignment that is reviewed: whose it is, the frozen row, and the reviewer if they alone are asked."""

    assignment: Assignment
    user: User
    row: Frozen
    reviewer: User | None


def met_before(services: Services, instance_id: str) -> dict[str, User]:
    """The managers this function has read for an opening within the last hour: in random order each of them is met in
    nearly every invocation, and read anew would cost half a unit an item."""
    real = services.clock.real()
    about, since, known = services.warm.get("managers", ("", 0.0, {}))
    if about != instance_id or real > since + MANAGERS_SECONDS:
        known = {}
        services.warm["managers"] = (instance_id, real, known)
    found: dict[str, User] = known
    return found


@dataclass
class Freezer:
    """Resolves chunks of one instance's population; remembers managers it has read.

    `known`: the instant up to which sign-ins are known where that is not the opening (a preview of a later one).
    """

    services: Services
    instance: ReviewInstance
    panels: Panels
    former: FormerReview | None = None
    managers: dict[str, User] = field(default_factory=dict)
    chosen: frozenset[str] | None = None  # the assignments of a follow-up review; None: all of the policy
    known: datetime | None = None

    @cached_property
    def _knowledge(self) -> Knowledge:
        """What the review knows of sign-ins, as it was when it opened."""
        instance = self.instance
        reached = {short(one.source_id): one.known_until for one in instance.sources if one.known_until}
        start = self.known or instance.opens
        return Knowledge(start, instance.settings.max_data_age_days, reached, instance.grounds)

    @property
    def buckets(self) -> int:
        """Into how many buckets the population is divided."""
        return -(-max(self.panels.counted, 1) // self.services.settings.bucket_items)

    def freeze(self, state: InstanceState) -> InstanceState:
        """Freeze the chunk at the state's position; returns the state after it (not saved)."""
        key = f"{folder(self.instance.id)}/chunk/{state.page}.json"
        stored = self.services.files.get(key)
        if stored is None:
            manifest = self._resolve(state)
            self.services.files.put_once(key, msgspec.json.encode(manifest))
            stored = self.services.files.get(key) or b""
        return self._after(state, msgspec.json.decode(stored, type=Manifest))

    def _after(self, state: InstanceState, manifest: Manifest) -> InstanceState:
        shared = {one.id: one for one in state.shared}
        for set_id, more in manifest.shared.items():
            before = shared.get(set_id) or self._shared_set(set_id)
            shared[set_id] = replace(before, items=before.items + more)
        return replace(
            state,
            page=state.page + 1,
            cursor=manifest.after or "",
            step="freeze" if manifest.after else COMPARE,
            items=state.items + manifest.count,
            population=state.population + manifest.seen,
            counted=self.panels.counted,
            shared=tuple(shared.values()),
        )

    def _shared_set(self, set_id: str) -> SharedSet:
        primary, fallback = self._panel(self.panels.primary_role), self._panel(FALLBACK)
        panel = primary if primary.set_id == set_id else fallback if fallback.set_id == set_id else Panel(role="none")
        return SharedSet(id=set_id, role=panel.role, members=panel.members, shards=self._shards(set_id))

    def _panel(self, role: str) -> Panel:
        members = self.panels.fallback if role == FALLBACK else self.panels.primary
        return Panel(role=role, members=tuple(members))

    def _shards(self, set_id: str) -> int:
        if not ids.is_shared(set_id) and set_id != ids.NO_SET:
            return 1
        return shards_for(self.panels.counted, self.services.settings.shard_items)

    def _resolve(self, state: InstanceState) -> Manifest:
        """Read up to a chunk of assignments and write their frozen rows, bucket by bucket."""
        attempt = self.services.clock.new_id()
        buckets: dict[int, Bucket] = {}
        facts: dict[str, Facts] = {}
        totals: Counter[str] = Counter()
        after: str | None = state.cursor or None
        count = seen = 0
        for _ in range(CHUNK_PAGES):
            page = self._page(after)
            asked = tuple(one for one in page.items if self.chosen is None or one.id in self.chosen)
            seen += len(asked)
            count += self._sort_in(asked, buckets, facts, totals, attempt)
            after = page.next
            if after is None:
                break
        written: dict[str, Any] = {"facts": facts, **{str(number): bucket for number, bucket in buckets.items()}}
        where = f"{folder(self.instance.id)}/chunk/{state.page}/{attempt}"
        with ThreadPoolExecutor(THREADS) as pool:  # of a large review a hundred small files
            list(pool.map(partial(self._put, where), written.items()))
        shared = {set_id: n for set_id, n in totals.items() if ids.is_shared(set_id) or set_id == ids.NO_SET}
        return Manifest(attempt=attempt, after=after, count=count, seen=seen, shared=shared, together=True)

    def _put(self, where: str, named: tuple[str, Any]) -> None:
        name, content = named
        names = isinstance(content, Bucket)
        self.services.files.put(f"{where}/{name}.json", msgspec.json.encode(content), names=names)

    def _page(self, after: str | None) -> Page[Assignment]:
        """The next assignments of the policy; of a review about a few, those are read and no others."""
        entitlements = self.services.entitlements
        if self.chosen is None or len(self.chosen) > FEW:
            return entitlements.assignments_of_policy(
                self.instance.policy_id, self.services.settings.freeze_page, after
            )
        found = entitlements.assignments(sorted(self.chosen))
        here = (one for one in found.values() if one.policy_id == self.instance.policy_id)
        return Page(tuple(sorted(here, key=lambda one: one.id)))

    def _sort_in(
        self,
        assignments: tuple[Assignment, ...],
        buckets: dict[int, Bucket],
        facts: dict[str, Facts],
        totals: Counter[str],
        attempt: str,
    ) -> int:
        count = 0
        for one in self.resolved(assignments, attempt):
            row, key = one.row, one.assignment.id
            totals[row.set_id] += 1
            facts[key] = now = Facts(one.user.manager_id, row.department, _seconds(one.assignment.ends))
            row.changes = self.former.changes(key, now) if self.former else []
            bucket = buckets.setdefault(bucket_of(row.set_id, self.buckets), Bucket([], {}))
            bucket.rows.append(row)
            if one.reviewer:
                bucket.reviewers[one.reviewer.id] = (one.reviewer.display_name, one.reviewer.principal_name)
            count += 1
        return count

    def resolved(self, assignments: Iterable[Assignment], attempt: str = "") -> Iterator[Resolved]:
        """Those of the assignments that are reviewed, each with its reviewers and what is known about the person.
        Nothing is written."""
        active = [one for one in assignments if one.active_at(self.instance.opens)]
        people = self.services.people.users(one.target_id for one in active)
        self._meet_managers(people)
        for assignment in active:
            user = people.get(assignment.target_id) or _unknown(assignment.target_id)
            choice = self._choose(user)
            row = self._row(assignment, user, choice, ids.digest(attempt, assignment.id)[:32])
            yield Resolved(assignment, user, row, self._single_reviewer(user, choice))

    def _meet_managers(self, people: dict[str, User]) -> None:
        """Read the managers of a page that are not known yet; each costs half a read unit once. In self-reviews
        nobody is shown them."""
        if self.instance.settings.reviewers is ReviewerKind.SELF:
            return
        if len(self.managers) > KNOWN_MANAGERS:
            self.managers.clear()
        wanted = {user.manager_id for user in people.values() if user.manager_id} - self.managers.keys()
        self.managers |= self.services.people.users(wanted)

    def _choose(self, user: User) -> Choice:
        manager = self.managers.get(user.manager_id)
        primary, fallback = self._panel(self.panels.primary_role), self._panel(FALLBACK)
        return choose(self.instance.settings, user, manager, primary, fallback)

    def _single_reviewer(self, user: User, choice: Choice) -> User | None:
        """The one reviewer of a set of one, whose rows this bucket will write; panels are written at the end."""
        if choice.why == "self":
            return user
        return self.managers.get(user.manager_id) if choice.why == "manager" else None

    def _row(self, assignment: Assignment, user: User, choice: Choice, salt: str) -> Frozen:
        manager, known = self.managers.get(user.manager_id), self._knowledge
        advice = advise(user, assignment.starts, known)
        return Frozen(
            assignment=assignment.id,
            principal=user.id,
            name=user.display_name[:80],
            principal_name=user.principal_name[:100],
            user_type=user.user_type,
            job_title=user.job_title[:40],
            department=user.department[:40],
            assigned=_seconds(assignment.starts) or 0,
            last_sign_in=_seconds(user.last_seen),
            recommendation=advice.recommendation.value,
            why=choice.why,
            set_id=choice.set_id,
            shards=self._shards(choice.set_id),
            salt=salt,
            never_signed_in=user.never_signed_in,
            sign_in_as_of=_seconds(as_of(user, known)),
            manager=manager.id if manager else "",
            manager_name=manager.display_name[:40] if manager else "",
            resource=advice.resource,
            last_used=_seconds(advice.last_used),
            mail=user.mail,
        )


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _unknown(user_id: str) -> User:
    """Someone the directory does not know: reviewed all the same, never left out (P3)."""
    return User(id=user_id, display_name="(unknown person)", principal_name=user_id)
