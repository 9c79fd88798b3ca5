"""What the mail service tells about a mail afterwards, what that makes of the mail, and of the address (docs/mail.md).

Its messages carry no signature of the sender's own: nothing they say counts that does not match a mail we sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chalicelib.domain import ids
from chalicelib.domain.mail_log import MOST_DETAIL, Fault, failure, read_state, without_addresses

MOST_TRANSIENT: Final = 3  # bounces that may pass, after which an address is given up
WITHIN: Final = timedelta(days=14)  # counted together only if they follow one another so closely
AGAIN_AFTER: Final = timedelta(days=1)  # a mail that bounced for a passing reason is sent again
_ADDRESS = 320  # characters, the longest there is


class Heard(StrEnum):
    """What is told of a mail."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REFUSED = "refused"


_EVENTS = {
    "Delivery": Heard.DELIVERED,
    "Bounce": Heard.BOUNCED,
    "Complaint": Heard.COMPLAINED,
    "Reject": Heard.REFUSED,
    "Rendering Failure": Heard.REFUSED,
}
_RANKS = {"sent": 0, "delivered": 1, "failed": 2, "bounced": 2, "complained": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One message. `person_id` is the tag our mail bore, `mail` the digest of its id, as states hold it; `sent` and
    `at` are the mail service's time. `passing`: a bounce that may not happen again."""

    heard: Heard
    person_id: str
    mail: str
    address: str
    sent: datetime
    at: datetime
    passing: bool = False
    detail: str = ""

    @property
    def fault(self) -> Fault | None:
        """Why mail to this address fails from now on, if it does."""
        return {Heard.BOUNCED: Fault.BOUNCED, Heard.COMPLAINED: Fault.COMPLAINED}.get(self.heard)


def mail_digest(message_id: str) -> str:
    """The short form of a mail's id that its state holds: enough to know it again, impossible to guess."""
    return ids.digest(message_id)[:16]


def read_feedback(text: str) -> Feedback | None:
    """The message of an event of SES (configuration set, event publishing); None for kinds that change nothing (Send,
    DeliveryDelay, Open, ...) and for everything that is not such a message."""
    try:
        told = json.loads(text)
        mail = told["mail"]
        heard = _EVENTS.get(told["eventType"])
        person = str(mail["tags"]["person"][0])
        if heard is None or not ids.is_guid(person):
            return None
        about = told.get(told["eventType"].lower()) or {}
        return _feedback(heard, person, mail, about)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def _feedback(heard: Heard, person: str, mail: Mapping[str, Any], about: Mapping[str, Any]) -> Feedback:
    sent = _instant(mail["timestamp"])
    recipients = about.get("bouncedRecipients") or [{}]
    subtype = about.get("bounceSubType")
    told = [None if subtype == "General" else subtype, recipients[0].get("diagnosticCode"), about.get("reason")]
    told.append(about.get("complaintFeedbackType"))
    return Feedback(
        heard=heard,
        person_id=person,
        mail=mail_digest(str(mail["messageId"])),
        address=str(mail["destination"][0])[:_ADDRESS],
        sent=sent,
        at=_instant(about["timestamp"]) if about.get("timestamp") else sent,
        passing=heard is Heard.BOUNCED and about.get("bounceType") != "Permanent",
        detail=without_addresses(" ".join(str(one) for one in told if one))[:MOST_DETAIL],
    )


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def after_feedback(kind: str, state: str, feedback: Feedback, now: datetime) -> str | None:
    """The state of a mail after what was heard of it; None when it stays as it is, since that is known already, is
    about another mail, or would go backwards: messages come repeated and in any order."""
    known = read_state(kind, state)
    if known.mail != feedback.mail or known.sent is None:
        return None
    word = "failed" if feedback.heard is Heard.REFUSED else feedback.heard.value
    if _RANKS.get(word, 0) <= _RANKS.get(known.state, 0):
        return None
    if feedback.heard is Heard.REFUSED:
        return failure(now, Fault.REFUSED, feedback.detail)
    parts = (word, known.sent.isoformat(), known.mail, now.isoformat(), feedback.detail)
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAddress:
    """An address mail bounced from or was complained about. `fault`: from now on it is not mailed ("": so far it
    bounced `bounces` times for passing reasons only). `user_id` is whose mail it was, `mail` the last one."""

    address: str
    user_id: str
    fault: Fault | None
    since: datetime
    last: datetime
    bounces: int = 0
    mail: str = ""
    detail: str = ""
    version: int = 0


def judged(before: BadAddress | None, feedback: Feedback, now: datetime) -> BadAddress:
    """What is known of an address after a bounce or complaint. The same message twice is one."""
    fresh = BadAddress(
        address=feedback.address.lower(), user_id=feedback.person_id, fault=None, since=now, last=now, mail=""
    )
    stale = before is not None and before.fault is None and now - before.last > WITHIN
    known = fresh if before is None or stale else before
    if before is not None:
        known = replace(known, version=before.version)
    if known.mail == feedback.mail and (known.fault or feedback.passing):
        return known
    bounces = known.bounces + int(feedback.passing)
    given_up = not feedback.passing or bounces >= MOST_TRANSIENT
    fault = known.fault or (feedback.fault if given_up else None)
    return replace(
        known,
        user_id=feedback.person_id,
        fault=fault,
        since=now if fault and not known.fault else known.since,
        last=now,
        bounces=bounces,
        mail=feedback.mail,
        detail=feedback.detail,
    )
