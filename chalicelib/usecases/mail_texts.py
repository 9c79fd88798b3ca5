"""The words around every mail: reading and changing them, and looking at every kind of mail with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.audit import event
from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.mail_samples import SAMPLES
from chalicelib.domain.mail_texts import LONGEST, MailTexts, check_texts
from chalicelib.domain.people import Actor
from chalicelib.usecases.ports import Create, Mail, Save, Services

ACTIVITY = "Update mail settings"


def mail_texts(services: Services, actor: Actor) -> MailTexts:
    """What an administrator changed. Raises Forbidden."""
    _require_administrator(actor)
    return services.people.mail_texts() or MailTexts()


def change_mail_texts(services: Services, actor: Actor, now: datetime, operation: str, wanted: MailTexts) -> MailTexts:
    """Replace the texts; warm mail workers follow within a minute. Texts that are so already change nothing.

    Raises Forbidden, InvalidInput, Conflict (somebody else changed them meanwhile).
    """
    _require_administrator(actor)
    check_texts(wanted)
    found = services.people.mail_texts()
    held = found or MailTexts()
    pairs = {name: [getattr(held, name), getattr(wanted, name)] for name in LONGEST}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not changes:
        return held
    changed = replace(wanted, modified=now, version=held.version)
    recorded = event(now, actor, "Directory", ACTIVITY, ("settings", "mail"), operation, changes=changes)
    services.writer.commit(operation, Save(changed) if found else Create(changed), Create(recorded))
    return replace(changed, version=changed.version + 1)


def preview(services: Services, actor: Actor, template: str, tried: MailTexts | None = None) -> Mail:
    """One kind of mail with sample data and the texts as they are now, or as `tried`. Raises Forbidden, NotFound,
    InvalidInput."""
    texts = mail_texts(services, actor)
    if tried is not None:
        check_texts(tried)
        texts = tried
    if template not in SAMPLES:
        raise NotFound(f"There is no such mail; there are {', '.join(SAMPLES)}.")
    _, sample = SAMPLES[template]
    return services.renderer.preview(sample(services.settings.portal_url.rstrip("/")), texts)


def _require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise Forbidden("Only administrators see and change the mails of the deployment.")
