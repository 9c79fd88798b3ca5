"""A look ahead at the reviews that settings would make, before they are saved. Reads only.

The dates come from the steps that a save would take, the population from the code that freezes one, and what silence
would do from the rule of the closing sweep: there is no second opinion here that could differ from what happens.
Recommendations are those of today, for nobody knows who will have signed in by then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.items import Decision, Recommendation
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, ReviewerKind, ReviewSettings
from chalicelib.domain.people import Actor, User
from chalicelib.domain.review_rules import brakes, silence_warning, unanswered
from chalicelib.domain.reviewers import FALLBACK, NONE
from chalicelib.domain.reviews import CLOSED, InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.schedules import Occurrence, Opening, opening
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.freeze_population import Freezer, Resolved
from chalicelib.usecases.manage_policies import check_review
from chalicelib.usecases.notify import hold
from chalicelib.usecases.open_review import instance_of
from chalicelib.usecases.panels import expanded
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.seeing import administers, find_package
from chalicelib.usecases.series import series_changes
from chalicelib.usecases.series_outlook import Outlook, outlook

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPreview:
    """What these settings would do. `running`: the review that is open now, which they would not change."""

    settings: ReviewSettings
    outlook: Outlook
    first: FirstReview | None
    running: tuple[ReviewInstance, InstanceState] | None
    warning: str | None


def preview_review(
    services: Services,
    actor: Actor,
    now: datetime,
    package: AccessPackage,
    policy: AssignmentPolicy | None,
    settings: ReviewSettings | None,
) -> ReviewPreview | None:
    """What `settings` would do if they were saved for the policy (None: for a new one of the package); None when
    they are none or are off.

    Raises InvalidInput, naming the field, where saving them would.
    """
    if settings is None or not settings.enabled:
        return None
    check_review(services, settings, policy.review if policy else None)
    series = _series(services, actor, now, package, policy, settings)
    view = outlook(services, series, now)
    instance = _first(series, view, now)
    return ReviewPreview(
        settings=settings,
        outlook=view,
        first=_Look(services, instance, now).whole() if instance else None,
        running=_running(services, series),
        warning=silence_warning(settings),
    )


def package_to_preview(services: Services, actor: Actor, package_id: str) -> AccessPackage:
    """The package. Raises NotFound for who may not see it, Forbidden for who may not see who holds it."""
    try:
        package = find_package(services, actor, package_id)
    except NotFound as problem:
        raise NotFound(problem.message, "accessPackageId") from problem
    if not administers(actor, package.catalog_id, package.id):
        raise Forbidden("Only those who administer or audit the package may see who would be reviewed.")
    return package


def policy_to_preview(services: Services, package: AccessPackage, policy_id: str) -> AssignmentPolicy:
    """The policy of the package. Raises InvalidInput when it has no such policy."""
    policy = services.entitlements.policy(policy_id)
    if policy is None or policy.package_id != package.id:
        raise InvalidInput("The access package has no such policy.", "assignmentPolicyId")
    return policy


def _series(
    services: Services,
    actor: Actor,
    now: datetime,
    package: AccessPackage,
    before: AssignmentPolicy | None,
    settings: ReviewSettings,
) -> ReviewDefinition:
    """The series as saving would leave it."""
    fresh = AssignmentPolicy(
        id=ids.guid("preview", package.id),
        package_id=package.id,
        catalog_id=package.catalog_id,
        display_name="",
        created=now,
        modified=now,
    )
    after = replace(before or fresh, review=settings)
    changes = series_changes(services, now, actor, before, after, "preview", package)
    saved = _saved(changes) or services.reviews.definition(ids.definition_id(after.id))
    assert saved is not None, "settings that are on and unchanged belong to a series"
    return saved


def _saved(changes: Iterable[Change]) -> ReviewDefinition | None:
    written = (one.entity for one in changes if isinstance(one, Create | Save))
    return next((one for one in written if isinstance(one, ReviewDefinition)), None)


def _first(series: ReviewDefinition, view: Outlook, now: datetime) -> ReviewInstance | None:
    """The next review of the series as it would open."""
    due: Occurrence | None = view.waiting or next(iter(view.next), None)
    if due is None:
        return None
    planned = Opening(due.opens, due.closes, late=False, skipped=False, reason="")
    return instance_of(series, due, opening(due, series.settings.schedule, now) if due.opens <= now else planned)


def _running(services: Services, series: ReviewDefinition) -> tuple[ReviewInstance, InstanceState] | None:
    latest = next(iter(services.reviews.instances_of(series.id, 1, None).items), None)
    state = services.reviews.state(latest.id) if latest else None
    return (latest, state) if latest and state and state.status not in CLOSED else None


class _Look:
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

    def whole(self) -> FirstReview:
        """The preview of as many people as may be looked at."""
        examined, complete = self._walk()
        reviewers = self._reviewers()
        asked = {told.user.id for told in reviewers if not told.hold}
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
            silence=self._silence(asked),
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
        for set_id, (why, members) in self.sets.items():
            for user in members:
                told = found.setdefault(user.id, Told(user, hold=hold(self.services, user)))
                told.reasons.add(why)
                told.items += self.items[set_id]
        return tuple(sorted(found.values(), key=lambda told: (-told.items, told.user.display_name, told.user.id)))

    def _silence(self, asked: set[str]) -> Silence:
        settings = self.instance.settings
        removed: list[User] = []
        kept: Counter[str] = Counter()
        approved = 0
        for user, set_id, recommendation in self.people:
            decision, because = unanswered(settings, recommendation)
            if not self._is_asked(user, set_id, asked):
                kept["notAsked"] += 1
            elif decision is Decision.DENY:
                removed.append(user)
            elif decision is Decision.APPROVE:
                approved += 1
            else:
                kept[because] += 1
        waits = bool(removed) and (not settings.auto_apply or brakes(settings, len(removed), len(self.people)))
        return Silence(removed=tuple(removed), approved=approved, kept=dict(kept), waits=waits)

    def _is_asked(self, user: User, set_id: str, asked: set[str]) -> bool:
        """Would a mail reach anybody who may decide about this person (G10)?"""
        why, members = self.sets[set_id]
        allowed = self.instance.settings.self_decision or why == "self"
        return any(one.id in asked and (allowed or one.id != user.id) for one in members)
