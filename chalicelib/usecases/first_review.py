"""The first review as it would open, in numbers with the people behind them. Reads only.

The population comes from the code that freezes one, and what silence would do from the rule of the closing sweep.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.items import Decision, Recommendation
from chalicelib.domain.packages import ReviewerKind
from chalicelib.domain.people import User
from chalicelib.domain.review_rules import brakes, unanswered
from chalicelib.domain.reviewers import FALLBACK, NONE
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.freeze_population import Freezer, Resolved
from chalicelib.usecases.notify import hold
from chalicelib.usecases.panels import expanded
from chalicelib.usecases.ports import Services
from chalicelib.usecases.tell import address

MOST_EXAMINED = 10_000  # assignments (brief, decision 14)
PAGE = 500
SECONDS = 6.0  # of looking at people; somebody waits for the answer


@dataclass(slots=True)
class Told:
    """A person whom the review would ask: why, about how many people, and why no mail would reach them ("": one
    would; the words of `notify.hold`)."""

    user: User
    reasons: set[str] = field(default_factory=set)
    items: int = 0
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What would happen if nobody answered. `kept`: how many keep their access, by reason; `waits`: the removals
    would wait for a confirmation (G24)."""

    removed: tuple[User, ...]
    approved: int
    kept: Mapping[str, int]
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReview:
    """The first review as it would be. `examined`: assignments looked at, all of them unless not `complete`.

    `without_manager`: those with no manager who could be asked, None where managers are not asked."""

    opens: datetime
    closes: datetime
    complete: bool
    examined: int
    items: int
    reviewers: tuple[Told, ...]
    without_manager: tuple[User, ...] | None
    to_fallback: tuple[User, ...]
    needing_reviewer: tuple[User, ...]
    silence: Silence


class Look:
    """One walk over the people who would be reviewed."""

    def __init__(self, services: Services, instance: ReviewInstance, now: datetime) -> None:
        self.services, self.instance = services, instance
        self.budget = Budget(services.clock, SECONDS)
        named = expanded(services, instance, counted=1)
        panel = services.people.users({*named.primary, *named.fallback})
        self.panels = {
            named.primary_role: [panel[one] for one in named.primary if one in panel],
            FALLBACK: [panel[one] for one in named.fallback if one in panel],
        }
        self.freezer = Freezer(services, instance, named, known=min(now, instance.opens))
        self.people: list[tuple[User, str, Recommendation]] = []  # each with its set and today's recommendation
        self.sets: dict[str, tuple[str, list[User]]] = {}  # each with why its members are asked
        self.items: Counter[str] = Counter()
        self.why: defaultdict[str, list[User]] = defaultdict(list)
        self.holds: dict[str, str] = {}  # why no mail would reach a reviewer now

    def whole(self) -> FirstReview:
        """The preview of as many people as may be looked at."""
        examined, complete = self._walk()
        reviewers = self._reviewers()
        by_manager = self.instance.settings.reviewers is ReviewerKind.MANAGER
        alone = (*self.why[FALLBACK], *self.why[NONE])
        return FirstReview(
            opens=self.instance.opens,
            closes=self.instance.closes,
            complete=complete,
            examined=examined,
            items=len(self.people),
            reviewers=reviewers,
            without_manager=alone if by_manager else None,
            to_fallback=tuple(self.why[FALLBACK]),
            needing_reviewer=tuple(self.why[NONE]),
            silence=self._silence(),
        )

    def _walk(self) -> tuple[int, bool]:
        """Look at the assignments; how many, and whether those are all."""
        examined, after = 0, None
        while True:
            page = self.services.entitlements.assignments_of_policy(self.instance.policy_id, PAGE, after)
            for one in self.freezer.resolved(page.items):
                self._note(one)
            examined, after = examined + len(page.items), page.next
            if after is None:
                return examined, True
            if examined >= MOST_EXAMINED or not self.budget.left():
                return examined, False

    def _note(self, one: Resolved) -> None:
        row = one.row
        self.people.append((one.user, row.set_id, Recommendation(row.recommendation)))
        self.items[row.set_id] += 1
        self.why[row.why].append(one.user)
        if row.set_id not in self.sets:
            members = [one.reviewer] if one.reviewer else self.panels.get(row.why, [])
            self.sets[row.set_id] = (row.why, members)

    def _reviewers(self) -> tuple[Told, ...]:
        """Everybody who would be asked, those with the most people first."""
        found: dict[str, Told] = {}
        everybody = [*self.panels[FALLBACK], *(user for _, members in self.sets.values() for user in members)]
        bad = self.services.addresses.bad({address(user) for user in everybody})
        self.holds = {user.id: hold(self.services, user, bad.get(address(user).lower())) for user in everybody}
        for set_id, (why, members) in self.sets.items():
            for user in members:
                told = found.setdefault(user.id, Told(user, hold=self.holds[user.id]))
                told.reasons.add(why)
                told.items += self.items[set_id]
        return tuple(sorted(found.values(), key=lambda told: (-told.items, told.user.display_name, told.user.id)))

    def _silence(self) -> Silence:
        settings = self.instance.settings
        removed: list[User] = []
        kept: Counter[str] = Counter()
        approved = 0
        for user, set_id, recommendation in self.people:
            decision, because = unanswered(settings, recommendation)
            if not self._is_asked(user, set_id):
                kept["notAsked"] += 1
            elif decision is Decision.DENY:
                removed.append(user)
            elif decision is Decision.APPROVE:
                approved += 1
            else:
                kept[because] += 1
        waits = bool(removed) and (not settings.auto_apply or brakes(settings, len(removed), len(self.people)))
        return Silence(removed=tuple(removed), approved=approved, kept=dict(kept), waits=waits)

    def _is_asked(self, user: User, set_id: str) -> bool:
        """Would a mail reach anybody who may decide about this person (G10)? Where mail reaches none of a set, it is
        passed on to the fallback."""
        why, members = self.sets[set_id]
        if members and all(self.holds[one.id] == "failed" for one in members):
            members = [one for one in self.panels[FALLBACK] if one not in members]
        allowed = self.instance.settings.self_decision or why == "self"
        return any(not self.holds[one.id] and (allowed or one.id != user.id) for one in members)
