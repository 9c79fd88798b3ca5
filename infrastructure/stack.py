"""One CloudFormation stack: what it is now, its change sets, and what happens in it while somebody waits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.account import Account, Refused, pages

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_EMPTY = re.compile(r"didn't contain changes|no updates are to be performed", re.IGNORECASE)
# What follows from another failure, and explains nothing.
_ECHO = re.compile(r"cancelled|The following resource\(s\) failed|Rollback requested|^$", re.IGNORECASE)
_HINTS = {
    r"already exists": "Something of this name is there already, made by hand or left by a try. Deploying again "
    "takes over tables, buckets, keys and user pools that were kept; anything else has to be deleted or renamed first.",
    r"UnreservedConcurrentExecution": "The account allows too few Lambda executions at a time. Ask for more "
    "(Service Quotas, AWS Lambda, Concurrent executions), or reserve none.",
    r"not authorized|AccessDenied": "Whoever deploys lacks a permission: docs/deploying.md has the policy.",
    r"certificate": "The certificate has to be issued, in this Region, for this domain.",
    r"quota|LimitExceeded": "A quota of the account is used up: Service Quotas shows which.",
    r"60 seconds": "SQS keeps the name of a deleted queue for a minute. Deploy again.",
}


@dataclass
class Stack:
    """A stack by name; `look` reads it anew. `status` is "" while there is none."""

    account: Account
    name: str
    status: str = ""
    id: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    protected: bool = False

    def look(self) -> Stack:
        """As it is now."""
        try:
            (found,) = self._cloud.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as problem:
            if "does not exist" not in str(problem):
                raise
            found = {}
        self.status = "" if found.get("StackStatus") == "DELETE_COMPLETE" else found.get("StackStatus", "")
        self.id = found.get("StackId", self.id)
        given = found.get("Parameters", []) if self.status else []
        self.parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in given}
        told = found.get("Outputs", []) if self.status else []
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in told}
        self.protected = bool(found.get("EnableTerminationProtection"))
        return self

    @property
    def is_new(self) -> bool:
        """Is there nothing in it yet?"""
        return self.status in ("", "REVIEW_IN_PROGRESS")

    @property
    def _cloud(self) -> Any:
        return self.account.client("cloudformation")

    def template(self) -> dict[str, Any]:
        """What it is made of, with what CloudFormation made of SAM's part; nothing of one that is new."""
        if self.is_new:
            return {}
        told = self._cloud.get_template(StackName=self.name, TemplateStage="Processed")["TemplateBody"]
        found: dict[str, Any] = json.loads(told) if isinstance(told, str) else told
        return found

    def resources(self) -> list[dict[str, Any]]:
        """What is in it."""
        if self.is_new:
            return []
        return list(pages(self._cloud, "list_stack_resources", "StackResourceSummaries", StackName=self.name))

    def protect(self, on: bool) -> None:
        """Let nobody delete it, or let somebody."""
        self._cloud.update_termination_protection(StackName=self.name, EnableTerminationProtection=on)

    def propose(self, kind: str, name: str, template_url: str, **more: Any) -> list[dict[str, Any]] | None:
        """Make a change set; its changes, or None when there are none. Raises Refused."""
        asked = {"StackName": self.name, "ChangeSetName": name, "ChangeSetType": kind, "TemplateURL": template_url}
        self._cloud.create_change_set(**asked, Capabilities=CAPABILITIES, **more)
        while (found := self._change_set(name))["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            self.account.wait()
        if found["Status"] == "FAILED" or found["ExecutionStatus"] == "UNAVAILABLE":
            words = found.get("StatusReason", "")
            self.forget(name)
            if _EMPTY.search(words):
                return None
            raise Refused(f"CloudFormation refuses the change: {words}")
        return list(pages(self._cloud, "describe_change_set", "Changes", StackName=self.name, ChangeSetName=name))

    def _change_set(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._cloud.describe_change_set(StackName=self.name, ChangeSetName=name)
        return found

    def forget(self, change_set: str) -> None:
        """Delete a change set; and the empty stack it would have filled."""
        self._cloud.delete_change_set(StackName=self.name, ChangeSetName=change_set)
        if self.look().status == "REVIEW_IN_PROGRESS":
            self._cloud.delete_stack(StackName=self.name)

    def execute(self, change_set: str, tell: Callable[[str], None]) -> None:
        """Carry a change set out and tell what happens. Raises Refused with the first real reason of a failure."""
        known = {one["EventId"] for one in self._since(set())}
        self._cloud.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        self._follow(known, tell)

    def delete(self, tell: Callable[[str], None]) -> None:
        """Delete it and tell what happens. Raises Refused."""
        known = {one["EventId"] for one in self._since(set())}
        self._cloud.delete_stack(StackName=self.name)
        self._follow(known, tell)

    def _since(self, known: set[str]) -> list[dict[str, Any]]:
        """What has happened since the latest known event, the oldest first; nothing when there is no stack."""
        found = []
        try:
            for event in pages(self._cloud, "describe_stack_events", "StackEvents", StackName=self.id or self.name):
                if event["EventId"] in known:
                    break
                found.append(event)
        except ClientError as problem:
            if "does not exist" not in str(problem):
                raise
        return found[::-1]

    def _follow(self, known: set[str], tell: Callable[[str], None]) -> None:
        happened: list[dict[str, Any]] = []
        while True:
            status = self.look().status
            for event in self._since(known):
                known.add(event["EventId"])
                happened.append(event)
                _tell(event, tell)
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                break
            self.account.wait()
        if "ROLLBACK" in status or status.endswith("_FAILED"):
            raise Refused(first_reason(happened, status))


def _tell(event: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    status, words = event["ResourceStatus"], event.get("ResourceStatusReason", "")
    if status.endswith("_COMPLETE") or "FAILED" in status:
        shown = f"{event['Timestamp']:%H:%M:%S}  {status:<22} {event['LogicalResourceId']} ({event['ResourceType']})"
        tell(f"{shown}  {words}" if "FAILED" in status and words else shown)


def first_reason(happened: Sequence[Mapping[str, Any]], status: str) -> str:
    """Why it failed: of the first failure that no other one caused, with advice where there is some."""
    failed = [one for one in happened if "FAILED" in one["ResourceStatus"]]
    real = [one for one in failed if not _ECHO.search(one.get("ResourceStatusReason", ""))]
    if not real:
        return f"It failed ({status}); CloudFormation says no more. Its events have the details."
    first = real[0]
    words = first.get("ResourceStatusReason", "")
    advice = next((hint for pattern, hint in _HINTS.items() if re.search(pattern, words, re.IGNORECASE)), "")
    told = f"{first['LogicalResourceId']} ({first['ResourceType']}): {words}"
    return "\n".join(filter(None, [f"It failed ({status}). The first reason:", f"  {told}", advice]))
