"""What the records of the table streams mean: decisions made, items changed, rows of the audit trail."""

from __future__ import annotations

import json
import logging
from typing import Any

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, Decided
from chalicelib.domain.items import BY_RULE, Decision
from chalicelib.domain.pace import day_number
from chalicelib.usecases.ports import DecisionChange

LOG = logging.getLogger("access_reviews")
DECISIONS = {"A": Decision.APPROVE, "D": Decision.DENY, "K": Decision.DONT_KNOW, "N": Decision.NOT_REVIEWED}


def audit_row(record: dict[str, Any]) -> AuditEvent | None:
    """A new row of the audit table; None for one the table forgot."""
    image = record["dynamodb"].get("NewImage")
    if image is None:
        return None
    try:
        return msgspec.convert({"id": image["sk"]["S"], **json.loads(image["data"]["S"])}, AuditEvent)
    except (KeyError, ValueError):
        sequence = str(record["dynamodb"].get("SequenceNumber", ""))
        measured = {"facts": {"sequence": sequence}, "metrics": {"TrailRowsUnreadable": 1}}
        LOG.exception("an audit row cannot be published", extra=measured)
        return None


def decided(record: dict[str, Any]) -> Decided | None:
    """A decision somebody made, for the audit trail (R159, R163), or None for anything else."""
    if record["eventName"] != "MODIFY":
        return None
    old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
    number = len(new["h"]["L"])
    if number <= len(old["h"]["L"]) or _author(new) == BY_RULE:
        return None
    entry = json.loads(new["h"]["L"][-1]["S"])
    partition = new["pk"]["S"]
    return Decided(
        instance_id=ids.guid_of(partition[:32]),
        item_id=ids.guid_of(partition[32:] + new["sk"]["S"]),
        person_id=new["p"]["S"],
        by=entry["b"],
        on_behalf_of=entry.get("f", ""),
        at=entry["t"],
        number=number,
        before=DECISIONS[old["d"]["S"]],
        after=DECISIONS[new["d"]["S"]],
    )


def change_of(record: dict[str, Any]) -> DecisionChange | None:
    """A changed decision or a cancellation, or None for anything else (a fresh item, an apply result)."""
    data = record["dynamodb"]
    if record["eventName"] != "MODIFY":
        return None
    old, new = data["OldImage"], data["NewImage"]
    cancelled = "c" in new and "c" not in old
    if not cancelled and len(old["h"]["L"]) == len(new["h"]["L"]):
        return None
    if not cancelled and _author(new) == BY_RULE:
        return None  # the closing sweep counts for itself
    partition = new["pk"]["S"]
    at = int(new["ct"]["N"]) * 1000 if cancelled else int(json.loads(new["h"]["L"][-1]["S"])["t"])
    return DecisionChange(
        instance_id=ids.guid_of(partition[:32]),
        set_id=partition[32:44],
        shard=partition[44:46],
        sequence=data["SequenceNumber"],
        before=DECISIONS[old["d"]["S"]],
        after=None if cancelled else DECISIONS[new["d"]["S"]],
        day=day_number(at),
    )


def _author(image: dict[str, Any]) -> str:
    history = image["h"]["L"]
    return str(json.loads(history[-1]["S"])["b"]) if history else ""
