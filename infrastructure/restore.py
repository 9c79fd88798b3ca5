"""`python3 dev.py restore STAGE --at INSTANT`: all tables as they were at one instant, beside those there are.

Nothing is changed of what works now: the restored tables get names of their own, and everything a restore leaves out
(streams, the end of audit events, protection, further backups). It tells which reviews the evidence knows more of than
they do, and the deployment that goes over to them. docs/backup.md is the whole procedure.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infrastructure import template
from infrastructure.account import Account, Refused, code
from infrastructure.commands import begin, common, told
from infrastructure.restored import TABLES

MOST_WAITED = 6 * 3600.0  # seconds; AWS restores most tables within an hour
# Where the product keeps the head of its chain of seals, and the statements of the chain.
CHAIN_HEAD, STATEMENT = ("SEALS", "H"), "seals/{:010d}.json"
Json = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """What is restored from: names of tables begin with `prefix`; evidence lies in the bucket `vault`."""

    account: Account
    prefix: str
    vault: str

    @property
    def tables(self) -> Any:
        """DynamoDB."""
        return self.account.client("dynamodb")


def begin_restoring(source: Source, prefix: str, at: datetime | None) -> None:
    """Begin to restore all five at the same instant (None: the latest there is). Raises Refused, then for all."""
    for name in TABLES.values():
        _check(source, f"{source.prefix}-{name}", f"{prefix}-{name}", at)
    moment: Json = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    for name in TABLES.values():
        wanted = {"SourceTableName": f"{source.prefix}-{name}", "TargetTableName": f"{prefix}-{name}"}
        source.tables.restore_table_to_point_in_time(**wanted, **moment)


def _check(source: Source, table: str, target: str, at: datetime | None) -> None:
    """Raises Refused for a table that cannot be restored to that instant, or whose copy is there already."""
    try:
        backups = source.tables.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    except ClientError as problem:
        raise Refused(
            f"There is no table {table} to restore from ({code(problem)}); docs/backup.md, lost tables."
        ) from problem
    known = backups["PointInTimeRecoveryDescription"]
    if known["PointInTimeRecoveryStatus"] != "ENABLED":
        raise Refused(f"{table} has no point-in-time recovery.")
    earliest, latest = (known.get(f"{one}RestorableDateTime") for one in ("Earliest", "Latest"))
    if at and not earliest <= at <= latest:
        span = f"{earliest:%Y-%m-%dT%H:%M:%SZ} to {latest:%Y-%m-%dT%H:%M:%SZ}"
        raise Refused(f"{table} can be restored to any instant from {span}.")
    if _exists(source, target):
        raise Refused(f"There is a table {target} already. Choose another --prefix.")


def _exists(source: Source, table: str) -> bool:
    try:
        source.tables.describe_table(TableName=table)
    except source.tables.exceptions.ResourceNotFoundException:
        return False
    return True


def finish(source: Source, prefix: str) -> dict[str, str]:
    """Wait for the restored tables and give them what the template gives its own; the parameters that name them."""
    found = {"RestoredTables": prefix}
    for logical, name in TABLES.items():
        table = f"{prefix}-{name}"
        _await(source, table)
        about = template.ours()["Resources"][logical]["Properties"]
        if "StreamSpecification" in about:
            found[f"Restored{logical}Stream"] = _streamed(source, table, about["StreamSpecification"])
        if "TimeToLiveSpecification" in about:
            _forgets(source, table, about["TimeToLiveSpecification"])
        source.tables.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        source.tables.update_table(TableName=table, DeletionProtectionEnabled=True)
        _await(source, table)
    return found


def _await(source: Source, table: str) -> Json:
    """The table, once it can be changed. Raises Refused when it takes too long."""
    waited = 0.0
    while True:
        found: Json = source.tables.describe_table(TableName=table)["Table"]
        if found["TableStatus"] == "ACTIVE":
            return found
        if waited > MOST_WAITED:
            raise Refused(f"{table} is still {found['TableStatus']}. Run this again with --go-on when it is not.")
        source.account.wait()
        waited += source.account.pause


def _streamed(source: Source, table: str, wanted: Json) -> str:
    """The label of its stream, the last part of its ARN."""
    if not _await(source, table).get("LatestStreamArn"):
        specification = {"StreamEnabled": True, "StreamViewType": wanted["StreamViewType"]}
        source.tables.update_table(TableName=table, StreamSpecification=specification)
    return str(_await(source, table)["LatestStreamArn"]).rpartition("/")[2]


def _forgets(source: Source, table: str, wanted: Json) -> None:
    now = source.tables.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if now["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        source.tables.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def sealed_later(source: Source, prefix: str) -> Iterator[Json]:
    """Statements of the evidence that the restored tables know nothing of, oldest first: of reviews that ended after
    the instant."""
    head = {name: {"S": value} for name, value in zip(("pk", "sk"), CHAIN_HEAD, strict=True)}
    row = source.tables.get_item(TableName=f"{prefix}-reviews", Key=head, ConsistentRead=True).get("Item")
    number = int(json.loads(row["data"]["S"]).get("sequence", 0)) if row else 0
    files = source.account.client("s3")
    while True:
        number += 1
        try:
            found = files.get_object(Bucket=source.vault, Key=STATEMENT.format(number))
        except files.exceptions.NoSuchKey:
            return
        yield json.loads(found["Body"].read())["statement"]


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant needs its offset from UTC, such as 2026-11-24T08:00:00Z")
    return found.astimezone(UTC)


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py restore", description=__doc__)
    parser.add_argument("stage", help="name of the deployment")
    common(parser)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--at", type=_instant, metavar="INSTANT", help="such as 2026-11-24T08:00:00Z")
    when.add_argument("--latest", action="store_true", help="about five minutes ago")
    when.add_argument("--go-on", action="store_true", help="go on with a restore of this --prefix that was begun")
    parser.add_argument("--prefix", default="", help="what the names of the restored tables begin with")
    options = parser.parse_args(arguments)
    return told(lambda: _restore(options))


def _restore(options: argparse.Namespace) -> int:
    account, stack = begin(options)
    if stack.is_new:
        raise Refused(f"There is no stack {stack.name}.")
    if options.go_on and not options.prefix:
        raise Refused("--go-on needs the --prefix that was begun with.")
    now = stack.outputs["ReviewsTable"].removesuffix("-reviews")
    source = Source(account, now, stack.outputs["EvidenceBucketName"])
    prefix = options.prefix or f"{stack.name}-{options.at or datetime.now(UTC):%Y%m%d%H%M}"
    if not options.go_on:
        begin_restoring(source, prefix, options.at)
    print(f"Restoring {now}-* to {prefix}-*; this takes from minutes to hours.", flush=True)
    parameters = finish(source, prefix)
    print("The tables are there.\n")
    for line in _told_of(sealed_later(source, prefix)):
        print(line)
    given = " ".join(f"--set {name}={value}" for name, value in parameters.items())
    print(f"Nothing works on them yet. To go over to them:\n\n    python3 dev.py deploy {options.stage} {given}")
    return 0


def _told_of(later: Iterable[Json]) -> Iterator[str]:
    """A line for each statement made after the instant."""
    statements = list(later)
    if statements:
        yield "Sealed after that instant, so lost from the tables, and kept in the evidence (docs/backup.md):"
    for one in statements:
        yield f"  {one['made']}  review {one['review']}  {one['kind']}, number {one['sequence']}"
    if statements:
        yield ""
