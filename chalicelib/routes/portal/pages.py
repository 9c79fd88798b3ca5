"""The plain page behind a mail's link. It names the review and says how to decide; it changes nothing (P17)."""

from __future__ import annotations

from html import escape

from chalice.app import Blueprint

from chalicelib.domain import ids
from chalicelib.domain.wording import moment
from chalicelib.routes.declared import HTML
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


@route(door, "GET", "/", public=True, gives=HTML)
def home(call: Call) -> Answer:
    """Where the portal will be."""
    reviews = "/v1.0/identityGovernance/accessReviews/definitions"
    body = (
        "<p>This address serves the API of Access Reviews. It speaks Microsoft Graph: catalogs, access packages, "
        "policies and reviews lie under</p><p><code>/v1.0/identityGovernance</code></p>"
        "<p>What waits for you as a reviewer, with a bearer token of your own:</p>"
        f"<p><code>GET {reviews}/filterByCurrentUser(on='reviewer')</code></p>"
        "<p>On a local instance <code>python3 dev.py users</code> lists the people and "
        "<code>python3 dev.py token WHO</code> gives the token of one of them.</p>"
    )
    return _page("Access Reviews", body)


@route(door, "GET", "/reviews/{review_id}", public=True, gives={200: HTML, 404: HTML})
def review(call: Call, review_id: str) -> Answer:
    """The target of a mail's link."""
    found = call.services.reviews.instance(review_id) if ids.is_guid(review_id) else None
    state = call.services.reviews.recent_state(review_id) if found else None
    if found is None or state is None:
        return _page("There is no such review", "<p>The link may be incomplete. Open it from the mail again.</p>", 404)
    address = escape(call.services.settings.portal_url.rstrip("/"))
    instance = f"accessReviews/definitions/{found.definition_id}/instances/{found.id}"
    api = f"{address}/v1.0/identityGovernance/{instance}/decisions"
    if call.now >= state.ends:
        return _page(found.name, _closed(f"{address}/api/v1/reviews/{found.id}"))
    due = escape(moment(state.ends, call.now, found.zone))
    body = (
        f"<p>Open until {due}.</p>"
        "<p>Decide through the API, signed in with your own account: list what is waiting for you with</p>"
        f"<p><code>GET {api}/filterByCurrentUser(on='reviewer')</code></p>"
        "<p>and answer each item with</p>"
        f"<p><code>PATCH {api}/&#123;id&#125;</code></p>"
        '<p><code>{"decision": "Approve", "justification": "Still needed for the audit."}</code></p>'
        "<p>Approve keeps the access, Deny ends it when the review has closed, DontKnow keeps it and is noted.</p>"
    )
    return _page(found.name, body)


@route(door, "GET", "/my-access/{assignment_id}", public=True, gives={200: HTML, 404: HTML})
def my_access(call: Call, assignment_id: str) -> Answer:
    """The target of the link in a mail about one's own access. It does not know who looks, and tells nothing."""
    if not ids.is_guid(assignment_id):
        return _page("There is no such access", "<p>The link may be incomplete. Open it from the mail again.</p>", 404)
    address = escape(call.services.settings.portal_url.rstrip("/"))
    body = (
        "<p>What you hold, until when, and how closed reviews of your access ended, with the reason that was given, "
        "you see through the API, signed in with your own account:</p>"
        f"<p><code>GET {address}/api/v1/my-access/{assignment_id}</code></p>"
        f"<p><code>GET {address}/api/v1/my-access</code></p>"
    )
    return _page("Your access", body)


def _closed(api: str) -> str:
    """For everybody who has the link: the page does not know who looks, and tells no result."""
    return (
        "<p>This review is closed. Decisions can no longer be changed.</p>"
        "<p>Administrators see the result, and whether removals wait for their confirmation, with</p>"
        f"<p><code>GET {api}</code></p>"
        "<p>and confirm them with</p>"
        f"<p><code>POST {api}/apply</code></p>"
    )
