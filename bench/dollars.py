"""What a review costs in dollars, and a deployment in which nothing happens: usage that was counted, at list prices.

Usage is counted by simulated reviews of two sizes (bench/simulated); every quantity is a fixed part and a part for each
item, which gives the usage of any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bench import prices
from bench.simulated.model import LOGGED, MEMORY, STREAM_BATCH, Plan
from bench.simulated.review import Played, play

SMALL, LARGE = 1_000, 4_000
SIZES, SPANS = (1_000, 100_000, 1_000_000), (10, 100)
TEMPLATES = Path(__file__).resolve().parents[1] / "infrastructure" / "templates"
ROW_OVERHEAD = 100  # bytes that DynamoDB adds to a stored row
FEEDBACK_SECONDS = 0.06  # of one notice of SES that a mail arrived: 1 write unit and 3 read units (tests/cost)
DROPPED_SECONDS = 0.2  # of the reader of the stream, for a thousand new items that it has nothing to count of
FILE_SECONDS = 0.01  # of handing out one file of the portal
Usage = dict[str, float]


def usage(played: Played) -> Usage:
    """What a review used, in the units AWS bills."""
    total, plan = played.ledger.total(), played.plan
    seconds = {name: total[f"seconds {name}"] for name in MEMORY}
    times = {name: total[f"invocations {name}"] for name in MEMORY}
    seconds["count_decisions"] += played.stage.inserts / STREAM_BATCH * DROPPED_SECONDS
    times["count_decisions"] += played.stage.inserts / STREAM_BATCH
    mails, files = total["mails"], portal_files() * plan.reviewers * plan.decided
    return {
        "write units": total["write units"] + mails,
        "read units": total["read units"] + 3 * mails,
        "GB-seconds": sum(seconds[name] * MEMORY[name] / 1_024 for name in MEMORY)
        + (mails * FEEDBACK_SECONDS * 512 + files * FILE_SECONDS * MEMORY["api"]) / 1_024,
        "invocations": sum(times.values()) + mails + files,
        "API requests": times["api"],
        "portal files": files,
        "SQS requests": 3 * total["sqs.SendMessage"],
        "mails": mails,
        "S3 puts": total["s3.PutObject"],
        "S3 gets": total["s3.GetObject"],
        "signatures": total["kms.Sign"],
        "log bytes": sum(times[name] * LOGGED[name] for name in MEMORY) + (mails + files) * 400,
        "events": float(played.stage.published),
        "table bytes": float(sum(_bytes(played))),
        "S3 bytes": float(played.cloud.s3.stored),
    }


def _bytes(played: Played) -> Iterable[int]:
    """What the review left in the tables: items, reviewers' rows, audit rows."""
    for name in ("items", "reviews", "audit"):
        for partition in played.cloud.table(name).rows.partitions.values():
            yield from (row.size + ROW_OVERHEAD for row in partition.rows.values())


def portal_files() -> int:
    """How many files a reviewer's browser asks for on its first visit after a release; it keeps them."""
    from chalicelib.routes.portal.files import FIRST_MODULES, FIRST_STYLES, listed

    folders = {*FIRST_MODULES, "review", "reviews", "texts-en"}
    return 1 + len(FIRST_STYLES) + sum(one.endswith(".js") and one.split("/")[0] in folders for one in listed())


def lines(used: Usage) -> dict[str, float]:
    """Dollars by service, and a month's storage apart from them."""
    return {
        "DynamoDB": used["write units"] * prices.DYNAMODB_WRITE + used["read units"] * prices.DYNAMODB_READ,
        "Lambda": used["GB-seconds"] * prices.LAMBDA_SECOND + used["invocations"] * prices.LAMBDA_REQUEST,
        "API Gateway": (used["API requests"] + used["portal files"]) * prices.API_REQUEST,
        "SES, SNS": used["mails"] * (prices.SES_MAIL + prices.SNS_PUBLISH),
        "SQS": used["SQS requests"] * prices.SQS_REQUEST,
        "S3": used["S3 puts"] * prices.S3_PUT + used["S3 gets"] * prices.S3_GET,
        "KMS": used["signatures"] * prices.KMS_SIGN,
        "logs": used["log bytes"] * prices.LOGS,
        "EventBridge": used["events"] * prices.EVENT,
    }


def storage(used: Usage) -> float:
    """Dollars a month for what the review leaves: rows with point-in-time recovery, frozen and sealed files."""
    rows = used["table bytes"] * (prices.DYNAMODB_STORAGE + prices.DYNAMODB_RECOVERY)
    return rows + used["S3 bytes"] * prices.S3_STORAGE


def reviews(sizes: Iterable[int] = SIZES, spans: Iterable[int] = SPANS) -> list[dict[str, Any]]:
    """A line for each size and number of items a reviewer."""
    rows = []
    for span in spans:
        small, large = (usage(play(Plan(items=items, span=span))) for items in (SMALL, LARGE))
        for items in sizes:
            used = {name: _at(items, small[name], large[name]) for name in small}
            dollars = lines(used)
            row: dict[str, Any] = {"items": items, "items a reviewer": span}
            row |= {name: round(sum_, 4) for name, sum_ in dollars.items()}
            total = sum(dollars.values())
            rows.append(row | {"total $": round(total, 2), "storage $ a month": round(storage(used), 3)})
    return sorted(rows, key=lambda row: (row["items"], row["items a reviewer"]))


def _at(items: int, small: float, large: float) -> float:
    """A quantity at a size, by the line through two."""
    slope = (large - small) / (LARGE - SMALL)
    return max(small + slope * (items - SMALL), 0.0)


def idle() -> list[dict[str, Any]]:
    """A month in which nobody does anything, in a deployment of 10,000 people."""
    from chalicelib.logs import METRICS

    resources = _resources()
    ticks = prices.MONTH_HOURS * 60
    tick = 0.05 * MEMORY["tick"] / 1_024 * prices.LAMBDA_SECOND + prices.LAMBDA_REQUEST + 2 * prices.DYNAMODB_READ
    polls = 15 * 60 * prices.MONTH_HOURS  # five pollers of one queue, 20 seconds each
    rows = 10_000 * 2 * (500 + ROW_OVERHEAD) * (prices.DYNAMODB_STORAGE + prices.DYNAMODB_RECOVERY)
    found = {
        f"timer: {ticks:,} ticks of 50 ms, 2 read units": ticks * tick,
        f"SQS: {polls:,} polls of the worker's event source": polls * prices.SQS_REQUEST,
        f"logs: {LOGGED['tick']} bytes a tick": ticks * LOGGED["tick"] * prices.LOGS,
        f"alarms: {resources['AWS::CloudWatch::Alarm']}": resources["AWS::CloudWatch::Alarm"] * prices.ALARM,
        f"metrics: {len(METRICS)} of our own": len(METRICS) * prices.METRIC,
        "dashboard": resources["AWS::CloudWatch::Dashboard"] * prices.DASHBOARD,
        "KMS: the signing key": prices.KMS_KEY,
        "Secrets Manager: the secret of cursors": resources["AWS::SecretsManager::Secret"] * prices.SECRET,
        "tables: 10,000 people with an assignment each, with point-in-time recovery": rows,
    }
    return [{"what": name, "$ a month": round(sum_, 3)} for name, sum_ in found.items()] + [
        {"what": "in all", "$ a month": round(sum(found.values()), 2)}
    ]


def _resources() -> dict[str, int]:
    """How many resources of each type the templates have."""
    found: dict[str, int] = {}
    for file in TEMPLATES.glob("*.yaml"):
        for one in (yaml.safe_load(file.read_text(encoding="utf-8")).get("Resources") or {}).values():
            found[one.get("Type", "")] = found.get(one.get("Type", ""), 0) + 1
    return found
