"""The product against the model: random lives of one policy, compared after every step."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.errors import ReviewError
from chalicelib.domain.items import ApplyResult, Decision, DecisionItem
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.confirm_removals import apply_decisions, decline_removals
from chalicelib.usecases.control_review import stop_review
from chalicelib.usecases.decide import Submission, open_instance, record_decision
from chalicelib.usecases.extend_review import extend_review
from chalicelib.usecases.hand_over import Wish as Handing
from chalicelib.usecases.hand_over import hand_over
from chalicelib.usecases.list_items import items_of_review
from chalicelib.usecases.regrants import live_assignment
from chalicelib.usecases.restore_access import restore_access
from chalicelib.usecases.take_back import take_back
from tests import factories
from tests.factories import ADMIN
from tests.simulation.checks import Accepted, Seen, Told, broken
from tests.simulation.depth import Depth, history
from tests.simulation.model import Model, Review
from tests.simulation.store import Store
from tests.simulation.worlds import Simulated, simulated

HERE = "tests/simulation/test_model.py"
STAFF = ("ann", "bob", "cy", "dan", "eve", "flo")
REVIEWERS = ("rita", "rob")
A_MOMENT = timedelta(seconds=6)  # after which no process remembers what was before


class Life:
    """One policy in the product and in the model, step by step."""

    def __init__(self, one: Simulated, chance: random.Random) -> None:
        self.one, self.chance, self.told, self.log = one, chance, Told(), []
        clock = one.world.clock
        clock.product += timedelta(days=chance.randrange(60), hours=chance.randrange(12))
        for name in (*REVIEWERS, "hal", *STAFF):
            one.org.person(name)
        start, silence = clock.now().date(), chance.choice(list(NoResponse)[:2])
        count, percent = chance.choice(((1, 30), (2, 50), (100, 30)))
        chosen = {"no_response": silence, "brake_count": count, "brake_percent": percent}
        timing = {"frequency": Frequency.MONTHLY, "duration_days": 14, "justification_required": False}
        people = [one.org.people[name] for name in REVIEWERS]
        self.policy = one.org.policy(review=factories.by_people(start, *people, **chosen, **timing))
        word = "remove" if silence is NoResponse.REMOVE else "keep"
        self.model = Model(start, frozenset(REVIEWERS), word, count, percent, clock.now())

    @property
    def services(self) -> Any:
        return self.one.world.services

    @property
    def now(self) -> datetime:
        return self.one.world.clock.now()

    @property
    def instance(self) -> ReviewInstance | None:
        found = self.services.reviews.instances_of(ids.definition_id(self.policy.id), 1, None).items
        return found[0] if found else None

    def step(self) -> None:
        """One thing that somebody does, or some time that passes, in both; then the two are compared."""
        name = self.chance.choices(tuple(STEPS), tuple(STEPS.values()))[0]
        arguments = dict(self.arguments(name))
        self.log.append(f"{self.now:%m-%d %H:%M} {name} {arguments}")
        self.pass_time(self.now + A_MOMENT)
        if name == "wait":
            self.pass_time(arguments["until"])
        else:
            wanted = getattr(self.model, name)(**arguments)
            answered = self.done(name, arguments)
            assert answered == wanted, f"{name} {arguments}: the product says {answered}, the model {wanted}"
            self.pass_time(self.now + (timedelta(seconds=15) if name == "stop" else A_MOMENT))
        self.compare()

    def arguments(self, name: str) -> Iterator[tuple[str, Any]]:
        chance = self.chance
        if name == "wait":
            yield "until", self.now + timedelta(days=chance.choice((0, 1, 3, 9, 20)), hours=chance.randrange(1, 24))
        if name in ("assign", "end", "decide", "restore"):
            yield "who", chance.choice(STAFF)
        if name == "assign":
            noon = self.now.replace(hour=12, minute=0, second=0)
            yield "until", chance.choice((None, None, noon + timedelta(days=chance.randrange(1, 40))))
        if name == "decide":
            yield "by", chance.choice((*REVIEWERS, *REVIEWERS, "hal"))
            yield "what", chance.choice(("Approve", "Deny", "Deny", "DontKnow"))
            yield "reason", chance.random() < 0.5
        if name == "hand_over":
            yield "by", chance.choice(REVIEWERS)
            yield "to", "hal"
        if name == "take_back":
            yield "to", "hal"
        if name == "extend":
            yield "days", chance.choice((0, 1, 5, 30))

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

    # The product ------------------------------------------------------------------------------------------------

    def done(self, name: str, arguments: dict[str, Any]) -> bool:
        """Do it; whether the product took it."""
        try:
            return bool(getattr(self, f"do_{name}")(self.services, self.instance, f"{len(self.log)}", **arguments))
        except ReviewError:
            return False

    def do_assign(self, services: Any, instance: Any, operation: str, who: str, until: datetime | None) -> bool:
        ends = {"expiration": {"type": "afterDateTime", "endDateTime": until.isoformat()}} if until else {}
        wish = Wish(target_id=self.one.org.people[who].id, policy_id=self.policy.id, **ends)
        return assign(services, ADMIN, self.now, operation, wish) is not None

    def do_end(self, services: Any, instance: Any, operation: str, who: str) -> bool:
        person = self.one.org.people[who].id
        held = live_assignment(services, person, self.policy.package_id, self.now)
        ended = held and end_assignment(services, ADMIN, self.now, operation, held, RequestType.ADMIN_REMOVE)
        return ended is not None

    def do_decide(
        self, services: Any, instance: Any, operation: str, by: str, who: str, what: str, reason: bool
    ) -> bool:
        item = self.items().get(who)
        if instance is None or item is None:
            return False
        person, because = self.one.org.people[by], "because" if reason else ""
        found = open_instance(services, instance.id, self.now)
        submission = Submission(item_id=item.id, decision=Decision(what), justification=because)
        record_decision(services, person, found, submission, self.now, f"decide{operation}")
        self.told.accepted.append(Accepted(item.id, person.id, Decision(what)))
        return True

    def do_hand_over(self, services: Any, instance: Any, operation: str, by: str, to: str) -> bool:
        if instance is None:
            return False
        wish = Handing(to=self.one.org.people[to].id, reason="away")
        open_instance(services, instance.id, self.now)
        hand_over(services, self.one.org.people[by], instance, wish, self.now, operation)
        return True

    def do_take_back(self, services: Any, instance: Any, operation: str, to: str) -> bool:
        if instance is None:
            return False
        open_instance(services, instance.id, self.now)
        for by in REVIEWERS:
            person, taker = self.one.org.people[by], self.one.org.people[to].id
            take_back(services, person, instance, taker, (), self.now, f"{operation} {by}")
        return True

    def do_stop(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            stop_review(services, ADMIN, self.now, operation, instance)
        return instance is not None

    def do_extend(self, services: Any, instance: Any, operation: str, days: int) -> bool:
        if instance is not None:
            until = services.reviews.state(instance.id).ends + timedelta(days=days)
            extend_review(services, ADMIN, self.now, operation, instance, until, "holidays")
        return instance is not None

    def do_confirm(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            apply_decisions(services, ADMIN, self.now, operation, instance)
        return instance is not None

    def do_decline(self, services: Any, instance: Any, operation: str) -> bool:
        if instance is not None:
            decline_removals(services, ADMIN, self.now, operation, instance, "a mistake")
        return instance is not None

    def do_restore(self, services: Any, instance: Any, operation: str, who: str) -> bool:
        item = self.items().get(who)
        if item is not None:
            restore_access(services, ADMIN, self.now, operation, instance, item.id, "a mistake")
        return item is not None

    def items(self) -> dict[str, DecisionItem]:
        """The newest review's items by first name."""
        if self.instance is None:
            return {}
        state = self.services.reviews.state(self.instance.id)
        page = items_of_review(self.services, self.instance, state, 100, None)
        return {item.principal_name.partition("@")[0]: item for item in page.items}

    # The comparison ---------------------------------------------------------------------------------------------

    def compare(self) -> None:
        held = {
            who: found.ends
            for who in STAFF
            if (found := live_assignment(self.services, self.one.org.people[who].id, self.policy.package_id, self.now))
        }
        assert held == {who: grant.until for who, grant in self.model.holds.items()}
        review, instance = self.model.review, self.instance
        assert (review is None) == (instance is None)
        if review and instance:
            state = self.services.reviews.state(instance.id)
            self.compare_review(review, state, self.items())
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
            assert told == +review.counts()
            restored = sum(one.restored for one in review.items.values())
            removed = sum(one.removed is not None for one in review.items.values())
            assert (state.removed, state.removals_restored) == (removed - restored, restored)

    def check_promises(self) -> None:
        tables = self.one.cloud.dynamodb.tables.items()
        rows = {name: {place: dict(found.item) for place, found in table.all()} for name, table in tables}
        found = broken(Seen(Store(rows), self.told, self.now, self.one.world.clock.real()))
        assert not found, "\n".join(found)


def phase_of(state: InstanceState) -> str:
    """What the model calls the state of a review."""
    if state.confirmation is not None and state.confirmation.how.value in ("declined", "lapsed"):
        return state.confirmation.how.value
    return {"InProgress": "open", "Completed": "waiting", "Applied": "applied"}.get(
        state.status.value, state.status.value
    )


STEPS = {"wait": 6, "assign": 4, "end": 1, "decide": 10, "hand_over": 1, "take_back": 1, "stop": 1, "extend": 1}
STEPS |= {"confirm": 2, "decline": 1, "restore": 3}


def test_random_lives_of_a_policy_go_as_the_model_says(depth: Depth):
    """T2: all promises after each life, every answer and all that one can see after each step."""
    with simulated("memory") as one:
        empty = one.cloud.snapshot()
        clock = dict(vars(one.world.clock))
        for seed in depth.histories(60, 10_000):
            with history(seed, HERE) as chance:
                one.cloud.restore(empty)
                vars(one.world.clock).update(clock)
                one.world.streamed = one.world.told = 0
                from chalicelib import bootstrap

                bootstrap.use_clock(one.world.clock)
                live(one, chance, 100 if depth.long else 50)


def live(one: Simulated, chance: random.Random, steps: int) -> None:
    life = Life(one, chance)
    with one.point.hooked(life.told.listening(one.world.clock.now)):
        try:
            for _ in range(steps):
                life.step()
            life.check_promises()
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n" + "\n".join(life.log)) from problem
