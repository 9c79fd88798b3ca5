"""The plain page behind a mail's link. It names the review and says how to decide; it changes nothing (P17)."""

from __future__ import annotations

from html import escape

from chalice.app import Blueprint

from chalicelib.domain import ids
from chalicelib.domain.wording import moment
from chalicelib.routes.http import Answer, Call, Text, route

door = Blueprint(__name__)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:15vh auto;padding:0 1.5rem}}
h1{{font-size:1.75rem;line-height:1.25;margin:0 0 .5rem}}p{{margin:.75rem 0}}
code{{font-size:.8125rem;overflow-wrap:anywhere}}</style>
<h1>{title}</h1>{body}</html>"""


def _page(title: str, body: str, status: int = 200) -> Text:
    html = PAGE.format(title=escape(title), body=body)
    return Text(html, "text/html; charset=utf-8", status, {"Content-Security-Policy": POLICY})


@route(door, "GET", "/", public=True)
def home(call: Call) -> Answer:
    """Where the portal will be."""
    return _page("Access Reviews", "<p>This address serves the API of Access Reviews.</p>")


@route(door, "GET", "/reviews/{review_id}", public=True)
def review(call: Call, review_id: str) -> Answer:
    """The target of a mail's link."""
    found = call.services.reviews.instance(review_id) if ids.is_guid(review_id) else None
    state = call.services.reviews.recent_state(review_id) if found else None
    if found is None or state is None:
        return _page("There is no such review", "<p>The link may be incomplete. Open it from the mail again.</p>", 404)
    api = f"/v1.0/identityGovernance/accessReviews/definitions/{found.definition_id}/instances/{found.id}/decisions"
    if call.now >= state.ends:
        return _page(found.name, "<p>This review is closed. Thank you; nothing is left to do here.</p>")
    due = escape(moment(state.ends, call.now, found.zone))
    body = (
        f"<p>Open until {due}.</p>"
        "<p>Decide through the API, signed in with your own account: list what is waiting for you with</p>"
        f"<p><code>GET {api}/filterByCurrentUser(on='reviewer')</code></p>"
        "<p>and answer each item with</p>"
        f'<p><code>PATCH {api}/&#123;id&#125; {{"decision": "Approve", "justification": "…"}}</code></p>'
    )
    return _page(found.name, body)
