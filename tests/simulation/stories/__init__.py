"""Every use case that talks to AWS, as a story that can be played with faults: what there is before, what is done, how
long it takes until everything that follows from it is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.rig import Rig

Act = Callable[[Rig], None]
USUAL: tuple[float, ...] = (301, 60, 60, 600, 3_600)  # leases run out, second looks, pauses after failures


@dataclass(frozen=True)
class Story:
    """`stage` makes what many stories share, `prepare` what this one needs more; `act` is struck by faults. Then time
    goes by as in `spans` (seconds), and after each everything due is done. `covers`: what it is there for, of handlers,
    kinds of work (`work:`) and jobs (`job:`), routes. `loose`: what may differ from the unharmed history, each with its
    reason. `flawed`: its stage has rows that nothing in the product would write, and that break promises."""

    name: str
    covers: frozenset[str]
    stage: Act
    act: Act
    prepare: Act = lambda rig: None
    spans: tuple[float, ...] = USUAL
    loose: tuple[str, ...] = ()
    flawed: bool = False
