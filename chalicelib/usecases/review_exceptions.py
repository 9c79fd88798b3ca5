"""The exceptions of closed reviews with what was made of them, and the cases behind each, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain import errors
from chalicelib.domain.balance import is_final
from chalicelib.domain.dossiers import Disposition, Dossier
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.people import Actor
from chalicelib.domain.removals import Standing
from chalicelib.domain.review_exceptions import (
    EXTRA,
    MISSING,
    Around,
    ExceptionKind,
    ReviewException,
    exceptions_of,
    still_open,
)
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases.comparison import comparison_of, differences_of
from chalicelib.usecases.control_review import current
from chalicelib.usecases.list_items import items_of_review, sees_all
from chalicelib.usecases.list_removals import REGRANTED, removals_of_review
from chalicelib.usecases.ports import Page, Services

PAGE = 100
MOST_EXAMINED = 1_000  # items one page looks through: then it is short, and another follows
MOST_COUNTED = 1_000  # mails and returned accesses that are counted one by one


@dataclass(frozen=True, slots=True)
class Judged:
    """An exception with every disposition it was given, oldest first; `open`: it wants one."""

    found: ReviewException
    dispositions: tuple[Disposition, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One case of an exception: of which item and person, since when, and a word about it."""

    person_id: str
    name: str
    item_id: str = ""
    at: datetime | None = None
    word: str = ""


def require_sees_all(actor: Actor, instance: ReviewInstance) -> None:
    """Raises Forbidden unless the caller administers, audits or answers for this review."""
    if not sees_all(actor, instance):
        raise errors.Forbidden("Only those who administer or audit the review see its exceptions.")


def exceptions_of_review(services: Services, actor: Actor, instance: ReviewInstance) -> list[Judged]:
    """Every exception of a closed review. Raises Forbidden, and Conflict while its results do not stand."""
    require_sees_all(actor, instance)
    state = closed(services, instance)
    found = found_exceptions(services, instance, state)
    given = services.dossiers.dispositions(instance.id)
    judged = judged_of(services.dossiers.dossier(instance.id))
    return [Judged(one, tuple(each for each in given if each.key == one.key), still_open(one, judged)) for one in found]


def closed(services: Services, instance: ReviewInstance) -> InstanceState:
    """The state of a review whose results stand. Raises Conflict while they do not."""
    state = current(services, instance)
    if not is_final(state):
        raise errors.Conflict("The results of this review do not stand yet: it has no exceptions before it is closed.")
    return state


def found_exceptions(services: Services, instance: ReviewInstance, state: InstanceState) -> tuple[ReviewException, ...]:
    """The exceptions as they are now."""
    of = (instance.opens, instance.id)
    lost = services.reviews.undelivered(MOST_COUNTED, None, of).items
    back = services.dossiers.regranted(MOST_COUNTED, None, of).items
    return exceptions_of(instance, state, _around([one.at for one in lost], [one.noticed for one in back]))


def judged_of(dossier: Dossier | None) -> dict[str, int]:
    """How many cases of each exception have a disposition."""
    return dossier.judged if dossier else {}


def open_exceptions(
    services: Services, reviews: Iterable[tuple[ReviewInstance, InstanceState]], dossiers: dict[str, Dossier]
) -> dict[str, int]:
    """How many exceptions of each of these reviews want a disposition: two queries for all of them."""
    every = list(reviews)
    lost: dict[str, list[datetime]] = {}
    back: dict[str, list[datetime]] = {}
    if every:
        for one in services.reviews.undelivered(MOST_COUNTED, None).items:
            lost.setdefault(one.instance_id, []).append(one.at)
        for each in services.dossiers.regranted(MOST_COUNTED, None).items:
            back.setdefault(each.instance_id, []).append(each.noticed)
    found = {}
    for instance, state in every:
        around = _around(lost.get(instance.id, ()), back.get(instance.id, ()))
        judged = judged_of(dossiers.get(instance.id))
        found[instance.id] = sum(still_open(one, judged) for one in exceptions_of(instance, state, around))
    return found


def _around(lost: Sequence[datetime], back: Sequence[datetime]) -> Around:
    return Around(len(lost), min(lost, default=None), len(back), min(back, default=None))


def cases_of(services: Services, instance: ReviewInstance, key: str, after: str | None) -> Page[Case]:
    """A page of the cases behind an exception; short or empty pages may come before the last. Exceptions that are
    about the review as a whole have none. The caller has checked who asks. Raises NotFound for what is no key, and
    Conflict while the results do not stand."""
    kind, _, detail = key.partition(".")
    if kind not in set(ExceptionKind):
        raise errors.NotFound("There is no such exception.")
    closed(services, instance)
    if kind == ExceptionKind.REMOVAL:
        outcome = detail if detail in set(Standing) else Standing.UNDER_WAY.value
        return _removals(services, instance, outcome, after)
    if kind == ExceptionKind.REGRANTED:
        return _removals(services, instance, REGRANTED, after)
    if kind == ExceptionKind.COMPARISON and detail in (MISSING, EXTRA):
        return _differences(services, instance, detail, after)
    if kind == ExceptionKind.UNDELIVERED:
        return _undelivered(services, instance, after)
    wants = _WANTED.get(kind)
    return _items(services, instance, lambda item: wants(item, detail), after) if wants else Page(())


_WANTED: dict[str, Callable[[DecisionItem, str], bool]] = {
    ExceptionKind.NOT_ANSWERED: lambda item, why: item.decision is Decision.NOT_REVIEWED and item.kept == why,
    ExceptionKind.DONT_KNOW: lambda item, _: item.decision is Decision.DONT_KNOW and item.cancelled is None,
    ExceptionKind.OWN_DECISION: lambda item, _: item.decided_own,
}


def _items(
    services: Services, instance: ReviewInstance, wanted: Callable[[DecisionItem], bool], after: str | None
) -> Page[Case]:
    state, found, examined, position = current(services, instance), list[Case](), 0, after
    while len(found) < PAGE and examined < MOST_EXAMINED:
        page = items_of_review(services, instance, state, PAGE, position)
        found += [_case_of(item) for item in page.items if wanted(item)]
        examined, position = examined + PAGE, page.next
        if position is None:
            break
    return Page(tuple(found), position)


def _case_of(item: DecisionItem) -> Case:
    at = datetime.fromtimestamp(item.last.at / 1000, UTC) if item.last else None
    return Case(item.principal_id, item.display_name, item.id, at, item.last.reason if item.last else "")


def _removals(services: Services, instance: ReviewInstance, outcome: str, after: str | None) -> Page[Case]:
    page, _ = removals_of_review(services, instance, outcome, after)
    found = []
    for one in page.items:
        again = one.removal.regrants[-1].noticed if outcome == REGRANTED else None
        at = again or one.removal.ended or one.removal.begun
        found.append(Case(one.removal.person_id, one.name, one.removal.item_id, at, one.removal.reason))
    return Page(tuple(found), page.next)


def _differences(services: Services, instance: ReviewInstance, side: str, after: str | None) -> Page[Case]:
    compared, targets = comparison_of(services, instance)
    page = differences_of(services, instance, targets, side, after)
    at = compared.at if compared else None
    found = []
    for one in page.items:
        row, target = one.row, targets[one.number]
        name = one.user.display_name if one.user else row.name or row.principal_name or row.key
        found.append(Case(row.person, name, "", target.at or at, f"{target.resource_name}: {target.role}"))
    return Page(tuple(found), page.next)


def _undelivered(services: Services, instance: ReviewInstance, after: str | None) -> Page[Case]:
    page = services.reviews.undelivered(PAGE, after, (instance.opens, instance.id))
    people = services.people.users(one.user_id for one in page.items)
    found = [
        Case(
            one.user_id, people[one.user_id].display_name if one.user_id in people else "", "", one.at, one.fault.value
        )
        for one in page.items
    ]
    return Page(tuple(found), page.next)
