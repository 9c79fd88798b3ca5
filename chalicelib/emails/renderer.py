"""Puts the mails of this deployment behind the renderer port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from chalicelib.domain.mail_texts import MailTexts
from chalicelib.domain.notices import Notice
from chalicelib.emails.render import Branding, render
from chalicelib.settings import Settings
from chalicelib.usecases.ports import Clock, Mail

TEXTS_SECONDS = 60.0  # how long a worker that sends many mails goes on with texts it knows


@dataclass
class MailRenderer:
    """Implements ports.Renderer with the texts and colours of `emails/`. `read` gives what was changed at run time."""

    settings: Settings
    clock: Clock
    read: Callable[[], MailTexts | None]
    _known: tuple[float, Branding] | None = field(default=None, init=False)
    _reading: Lock = field(default_factory=Lock, init=False, repr=False)

    def render(self, notice: Notice, to: str, key: str) -> Mail:
        """A notice as a mail to `to`."""
        with self._reading:  # several threads send at once; one of them reads
            real = self.clock.real()
            if self._known is None or self._known[0] <= real:
                self._known = (real + TEXTS_SECONDS, branding(self.settings, self.read() or MailTexts()))
            brand = self._known[1]
        return _mail(notice, brand, to, key)

    def preview(self, notice: Notice, texts: MailTexts) -> Mail:
        """A notice as a mail to nobody, with these texts."""
        return _mail(notice, branding(self.settings, texts), "", "")


def branding(settings: Settings, texts: MailTexts) -> Branding:
    """Who sends: what an administrator changed over what the deployment was made with."""
    logo = settings.logo_url if texts.logo_url is None else texts.logo_url
    footer = settings.mail_footer if texts.footer is None else texts.footer
    return Branding(
        organisation=texts.organisation or settings.organisation,
        contact=settings.contact if texts.contact is None else texts.contact,
        logo_url=logo or None,
        footer=footer or None,
    )


def _mail(notice: Notice, brand: Branding, to: str, key: str) -> Mail:
    done = render(notice, brand)
    return Mail(
        to=to,
        subject=done.subject,
        text=done.text,
        html=done.html,
        calendar=done.calendar,
        key=key,
        organisation=brand.organisation,
    )
