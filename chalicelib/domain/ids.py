"""Identifiers that say where a thing lies, so that nothing has to be looked up.

All ids are 32 hexadecimal digits written like a GUID (Graph clients insist on the form, not on the version
bits). Several hold their own address:

    definition   [12 place][20 hash]                     instances of a series share the 12
    instance     [12 of the definition][8 yyyymmdd][12 hash]
    assignment   [12 of the policy][20 hash]
    request      [12 milliseconds][20 hash]              sorts by time
    decision     [12 reviewer set][2 shard][18 hash]     partition and sort key of the item
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOBODY = "00000000-0000-0000-0000-000000000000"
NO_SET = "0" * 12


def is_guid(text: str) -> bool:
    """True when `text` is 32 lower-case hex digits in GUID form."""
    return _GUID.fullmatch(text) is not None


def digest(*parts: object) -> str:
    """64 hex digits that identify `parts`; the separator cannot occur in any part we use."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def guid_of(hex32: str) -> str:
    """Write 32 hex digits as a GUID."""
    return f"{hex32[:8]}-{hex32[8:12]}-{hex32[12:16]}-{hex32[16:20]}-{hex32[20:32]}"


def bare(guid: str) -> str:
    """The 32 hex digits of a GUID."""
    return guid.replace("-", "")


def guid(*parts: object) -> str:
    """A GUID determined by `parts`: the same parts always give the same id."""
    return guid_of(digest(*parts))


def place(guid_text: str) -> str:
    """The first 12 hex digits, which name the partition of everything that belongs to this object."""
    return bare(guid_text)[:12]


def definition_id(policy_id: str) -> str:
    """The review series of a policy. One policy has one series, whatever happens to its settings."""
    return guid("definition", policy_id)


def instance_id(definition: str, day: date) -> str:
    """The occurrence of a series on a local start date (R62). Opening it twice gives the same id."""
    return guid_of(place(definition) + f"{day:%Y%m%d}" + digest("instance", definition, day)[:12])


def assignment_id(policy_id: str, target_id: str, operation: str) -> str:
    """An assignment of a person through a policy, made by one operation."""
    return guid_of(place(policy_id) + digest("assignment", policy_id, target_id, operation)[:20])


def request_id(moment: datetime, *parts: object) -> str:
    """A request, sortable by its moment, determined by its parts."""
    return guid_of(f"{int(moment.timestamp() * 1000):012x}" + digest("request", *parts)[:20])


def request_moment(request: str) -> datetime:
    """The moment encoded in a request id. Raises ValueError or OverflowError for a foreign id."""
    return datetime.fromtimestamp(int(place(request), 16) / 1000, UTC)


def request_bound(moment: datetime) -> str:
    """A text that sorts behind every request made before `moment` (from 1970 on) and before all others."""
    return guid_of(f"{max(int(moment.timestamp() * 1000), 0):012x}" + "0" * 20)


def set_of_one(user_id: str) -> str:
    """The reviewer set of exactly this person. Membership needs no lookup: compare. Its first bit is 0."""
    hashed = digest("set", user_id)
    return f"{int(hashed[0], 16) & 7:x}{hashed[1:12]}"


def set_of_many(members: tuple[str, ...], role: str) -> str:
    """A set of several reviewers asked in one role (named, fallback, owner). Its first bit is 1."""
    hashed = digest("set", role, *sorted(members))
    return f"{int(hashed[0], 16) | 8:x}{hashed[1:12]}"


def is_shared(set_id: str) -> bool:
    """Does this set have several members?"""
    return int(set_id[0], 16) >= 8


def decision_id(set_id: str, shards: int, assignment: str, instance: str) -> str:
    """The decision item of an assignment in an instance; it encodes its partition and sort key."""
    hashed = digest("item", instance, assignment)
    shard = int(hashed[:8], 16) % shards
    return guid_of(f"{set_id}{shard:02x}{hashed[8:26]}")


def decision_place(decision: str) -> tuple[str, str, str]:
    """(set, shard, sort key) of a decision id."""
    text = bare(decision)
    return text[:12], text[12:14], text[14:32]
