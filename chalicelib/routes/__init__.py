"""The doors. Read this list as the API's table of contents."""

from __future__ import annotations

import importlib
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from chalice.app import Chalice

from chalicelib.routes import responses
from chalicelib.routes.declared import ROUTES, Declared

INDEX = Path(__file__).with_name("doors.json")  # made by infrastructure/artefact.py

DOORS = (
    "graph.access_reviews",
    "graph.assignments",
    "graph.deciding",
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


class Front(Chalice):
    """The app. What is packaged has an index of the doors, and opens a door when somebody first comes to it: opening
    all of them takes longer than everything else in a cold start together. Elsewhere all are open."""

    _index: dict[str, dict[str, str]] | None = None

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer a request, or whatever else Lambda was given for this handler."""
        if self._index is not None:
            about = event.get("requestContext", {})
            doors = self._index.get(str(about.get("resourcePath")), {})
            door = doors.get(str(about.get("httpMethod")))
            for name in (door,) if door else doors.values():  # a wrong method is told which are right
                self.open(name)
        return super().__call__(event, context)

    def mount(self) -> None:
        """Register the doors, or get ready to, and the shared error and header shape."""
        if INDEX.exists():
            self._index = msgspec.json.decode(INDEX.read_bytes())
        else:
            for name in DOORS:
                self.open(name)
        responses.install(self)

    def open(self, name: str) -> None:
        """Register a door's blueprint, once."""
        if name not in self._open:
            self._open.add(name)
            self.register_blueprint(_door(name).door)

    @cached_property
    def _open(self) -> set[str]:
        return set()


def _door(name: str) -> Any:
    return importlib.import_module(f"chalicelib.routes.{name}")


def declared() -> list[Declared]:
    """Every route there is, whether its door is open or not."""
    for name in DOORS:
        _door(name)
    return ROUTES


def index() -> dict[str, dict[str, str]]:
    """The door behind each path and method."""
    found: dict[str, dict[str, str]] = {}
    for route in declared():
        found.setdefault(route.path, {})[route.method] = route.door.removeprefix(f"{__name__}.")
    return found
