"""Lives of a review, drawn by chance: who is in it, what is decided, what goes wrong meanwhile, what is left behind.

Each is one history. It raises AssertionError when a promise is broken; by today's product none is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError

from chalicelib.domain import errors
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import User
from chalicelib.domain.reviews import Status
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import TABLES
from tests.simulation import faults
from tests.simulation.checks import Accepted, Seen, Told, broken, mail_key
from tests.simulation.office import Office, office
from tests.simulation.point import Call, Killed, Proceed
from tests.simulation.store import Store

NAMES = ("ann", "bob", "cy", "dan", "eve", "fay", "gus")
TROUBLES = (faults.Repeated(), faults.KilledBefore(), faults.KilledAfter(), faults.Lost())
DECISIONS = (Decision.APPROVE, Decision.DENY, Decision.DENY, Decision.DONT_KNOW)


class Trouble:
    """Now and then something goes wrong at a call: `often` out of a hundred calls. With `after` it is four calls from
    such a one on, and every fourth of them."""

    def __init__(self, chance: Random, told: Told, often: float, after: str = "") -> None:
        self.chance, self.told, self.often, self.after = chance, told, often, after
        self.doubtful, self.near, self.unrecorded = told.doubtful, 0, ""

    def __call__(self, call: Call, proceed: Proceed) -> Any:
        often = 25 if self.near > 0 else 0 if self.after else self.often
        self.near = 4 if call.operation == self.after else self.near - 1
        if call.service == "sqs" or self.chance.random() * 100 >= often:
            return self._made(call, proceed)
        one = self.chance.choice([one for one in TROUBLES if one.applies(call)])
        if self.unrecorded:  # whether it was sent is known to nobody but SES
            self.doubtful.add(self.unrecorded)
        return one.strike(call, proceed, self)

    def _made(self, call: Call, proceed: Proceed) -> Any:
        answer = proceed()
        if call.operation == "SendEmail":
            self.unrecorded = mail_key(call)
        elif not call.reads:
            self.unrecorded = ""
        return answer


class Life:
    """One review of an office and what was told of it."""

    def __init__(self, one: Office, chance: Random, often: float, after: str = "") -> None:
        self.one, self.chance, self.often, self.after = one, chance, often, after
        self.told = Told(outside=one.outside if one.resource else None)

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Workers die and calls are repeated, until the block ends."""
        with self.one.point.hooked(Trouble(self.chance, self.told, self.often, self.after)):
            yield

    def work(self, minutes: int = 3) -> None:
        """Minutes in which things go wrong, then what comes after: leases end, and work is done."""
        for _ in range(minutes):
            with self.trouble(), suppress(Killed, AssertionError):
                self.one.minutes(1)
        self.one.clock.seconds += 4_000
        self.one.settle(2)

    def decide(self, name: str, decision: Decision, by: User | None = None) -> None:
        """A reviewer decides; what is acknowledged is remembered."""
        assert name in self.one.items(), f"{name} has no item"
        with self.trouble():
            self.one.decide(name, decision, by)
        reviewer = by or self.one.boss
        self.told.accepted.append(Accepted(self.one.items()[name].id, reviewer.id, decision))

    def attempt(self, name: str, decision: Decision) -> None:
        """A reviewer decides, and may get no answer."""
        with suppress(Killed, BotoCoreError):
            self.decide(name, decision)

    def refused(self, name: str, decision: Decision, by: User) -> None:
        """Somebody decides who must not."""
        with suppress(errors.Forbidden, errors.NotFound, errors.Conflict):
            self.decide(name, decision, by)
            raise AssertionError(f"{by.display_name} decided about {name}")

    def check(self) -> None:
        """Every promise, on everything that is stored, once what is due is done."""
        self.one.world.tick()
        clock = self.one.clock
        rows = {table.Meta.table_name: _rows(table) for table in TABLES}
        found = broken(Seen(Store(rows), self.told, clock.now(), clock.real()))
        assert not found, "\n".join(found)


def _rows(table: Any) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    after: dict[str, Any] = {}
    while True:
        answer = raw_client(table).scan(TableName=table.Meta.table_name, **after)
        found |= {(row["pk"]["S"], row["sk"]["S"]): row for row in answer["Items"]}
        if "LastEvaluatedKey" not in answer:
            return found
        after = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


@contextmanager
def begun(chance: Random, often: float = 1.0, names: int = 0, after: str = "", **chosen: Any) -> Iterator[Life]:
    """A life up to the open review."""
    people = NAMES[: names or chance.randint(2, 6)]
    chosen = {"outside": chance.random() < 0.5, "no_response": chance.choice(list(NoResponse)), **chosen}
    with office(*people, **chosen) as one:
        life = Life(one, chance, often, after)
        with one.point.hooked(life.told.listening(one.clock.now)):
            one.evening()
            life.work()
            yield life


def a_review(chance: Random, often: float = 1.0, **chosen: Any) -> None:
    """From the opening to the last removal."""
    with begun(chance, often, **chosen) as life:
        one = life.one
        for _ in range(chance.randint(0, 8)):
            life.attempt(chance.choice(list(one.people)), chance.choice(DECISIONS))
        one.settle(1)
        life.check()
        one.end()
        life.work(4)
        life.check()
        assert one.state.status in (Status.APPLIED, Status.COMPLETED), f"it stays {one.state.status}"
        _each_as_decided(one)


def _each_as_decided(one: Office) -> None:
    """Whoever was denied has no access, and whoever was not has it."""
    items, access = one.items(), one.has_access()
    for name in one.people:
        goes = items[name].decision is Decision.DENY and one.state.status is Status.APPLIED
        assert (name in access) != goes, f"{name} {items[name].decision}, {'has' if name in access else 'no'} access"
        if one.resource:
            assert (name in one.in_the_system()) == (name in access), f"{name} differs in the system outside"


def a_quiet_review(chance: Random) -> None:
    """The same, and nothing goes wrong."""
    a_review(chance, often=0.0)


def a_rough_review(chance: Random) -> None:
    """The same, and much goes wrong."""
    a_review(chance, often=5.0)


def a_review_with_trouble_about_mails(chance: Random) -> None:
    """The same, and what goes wrong goes wrong right after a mail was sent."""
    a_review(chance, after="SendEmail")


def a_review_with_trouble_about_commits(chance: Random) -> None:
    """The same, and what goes wrong goes wrong right after a transaction."""
    a_review(chance, after="TransactWriteItems")


def a_review_with_trouble_about_the_agenda(chance: Random) -> None:
    """The same, and what goes wrong goes wrong right after a row of the agenda went."""
    a_review(chance, after="DeleteItem")


def a_review_with_strangers(chance: Random) -> None:
    """Those decide who must not: somebody else, the person, and everybody after the end."""
    with begun(chance, 0.0) as life:
        one = life.one
        name = chance.choice(list(one.people))
        life.refused(name, Decision.APPROVE, one.deputy)
        life.refused(name, Decision.APPROVE, one.people[name])
        life.decide(name, Decision.DENY)
        one.end()
        life.refused(name, Decision.APPROVE, one.boss)
        life.work()
        life.check()
        _each_as_decided(one)


def a_review_of_oneself_among_others(chance: Random) -> None:
    """Two review together, and each has an item too."""
    from tests import factories

    with office(*NAMES[: chance.randint(2, 4)]) as one:
        both = [one.people[name] for name in ("ann", "bob")]
        review = factories.by_people(one.clock.now().date(), *both, justification_required=False)
        one.policy = one.org.policy(one.new_package("Together"), review=review)
        one.held = dict(zip(one.people, one.org.assign(one.policy, *one.people.values()), strict=True))
        life = Life(one, chance, 0.0)
        one.open()
        name = chance.choice(["ann", "bob"])
        life.refused(name, Decision.APPROVE, one.people[name])
        one.world.drain()
        life.check()


def a_review_of_two_grants(chance: Random) -> None:
    """Some people have a second package with the same right."""
    with begun(chance, chance.choice([0.0, 1.0]), outside=True) as life:
        one = life.one
        other = one.org.policy(one.new_package("The same again"))
        twice = {name for name in one.people if chance.random() < 0.5}
        if twice:
            one.org.assign(other, *(one.people[name] for name in twice))
        one.settle()
        for name in one.people:
            one.decide(name, Decision.DENY)
        one.end()
        life.work(4)
        one.settle(10)
        life.check()
        assert one.in_the_system() == twice, f"{one.in_the_system()} instead of {twice}"


def a_system_that_lies(chance: Random) -> None:
    """The system outside says yes and does nothing, or gives the access back between two looks."""
    with begun(chance, 0.0, outside=True, names=3) as life:
        one = life.one
        if chance.random() < 0.5:
            one.outside.deaf = {"user"}
        for name in one.people:
            life.decide(name, Decision.DENY)
        one.end()
        while not one.removals():
            one.minutes(1)
        back = [name for name in one.people if chance.random() < 0.5 and not one.outside.deaf]
        one.outside.held |= {("user", one.people[name].id) for name in back}
        one.minutes(3)
        for name, removal in one.removals().items():
            said = removal.standing == "removed"
            assert not (said and name in one.in_the_system()), f"{name} is said to be removed and is there"


def a_silent_review(chance: Random) -> None:
    """Nobody answers, and more would go than the brake lets."""
    limit = chance.randint(1, 2)
    chosen = {"no_response": NoResponse.REMOVE, "brake_count": limit, "brake_percent": 1}
    with begun(chance, 0.0, names=chance.randint(1, 5), **chosen) as life:
        one = life.one
        one.end()
        life.work()
        life.check()
        removed = len(one.people) - len(one.has_access())
        assert removed < limit, f"{removed} removed by silence and nobody confirmed it"


def days_of_reminders(chance: Random) -> None:
    """Day by day to the end: reminders only for who has something to decide, each once."""
    with begun(chance, 0.5) as life:
        one = life.one
        done = chance.randint(0, 10)
        for day in range(14):
            if day == done:
                for name in one.people:
                    one.decide(name, Decision.APPROVE)
                one.world.drain()
            one.clock.set(one.clock.now().replace(hour=9) + timedelta(days=1))
            before = _reminders(life)
            with life.trouble(), suppress(Killed, AssertionError):
                one.minutes(1)
            one.clock.seconds += 4_000
            one.minutes(2)
            late = _reminders(life) - before
            assert not (late and day >= done), f"reminded although all is decided: {late}"
        one.settle(2)
        life.check()


def _reminders(life: Life) -> Counter[str]:
    return Counter(key for key, _ in life.told.mails if "_midpoint" in key or "_lastCall" in key)
