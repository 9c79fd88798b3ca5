"""The mails of this deployment: looking at every kind, and the words around them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.mail_samples import SAMPLES
from chalicelib.domain.mail_texts import MailTexts
from chalicelib.routes.declared import Media
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.http import Answer, Call, Text, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Listed, MomentOrNull
from chalicelib.usecases.mail_texts import change_mail_texts, mail_texts, preview
from chalicelib.usecases.ports import Mail

door = Blueprint(__name__)
PREVIEWS, SETTINGS = "/api/v1/mail-previews", "/api/v1/settings/mail"
HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox"


class MailSettings(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The texts of every mail. What is left out or null is as the deployment was made, "" is not shown at all."""

    organisation: str | None = None
    contact: str | None = None
    logo_url: str | None = None
    footer: str | None = None


class MailSettingsAnswer(Shape, kw_only=True):
    """The texts an administrator changed; null is as the deployment was made."""

    organisation: str | None
    contact: str | None
    logo_url: str | None
    footer: str | None
    modified_date_time: MomentOrNull


class Template(Shape):
    """A kind of mail."""

    id: str
    description: str


@route(door, "GET", PREVIEWS, gives=Listed[Template])
def list_previews(call: Call) -> Answer:
    """The kinds of mail there are."""
    mail_texts(call.services, call.actor)
    return {"value": [{"id": name, "description": told} for name, (told, _) in SAMPLES.items()]}


@route(door, "GET", PREVIEWS + "/{template}", query=("format",), gives=Media(HTML, also=(TEXT,)))
def show_preview(call: Call, template: str) -> Answer:
    """One kind of mail with sample data and this deployment's texts, as HTML or (`format=text`) as plain text."""
    wanted = wanted_format(call)
    return shown_mail(preview(call.services, call.actor, template), wanted)


@route(
    door,
    "POST",
    PREVIEWS + "/{template}",
    query=("format",),
    takes=MailSettings,
    gives=Media(HTML, also=(TEXT,)),
)
def try_preview(call: Call, template: str) -> Answer:
    """One kind of mail with sample data and these texts, which are not kept: to look at before they are."""
    wanted = wanted_format(call)
    return shown_mail(preview(call.services, call.actor, template, _texts(call.body)), wanted)


def wanted_format(call: Call) -> str:
    """Which part of a mail is asked for: `html` if nothing is said, or `text`. Raises InvalidInput."""
    wanted = call.query.get("format", ["html"])[0]
    if wanted not in ("html", "text"):
        raise errors.InvalidInput("format must be html or text.", "format")
    return wanted


def shown_mail(mail: Mail, wanted: str) -> Text:
    """A mail as an answer; as a page it is alone in a sandbox."""
    if wanted == "text":
        return Text(f"Subject: {mail.subject}\n\n{mail.text}", TEXT)
    return Text(mail.html, HTML, headers={"Content-Security-Policy": POLICY})


@route(door, "GET", SETTINGS, gives=MailSettingsAnswer)
def show_settings(call: Call) -> Answer:
    """The texts of every mail that were changed at run time."""
    return _settings(mail_texts(call.services, call.actor))


@route(door, "PUT", SETTINGS, takes=MailSettings, gives=MailSettingsAnswer)
def change_settings(call: Call) -> Answer:
    """Replace the texts of every mail; workers that send follow within a minute."""
    return _settings(change_mail_texts(call.services, call.actor, call.now, call.operation, _texts(call.body)))


def _texts(body: MailSettings) -> MailTexts:
    return MailTexts(organisation=body.organisation, contact=body.contact, logo_url=body.logo_url, footer=body.footer)


def _settings(texts: MailTexts) -> dict[str, str | datetime | None]:
    return {
        "organisation": texts.organisation,
        "contact": texts.contact,
        "logoUrl": texts.logo_url,
        "footer": texts.footer,
        "modifiedDateTime": stamp(texts.modified),
    }
