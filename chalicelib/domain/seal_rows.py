"""The rows of sealed tables: plain objects with people by id, and how many of which kind there were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.items import BY_RULE, Cancelled, Decision, DecisionItem, chain, leaf_hash
from chalicelib.domain.mail_log import SentMail
from chalicelib.domain.parts import ReviewerRow
from chalicelib.domain.removals import ENDED, Removal
from chalicelib.domain.seals import instant

ITEMS, REVIEWERS, NOTICES = "items", "reviewers", "notices"  # tables of the decisions seal
REMOVALS, RESULT_NOTICES = "removals", "resultNotices"  # tables of the removals seal
NOT_CONFIRMED = "notConfirmed"  # outcome of a removal whose confirmation was declined or lapsed
DAYS = "days:"  # begins the counts of how many days lay between a denial and its removal
DECIDED = {Decision.DENY: "denied", Decision.APPROVE: "approved", Decision.DONT_KNOW: "dontKnow"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row before it is sealed. `salt`: 32 hex digits, "" for one that gets its salt from the seed."""

    record: dict[str, Any]
    salt: str = ""


def item_row(item: DecisionItem) -> Row:
    """A decision item: `leaf` is the hash of the frozen facts as they are now, `chain` that of all its history."""
    leaf = leaf_hash(item)
    record = {
        "item": item.id,
        "leaf": leaf,
        "chain": chain(leaf, item.history),
        "entries": len(item.history),
        "decision": item.decision.value,
        "kept": item.kept,
        "cancelled": item.cancelled.value if item.cancelled else None,
        "cancelledAt": _told(item.cancelled_at),
        "set": item.id.replace("-", "")[:12],
    }
    return Row(record, item.salt)


def item_counts(item: DecisionItem, row: Row) -> Counter[str]:
    """Under which kinds the seal counts an item: by what was decided, who decided each time, and whether its frozen
    facts are what they were."""
    found = Counter({decided(item): 1, "unchanged" if row.record["leaf"] == item.leaf else "changed": 1})
    for entry in item.history:
        by = "byRule" if entry.by == BY_RULE else "byThemselves" if entry.by == item.principal_id else "byOthers"
        found[by] += 1
    return found


def decided(item: DecisionItem) -> str:
    """What was decided about an item, as the outcome counts it."""
    if isinstance(item.cancelled, Cancelled):
        return "cancelled"
    by_rule = item.last is not None and item.last.by == BY_RULE
    return DECIDED.get(item.decision, "kept") + ("ByRule" if by_rule else "")


def reviewer_row(row: ReviewerRow) -> Row:
    """A reviewer and why they were chosen. `ownItem`: one item of the set is their own, which others decide."""
    record = {
        "person": row.user_id,
        "set": row.set_id,
        "why": row.reason,
        "items": row.tally.total,
        "onBehalfOf": row.on_behalf_of,
        "ownItem": row.own_item,
        "joinedLater": row.extra,
        "onlyItems": row.some,
        "takenOff": row.removed,
        "unreachable": row.unreachable,
    }
    return Row(record)


def notice_row(person_id: str, mail: SentMail) -> Row:
    """A mail to a person and what became of it."""
    record = {
        "person": person_id,
        "kind": mail.kind,
        "state": mail.state,
        "sent": _told(mail.sent),
        "delivered": _told(mail.delivered),
        "failed": _told(mail.failed),
        "fault": mail.fault,
        "mail": mail.mail,
    }
    return Row(record)


def removal_row(removal: Removal, item: DecisionItem, confirmed: bool) -> Row:
    """What became of a denied access. Without a confirmation nothing was begun."""
    nothing = not confirmed and not removal.outcome
    word = removal.word
    record = {
        "item": item.id,
        "outcome": NOT_CONFIRMED if nothing else removal.standing.value,
        "denied": _told(denied_at(item)),
        "begun": None if nothing else _told(removal.begun),
        "accepted": _told(removal.accepted),
        "absent": [instant(one) for one in removal.absent],
        "ended": _told(removal.ended),
        "by": removal.by,
        "witnessed": removal.witnessed,
        "word": {"source": word.source, "at": instant(word.at), "by": word.by} if word else None,
        "paths": list(removal.paths),
        "reason": removal.reason,
        "applyResult": item.apply_result.value,
    }
    return Row(record)


def removal_counts(removal: Removal, item: DecisionItem, row: Row) -> Counter[str]:
    """Under which kinds the seal counts a removal: its outcome, and the days from the denial until it was made."""
    found = Counter({str(row.record["outcome"]): 1})
    denied = denied_at(item)
    if removal.standing in ENDED and removal.ended and denied:
        found[f"{DAYS}{max((removal.ended - denied).days, 0)}"] += 1
    return found


def denied_at(item: DecisionItem) -> datetime | None:
    """When the decision in force was made."""
    return datetime.fromtimestamp(item.last.at / 1000, UTC) if item.last else None


def _told(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None
