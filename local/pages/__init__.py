"""The local stage's own pages: who to be, and the mails that were sent. Plain HTML in the portal's look, no script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain.people import User
from chalicelib.usecases.ports import Services
from local.demonstration.parts import PARTS
from local.mails import Mailbox
from local.provider import HOSTS, ROOT, BadRequest, Provider, Wanted
from local.replies import Refused, Reply, redirect
from local.signin import Nobody, known

FOLDER = Path(__file__).parent
MAIL_VIEW = "mails/view/"
SHOWN = 50  # people found, and mails
EXAMINED = 5_000  # people a search looks at
REMEMBERED_SECONDS = 30 * 24 * 3600
HTML = "text/html; charset=utf-8"
_FORMS = " ".join(["'self'", *(f"http://{host}:*" for host in HOSTS)])
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    f"form-action {_FORMS}"
)
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:"


@dataclass(frozen=True)
class Pages:
    """Answers what lies under /_local and is looked at by people."""

    provider: Provider
    mailbox: Mailbox
    services: Callable[[], Services]
    port: int

    def answer(self, method: str, name: str, query: Mapping[str, str], body: bytes, cookie: str) -> Reply | None:
        """The answer to `/_local/{name}`, None for what is none of ours. Raises Refused and Nobody."""
        if method == "GET" and name.startswith(MAIL_VIEW):
            return self._mail(unquote(name.removeprefix(MAIL_VIEW)))
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        match method, name:
            case "GET", "mails/":
                return self._mails(query.get("to", "").strip())
            case "GET", "local.css":
                return Reply(200, (FOLDER / "local.css").read_bytes(), "text/css; charset=utf-8")
            case "GET", "sign-in/authorize":
                return self._authorize(query, cookie)
            case "POST", "sign-in/authorize":
                return self._choose(form)
            case "POST", "sign-in/token":
                return self.provider.token(form)
            case "GET", "sign-in/end-session":
                return redirect(self.provider.after_sign_out(query), self._cookie("", 0))
        return None

    def _authorize(self, query: Mapping[str, str], cookie: str) -> Reply:
        """Straight back for whom this browser remembers, otherwise the list of people."""
        wanted = self._wanted(query)
        if isinstance(wanted, Reply):
            return wanted
        remembered = self._remembered(cookie)
        if remembered and wanted.prompt not in ("select_account", "login"):
            return redirect(self.provider.grant(wanted, remembered))
        if wanted.prompt == "none":
            return redirect(wanted.back(error="login_required"))
        return _page("who.html", **self._people(query.get("q", "").strip()), kept=_kept(query))

    def _choose(self, form: Mapping[str, str]) -> Reply:
        wanted = self._wanted(form)
        if isinstance(wanted, Reply):
            return wanted
        if form.get("cancel"):
            return redirect(wanted.back(error="access_denied"))
        who = known(self.services(), form.get("who", "")).principal_name.lower()
        cookie = self._cookie(quote(who), REMEMBERED_SECONDS) if form.get("remember") else ""
        return redirect(self.provider.grant(wanted, who), cookie)

    def _wanted(self, asked: Mapping[str, str]) -> Wanted | Reply:
        try:
            return self.provider.wanted(asked)
        except BadRequest as problem:
            return _page("wrong.html", 400, told=str(problem))

    def _remembered(self, cookie: str) -> str:
        """The principal name this browser is to sign in; "" when it is nobody who is there."""
        found = re.search(rf"(?:^|;\s*){self._cookie_name}=([^;]+)", cookie)
        try:
            return known(self.services(), unquote(found[1])).principal_name.lower() if found else ""
        except Nobody:
            return ""

    def _cookie(self, value: str, seconds: int) -> str:
        return f"{self._cookie_name}={value}; Path={ROOT}; Max-Age={seconds}; HttpOnly; SameSite=Lax"

    @property
    def _cookie_name(self) -> str:
        """Cookies know hosts and no ports: every instance of this machine has one of its own."""
        return f"access-reviews-{self.port}"

    def _people(self, sought: str) -> dict[str, Any]:
        services = self.services()
        parts = [(one, what) for who, what in PARTS if (one := _if_known(services, who))]
        found = list(_found(services, sought.casefold(), SHOWN + 1)) if sought else []
        return {
            "parts": parts,
            "sought": sought,
            "found": found[:SHOWN],
            "more": len(found) > SHOWN,
            "organisation": services.settings.organisation,
        }

    def _mails(self, to: str) -> Reply:
        mails = [one for one in reversed(self.mailbox.list()) if to.casefold() in one["to"].casefold()]
        shown = [one | {"when": _moment(one["sentDateTime"]), "path": quote(one["id"])} for one in mails[:SHOWN]]
        return _page("mails.html", mails=shown, count=len(mails), to=to)

    def _mail(self, mail_id: str) -> Reply:
        found = self.mailbox.get(mail_id)
        if found is None:
            raise Refused(404, "ResourceNotFound", f"There is no mail {mail_id}.")
        return Reply(200, str(found["html"]).encode(), HTML, {"Content-Security-Policy": MAIL_POLICY})


def _if_known(services: Services, who: str) -> User | None:
    try:
        return known(services, who)
    except Nobody:
        return None


def _found(services: Services, sought: str, most: int) -> Iterable[User]:
    """People whose name, principal name, title or department has the text, by name."""
    matching: list[User] = []
    after, seen = None, 0
    while seen < EXAMINED:
        page = services.people.list_users(500, after)
        seen += len(page.items)
        matching += [one for one in page.items if sought in _text(one)]
        after = page.next
        if after is None:
            break
    return sorted(matching, key=lambda one: one.display_name.casefold())[:most]


def _text(user: User) -> str:
    return " ".join((user.display_name, user.principal_name, user.job_title, user.department)).casefold()


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    """The request's own members, for the hidden fields of a form."""
    return {name: value for name, value in query.items() if name != "q"}


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%a %-d %B %Y, %H:%M} UTC"


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["initials"] = _initials
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment


def _page(template: str, status: int = 200, **values: Any) -> Reply:
    html = _templates().get_template(template).render(root=ROOT, **values)
    return Reply(status, html.encode(), HTML, {"Content-Security-Policy": POLICY})
