"""The key patterns of mails: what was told to whom, and what did not reach anybody. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.storage import keys


def notice(instance_or_subject_id: str, kind: str, user_id: str, subject_id: str) -> tuple[str, str]:
    return keys.review(instance_or_subject_id), f"N#{kind}#{user_id}#{subject_id}"


def told(user_id: str, at: datetime, kind: str, subject_id: str) -> tuple[str, str]:
    return keys.my_reviews(user_id), f"N#{keys.instant(at)}#{kind}#{subject_id}"


def undelivered_of(since: datetime, instance_or_subject_id: str) -> str:
    """The beginning of the sort keys of what one review could not deliver."""
    return f"{keys.instant(since)}#{instance_or_subject_id}#"


def undelivered(since: datetime, instance_id: str, user_id: str, kind: str, subject_id: str) -> tuple[str, str]:
    return "UNDELIVERED", f"{undelivered_of(since, instance_id)}{user_id}#{kind}#{subject_id}"


def bad_address(address: str) -> tuple[str, str]:
    return "ADDRESSES", address.lower()[:900]
