"""The cost contract's table, measured, and what a review costs in dollars.

python3 dev.py bench cost              the table; the exit code is not zero when a budget is exceeded
python3 dev.py bench cost --dollars    dollars a review as well, by size, and of an idle deployment
python3 dev.py bench cost --keep       all of it, kept for docs/benchmarks.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench import contract, dollars, prices
from bench.contract import Measured
from bench.report import keep, table
from bench.simulated.model import Plan
from bench.simulated.review import Played, play
from bench.thousand import MANAGERS, thousand


def main(arguments: list[str]) -> int:
    """Print the table; 0 when every budget is kept."""
    lines = list(measured())
    rows = [line.row() for line in lines]
    print(table(rows))
    over = [row for row in rows if not row["ok"]]
    figures: dict[str, Any] = {"contract": rows}
    if {"--dollars", "--keep"} & set(arguments):
        figures |= {"dollars": dollars.reviews(), "idle": dollars.idle()}
        print(
            f"\nAt list prices ({prices.REGION}, noted {prices.NOTED}: {prices.SOURCE}):\n{table(figures['dollars'])}"
        )
        print(f"\nA month in which nothing happens:\n{table(figures['idle'])}")
    if "--keep" in arguments:
        keep("cost", figures)
    print(f"\n{len(over)} of {len(rows)} budgets exceeded" if over else f"\nall {len(rows)} budgets kept")
    return 1 if over else 0


def measured() -> Iterator[Measured]:
    """Every line of the contract."""
    for parts, managers in ((contract.REVIEWING, MANAGERS), (contract.ALONE, 1)):
        with thousand(managers) as review:
            for part in parts:
                yield from part(review)
    yield from contract.removals()
    yield from played(play(Plan(items=2_000, measured=False)), play(Plan(items=2_000, panel=1, measured=False)))


def played(spread: Played, bulk: Played) -> Iterator[Measured]:
    """What only a whole review shows: counters behind decisions (made in sessions of ten, and by one person in a
    row), the seals, and what an item costs from its opening to its last seal."""
    for name, one, budget in (("alone", spread, 0.5), ("in bulk", bulk, 0.05)):
        decided = one.ledger.phases["decide"]["write units access-reviews-items"]
        counted = one.ledger.phases["count"]["write units access-reviews-reviews"]
        yield Measured("counters behind a decision", f"write units each, {name}", budget, counted / decided)
    items = spread.ledger.phases["seal"]["read units access-reviews-items"] - spread.state.removed
    yield Measured("seal, both", "read units an item, beside 1 a removal", 0.25, items / spread.plan.items)
    total = spread.ledger.total()
    yield Measured(
        "a whole review", "write units an item, 10 a reviewer", 4.6, total["write units"] / spread.plan.items
    )
