"""The reviews, and what they take away: gone at the systems themselves, and seen when somebody puts it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.demo.player import Player
from local.demo.real.access import HOLDERS, Made, assignments, show
from local.demo.real.people import MANAGER
from local.demo.real.systems import PLATFORM, Systems
from local.demo.reviewing import MINE, Review
from local.demo.setting import AR

DENIED = {"AWS Platform": "bob@example.com", "Customer Portal": "cleo@example.com"}
REGRANT = "Re-grant seen"
SOON, A_MINUTE, A_DAY = timedelta(seconds=30), timedelta(seconds=70), timedelta(days=1, minutes=5)


def open_reviews(player: Player, made: tuple[Made, Made], start: datetime) -> dict[str, Review]:
    """Move to the evening; the reviews that open by themselves, decided. By title of the package."""
    player.chapter("The reviews open, and Olivia decides")
    player.move_to(start + SOON)
    reviews = {one.title: _review(player, one) for one in made}
    for title, review in reviews.items():
        items = {item["principal"]["userPrincipalName"]: item for item in player.all(f"{review.items}/{MINE}", MANAGER)}
        player.check(sorted(items) == [*HOLDERS], f"Olivia is asked about three people in {title}", sorted(items))
        for name, item in items.items():
            deny = name == DENIED[title]
            reason = "Moved to another team." if deny else "Works with it every week."
            body = {"decision": "Deny" if deny else "Approve", "justification": reason}
            player.send("PATCH", f"{review.items}/{item['id']}", body, MANAGER)
        player.tell(f"{title}: she denies {DENIED[title]} and approves the others.")
    return reviews


def _review(player: Player, made: Made) -> Review:
    chosen = f"contains(scope/query, '{made.policy}')"
    (definition,) = player.exactly(1, f"{AR}?$filter={chosen}", f"series of reviews of {made.title}")
    (instance,) = player.exactly(1, f"{AR}/{definition['id']}/instances", f"review of {made.title}")
    return Review(definition["id"], instance["id"])


def close(player: Player, systems: Systems, reviews: dict[str, Review]) -> None:
    """The end passes; who was denied is a member no more."""
    player.chapter("The reviews close, and access goes where it was given")
    first = next(iter(reviews.values()))
    closes = datetime.fromisoformat(player.get(first.graph)["endDateTime"])
    player.move_to(closes + timedelta(seconds=5))
    player.tell("Closed. Read at the systems themselves, by a plain AWS client:")
    show(player, systems)
    left = [name for name in HOLDERS if name != DENIED["AWS Platform"]]
    player.check(systems.in_center(PLATFORM) == left, "Bob is gone from Identity Center", systems.in_center(PLATFORM))
    left = [name for name in HOLDERS if name != DENIED["Customer Portal"]]
    player.check(systems.in_pool() == left, "Cleo is gone from the user pool", systems.in_pool())
    player.move_to(player.now() + A_MINUTE)
    for title, review in reviews.items():
        status = player.settled(review.graph, "status", "Applied")
        player.check(status == "Applied", f"the review of {title} is applied", status)
        outcome = player.get(review.own)["outcome"]
        player.check((outcome["removed"], outcome["removalFailures"]) == (1, 0), "one access is removed", outcome)
    player.tell("“Removed” is said only now, after a second read a minute later found them absent again.")


def put_back(player: Player, systems: Systems, made: Made) -> None:
    """Somebody gives the access again at the system itself; the daily look at what was removed sees it."""
    player.chapter("Somebody puts Bob back, past this product")
    bob = DENIED[made.title]
    assignment = assignments(player, made.package)[bob]["id"]
    seen = f"/api/v1/audit?target={assignment}"
    before = [event["activityDisplayName"] for event in player.all(seen)]
    player.check(REGRANT not in before, "nothing has come back so far", before)
    systems.join(PLATFORM, bob)
    player.tell(f"With a console, Bob is put into {PLATFORM} again. A day later:")
    player.move_to(player.now() + A_DAY)
    events = [event for event in player.all(seen) if event["activityDisplayName"] == REGRANT]
    player.check(len(events) == 1, "the watch has seen the re-grant once", events)
    player.tell(f"  {events[0]['activityDateTime'][:16].replace('T', ' ')}  {REGRANT}: {bob}")
    player.tell("Removed access is looked at every day for thirty days; this one waits for somebody's decision.")
