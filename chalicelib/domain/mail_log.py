"""What is known of each mail: that somebody is told once, what became of it, and what could not be delivered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_QUOTED = re.compile(r"[^\s<>'\"]+@[^\s<>'\"]+")
MOST_DETAIL = 200  # characters kept of what the mail service said


class Fault(StrEnum):
    """Why a mail was not delivered. `SUPPRESSED`: it was not sent, since mail to its address bounced before or was
    complained about."""

    NO_ADDRESS = "noAddress"
    REFUSED = "refused"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


WENT_OUT = ("sent", "delivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail to one person about one event, other than a reviewer's own review mails: exists once (P15).

    It lies under its review; what became of it (`Told`) under the person. `kind`: `finished`, `summary`, `extended`,
    `ended`, `switchedOff`, `confirmation`, `restored`, `undone`, `toSign`, `tasks`, `tasksDue`. `subject_id` is the
    instance or assignment it is about, or tells occasions of one kind apart; `instance_id` is the subject where no
    review is concerned.
    """

    user_id: str
    kind: str
    subject_id: str
    instance_id: str
    at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a notice: `state` is read by `read_state`; `about` is the access package's name."""

    user_id: str
    kind: str
    subject_id: str
    instance_id: str
    at: datetime
    about: str
    state: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A mail that did not reach its person: it stays until a later one does.

    `since` puts the list in order and makes the row the same however often its writing is repeated: the opening of
    the review, or without one the moment of the notice.
    """

    user_id: str
    kind: str
    instance_id: str
    subject_id: str = ""
    since: datetime
    at: datetime
    about: str
    address: str
    fault: Fault
    detail: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as it stands. `state`: `sent`, `delivered`, `bounced`, `complained`, `pending`, `sending`, `failed`,
    `lost`, `off` (mail was switched off) or `withheld` (a guest who has not accepted the invitation, R73). `sent`,
    `delivered` and `failed` are None until it was; `fault` says why it did not reach its person, `detail` in the mail
    service's words, `mail` is the digest of the mail service's id."""

    kind: str
    state: str
    sent: datetime | None = None
    failed: datetime | None = None
    fault: str = ""
    detail: str = ""
    delivered: datetime | None = None
    mail: str = ""


def failure(now: datetime, fault: Fault, detail: str = "") -> str:
    """The state of a mail that failed, as it is stored."""
    return " ".join(filter(None, ("failed", now.isoformat(), fault.value, without_addresses(detail)[:MOST_DETAIL])))


def without_addresses(text: str) -> str:
    """What a mail service said, without the addresses it quotes: states outlive the erasure of a person."""
    return _QUOTED.sub("(address)", text)


def read_state(kind: str, state: str) -> SentMail:
    """A stored state of a mail of this kind."""
    word, _, rest = state.partition(" ")
    if word in ("sent", "delivered", "bounced", "complained"):
        return _went(kind, word, rest)
    if word != "failed" or not rest:
        return SentMail(kind, word)
    at, fault, detail = [*rest.split(" ", 2), "", ""][:3]
    return SentMail(kind, word, failed=datetime.fromisoformat(at), fault=fault, detail=detail)


def _went(kind: str, word: str, rest: str) -> SentMail:
    """`<sent> <mail>`, and what was heard of it: `<when> <detail>`. Mails of earlier versions have their time alone."""
    sent, mail, at, detail = [*rest.split(" ", 3), "", "", ""][:4]
    heard = datetime.fromisoformat(at) if at else None
    delivered = word == "delivered"
    return SentMail(
        kind,
        word,
        sent=datetime.fromisoformat(sent),
        failed=None if delivered else heard,
        fault="" if word in WENT_OUT else word,
        detail=detail,
        delivered=heard if delivered else None,
        mail=mail,
    )


def went_out(state: str) -> bool:
    """Is this the state of a mail that was sent, as far as is known to where its person reads it?"""
    return state.startswith(WENT_OUT)
