"""The reviews, and what they take away: gone at the systems themselves, and seen when somebody puts it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from local.demo.player import Player
from local.demo.real.access import HOLDERS, Made, show
from local.demo.real.people import MANAGER
from local.demo.real.systems import GIVEN, PLATFORM, THERE_ALREADY, TWICE, Systems
from local.demo.reviewing import MINE, Review
from local.demo.setting import AR

BOB, CLEO = "bob@example.com", TWICE
DENIED = {"AWS Platform": (BOB, CLEO), "Customer Portal": (CLEO,)}
REGRANT = "Re-grant seen"
SOON, A_MINUTE, A_DAY = timedelta(seconds=30), timedelta(seconds=70), timedelta(days=1, minutes=5)


def open_reviews(player: Player, systems: Systems, made: tuple[Made, Made], start: datetime) -> dict[str, Review]:
    """Move to the evening; the reviews that open by themselves, by title of the package. Somebody is in a group who
    was never assigned to it."""
    player.chapter("The reviews open, compared with what is there")
    systems.join(PLATFORM, THERE_ALREADY)
    player.tell(f"Meanwhile somebody puts Gus into {PLATFORM}, past this product.")
    player.move_to(start + SOON)
    reviews = {one.title: _review(player, one) for one in made}
    for title, review in reviews.items():
        found = player.get(f"{review.own}/comparison")
        strangers = [one["person"]["userPrincipalName"] for one in found["value"] if one["difference"] == "missing"]
        expected = [THERE_ALREADY] if title == "AWS Platform" else []
        told = (strangers, found["extra"], found["notCompared"])
        player.check(told == (expected, 0, 0), f"comparing {title} finds {expected or 'nothing'}", found)
        player.tell(f"  {title}: members without an assignment: {', '.join(strangers) or 'none'}")
    player.tell("The evidence says so: it is complete against the systems, not only against this product.")
    return reviews


def decide(player: Player, reviews: dict[str, Review]) -> None:
    """Olivia decides about everybody."""
    player.chapter("Olivia decides")
    for title, review in reviews.items():
        mine = player.all(f"{review.items}/{MINE}", MANAGER)
        items = {item["principal"]["userPrincipalName"]: item["id"] for item in mine}
        advised = [item["principal"]["userPrincipalName"] for item in mine if item["recommendation"] == "Deny"]
        player.check(advised == [BOB], "Bob is recommended to be denied, who has not signed in for long", advised)
        player.check(sorted(items) == [*HOLDERS], f"Olivia is asked about three people in {title}", sorted(items))
        for name, item in items.items():
            deny = name in DENIED[title]
            reason = "Moved to another team." if deny else "Works with it every week."
            body = {"decision": "Deny" if deny else "Approve", "justification": reason}
            player.send("PATCH", f"{review.items}/{item}", body, MANAGER)
        player.tell(
            f"{title}: she denies {' and '.join(DENIED[title])}, and approves the others. Recommended: to deny Bob."
        )


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
    for title, members in (("AWS Platform", systems.in_center(PLATFORM)), ("Customer Portal", systems.in_pool())):
        left = [name for name in HOLDERS if name not in DENIED[title]]
        left += [THERE_ALREADY] if title == "AWS Platform" else []
        player.check(members == left, f"who was denied {title} is gone there", members)
    said = {one["standing"] for review in reviews.values() for one in _removals(player, review).values()}
    player.check(said == {"underWay"}, "nothing is called removed after one look", said)
    player.tell("Nothing is called removed yet: that takes a second look, a minute later.")
    player.move_to(player.now() + A_MINUTE)
    for title, review in reviews.items():
        status = player.settled(review.graph, "status", "Applied")
        player.check(status == "Applied", f"the review of {title} is applied", status)
    _outcomes(player, reviews)


def _outcomes(player: Player, reviews: dict[str, Review]) -> None:
    """What became of each denied access."""
    found = {title: _removals(player, review) for title, review in reviews.items()}
    standing = {title: {who: one["standing"] for who, one in some.items()} for title, some in found.items()}
    expected = {"AWS Platform": {BOB: "removed", CLEO: "needsPerson"}, "Customer Portal": {CLEO: "removed"}}
    player.check(standing == expected, "two are removed, and one needs a person", standing)
    for title, some in found.items():
        for who, one in sorted(some.items()):
            seen = " and ".join(moment[11:19] for moment in one["absentDateTimes"])
            player.tell(f"  {title}, {who}: {one['standing']}, seen absent at {seen}")
    (way,) = found["AWS Platform"][CLEO]["otherWays"]
    player.check(GIVEN in way, "Cleo's own assignment is seen", way)
    player.tell(f"Cleo left the group and still has what it gave: {way}. That is said, and waits for a person.")


def _removals(player: Player, review: Review) -> dict[str, dict[str, Any]]:
    """What was done and seen about each denied access of a review, by user name."""
    return {one["principal"]["userPrincipalName"]: one for one in player.all(f"{review.own}/removals")}


def put_back(player: Player, systems: Systems, review: Review) -> None:
    """Somebody gives the access again at the system itself; the daily look at what was removed sees it."""
    player.chapter("Somebody puts Bob back, past this product")
    before = _removals(player, review)[BOB]
    player.check(before["regrants"] == [], "nothing has come back so far", before)
    systems.join(PLATFORM, BOB)
    player.tell(f"With a console, Bob is put into {PLATFORM} again. A day later:")
    player.move_to(player.now() + A_DAY)
    after = _removals(player, review)[BOB]
    player.check([one["where"] for one in after["regrants"]] == ["outside"], "the watch has seen it once", after)
    seen = after["regrants"][0]["seenDateTime"]
    events = player.all(f"/api/v1/audit?target={after['assignmentId']}")
    player.check(REGRANT in {one["activityDisplayName"] for one in events}, "the audit trail has it", events)
    player.tell(f"  {seen[:16].replace('T', ' ')}  {REGRANT}: {BOB}, outside this product")
    player.tell("Removed access is looked at every day for thirty days; what came back waits for somebody's decision.")
