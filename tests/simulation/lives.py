"""Random lives of one policy, in the product and in the model at the same time, compared after every step."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.items import ApplyResult, Decision, DecisionItem
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import InstanceState
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.regrants import live_assignment
from tests import factories
from tests.simulation.checks import Seen, broken
from tests.simulation.doing import REVIEWERS, Doing
from tests.simulation.model import Model, Review
from tests.simulation.store import Store
from tests.simulation.worlds import Simulated

STAFF = ("ann", "bob", "cy", "dan", "eve", "flo")
A_MOMENT = timedelta(seconds=6)  # after which no process remembers what was before


class Life:
    """One policy in the product and in the model, step by step."""

    def __init__(self, one: Simulated, chance: random.Random) -> None:
        self.one, self.chance, self.log = one, chance, list[str]()
        clock = one.world.clock
        clock.product += timedelta(days=chance.randrange(60), hours=chance.randrange(12))
        for name in (*REVIEWERS, "hal", "fay", *STAFF):
            one.org.person(name)
        start, silence = clock.now().date(), chance.choice(list(NoResponse)[:2])
        count, percent = chance.choice(((1, 30), (2, 50), (100, 30)))
        chosen = {"no_response": silence, "brake_count": count, "brake_percent": percent}
        timing = {"frequency": Frequency.MONTHLY, "duration_days": 14, "justification_required": False}
        people = [one.org.people[name] for name in REVIEWERS]
        policy = one.org.policy(review=factories.by_people(start, *people, **chosen, **timing))
        self.doing = Doing(one, policy)
        word = "remove" if silence is NoResponse.REMOVE else "keep"
        self.model = Model(start, frozenset(REVIEWERS), word, count, percent, clock.now())

    def step(self) -> None:
        """One thing that somebody does, or some time that passes, in both; then the two are compared."""
        name = self.chance.choices(tuple(STEPS), tuple(STEPS.values()))[0]
        arguments = ARGUMENTS[name](self.chance, self.doing.now) if name in ARGUMENTS else {}
        self.log.append(f"{self.doing.now:%m-%d %H:%M} {name} {arguments}")
        self.pass_time(self.doing.now + A_MOMENT)
        if name == "wait":
            self.pass_time(arguments["until"])
        else:
            wanted = getattr(self.model, name)(**arguments)
            answered = self.doing.done(name, f"{len(self.log)}", arguments)
            assert answered == wanted, f"{name} {arguments}: the product says {answered}, the model {wanted}"
            self.pass_time(self.doing.now + (timedelta(seconds=15) if name == "stop" else A_MOMENT))
        self.compare()

    def pass_time(self, until: datetime) -> None:
        """To each instant at which something happens by itself, and on."""
        while (event := self.model.next_event()) <= until:
            self.model.pass_time(event)
            self.one.world.clock.set(event)
            self.tick()
        self.model.pass_time(until)
        self.one.world.clock.set(until)
        self.tick()

    def tick(self) -> None:
        seconds = self.one.world.clock.seconds
        self.one.world.tick()
        self.one.world.tick()
        assert self.one.world.clock.seconds >= seconds

    # The comparison ---------------------------------------------------------------------------------------------

    def compare(self) -> None:
        held = {
            who: found.ends
            for who in STAFF
            if (
                found := live_assignment(
                    self.doing.services, self.one.org.people[who].id, self.doing.policy.package_id, self.doing.now
                )
            )
        }
        assert held == {who: grant.until for who, grant in self.model.holds.items()}
        review, instance = self.model.review, self.doing.instance
        assert (review is None) == (instance is None)
        if review and instance:
            state = self.doing.services.reviews.state(instance.id)
            self.compare_review(review, state, self.doing.items())
            assert phase_of(state) == review.phase

    def compare_review(self, review: Review, state: InstanceState, items: dict[str, DecisionItem]) -> None:
        names = {self.one.org.people[name].id: name for name in self.one.org.people} | {"rule": "rule"}
        assert set(items) == set(review.items)
        for who, wanted in review.items.items():
            item = items[who]
            found = [(names[entry.by], entry.decision.value) for entry in item.history]
            assert found == wanted.history, f"{who}: {found} but {wanted.history}"
            kept = item.kept if item.decision is Decision.NOT_REVIEWED else ""
            assert (kept, item.cancelled is not None) == (wanted.kept, wanted.cancelled), who
            result = ApplyResult.DONE if wanted.removed else ApplyResult.GONE if wanted.gone else ApplyResult.NEW
            assert item.apply_result is result, f"{who}: {item.apply_result} but {result}"
        if state.outcome is not None:
            told = Counter({"cancelled": state.outcome.cancelled, **state.outcome.kept_because})
            told += Counter(
                Approve=state.outcome.approved, Deny=state.outcome.removals, DontKnow=state.outcome.dont_know
            )
            ends = ("cancelled" if one.cancelled else one.kept or one.decision for one in review.items.values())
            assert told == Counter(ends)
            restored = sum(one.restored for one in review.items.values())
            removed = sum(one.removed is not None for one in review.items.values())
            assert (state.removed, state.removals_restored) == (removed - restored, restored)

    def check_promises(self) -> None:
        tables = self.one.cloud.dynamodb.tables.items()
        rows = {name: {place: dict(found.item) for place, found in table.all()} for name, table in tables}
        found = broken(Seen(Store(rows), self.doing.told, self.doing.now, self.one.world.clock.real()))
        assert not found, "\n".join(found)


def phase_of(state: InstanceState) -> str:
    """What the model calls the state of a review."""
    if state.confirmation is not None and state.confirmation.how.value in ("declined", "lapsed"):
        return state.confirmation.how.value
    return {"InProgress": "open", "Completed": "waiting", "Applied": "applied"}.get(
        state.status.value, state.status.value
    )


Arguments = Callable[[random.Random, datetime], dict[str, Any]]
ARGUMENTS: dict[str, Arguments] = {
    "wait": lambda chance, now: {
        "until": now + timedelta(chance.choice((0, 1, 3, 9, 20)), hours=chance.randrange(1, 24))
    },
    "assign": lambda chance, now: {
        "who": chance.choice(STAFF),
        "until": chance.choice((None, None, noon(chance, now))),
    },
    "end": lambda chance, now: {"who": chance.choice(STAFF)},
    "decide": lambda chance, now: {
        "by": chance.choice((*REVIEWERS, *REVIEWERS, "hal", "hal", "fay")),
        "who": chance.choice(STAFF),
        "what": chance.choice(("Approve", "Deny", "Deny", "DontKnow")),
        "reason": chance.random() < 0.5,
    },
    "hand_over": lambda chance, now: {"by": chance.choice(REVIEWERS), "to": "hal"},
    "take_back": lambda chance, now: {"to": "hal"},
    "be_absent": lambda chance, now: {
        "by": chance.choice(REVIEWERS),
        "until": now + timedelta(days=chance.choice((2, 20, 40))),
    },
    "join": lambda chance, now: {"who": "fay"},
    "extend": lambda chance, now: {"days": chance.choice((0, 1, 5, 30))},
    "restore": lambda chance, now: {"who": chance.choice(STAFF)},
}


def noon(chance: random.Random, now: datetime) -> datetime:
    return now.replace(hour=12, minute=0, second=0) + timedelta(days=chance.randrange(1, 40))


STEPS = {
    "wait": 6,
    "assign": 4,
    "end": 1,
    "decide": 10,
    "hand_over": 1,
    "take_back": 1,
    "be_absent": 1,
    "join": 1,
    "stop": 1,
    "extend": 1,
}
STEPS |= {"confirm": 2, "decline": 1, "restore": 3}


def live(one: Simulated, chance: random.Random, steps: int) -> None:
    life = Life(one, chance)
    with one.point.hooked(life.doing.told.listening(one.world.clock.now)):
        try:
            for _ in range(steps):
                life.step()
            life.check_promises()
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n" + "\n".join(life.log)) from problem
