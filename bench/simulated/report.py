"""What a simulated review came to: figures as rows for tables, and whether anything was hotter, longer or faster than
AWS allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.simulated.ledger import Ledger
from bench.simulated.model import (
    ENTRY_CPU,
    EXAMINED,
    LAMBDA_FACTOR,
    LATENCY,
    READS_OF_A_PARTITION,
    RENDERED,
    REQUEST_CPU,
    TIME_OUT,
    WRITES_OF_A_NEW_TABLE,
    WRITES_OF_A_PARTITION,
)
from bench.simulated.review import Played

Row = dict[str, Any]
OPENING = ("freeze", "compare", "write")
PHASES = {
    "open": OPENING,
    "tell reviewers": ("mail start",),
    "remind": ("mail reminders",),
    "decide (API)": ("decide",),
    "count (stream)": ("count",),
    "close": ("close",),
    "remove": ("apply",),
    "seal": ("seal",),
    "tell others (stream)": ("publish",),
    "timer": ("timer",),
}
_WIDE = ("write units", "read units")


def size_row(played: Played) -> Row:
    """The line of one size: cost of an item, how long each part takes, and the peaks."""
    ledger, plan = played.ledger, played.plan
    total, longest = ledger.total(), ledger.longest()
    calls = sum(number for name, number in total.items() if name.startswith("dynamodb."))
    write, read = peak(ledger, "write"), peak(ledger, "read")
    return {
        "items": plan.items,
        "reviewers": plan.reviewers,
        "WU an item": round(total["write units"] / plan.items, 4),
        "RU an item": round(total["read units"] / plan.items, 4),
        "requests an item": round(calls / plan.items, 4),
        "open min": _minutes(*_span(ledger, OPENING)),
        "tell min": _minutes(*_span(ledger, ("mail start",))),
        "close min": _minutes(*_span(ledger, ("close",))),
        "remove min": _minutes(*_span(ledger, ("apply",))),
        "seal min": round(sum(one.took for one in ledger.invocations if one.about == "seal") / 60, 2),
        "invocations": len(ledger.invocations),
        "longest s": round(longest.took, 1) if longest else 0.0,
        "hottest partition WU/s": round(write[1]),
        "RU/s": round(read[1]),
        "mails/s": round(ledger.hottest["mail", "ses "].units),
        "queue": ledger.queue_depth,
    }


def phase_rows(played: Played) -> list[Row]:
    """What each part of the review costs and takes."""
    rows = []
    for name, parts in PHASES.items():
        counts = [played.ledger.phases[part] for part in parts if part in played.ledger.phases]
        if not counts:
            continue
        found = {key: sum(one.get(key, 0.0) for one in counts) for one in counts for key in one}
        begun, ended = _span(played.ledger, parts)
        rows.append(
            {
                "part": name,
                "from minute": round((begun - played.stage.began) / 60, 1),
                "lasts min": round((ended - begun) / 60, 1),
                "DynamoDB requests": round(sum(n for key, n in found.items() if key.startswith("dynamodb."))),
                "WU": round(found.get("write units", 0)),
                "RU": round(found.get("read units", 0)),
                "S3": round(sum(n for key, n in found.items() if key.startswith("s3."))),
                "mails": round(found.get("mails", 0)),
                "own CPU s": round(found.get("own processor seconds", 0), 1),
            }
        )
    return rows


def heat_rows(played: Played) -> list[Row]:
    """The kinds of partitions that got 100 units or more in their busiest second, and what they may get."""
    rows = []
    for (what, kind), heat in sorted(played.ledger.hottest.items(), key=lambda one: -one[1].units):
        if what == "mail" or heat.units < 100:
            continue
        limit = _limit(what, kind)
        rows.append(
            {"units": what, "table and partition": kind, "most a second": round(heat.units), "limit": limit}
            | {"within": limit is None or heat.units <= limit}
        )
    return rows


def _limit(what: str, kind: str) -> int | None:
    if kind.endswith(" all"):
        return WRITES_OF_A_NEW_TABLE if what == "write" else None
    return WRITES_OF_A_PARTITION if what == "write" else READS_OF_A_PARTITION


def function_rows(played: Played) -> list[Row]:
    """What every function did."""
    names = sorted({one.function for one in played.ledger.invocations})
    rows = []
    for name in names:
        took = sorted(one.took for one in played.ledger.invocations if one.function == name)
        row = {"function": name, "invocations": len(took), "seconds in all": round(sum(took))}
        rows.append({**row, "median s": round(took[len(took) // 2], 3), "longest s": round(took[-1], 1)})
    return rows


def assumption_rows(played: Played) -> list[Row]:
    """What the prediction rests on."""
    plan = played.plan
    told = {
        "a vCPU of Lambda, times this machine's core": LAMBDA_FACTOR,
        "mails a second that SES takes": plan.rate,
        "mails in 24 hours that SES takes": plan.daily,
        "share of items decided by their reviewer": plan.decided,
        "share of decisions that deny": plan.denied,
        "share of decisions changed once": plan.changed,
        **{f"{name}, ms": latency for name, latency in LATENCY.items()},
        "each 4 KB a query looks at, ms more": EXAMINED,
        "botocore's processor time of a request, and of each row in it, ms here": f"{REQUEST_CPU} + {ENTRY_CPU}",
        "a mail's processor time, ms here": RENDERED,
    }
    return [{"assumption": name, "value": value} for name, value in told.items()]


def wrong(played: Played) -> Iterator[str]:
    """What is not as it has to be, as sentences."""
    ledger, plan, state = played.ledger, played.plan, played.state
    if str(state.status) != "Applied" or state.items != plan.items:
        yield f"the review is {state.status} with {state.items} items"
    if len(played.seals) != 2 or not all(one.balanced for one in played.seals):
        yield f"the seals: {[(one.kind, one.balanced) for one in played.seals]}"
    for row in heat_rows(played):
        if not row["within"]:
            yield f"{row['table and partition']} got {row['most a second']} {row['units']} units in a second"
    longest = ledger.longest()
    if longest and longest.took > TIME_OUT:
        yield f"an invocation ({longest.function}, {longest.about}) took {longest.took:.0f} s"
    mails = ledger.hottest["mail", "ses "].units
    if mails > 2 * plan.rate:  # SES allows a burst; what it refuses is counted and sent later
        yield f"{mails:.0f} mails in a second"


def peak(ledger: Ledger, what: str) -> tuple[str, float]:
    """The kind of partition that was hottest, and its units in that second."""
    found = {
        kind: heat.units for (one, kind), heat in ledger.hottest.items() if one == what and not kind.endswith("all")
    }
    kind = max(found, key=lambda one: found[one], default="")
    return kind, found.get(kind, 0.0)


def _span(ledger: Ledger, parts: tuple[str, ...]) -> tuple[float, float]:
    spans = [ledger.spans[part] for part in parts if part in ledger.spans]
    return (min(one[0] for one in spans), max(one[1] for one in spans)) if spans else (0.0, 0.0)


def _minutes(begun: float, ended: float) -> float:
    return round((ended - begun) / 60, 2)
