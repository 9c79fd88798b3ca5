"""The stored form of a decision item.

Attribute names have one letter: an item with two decisions must stay under 1 KB, one write unit.
    n u p   display name, principal name, principal id       a  assignment id
    g j e   guest, job title, department                      s l  assigned since, last sign-in (seconds, 0 never)
    m q     manager at the opening: id, name
    f o     what changed since the former review, sign-in known as of (seconds)
    i       the resource the recommendation is about (6 bytes) and its last use (seconds in 5 bytes, 0 never)
    r w     recommendation, why these reviewers               t  deadline (seconds)
    x y     salt and leaf hash of the evidence                d b  decision in force, who made it (8 digits)
    h       history, JSON texts, only ever appended to        k  why an undecided item keeps access
    z zt zb apply result (New: the removal has begun), when (seconds), by whom
    c ct    why it was cancelled, when (seconds)
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.items import (
    ApplyResult,
    Cancelled,
    Change,
    Decision,
    DecisionItem,
    HistoryEntry,
    Recommendation,
)
from chalicelib.storage import keys

CODES = {Decision.APPROVE: "A", Decision.DENY: "D", Decision.DONT_KNOW: "K", Decision.NOT_REVIEWED: "N"}
DECISIONS = {code: decision for decision, code in CODES.items()}
HINTS = {Recommendation.APPROVE: "A", Recommendation.DENY: "D", Recommendation.NO_INFO: "N"}
CHANGES = {"N": Change.NEW, "R": Change.RENEWED, "M": Change.MANAGER, "D": Change.DEPARTMENT}
CHANGE_CODES = {change: code for code, change in CHANGES.items()}
RECOMMENDATIONS = {code: hint for hint, code in HINTS.items()}
NEVER = "0"
Wire = dict[str, Any]


def entry_text(entry: HistoryEntry) -> str:
    """The stored form of a history entry: 113 bytes and the reason."""
    short = {"o": entry.operation[-16:], "t": entry.at, "b": entry.by, "d": CODES[entry.decision]}
    if entry.reason:
        short["r"] = entry.reason
    if entry.on_behalf_of:
        short["f"] = entry.on_behalf_of
    if entry.channel:
        short["c"] = entry.channel
    if entry.note:
        short["n"] = entry.note
    return msgspec.json.encode(short).decode()


def entry_of(text: str) -> HistoryEntry:
    """The history entry of a stored text."""
    short = json.loads(text)
    return HistoryEntry(
        decision=DECISIONS[short["d"]],
        by=short["b"],
        at=short["t"],
        operation=short["o"],
        reason=short.get("r", ""),
        on_behalf_of=short.get("f", ""),
        channel=short.get("c", ""),
        note=short.get("n", ""),
    )


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def to_wire(item: DecisionItem) -> Wire:
    """A fresh item as DynamoDB takes it."""
    pk, sk = keys.item(item.instance_id, item.id)
    wire: Wire = {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "n": {"S": item.display_name},
        "u": {"S": item.principal_name},
        "p": {"S": item.principal_id},
        "a": {"S": item.assignment_id},
        "s": {"N": seconds(item.assigned)},
        "r": {"S": HINTS[item.recommendation]},
        "w": {"S": item.why},
        "t": {"N": seconds(item.deadline)},
        "x": {"B": bytes.fromhex(item.salt)},
        "y": {"B": bytes.fromhex(item.leaf)},
        "d": {"S": CODES[item.decision]},
        "h": {"L": [{"S": entry_text(entry)} for entry in item.history]},
    }
    optional = {"j": item.job_title, "e": item.department, "g": "1" if item.user_type == "Guest" else ""}
    optional["f"] = "".join(CHANGE_CODES[change] for change in item.changes)
    wire |= {name: {"S": value} for name, value in optional.items() if value}
    if item.manager_id:
        wire |= {"m": {"B": bytes.fromhex(ids.bare(item.manager_id))}, "q": {"S": item.manager_name}}
    if item.last_sign_in:
        wire["l"] = {"N": seconds(item.last_sign_in)}
    elif item.never_signed_in:
        wire["l"] = {"N": NEVER}
    if item.sign_in_as_of:
        wire["o"] = {"N": seconds(item.sign_in_as_of)}
    if item.resource:
        used = int(item.last_used.timestamp()) if item.last_used else 0
        wire["i"] = {"B": bytes.fromhex(item.resource) + used.to_bytes(5)}
    return wire


def _text(wire: Wire, name: str) -> str:
    return str(wire[name]["S"]) if name in wire else ""


def _moment(wire: Wire, name: str) -> datetime | None:
    return datetime.fromtimestamp(int(wire[name]["N"]), UTC) if name in wire else None


def _hex(wire: Wire, name: str) -> str:
    return bytes(wire[name]["B"]).hex() if name in wire else ""


def from_wire(wire: Wire) -> DecisionItem:
    """The decision item of a stored row."""
    about = _hex(wire, "i")
    used = int(about[12:] or "0", 16)
    pk, sk = wire["pk"]["S"], wire["sk"]["S"]
    never = "l" in wire and wire["l"]["N"] == NEVER
    return DecisionItem(
        instance_id=ids.guid_of(pk[:32]),
        id=ids.guid_of(pk[32:] + sk),
        assignment_id=wire["a"]["S"],
        principal_id=wire["p"]["S"],
        display_name=_text(wire, "n"),
        principal_name=_text(wire, "u"),
        user_type="Guest" if "g" in wire else "Member",
        job_title=_text(wire, "j"),
        department=_text(wire, "e"),
        manager_id=ids.guid_of(_hex(wire, "m")) if "m" in wire else "",
        manager_name=_text(wire, "q"),
        assigned=datetime.fromtimestamp(int(wire["s"]["N"]), UTC),
        last_sign_in=None if never else _moment(wire, "l"),
        never_signed_in=never,
        sign_in_as_of=_moment(wire, "o"),
        changes=tuple(CHANGES[code] for code in _text(wire, "f")),
        recommendation=RECOMMENDATIONS[wire["r"]["S"]],
        resource=about[:12],
        last_used=datetime.fromtimestamp(used, UTC) if used else None,
        why=_text(wire, "w"),
        deadline=datetime.fromtimestamp(int(wire["t"]["N"]), UTC),
        salt=_hex(wire, "x"),
        leaf=_hex(wire, "y"),
        decision=DECISIONS[wire["d"]["S"]],
        history=tuple(entry_of(part["S"]) for part in wire["h"]["L"]),
        kept=_text(wire, "k"),
        apply_result=ApplyResult(_text(wire, "z") or ApplyResult.NEW),
        applied=_moment(wire, "zt"),
        applied_by=_text(wire, "zb"),
        cancelled=Cancelled(_text(wire, "c")) if "c" in wire else None,
        cancelled_at=_moment(wire, "ct"),
        removal_begun="z" in wire,
    )
