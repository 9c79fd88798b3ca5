"""What the use cases need from the outside, one protocol per room, each method one access pattern.

Every list method returns a `Page`; `after` is the cursor a former page gave. Reads are strongly consistent
unless the docstring says "may lag".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.settings import Settings
from chalicelib.usecases.ports.changes import (
    Absent,
    Alter,
    Change,
    Clock,
    Create,
    Delete,
    Drop,
    Page,
    Put,
    Save,
    Unchanged,
    Writer,
)
from chalicelib.usecases.ports.entitled import Entitlements, People
from chalicelib.usecases.ports.outside import Audit, Connector, Files, Found, Mail, Mailer, Queue, Renderer, Reports
from chalicelib.usecases.ports.reviewing import DecisionChange, Items, Progress, Recorded, Reviews
from chalicelib.usecases.ports.sourcing import Sources

__all__ = [
    "Absent",
    "Alter",
    "Audit",
    "Change",
    "Clock",
    "Connector",
    "Create",
    "DecisionChange",
    "Delete",
    "Drop",
    "Entitlements",
    "Files",
    "Found",
    "Items",
    "Mail",
    "Mailer",
    "Page",
    "People",
    "Progress",
    "Put",
    "Queue",
    "Recorded",
    "Renderer",
    "Reports",
    "Reviews",
    "Save",
    "Services",
    "Sources",
    "Unchanged",
    "Writer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a use case may reach, put together in bootstrap."""

    settings: Settings
    clock: Clock
    writer: Writer
    people: People
    sources: Sources
    entitlements: Entitlements
    reviews: Reviews
    reports: Reports
    items: Items
    audit: Audit
    files: Files
    queue: Queue
    mailer: Mailer
    renderer: Renderer
    connectors: Mapping[str, Connector]
