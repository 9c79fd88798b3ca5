"""The matrix: a story, one of the AWS calls it makes, a fault. Played, recovered from, compared with the unharmed
history, and held against the promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.simulation.checks import Seen, broken, contents, mail_key
from tests.simulation.faults import ALL, Fault
from tests.simulation.outcomes import about, mails, outcome_of
from tests.simulation.point import Call, Proceed
from tests.simulation.rig import Rig
from tests.simulation.store import Store
from tests.simulation.stories import Story

Case = tuple[int, Fault]
REPEATED = (404, 409)  # what a client may hear that asks once more for what was done already


@dataclass
class Played:
    """A story on its stage, and the history that no fault disturbed."""

    story: Story
    rig: Rig
    before: Any = None
    calls: list[Call] = field(default_factory=list)
    outcome: Counter[str] = field(default_factory=Counter)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    statuses: list[int] = field(default_factory=list)
    ran: frozenset[str] = frozenset()
    flaws: frozenset[str] = frozenset()

    @classmethod
    def of(cls, story: Story, rig: Rig, stage: Any) -> Played:
        """Put up the stage, and play it once without a fault."""
        rig.put_back(stage)
        rig.begin()
        story.prepare(rig)
        found = cls(story, rig, rig.picture())
        found.calls = found.play({})
        found.statuses, found.ran = rig.facts["statuses"], rig.facts["ran"]
        found.flaws = frozenset(broken(seen(rig)) if story.flawed else ())
        assert not rig.failures, f"{story.name} fails without a fault: {rig.failures}"
        found.outcome, found.mails = outcome_of(rig), mails(rig.told)
        return found

    def play(self, strikes: Mapping[int, Fault]) -> list[Call]:
        """One history, with these faults at those calls of the act, to its end; the calls of the act."""
        rig = self.rig
        rig.put_back(self.before)
        rig.begin({at: partial(_strike, fault, rig) for at, fault in strikes.items()})
        rig.facts["statuses"] = []
        rig.told.doubtful |= {mail_key(call) for at in strikes for call in self._near(at, len(strikes))}
        self.story.act(rig)
        calls, rig.facts["ran"] = list(rig.calls), frozenset(rig.ran)
        rig.strikes = {}
        rig.settle()
        for span in self.story.spans:
            rig.later_on(seconds=span)
            rig.settle()
        return calls

    def cases(self) -> Iterator[Case]:
        """Every call with every fault that may happen to it."""
        for at, call in enumerate(self.calls):
            for fault in ALL:
                if fault.applies(call):
                    yield at, fault

    def check(self, cases: Sequence[Case]) -> None:
        """Play with these faults; everything has to be as promised, and to have come to the same."""
        title = f"{self.story.name}: " + ", ".join(f"{fault.name} at {self._call(at)}" for at, fault in cases)
        try:
            self.play(dict(cases))
            wrong = [one for one in broken(seen(self.rig)) if one not in self.flaws]
            assert not wrong, "\n".join(wrong)
            given_up = any(told >= 500 or told in (0, 429) for told in self.rig.facts["statuses"])
            if not (given_up and len(cases) > 1):  # a client that tried twice in vain may find it done or not
                self._same(cases)
        except AssertionError as problem:
            raise AssertionError(f"{title}\n{problem}") from problem

    def _call(self, at: int) -> str:
        if at >= len(self.calls):
            return f"call {at}"
        call = self.calls[at]
        table = call.parameters.get("TableName") or "+".join(call.parameters.get("RequestItems", {}))
        return f"call {at} {call.operation} {table}"

    def _same(self, cases: Sequence[Case]) -> None:
        found, wanted = outcome_of(self.rig), self.outcome
        sent, expected = mails(self.rig.told), self.mails
        doubtful = {about(key) for key in self.rig.told.doubtful}
        lost = {one for one in expected - sent if one not in doubtful}
        assert len(lost) <= len(cases) and "start" not in {kind for _, kind in lost}, f"mails never sent: {lost}"
        extra = {one for one in sent - expected if one not in doubtful and not self._loose(f"mail {one[1]}")}
        assert not extra, f"mails nobody was to get: {extra}"
        differs = [f"{n:+d} {one}" for one, n in _difference(found, wanted).items() if not self._loose(one)]
        assert not differs, "came to something else: " + "; ".join(sorted(differs))
        statuses = self.rig.facts["statuses"]
        for told, was in zip(statuses, self.statuses, strict=True):
            again = bool(cases) and was < 300 and told in REPEATED
            same = told == was or (told < 300 and was < 300)
            assert same or again, f"answered {statuses}, without faults {self.statuses}"

    def _loose(self, one: str) -> bool:
        return any(one.startswith(loose) for loose in self.story.loose)

    def _near(self, at: int, of: int = 1) -> list[Call]:
        """The mails of which a fault at this call may leave it open whether they were sent: a worker that dies, or
        cannot write, between the claim of a mail and the record of its sending (P15). After the first of several faults
        calls have other numbers, so that it may be any of them."""
        near = self.calls[max(at - 1, 0) : at + 2] if of == 1 else self.calls
        return [call for call in near if call.operation == "SendEmail"]


def seen(rig: Rig) -> Seen:
    """What the promises are checked on."""
    return Seen(Store(contents(rig.simulated)), rig.told, rig.clock.now(), rig.clock.real())


def _strike(fault: Fault, rig: Rig, call: Call, proceed: Proceed) -> Any:
    return fault.strike(call, proceed, rig) if fault.applies(call) else proceed()


def _difference(found: Counter[str], wanted: Counter[str]) -> dict[str, int]:
    return {one: found[one] - wanted[one] for one in found.keys() | wanted.keys() if found[one] != wanted[one]}
