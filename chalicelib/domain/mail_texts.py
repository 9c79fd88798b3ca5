"""What every mail of a deployment says of its sender, where an administrator changed it at run time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import InvalidInput

LONGEST = {"organisation": 80, "contact": 200, "logo_url": 2_000, "footer": 1_000}
_LOGO = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTexts:
    """The texts; None leaves one as the deployment's settings have it, "" leaves it out of the mails."""

    organisation: str | None = None
    contact: str | None = None
    """How to reach those who run it: a mail address, an https page, or words."""
    logo_url: str | None = None
    footer: str | None = None
    modified: datetime | None = None
    version: int = 0


def check_texts(texts: MailTexts) -> None:
    """Raises InvalidInput naming the member that no mail could carry."""
    for name, most in LONGEST.items():
        value: str | None = getattr(texts, name)
        if value is None:
            continue
        target = "logoUrl" if name == "logo_url" else name
        if len(value) > most:
            raise InvalidInput(f"Has {len(value)} characters; at most {most} are allowed.", target)
        if _CONTROL.search(value) or (name != "footer" and ("\n" in value or "\r" in value)):
            raise InvalidInput("Must not contain control characters, and only the footer line breaks.", target)
    if texts.organisation is not None and not texts.organisation.strip():
        raise InvalidInput("Must not be blank; leave it out for the name of the deployment's settings.", "organisation")
    if texts.logo_url and not _LOGO.fullmatch(texts.logo_url):
        raise InvalidInput("Must be a complete address that begins with https://.", "logoUrl")
