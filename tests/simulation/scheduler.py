"""Concurrent invocations, one at a time: each is a greenlet that gives the baton back before every AWS call.

Between two AWS calls an invocation touches nothing that others see, so switching anywhere else could show nothing new;
reads are switched at too, because a decision taken on what was read is what races are about. Who makes the next call is
the whole schedule: the same schedule is the same history. Each invocation is a process of its own, with its own
services, caches, clock and ids (see `Process`); `Killed` ends one at a call, like a Lambda that is taken away.

Invocations never wait for one another, so that a deadlock can only come from a lock of this process: an alarm ends a
history that stands still, and a history of too many calls is one that never ends.
"""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from greenlet import getcurrent, greenlet

from chalicelib import bootstrap
from chalicelib.domain.errors import ReviewError
from tests.simulation.point import Call, Killed, Point, Proceed
from tests.simulation.single import SameThread
from tests.simulation.touching import Touch, touches, whole
from tests.world import MovableClock

CLOCK = Touch(reads=frozenset({whole("clock")}))  # whatever an invocation does, it may look at the clock
MOST_CALLS = 5_000
LIFE = 30.0  # seconds that an API call may last, and that a client may try for one AWS call
PASSES = "time passes: "
STANDS_STILL = 20.0  # seconds of real time for one step
Action = Callable[[Any], Any]  # what an invocation does with its services


class Deadlock(AssertionError):
    """A history that stands still, or that never ends."""


class Abandoned(BaseException):
    """The history is not played to its end: nothing more is to be learnt from it."""


class Process:
    """The clock of one process: it shares product and real time with the others, off by `skew` seconds, and gives ids
    of its own, so that what one process does next never depends on how many ids another has taken."""

    def __init__(self, shared: MovableClock, name: str, skew: float = 0.0) -> None:
        self._shared, self._name, self._given, self._skew = shared, name, 0, skew

    def now(self) -> datetime:
        return self._shared.now() + timedelta(seconds=self._skew)

    def real(self) -> float:
        return self._shared.real() + self._skew

    def new_id(self) -> str:
        self._given += 1
        return f"{self._name.encode().hex()[:16]:f<24}{self._given:08x}"


@dataclass
class Invocation:
    """One concurrent invocation. `outcome` is what it returned, or the product's refusal; `died` at a call."""

    name: str
    action: Action
    process: Process
    pending: str | None = "begins"  # what it does next, as soon as it has the baton
    touch: Touch = CLOCK
    baton: Any = None
    services: Any = None
    doomed: type[BaseException] | None = None
    died: bool = False
    cut: bool = False  # the history was abandoned before it came to an end
    outcome: Any = None
    problem: BaseException | None = None
    invoked: int = -1  # the history's step at which it began, and at which it had its answer
    answered: int = -1
    began: float = 0.0
    resumed: float = 0.0

    @property
    def runs(self) -> bool:
        return self.pending is not None

    @property
    def accepted(self) -> bool:
        """Did it end without being refused, failing or dying?"""
        return not (self.runs or self.died or self.cut or self.problem or isinstance(self.outcome, ReviewError))


@dataclass(frozen=True)
class Step:
    """One call of a history: who made it, what it touched, and who could have made theirs instead."""

    who: str
    call: str
    touch: Touch
    could: Mapping[str, Touch]
    dies: bool = False  # because the schedule says so


@dataclass
class History:
    """What was played: its steps, and how every invocation ended."""

    steps: list[Step]
    of: dict[str, Invocation]
    complete: bool = True

    @property
    def schedule(self) -> tuple[str, ...]:
        return tuple(step.who + "!" * step.dies for step in self.steps)

    @property
    def switches(self) -> int:
        return len(list(groupby(self.schedule))) - 1

    def __str__(self) -> str:
        blocks = ((who, list(steps)) for who, steps in groupby(self.steps, lambda step: step.who))
        lines = [f"  {who}: {' '.join(step.call for step in steps)}" for who, steps in blocks]
        ends = [f"  {one.name} → {one.problem or one.outcome!r}{' (died)' * one.died}" for one in self.of.values()]
        return "\n".join([*lines, *ends])


Choose = Callable[[Mapping[str, Invocation], Sequence[Step]], str | None]


@dataclass
class Scheduler:
    """Plays concurrent invocations over one point. `skews`: by how many seconds a process's clock is off; `lives`: how
    long an invocation may last before it is taken away, in seconds, where that is not an API call's 30."""

    point: Point
    clock: MovableClock
    skews: Mapping[str, float] = field(default_factory=dict)
    lives: Mapping[str, float] = field(default_factory=dict)
    running: dict[Any, Invocation] = field(default_factory=dict)

    def play(self, actions: Mapping[str, Action], choose: Choose) -> History:
        """One history. `choose` names who does the next step, of those that wait before one, with `!` behind the
        name to have it die there instead; None abandons the rest."""
        of = {name: self._invocation(name, action) for name, action in actions.items()}
        history = History([], of)
        with self.point.hooked(self._at_call), self._own_services(), _alarm(history), _in_one_thread():
            try:
                while waiting := {one.name: one for one in of.values() if one.runs}:
                    chosen = choose(waiting, history.steps)
                    if chosen is None:
                        history.complete = False
                        break
                    self._step(history, waiting, chosen)
            finally:
                self._abandon(of)
        return history

    def time_passes(self, **span: float) -> None:
        """To be called in an invocation: a step of its own in which the clock of all moves."""
        one = self.running[getcurrent()]
        self._wait(one, f"{PASSES}{span}", Touch(writes=CLOCK.reads))
        self.clock.advance(**span)
        one.resumed = self.clock.real()

    def _invocation(self, name: str, action: Action) -> Invocation:
        one = Invocation(name, action, Process(self.clock, name, self.skews.get(name, 0.0)))
        one.baton = greenlet(lambda: self._run(one))
        self.running[one.baton] = one
        return one

    def _run(self, one: Invocation) -> None:
        try:
            one.services = self._services_of(one.process)
            one.outcome = one.action(one.services)
        except ReviewError as refused:
            one.outcome = refused
        except Killed:
            one.died = True
        except Abandoned:
            one.cut = True
        except Deadlock:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it is, the history has to say so
            one.problem = problem
        finally:
            one.pending = None

    def _services_of(self, process: Process) -> Any:
        """What a process that just started has: nothing remembered."""
        shared = bootstrap._clock[:]
        bootstrap._clock[:] = [process]
        try:
            return bootstrap.services.__wrapped__()
        finally:
            bootstrap._clock[:] = shared

    def _at_call(self, call: Call, proceed: Proceed) -> Any:
        one = self.running.get(getcurrent())
        if one is not None:
            touch = touches(call)
            self._wait(one, f"{call.service}.{call.operation}", Touch(touch.reads | CLOCK.reads, touch.writes))
        return proceed()

    def _wait(self, one: Invocation, pending: str, touch: Touch) -> None:
        """Until it is this invocation's turn; who is to end does not come back."""
        if one.doomed is None:
            one.pending, one.touch = pending, touch
            one.baton.parent.switch()
        if one.doomed is not None:
            raise one.doomed

    def _step(self, history: History, waiting: Mapping[str, Invocation], chosen: str) -> None:
        one = waiting[chosen.rstrip("!")]
        label, could = str(one.pending), {name: other.touch for name, other in waiting.items()}
        if one.invoked < 0:
            one.invoked, one.began, one.resumed = len(history.steps), self.clock.real(), self.clock.real()
        if chosen.endswith("!") or self._too_late(one):
            one.doomed, label = Killed, f"DIES BEFORE {label}"
        one.resumed = self.clock.real()
        history.steps.append(Step(one.name, label, one.touch, could, chosen.endswith("!")))
        if len(history.steps) > MOST_CALLS:
            raise Deadlock(f"more than {MOST_CALLS} calls:\n{history}")
        signal.setitimer(signal.ITIMER_REAL, STANDS_STILL)
        one.baton.switch()
        if not one.runs:
            one.answered = len(history.steps)

    def _too_late(self, one: Invocation) -> bool:
        """Did it last longer than it may, or wait longer for one call than the client would?"""
        now, life = self.clock.real(), self.lives.get(one.name, LIFE)
        waits = now - one.resumed > LIFE and life < math.inf and not str(one.pending).startswith(PASSES)
        return now - one.began > life or waits

    def _abandon(self, of: Mapping[str, Invocation]) -> None:
        for one in of.values():
            if one.runs and one.invoked >= 0:
                one.doomed = Abandoned
                one.baton.switch()
            one.cut = one.cut or one.runs
            self.running.pop(one.baton, None)

    @contextmanager
    def _own_services(self) -> Iterator[None]:
        """Handlers ask `bootstrap` for the services of their process."""
        shared = bootstrap.services

        def services() -> Any:
            one = self.running.get(getcurrent())
            return one.services if one is not None and one.services is not None else shared()

        services.__wrapped__ = shared.__wrapped__  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "services", services)
            yield


@contextmanager
def _alarm(history: History) -> Iterator[None]:
    """Ends a history in which nothing happens any more: somebody holds a lock that another waits for."""

    def still(*_: Any) -> None:
        places = ", ".join(f"{one.name} before {one.pending}" for one in history.of.values() if one.runs)
        raise Deadlock(f"stands still ({places}):\n{history}")

    before = signal.signal(signal.SIGALRM, still)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _in_one_thread() -> Iterator[None]:
    """The thread pool of an invocation belongs to it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in tuple(sys.modules.items()):
            if name.startswith("chalicelib.usecases.") and hasattr(module, "ThreadPoolExecutor"):
                patch.setattr(module, "ThreadPoolExecutor", SameThread)
        yield
