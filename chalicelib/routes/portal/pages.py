"""The portal's addresses. Every page is the same shell; `web/app/routes.js` says which module shows which address.

The shell is public and tells nothing: whoever opens a mail's link signs in first, and opening it changes nothing (P17).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.routes import auth
from chalicelib.routes.declared import HTML, Media
from chalicelib.routes.http import Answer, Call, Text, route
from chalicelib.routes.portal import files
from chalicelib.usecases.ports import Services

door = Blueprint(__name__)
PAGES = (
    "/",
    "/waiting",
    "/delegate",
    "/reviews/{id}",
    "/tasks",
    "/tasks/{id}",
    "/my-access",
    "/my-access/{id}",
    "/help",
    "/signed-in",
    "/signed-out",
    "/evidence",
    "/evidence/{id}",
    "/coverage",
    "/audit",
    "/admin",
    "/admin/{area}",
    "/admin/{area}/{id}",
    "/admin/{area}/{id}/{part}",
    "/admin/{area}/{id}/{part}/{part_id}",
)
FOREVER = "public, max-age=31536000, immutable"
SCRIPT = Media("text/javascript; charset=utf-8", also=("text/css; charset=utf-8", "image/svg+xml; charset=utf-8"))


def policy(services: Services) -> str:
    """The Content Security Policy of the shell: our own files, our own API and the issuer's tokens, and nothing
    written into the page."""
    chosen = services.settings.logo_url
    logo = f" {chosen}" if chosen.startswith("https://") else ""
    sources = " ".join(["'self'", auth.token_origin(services)]).strip()
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src {sources}; "
        f"img-src 'self' data:{logo}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def page(call: Call, **_: str) -> Answer:
    """The shell."""
    if call.services.settings.stage == "local":
        files.forget()
    headers = {"Content-Security-Policy": policy(call.services), "Cross-Origin-Opener-Policy": "same-origin"}
    root = urlsplit(call.services.settings.portal_url).path.rstrip("/")
    return Text(files.shell(root), HTML.content_type, headers=headers)


for address in PAGES:
    route(door, "GET", address, public=True, gives=HTML)(page)


@route(door, "GET", "/assets/{version}/{folder}/{name}", public=True, gives=SCRIPT, refuses=(404,))
def asset(call: Call, version: str, folder: str, name: str) -> Answer:
    """A static file of the portal. Another version's address gives today's file, for pages opened before an update."""
    found = files.listed().get(f"{folder}/{name}")
    if found is None:
        raise errors.NotFound("There is no such file.")
    kept = version == files.version() and call.services.settings.stage != "local"
    headers = {"Cache-Control": FOREVER if kept else "no-cache"}
    return Text(found.read_text(encoding="utf-8"), files.TYPES[found.suffix], headers=headers)
