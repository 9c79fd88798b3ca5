"""The review itself: it opens, people decide and hand over, access runs out meanwhile, it closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.demo.player import Player
from local.demo.setting import (
    ALONE,
    AR,
    DENIED,
    DEPUTY,
    HELPER,
    LEAVES_AFTER,
    LEAVING,
    MANAGER,
    OPEN,
    REPORTS,
    ZONE,
)

MINE = "filterByCurrentUser(on='reviewer')"


@dataclass(frozen=True)
class Review:
    """The instance the story is about, and its series."""

    definition: str
    id: str

    @property
    def graph(self) -> str:
        """Its address on Graph's surface."""
        return f"{AR}/{self.definition}/instances/{self.id}"

    @property
    def own(self) -> str:
        """Its address on our own root."""
        return f"/api/v1/reviews/{self.id}"

    @property
    def items(self) -> str:
        """Where its decision items are."""
        return f"{self.graph}/decisions"


def open_review(player: Player, policy: dict[str, Any], start: datetime) -> Review:
    """Move to the evening; the review that opened by itself."""
    player.chapter("The review opens by itself")
    player.move_to(start + timedelta(seconds=30))
    chosen = f"contains(scope/query, '{policy['id']}')"
    (definition,) = player.exactly(1, f"{AR}?$filter={chosen}", "series of reviews for the policy")
    (review,) = player.exactly(1, f"{AR}/{definition['id']}/instances", "review of the series")
    player.check(review["status"] == "InProgress", "the review is in progress", review["status"])
    player.tell(f"It is {start:%H:%M} in {ZONE}. “{definition['displayName']}” is open; nobody had to start it.")
    mails = player.mails()
    asked = sorted(mail["to"] for mail in mails)
    player.check(asked == [DEPUTY, MANAGER], "Olivia and Frank get one mail each", asked)
    for mail in mails:
        player.tell(f"Mail to {mail['to']}: {mail['subject']}")
    words = next(mail["text"] for mail in mails if mail["to"] == MANAGER)
    player.quote("\n".join(words.splitlines()[:12]))
    return Review(definition["id"], review["id"])


def decide(player: Player, review: Review) -> None:
    """Olivia decides about those who report to her, but for Dan."""
    player.chapter("A reviewer decides")
    mine = _asked(player, review, MANAGER, REPORTS)
    for name in REPORTS:
        player.tell(_decide(player, review, mine[name], MANAGER))
    bare = {"decision": "Approve"}
    refused = player.refused("PATCH", f"{review.items}/{mine[REPORTS[0]]['id']}", bare, MANAGER)
    player.check("justification" in refused, "approving without a justification is refused", refused)
    player.tell(f"An approval without a justification is refused: “{refused}”")


def _asked(player: Player, review: Review, reviewer: str, expected: tuple[str, ...]) -> dict[str, Any]:
    """The items somebody is asked about, by principal name."""
    mine = {item["principal"]["userPrincipalName"]: item for item in player.all(f"{review.items}/{MINE}", reviewer)}
    player.check(set(mine) == set(expected), f"{reviewer} is asked about {expected}", sorted(mine))
    player.tell(f"{reviewer} is asked about {len(mine)} people.")
    return mine


def _decide(player: Player, review: Review, item: dict[str, Any], reviewer: str) -> str:
    """Decide about one person as the story wants it; the sentence that tells it."""
    name, recommended = item["principal"]["userPrincipalName"], item["recommendation"]
    if name in (OPEN, LEAVING):
        return f"  {name}: recommended {recommended}; left open"
    deny = name == DENIED
    reason = "Moved to another team." if deny else "Still closes the books every month."
    body = {"decision": "Deny" if deny else "Approve", "justification": reason}
    player.send("PATCH", f"{review.items}/{item['id']}", body, reviewer)
    return f"  {name}: recommended {recommended}; decided {body['decision']}, “{reason}”"


def hand_over(player: Player, review: Review, people: dict[str, str]) -> None:
    """Frank has no time: Hana decides on his behalf."""
    player.chapter("Another reviewer hands over")
    _asked(player, review, DEPUTY, ALONE)
    wish = {"to": people[HELPER], "reason": "I am at the quarter's close until Friday."}
    player.post(f"{review.own}/hand-over", wish, DEPUTY)
    player.tick()
    player.tell(f"Frank hands all of them over to Hana: “{wish['reason']}”")
    told = [mail for mail in player.mails() if mail["to"] == HELPER]
    player.check(len(told) == 1, "Hana gets one mail", told)
    player.tell(f"Mail to {HELPER}: {told[0]['subject']}")
    mine = _asked(player, review, HELPER, ALONE)
    for name in ALONE:
        player.tell(_decide(player, review, mine[name], HELPER))


def show_numbers(player: Player, review: Review) -> None:
    """Where it stands after the first evening."""
    player.chapter("Where the review stands")
    player.tick()
    _counts(player, review, total=7, approved=4, denied=1, dontKnow=0, cancelled=0, notReviewed=2)
    player.tell("7 people: 4 approved, 1 denied, 2 not reviewed. Nothing is removed yet.")


def _counts(player: Player, review: Review, **expected: int) -> None:
    found = player.get(review.own)["counts"]
    player.check(found == expected, f"the numbers are {expected}", found)


def run_out(player: Player, review: Review, start: datetime) -> None:
    """The end of an assignment passes while the review is open."""
    player.chapter("An assignment runs out meanwhile")
    player.move_to(start + timedelta(days=LEAVES_AFTER, minutes=2))
    _counts(player, review, total=7, approved=4, denied=1, dontKnow=0, cancelled=1, notReviewed=1)
    told = [mail["subject"] for mail in player.mails() if mail["to"] == LEAVING]
    player.check(len(told) == 1 and told[0].endswith("has ended"), "Gus is told once", told)
    player.tell(f"{LEAVES_AFTER} days later. Mail to {LEAVING}: {told[0]}")
    done = player.get(review.own)["reviewers"]
    player.check(done == {"total": 2, "finished": 1}, "one of two reviewers has finished", done)
    player.tell("Nobody has to decide about Gus any more: his item counts as cancelled, and Frank's part is finished.")


def close(player: Player, review: Review) -> None:
    """The end passes."""
    player.chapter("The review closes by itself")
    closes = datetime.fromisoformat(player.get(review.graph)["endDateTime"])
    player.move_to(closes + timedelta(seconds=5))
    status = player.settled(review.graph, "status", "Applied")
    player.check(status == "Applied", "the review is applied", status)
    player.tell(f"It closed on {closes.astimezone(ZoneInfo(ZONE)):%A %-d %B at %H:%M} and is Applied.")
