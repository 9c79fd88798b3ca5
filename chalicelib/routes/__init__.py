"""The doors. Read this list as the API's table of contents."""

from __future__ import annotations

import importlib

from chalice.app import Chalice

from chalicelib.routes import responses

DOORS = (
    "graph.access_reviews",
    "graph.assignments",
    "graph.decisions",
    "graph.directory",
    "graph.entitlements",
    "graph.history",
    "graph.policies",
    "graph.review_changes",
    "api.adoptions",
    "api.audit",
    "api.briefing",
    "api.cadence",
    "api.closed_reviews",
    "api.comparison",
    "api.confirming",
    "api.connectors",
    "api.control_owners",
    "api.coverage",
    "api.exceptions",
    "graph.resources",
    "graph.role_scopes",
    "graph.separation",
    "api.delegation",
    "api.deployment",
    "api.description",
    "api.evidence",
    "api.health",
    "api.imports",
    "api.item_history",
    "api.mails",
    "api.me",
    "api.my_access",
    "api.overview",
    "api.people",
    "api.removals",
    "api.provisioning",
    "api.reports",
    "api.restoring",
    "api.review_previews",
    "api.review_series",
    "api.reviews",
    "api.running",
    "api.roles",
    "api.seals",
    "api.sent_mails",
    "api.separation",
    "api.sign_in",
    "api.tasks",
    "api.sources",
    "portal.pages",
    "scim.discovery",
    "scim.groups",
    "scim.users",
)


def mount(app: Chalice) -> None:
    """Register every door's blueprint and the shared error and header shape."""
    for name in DOORS:
        app.register_blueprint(importlib.import_module(f"chalicelib.routes.{name}").door)
    responses.install(app)
