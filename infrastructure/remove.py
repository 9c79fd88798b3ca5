"""`python3 dev.py remove STAGE`: remove a deployment. What proves what happened stays: evidence, keys, the audit table.
So do all other data unless --with-data is given; deploying the stage again takes over whatever is there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infrastructure import kept, uploads
from infrastructure.account import Account, Refused, pages, reason
from infrastructure.commands import answer, begin, common, told
from infrastructure.kept import Kept
from infrastructure.stack import Stack

# What --with-data deletes. No option deletes a key: what it encrypts would be lost with it.
DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
PROOF = ("Audit", "EvidenceBucket")
MOST_COUNTED = 10_000  # objects of a bucket that are counted
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Removal:
    """One run of the command. `stays` and `goes` are of what the stack keeps when it is deleted; `besides` are the
    resources that it keeps, too, and that nobody takes over."""

    account: Account
    stack: Stack
    stays: Sequence[Kept]
    goes: Sequence[Kept]
    besides: Sequence[Mapping[str, Any]] = ()


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py remove", description=__doc__)
    parser.add_argument("stage")
    common(parser)
    parser.add_argument(
        "--with-data", action="store_true", help="delete people, access and reviews, too (not evidence)"
    )
    parser.add_argument("--confirm", default="", metavar="STAGE", help="the stage's name, instead of typing it")
    options = parser.parse_args(arguments)
    return told(lambda: _remove(options))


def _remove(options: argparse.Namespace) -> int:
    account, stack = begin(options)
    if not stack.status:
        raise Refused(f"There is no stack {stack.name} in {account.id}, {account.region}.")
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
        raise Refused(f"{stack.name} is being worked on ({stack.status}). Wait until that has ended.")
    removal = _planned(account, stack, options.with_data)
    print(*_words(removal), sep="\n")
    typed = options.confirm or answer(f"\nType the stage's name, {options.stage}, to remove it: ").strip()
    if typed != options.stage:
        raise Refused("That is another name. Nothing was removed.")
    if stack.protected:
        stack.protect(False)
    stack.delete(print)
    for one in removal.goes:
        print(f"deleting {one.name} ...", flush=True)
        _delete(account, one)
    print(*_leftovers(removal, options.stage), sep="\n")
    return 0


def _planned(account: Account, stack: Stack, with_data: bool) -> Removal:
    """What stays and what goes of what outlives the stack, by the template that is deployed."""
    whole = stack.template()
    found = kept.find(kept.Search.of(account, stack.name, whole, stack.parameters)) if whole else []
    goes = [one for one in found if with_data and one.kind in DATA and one.logical_id not in PROOF]
    names = {one.logical_id for one in found}
    outlive = {name for name, one in whole.get("Resources", {}).items() if kept.outlives(one)} - names
    besides = [one for one in stack.resources() if one["LogicalResourceId"] in outlive]
    return Removal(account, stack, [one for one in found if one not in goes], goes, besides)


def _words(removal: Removal) -> Iterator[str]:
    """What would happen, with numbers."""
    account, stack = removal.account, removal.stack
    staying = {one.logical_id for one in (*removal.stays, *removal.goes)}
    staying |= {one["LogicalResourceId"] for one in removal.besides}
    kinds = [str(one["ResourceType"]) for one in stack.resources() if one["LogicalResourceId"] not in staying]
    yield f"Removing {stack.name} in {account.id}, {account.region}."
    yield "\nWhat goes at once; reviews under way stop where they are, and nobody can sign in any more:"
    yield from (f"   {kinds.count(kind)} x {kind}" for kind in sorted(set(kinds)))
    if removal.goes:
        yield "\nWhat is DELETED for good, as --with-data says:"
        yield from (f"   {_described(account, one)}" for one in removal.goes)
    yield "\nWhat stays:"
    yield from (f"   {_described(account, one)}" for one in removal.stays)
    yield from (f"   {one['PhysicalResourceId']} ({one['ResourceType']})" for one in removal.besides)


def _described(account: Account, one: Kept) -> str:
    """What it is and how much is in it."""
    try:
        return f"{one.name} ({_amount(account, one)})"
    except (ClientError, BotoCoreError) as problem:
        return f"{one.name} ({one.kind}; it could not be looked into: {reason(problem)})"


def _amount(account: Account, one: Kept) -> str:
    if one.kind == "AWS::DynamoDB::Table":
        found = account.client("dynamodb").describe_table(TableName=one.name)["Table"]
        return f"table, about {found['ItemCount']:,} rows, {found['TableSizeBytes'] / 1e6:,.1f} MB"
    if one.kind == "AWS::S3::Bucket":
        return f"bucket, {_objects(account, one.name)}"
    if one.kind == "AWS::Cognito::UserPool":
        found = account.client("cognito-idp").describe_user_pool(UserPoolId=one.name)["UserPool"]
        return f"user pool, about {found.get('EstimatedNumberOfUsers', 0):,} people"
    return {"AWS::KMS::Key": "key", "AWS::KMS::Alias": "a key's name"}.get(one.kind, one.kind)


def _objects(account: Account, bucket: str) -> str:
    """How many objects, and until when the last of them cannot be deleted."""
    s3 = account.client("s3")
    found = []
    for one in pages(s3, "list_objects_v2", "Contents", Bucket=bucket):
        found.append(one)
        if len(found) >= MOST_COUNTED:
            break
    amount = f"{'at least ' if len(found) >= MOST_COUNTED else ''}{len(found):,} objects"
    newest = max(found, key=lambda one: one["LastModified"], default=None)
    locked = s3.head_object(Bucket=bucket, Key=newest["Key"]).get("ObjectLockRetainUntilDate") if newest else None
    return f"{amount}, locked until {locked:%Y-%m-%d}" if locked else amount


def _delete(account: Account, one: Kept) -> None:
    """Delete something that was kept, whatever protects it."""
    if one.kind == "AWS::DynamoDB::Table":
        tables = account.client("dynamodb")
        tables.update_table(TableName=one.name, DeletionProtectionEnabled=False)
        tables.delete_table(TableName=one.name)
    elif one.kind == "AWS::S3::Bucket":
        _empty(account, one.name)
        account.client("s3").delete_bucket(Bucket=one.name)
    else:
        pools = account.client("cognito-idp")
        pools.update_user_pool(UserPoolId=one.name, DeletionProtection="INACTIVE")
        pools.delete_user_pool(UserPoolId=one.name)


def _empty(account: Account, bucket: str) -> None:
    s3, waiting = account.client("s3"), []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        waiting += [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
    for start in range(0, len(waiting), _AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": waiting[start : start + _AT_ONCE], "Quiet": True})


_LATER: Mapping[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": (
        "aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled",
        "aws dynamodb delete-table --table-name {name}",
    ),
    "AWS::S3::Bucket": ("aws s3 rb s3://{name} --force   (once every version is deleted, after its lock has ended)",),
    "AWS::KMS::Key": ("aws kms schedule-key-deletion --key-id {name}   (seals stay verifiable with their public key)",),
    "AWS::KMS::Alias": ("aws kms delete-alias --alias-name {name}",),
    "AWS::Cognito::UserPool": (
        "aws cognito-idp update-user-pool --user-pool-id {name} --deletion-protection INACTIVE",
        "aws cognito-idp delete-user-pool --user-pool-id {name}",
    ),
    "AWS::Logs::LogGroup": ("aws logs delete-log-group --log-group-name {name}",),
    "AWS::SES::EmailIdentity": ("aws sesv2 delete-email-identity --email-identity {name}",),
}


def _leftovers(removal: Removal, stage: str) -> Iterator[str]:
    """What is still in the account, each with what removes it later."""
    yield f"\n{removal.stack.name} is removed. Still there, each with the command that deletes it once nobody needs it:"
    for one in removal.stays:
        yield from (f"   {command.format(name=one.name)}" for command in _LATER[one.kind])
    for other in removal.besides:
        yield f"   {other['PhysicalResourceId']} ({other['ResourceType']}): other stages may use it; see its console"
    yield f"   aws s3 rb s3://{uploads.bucket_of(removal.account)} --force   (packages, also those of other stages)"
    yield f"\nThey cost little while nobody uses them. `python3 dev.py deploy {stage}` takes them over again."
