"""What a change set would do, in words; and what of it nobody gets to do by accident."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

# Losing one of these loses decisions, evidence or the proof of it. A new release never needs to.
PRECIOUS = {
    "AWS::DynamoDB::Table": "a table",
    "AWS::KMS::Key": "a key",
    "AWS::S3::Bucket": "a bucket",
    "AWS::Cognito::UserPool": "the people who sign in",
}
_VERBS = {"Add": "new", "Modify": "changed", "Import": "taken over", "Remove": "removed", "Dynamic": "perhaps changed"}


def lines(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The changes for a person to read: what is lost first, loudest where it is precious. What is merely new is counted
    by type."""
    found = sorted((one["ResourceChange"] for one in changes), key=lambda one: one["ResourceType"] not in PRECIOUS)
    for one in found:
        if fate := _fate(one):
            mark = "!!!" if one["ResourceType"] in PRECIOUS else "  -"
            yield f"{mark} {one['LogicalResourceId']} ({one['ResourceType']}) is {fate}"
    for one in found:
        if one["Action"] in ("Modify", "Dynamic") and not _fate(one):
            yield f"   {_VERBS[one['Action']]}: {one['LogicalResourceId']} ({one['ResourceType']}){_what(one)}"
    for action in ("Import", "Add"):
        kinds = [one["ResourceType"] for one in found if one["Action"] == action]
        for kind in sorted(set(kinds)):
            yield f"   {_VERBS[action]}: {kinds.count(kind)} x {kind}"


def _fate(change: Mapping[str, Any]) -> str:
    """What becomes of something that does not stay as it is; "" for everything else."""
    keeps = "Retain" in str(change.get("PolicyAction", ""))
    if change["Action"] == "Remove":
        return "let go: it stays in the account, but no longer belongs to the stack" if keeps else "DELETED"
    replacement = change.get("Replacement")
    if change["Action"] != "Modify" or replacement not in ("True", "Conditional"):
        return ""
    old = "the old one stays in the account" if keeps else "the old one is DELETED"
    return f"{'REPLACED' if replacement == 'True' else 'PERHAPS REPLACED'} by a new one; {old}{_what(change)}"


def _what(change: Mapping[str, Any]) -> str:
    """The properties that differ."""
    names = [
        one.get("Target", {}).get("Name") or one.get("Target", {}).get("Attribute") for one in change.get("Details", [])
    ]
    told = sorted({name for name in names if name})
    return f": {', '.join(told)}" if told else ""


def refused(changes: Sequence[Mapping[str, Any]], given_up: Collection[str]) -> list[str]:
    """Why this is not carried out, one sentence for each precious thing that would be replaced, deleted or let go and
    that nobody has given up by name."""
    found = []
    for one in (change["ResourceChange"] for change in changes):
        fate, what = _fate(one), PRECIOUS.get(one["ResourceType"])
        if fate and what and one["LogicalResourceId"] not in given_up:
            name = one["LogicalResourceId"]
            found.append(f"{name} is {what} and would be {fate}. If that is meant: --give-up {name}")
    return found
