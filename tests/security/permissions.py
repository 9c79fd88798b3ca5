"""Which permissions of AWS each function of the product uses: every AWS call passes one point, and whose it is follows
from the handler that runs at the time."""

from __future__ import annotations

import fnmatch
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.point import Call, Proceed
from tests.world import World

POLICIES = Path(__file__).resolve().parents[2] / ".chalice"
HANDLERS = ("tick", "work", "count_decisions", "hear_of_mails", "publish_events", "signed_in", "cognito_signed_in")
FUNCTIONS = ("api", *HANDLERS)
# Operations that IAM knows by other names.
NAMES = {
    "HeadObject": ("s3:GetObject",),
    "ListParts": ("s3:ListMultipartUploadParts",),
    "CreateMultipartUpload": ("s3:PutObject",),
    "UploadPart": ("s3:PutObject",),
    "CompleteMultipartUpload": ("s3:PutObject",),
    "GetObject": ("s3:GetObject", "s3:ListBucket"),  # without the second a missing object is "access denied"
    "ListObjectVersions": ("s3:ListBucketVersions",),
    "SendEmail": ("ses:SendEmail",),
    "GetAccount": ("ses:GetAccount",),
    "GetEmailIdentity": ("ses:GetEmailIdentity",),
    "HeadBucket": ("s3:ListBucket",),
    "GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
}
# What the resources that policies name by their logical ids are called in these tests.
ACCOUNT = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "access-reviews",
    "MailSet": "access-reviews",
    "FilesBucket.Arn": "arn:aws:s3:::access-reviews",
    "EvidenceBucket.Arn": "arn:aws:s3:::access-reviews-evidence",
    "WorkQueue.Arn": "arn:aws:sqs:us-east-1:123456789012:access-reviews-work",
    "WorkDeadLetters.Arn": "arn:aws:sqs:us-east-1:123456789012:access-reviews-work-dead",
    "FailedEvents.Arn": "arn:aws:sqs:us-east-1:123456789012:access-reviews-failed",
    "SealingKey.Arn": "arn:aws:kms:us-east-1:123456789012:key/x",
    **{
        f"{name}.{attribute}": f"arn:aws:dynamodb:us-east-1:123456789012:table/access-reviews-{name.lower()}{more}"
        for name in ("Directory", "Entitlements", "Reviews", "Items", "Audit")
        for attribute, more in (("Arn", ""), ("StreamArn", "/stream/now"))
    },
}
IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
Used = tuple[str, str]  # a permission, and what for: the end of an ARN


def used(call: Call) -> set[Used]:
    """The permissions of IAM that a call needs."""
    given = call.parameters
    if call.service == "dynamodb":
        return _on_tables(call.operation, given)
    names = NAMES.get(call.operation, (f"{call.service}:{call.operation}",))
    if given.get("ObjectLockMode"):
        names = ("s3:PutObject", "s3:PutObjectRetention")
    if given.get("Tagging"):
        names = ("s3:PutObject", "s3:PutObjectTagging")
    if given.get("VersionId"):
        names = ("s3:GetObjectVersion",)
    if call.service == "s3":
        return {
            (name, f"{given['Bucket']}/{given['Key']}" if "Key" in given and "List" not in name else given["Bucket"])
            for name in names
        }
    queue = given.get("QueueUrl", "").rpartition("/")[2]
    about = {"sqs": queue, "events": "event-bus/default", "ses": "identity/example.com", "kms": "key/x"}
    about |= {"secretsmanager": f"secret:{given.get('SecretId')}-AbCdEf", "ssm": f"parameter{given.get('Name')}"}
    return {(name, about.get(name.partition(":")[0], "*")) for name in names}


def _on_tables(operation: str, given: dict[str, Any]) -> set[Used]:
    if operation == "TransactWriteItems":
        parts = [part for one in given["TransactItems"] for part in one.items()]
        return {(f"dynamodb:{IN_TRANSACTIONS[kind]}", f"table/{part['TableName']}") for kind, part in parts}
    if "RequestItems" in given:
        return {(f"dynamodb:{operation}", f"table/{table}") for table in given["RequestItems"]}
    index = f"/index/{given['IndexName']}" if given.get("IndexName") else ""
    return {(f"dynamodb:{operation}", f"table/{given['TableName']}{index}")}


@dataclass
class Recorder:
    """What each function was seen to use."""

    used: dict[str, set[Used]] = field(default_factory=lambda: defaultdict(set))
    running: str = ""

    def hook(self, call: Call, proceed: Proceed) -> Any:
        """A hook of the point of all AWS calls."""
        if self.running:
            self.used[self.running] |= used(call)
        return proceed()

    @contextmanager
    def listening(self, world: World) -> Iterator[None]:
        """Attribute what happens inside to the handlers that the world calls."""
        import app as front

        with pytest.MonkeyPatch.context() as patch:
            for name in HANDLERS:
                patch.setattr(front, name, self._as(name, getattr(front, name)))
            patch.setattr(world, "app", _App(world.app, self._as("api", world.app)))
            yield

    def _as(self, name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            before, self.running = self.running, name
            try:
                return handler(*arguments)
            finally:
                self.running = before

        return run


@dataclass
class _App:
    """The front door, whose calls are somebody's."""

    door: Any
    call: Callable[..., Any]

    def __call__(self, event: Any, context: Any) -> Any:
        return self.call(event, context)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.door, name)


def statements(function: str) -> list[dict[str, Any]]:
    """The statements of a function's policy."""
    found = json.loads((POLICIES / f"policy-{function}.json").read_text(encoding="utf-8"))
    assert found["Version"] == "2012-10-17" and all(one["Effect"] == "Allow" for one in found["Statement"])
    result: list[dict[str, Any]] = found["Statement"]
    return result


def allowed(function: str) -> set[str]:
    """The actions that a function's policy allows."""
    return {action for one in statements(function) for action in one["Action"]}


def patterns(statement: dict[str, Any]) -> list[str]:
    """The resources of a statement, as CloudFormation would put them into the policy. Raises KeyError for a logical
    id that names nothing here."""
    return [_resolved(one) for one in statement["Resource"]]


def _resolved(resource: Any) -> str:
    if isinstance(resource, str):
        return resource
    ((function, told),) = resource.items()
    if function == "Fn::GetAtt":
        return ACCOUNT[".".join(told)]
    assert function == "Fn::Sub"
    return re.sub(r"\$\{([\w.:]+)\}", lambda found: ACCOUNT[found[1]], told)


def fitting(function: str, use: Used) -> list[str]:
    """The patterns of resources by which the function's policy lets it do this to that."""
    action, about = use
    found = [one for part in statements(function) if action in part["Action"] for one in patterns(part)]
    return [one for one in found if one == "*" or fnmatch.fnmatchcase(about, re.sub(r"^arn:([^:]*:){4}", "", one))]
