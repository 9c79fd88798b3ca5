"""Putting a statement at the end of the chain. The vault decides: who writes the object of the next number has it.

The object is written first, once; then one commit records it. A worker that finds the next number taken records what
lies there, if this deployment has signed it, and takes the number after it. So a worker that died in between is
healed by whoever comes next, and nothing that was signed and stored is ever left out.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain import errors, seals
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import ChainHead, Kind, Link, Seal, Sealed, Statement, Table
from chalicelib.usecases.ports import Change, Create, Put, Save, Services

LOG = logging.getLogger("access_reviews")
ACTIVITIES = {
    Kind.DECISIONS: "Seal decisions",
    Kind.REMOVALS: "Seal removals",
    Kind.ADDENDUM: "Seal addendum",
    Kind.SIGN_OFF: "Seal sign-off",
}
_TRIES = 50  # statements of others that may come in between


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be sealed about a review. `about` as in Seal."""

    kind: Kind
    facts: dict[str, Any]
    tables: dict[str, Table] = field(default_factory=dict)
    about: str = ""


def place(services: Services, instance: ReviewInstance, draft: Draft, done: Sequence[Change] = ()) -> Seal:
    """Seal it, once however often this is repeated; `done` goes into the commit that records it. Raises Throttled,
    Unavailable, and Conflict when the vault holds what this deployment has not signed."""
    for _ in range(_TRIES):
        head = services.seals.head()  # before the seals of the review: what it counts, they have
        known = _known(services, instance, draft)
        if known is not None:
            if done:
                services.writer.commit(f"sealed:{services.clock.new_id()}", *done)
            return known
        sealed, ours = _at(services, head.sequence + 1, _sealed(services, instance, draft, head))
        _check(services, head, sealed)
        try:
            services.writer.commit(
                f"seal:{sealed.statement.sequence}", *_records(head, sealed), *(done if ours else ())
            )
        except errors.Conflict:
            continue  # somebody else recorded it, or more than that
    raise errors.Throttled("Many reviews are being sealed. It continues later.")


def _known(services: Services, instance: ReviewInstance, draft: Draft) -> Seal | None:
    made = services.seals.of_review(instance.id)
    return next((one for one in made if (one.kind, one.about) == (draft.kind, draft.about)), None)


def _sealed(services: Services, instance: ReviewInstance, draft: Draft, head: ChainHead) -> Sealed:
    """The statement as the next one of the chain, signed."""
    settings = services.settings
    facts = draft.facts | ({"id": draft.about} if draft.about else {})
    statement = Statement(
        kind=draft.kind,
        review=instance.id,
        series=instance.definition_id,
        package=instance.package_id,
        policy=instance.policy_id,
        catalog=instance.catalog_id,
        made=services.clock.now(),
        sequence=head.sequence + 1,
        origin=settings.origin or settings.portal_url,
        tables=draft.tables,
        facts=facts,
    )
    text = seals.checkpoint(statement, head.chain)
    signature = base64.b64encode(services.signer.sign(text.encode())).decode()
    public = services.signer.public_key()
    found = seals.fingerprint(public)
    services.vault.put_once(seals.public_key_key(found), public)
    return Sealed(statement, text, signature, found)


def _at(services: Services, sequence: int, mine: Sealed) -> tuple[Sealed, bool]:
    """What lies at this number now, and whether it is what was meant to: by us, or by another worker before."""
    key = seals.statement_key(sequence)
    if services.vault.put_once(key, mine.data()):
        return mine, True
    data = services.vault.get(key)
    assert data is not None  # nobody can take it away
    found = Sealed.of_data(data)
    same = found.statement.review == mine.statement.review and found.statement.kind is mine.statement.kind
    return found, same and found.statement.facts.get("id") == mine.statement.facts.get("id")


def _check(services: Services, head: ChainHead, sealed: Sealed) -> None:
    """Raises Conflict unless it is the statement behind the head, signed by our key."""
    text = seals.checkpoint(sealed.statement, head.chain)
    signature, public = base64.b64decode(sealed.signature), services.signer.public_key()
    signed = services.signer.signed(public, text.encode(), signature)
    if sealed.checkpoint != text or not signed:
        where = seals.statement_key(head.sequence + 1)
        LOG.error("%s in the evidence bucket was not signed by this deployment; nothing can be sealed", where)
        raise errors.Conflict(f"{where} in the evidence bucket was not signed by this deployment.")


def _records(head: ChainHead, sealed: Sealed) -> list[Change]:
    """The changes that record a statement of the vault. They follow from it alone, whoever records it."""
    statement, kind = sealed.statement, sealed.statement.kind
    moved = ChainHead(sequence=statement.sequence, chain=sealed.chain, version=head.version)
    seal = Seal(
        review_id=statement.review,
        kind=kind,
        sequence=statement.sequence,
        made=statement.made,
        statement_hash=statement.hash,
        previous=sealed.previous,
        chain=sealed.chain,
        tables=statement.tables,
        balanced=bool(statement.facts.get("balanced", True)),
        about=str(statement.facts.get("id", "")),
    )
    link = Link(sequence=seal.sequence, statement_hash=seal.statement_hash, review_id=seal.review_id, kind=seal.kind)
    told = Save(moved) if head.version else Create(moved)
    return [told, Create(seal), Create(link), Put(_event(seal, statement))]  # an older table's trail has the event


def _event(seal: Seal, statement: Statement) -> AuditEvent:
    details: dict[str, Any] = {"sequence": seal.sequence, "statement": seal.statement_hash}
    details |= {name: table.count for name, table in seal.tables.items()}
    if not seal.balanced:
        wrong = [one for one in statement.facts["equations"] if not one["balanced"]]
        details |= {"balanced": False, "unbalanced": [one["name"] for one in wrong]}
    target = ("reviewInstance", seal.review_id)
    return event(seal.made, SYSTEM, "Policy", ACTIVITIES[seal.kind], target, f"seal:{seal.sequence}", details=details)
