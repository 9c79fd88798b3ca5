"""What happened at Contoso between January and March: reviews open, are decided, close, wait and fail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest import mock

from chalicelib.domain.errors import InvalidInput
from chalicelib.usecases import advance_review as driver
from chalicelib.usecases import failing
from chalicelib.usecases.decide import check_text
from tests.browser.adopting import look_at_groups
from tests.browser.byhand import hand_out
from tests.browser.organisation import NOW, Office, Say, employ, found, plainly
from tests.world import World

REASON = 200  # characters
CSV = {"content-type": "text/csv; charset=utf-8"}
ADMIN = "admin@example.com"
GOOD_PEOPLE = "userPrincipalName,displayName,department\njo@example.com,Jo Sandberg,Finance\n"
BAD_PEOPLE = """userPrincipalName,displayName,manager,accountEnabled
kim@example.com,Kim Larsen,nora@example.com,true
,Nobody,,true
liv at example.com,Liv,,true
mia@example.com,Mia Holm,nobody@example.com,true
noa@example.com,Noa Berg,nora@example.com,perhaps
"""
BAD_HOLDERS = "user,package\nada@example.com,Data Lake\nada@example.com,No Such Package\nzed@example.com,Ledger\n"


def contoso(world: World, say: Say = plainly) -> Office:
    """The organisation as it stands at `NOW`, in an empty world; `say` what people write instead of our texts."""
    office = found(world, say)
    _payments(world, office)
    _nobody_answers_treasury(world, office)
    _archive_cannot_close(world, office)
    _running(world, office)
    world.clock.set(NOW)
    world.tick()
    for key, kind, text in (
        ("people", "people", GOOD_PEOPLE),
        ("bad people", "people", BAD_PEOPLE),
        ("bad assignments", "assignments", BAD_HOLDERS),
    ):
        office.imports[key] = world.post(f"/api/v1/imports/{kind}", text, headers=CSV).json["id"]
        world.drain()
    hand_out(world, office)
    look_at_groups(world, office)
    return office


def evening(world: World, month: int, day: int) -> None:
    """The end of a day in Paris, a minute before midnight: reviews there open and close."""
    world.clock.set(datetime(2026, month, day, 22, 59, 30, tzinfo=UTC))
    world.tick()


def night(world: World, hours: int) -> None:
    """So many hours later: midnight comes to UTC (1) and to New York (6)."""
    world.clock.advance(hours=hours)
    world.tick()


def _opened(world: World, office: Office, **names: str) -> None:
    """Note the newest reviews of these policies: `closed="Payments, Staff"`."""
    for key, policy in names.items():
        newest = world.services.reviews.instances_of(office.series(policy), 5, None).items
        assert newest, f"the review of {policy} did not open"
        office.reviews[key] = newest[0].id


def decide(world: World, office: Office, review: str, reviewer: str, decisions: dict[str, tuple[str, str]]) -> None:
    """A reviewer decides about people by name: `{"ada": ("Approve", "Closes the books.")}`."""
    services = world.services
    instance = services.reviews.instance(office.reviews[review])
    path = f"/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances/{instance.id}"
    principal = f"{reviewer}@example.com"
    items = world.get(f"{path}/decisions/filterByCurrentUser(on='reviewer')?$top=100", principal).json["value"]
    ids = {item["principal"]["id"]: item["id"] for item in items}
    rows: list[dict[str, Any]] = [
        {"id": ids[office.people[name].id], "decision": what, "justification": why and reason(office, why)}
        for name, (what, why) in decisions.items()
    ]
    told = world.post(f"/api/v1/reviews/{instance.id}/decisions", {"decisions": rows}, principal).json
    assert all(one["status"] == 200 for one in told["results"]), told
    world.drain()


def reason(office: Office, plain: str) -> str:
    """A reason in the organisation's words, where the product takes them as one."""
    said = office.say(plain)[:REASON].strip()
    try:
        check_text(said)
    except InvalidInput:
        return plain
    return said or plain


def _payments(world: World, office: Office) -> None:
    """The first review of the year: decided, closed, and what was denied is removed."""
    evening(world, 1, 5)
    _opened(world, office, closed="Payments, Staff")
    world.clock.set(datetime(2026, 1, 8, 10, 0, tzinfo=UTC))
    chosen = {"ada": ("Approve", "Prepares the weekly payment run."), "ben": ("Deny", "Moved to reporting.")}
    decide(world, office, "closed", "nora", {**chosen, "cara": ("Approve", "Stands in for Ada.")})
    decide(world, office, "closed", "omar", {"finn": ("Deny", "Has not done this since the migration.")})
    evening(world, 1, 19)


def _nobody_answers_treasury(world: World, office: Office) -> None:
    """Silence would remove five people at once, so that waits for a confirmation."""
    employ(world, office)
    evening(world, 2, 9)
    night(world, hours=6)
    _opened(world, office, waiting="Treasury, Staff", failed="Archive, Staff")
    world.clock.set(datetime(2026, 2, 23, 9, 0, tzinfo=UTC))
    employ(world, office)
    evening(world, 2, 23)


def _archive_cannot_close(world: World, office: Office) -> None:
    night(world, hours=1)
    broken = RuntimeError("The file of the frozen population cannot be read.")
    world.clock.advance(hours=5)
    with mock.patch.object(driver, "sweep_some", side_effect=broken), mock.patch.object(driver, "LOG"):
        for _ in range(failing.MOST_ATTEMPTS):
            world.clock.seconds += failing.LONGEST_PAUSE + 1
            driver.advance_review(world.services, office.reviews["failed"])
    _opened(world, office, managers="Ledger, Staff", own="Source Code, Staff")


def _running(world: World, office: Office) -> None:
    """What waits for its reviewers today."""
    evening(world, 2, 25)
    evening(world, 2, 26)
    night(world, hours=1)
    _opened(world, office, shared="Ledger, Partners", soon="Build Farm, Staff")
    world.clock.set(datetime(2026, 2, 27, 10, 0, tzinfo=UTC))
    chosen = {"ada": ("Approve", "Closes the books every month."), "ben": ("Deny", "")}
    decide(world, office, "managers", "nora", chosen)
    chosen = {"finn": ("Approve", "Runs the interface to the ledger."), "gita": ("DontKnow", "Is she still on it?")}
    decide(world, office, "managers", "omar", chosen)
    decide(world, office, "own", "finn", {"finn": ("Approve", "I work on it every day.")})
