"""Looking at what the opening of a review found when it compared assignments with the systems outside."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.assignments import Assignment
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import User
from chalicelib.domain.reviews import Compared, ReviewInstance
from chalicelib.usecases.comparison_files import EXTRA, MISSING, Difference, Target, page_of, target_of
from chalicelib.usecases.ports import Page, Services

DIFFERENCES = (MISSING, EXTRA)


@dataclass(frozen=True, slots=True)
class Told:
    """A difference: of which right, with the person if the directory knows them, the assignment as it is by now, and
    whether it was settled since (the member was assigned, the assignment ended)."""

    difference: str
    number: int
    row: Difference
    user: User | None
    assignment: Assignment | None
    settled: bool


def comparison_of(services: Services, instance: ReviewInstance) -> tuple[Compared | None, list[Target]]:
    """What was found in numbers, for each right that lies outside; None when nothing was compared (yet)."""
    state = services.reviews.state(instance.id)
    if state is None or state.compared is None:
        return None, []
    found: list[Target] = []
    while (target := target_of(services, instance.id, len(found))) is not None:
        found.append(target)
    return state.compared, found


def differences_of(
    services: Services, instance: ReviewInstance, targets: list[Target], difference: str, after: str | None
) -> Page[Told]:
    """A page of the differences, of one side or ("") of both: members without an assignment first."""
    sides = [difference] if difference else list(DIFFERENCES)
    pages = [
        (side, number, page)
        for side in sides
        for number, target in enumerate(targets)
        for page in range(target.pages.get(side, 0))
    ]
    position = int(after or 0)
    if position >= len(pages):
        return Page(())
    side, number, page = pages[position]
    rows = page_of(services, instance.id, number, side, page)
    following = str(position + 1) if position + 1 < len(pages) else None
    return Page(tuple(_told(services, instance, side, number, rows)), following)


def _told(services: Services, instance: ReviewInstance, side: str, number: int, rows: list[Difference]) -> list[Told]:
    """These rows as things are by now: two or three batch reads."""
    people = services.people.users({row.person for row in rows if row.person})
    if side == EXTRA:
        found = services.entitlements.assignments(row.assignment for row in rows)
    else:
        held = services.entitlements.holdings((person, instance.package_id) for person in people)
        live = services.entitlements.assignments(one.assignment_id for one in held)
        found = {one.target_id: one for one in live.values()}
    now = services.clock.now()
    told = []
    for row in rows:
        assignment = found.get(row.assignment if side == EXTRA else row.person)
        over = assignment is None or is_over(assignment, now)
        settled = over if side == EXTRA else not over
        told.append(Told(side, number, row, people.get(row.person), assignment, settled))
    return told


def connection_names(services: Services, targets: list[Target]) -> dict[str, str]:
    """How the connections of these rights are called, by name."""
    found = {one.connection: services.connections.connection(one.connection) for one in targets}
    return {name: one.display_name if one else name for name, one in found.items()}
