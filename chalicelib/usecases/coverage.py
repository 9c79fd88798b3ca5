"""Coverage: which policies nobody reviews, who switched their reviews off, when one was last completed.

A policy has few reviews and a package few policies, but there may be 5,000 policies: they are walked page by
page, with one batch of reads for each kind of thing that is told about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.csv_text import Row
from chalicelib.domain.errors import Forbidden
from chalicelib.domain.history import LastReview
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviews import ReviewDefinition
from chalicelib.usecases import list_entitlements
from chalicelib.usecases.budget import Budget
from chalicelib.usecases.ports import Page, Services

REVIEWED, NEVER, SWITCHED_OFF, ENDED = "reviewed", "neverReviewed", "switchedOff", "ended"
_SECONDS = 10.0  # of one page; counting a million assignments takes longer than a request may
_EXAMINED = 2_000  # policies a page may look at to find uncovered ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How a policy is reviewed. `switched_off_by` is known by its id only when that person is gone.

    `status`: `reviewed` (another review will come, or one is open), `neverReviewed`, `switchedOff`, or `ended`
    (the series has had its last review).
    """

    policy: AssignmentPolicy
    package: AccessPackage | None
    status: str
    definition: ReviewDefinition | None
    switched_off_by: User | None
    last: LastReview | None
    assignments: int | None

    def days_since(self, now: datetime) -> int | None:
        """Whole days since the last completed review."""
        return (now - self.last.ends).days if self.last else None

    @property
    def switched_off(self) -> tuple[str, datetime] | None:
        """Who switched the reviews off, and when."""
        known = self.definition
        return (known.saved_by, known.modified) if known and self.status == SWITCHED_OFF else None


def require_report_reader(actor: Actor) -> None:
    """Raises Forbidden for people without any role: reports are for those who administer or audit (R167, R170)."""
    if not actor.roles:
        raise Forbidden("Reports are for administrators, auditors, and those who manage catalogs or packages.")


def coverage(
    services: Services, actor: Actor, limit: int, after: str | None, *, counts: bool = False, uncovered: bool = False
) -> Page[Coverage]:
    """A page of the policies the caller may see, by id; with `uncovered` those whose coverage is not `reviewed`.

    A page that took long, or examined many policies, ends early. Raises Forbidden.
    """
    require_report_reader(actor)
    budget = Budget(services.clock, _SECONDS)
    source = list_entitlements.policies(services, actor)
    found: list[Coverage] = []
    examined = 0
    while True:
        page = source(limit - len(found), after)
        examined += len(page.items)
        for one in _told(services, page.items, counts):
            after = one.policy.id
            if not (uncovered and one.status == REVIEWED):
                found.append(one)
            if counts and not budget.left():
                return Page(tuple(found), after)
        if page.next is None or len(found) >= limit or examined >= _EXAMINED or not budget.left():
            return Page(tuple(found), page.next)
        after = page.next


def coverage_row(one: Coverage, now: datetime) -> Row:
    """The row of report_rows.COVERAGE."""
    by, when = one.switched_off or ("", None)
    return (
        one.policy.catalog_id,
        one.package.display_name if one.package else "",
        one.policy.package_id,
        one.policy.display_name,
        one.policy.id,
        one.status,
        one.switched_off_by.display_name if one.switched_off_by else by,
        when,
        one.last.instance_id if one.last else "",
        one.last.ends if one.last else None,
        one.days_since(now),
        one.assignments,
    )


def _told(services: Services, policies: Sequence[AssignmentPolicy], counts: bool) -> Iterator[Coverage]:
    packages = services.entitlements.packages({policy.package_id for policy in policies})
    definitions = services.reviews.definitions(ids.definition_id(policy.id) for policy in policies)
    last = services.reports.last_reviews(policy.id for policy in policies)
    people = services.people.users({one.saved_by for one in definitions.values() if not one.settings.enabled} - {""})
    for policy in policies:
        definition = definitions.get(ids.definition_id(policy.id))
        status = _status(policy, definition)
        yield Coverage(
            policy=policy,
            package=packages.get(policy.package_id),
            status=status,
            definition=definition,
            switched_off_by=people.get(definition.saved_by) if definition and status == SWITCHED_OFF else None,
            last=last.get(policy.id),
            assignments=services.entitlements.count_live_assignments_of_policy(policy.id) if counts else None,
        )


def _status(policy: AssignmentPolicy, definition: ReviewDefinition | None) -> str:
    if policy.review is not None and policy.review.enabled:
        return ENDED if definition and definition.ended else REVIEWED
    return SWITCHED_OFF if definition else NEVER
