"""The doors. Read this list as the API's table of contents."""

from __future__ import annotations

from chalice.app import Chalice

from chalicelib.routes import http


def mount(app: Chalice) -> None:
    """Register every door's blueprint and the shared error and header shape."""
    from chalicelib.routes.api import imports, reviews, roles
    from chalicelib.routes.graph import access_reviews, assignments, directory, entitlements, policies
    from chalicelib.routes.portal import pages

    for door in (access_reviews, assignments, directory, entitlements, policies, imports, reviews, roles, pages):
        app.register_blueprint(door.door)
    http.install(app)
