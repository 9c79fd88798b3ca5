"""Puts the mails of this deployment behind the renderer port."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chalicelib.domain.notices import Notice
from chalicelib.emails.render import Branding, render
from chalicelib.settings import Settings
from chalicelib.usecases.ports import Mail


@dataclass(frozen=True)
class MailRenderer:
    """Implements ports.Renderer with the texts and colours of `emails/`."""

    settings: Settings

    @cached_property
    def branding(self) -> Branding:
        """Who sends: from the settings, so that nothing of it needs a code change."""
        chosen = self.settings
        return Branding(
            organisation=chosen.organisation,
            contact=chosen.contact,
            logo_url=chosen.logo_url or None,
            footer=chosen.mail_footer or None,
        )

    def render(self, notice: Notice, to: str, key: str) -> Mail:
        """A notice as a mail to `to`."""
        done = render(notice, self.branding)
        return Mail(to=to, subject=done.subject, text=done.text, html=done.html, calendar=done.calendar, key=key)
