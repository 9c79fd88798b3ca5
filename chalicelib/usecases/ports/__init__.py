"""What the use cases need from the outside, one protocol per room, each method one access pattern.

Every list method returns a `Page`; `after` is the cursor a former page gave. Reads are strongly consistent
unless the docstring says "may lag".
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from chalicelib.settings import Settings
    from chalicelib.usecases.ports.adopting import Adoptions
    from chalicelib.usecases.ports.auditing import Dossiers
    from chalicelib.usecases.ports.connecting import (
        Answer,
        Capability,
        Checks,
        Connections,
        Connector,
        Connectors,
        Found,
        ListsMembers,
        ListsResources,
        Member,
        Outer,
        RestsOnWord,
        Secrets,
        SeesPaths,
        able,
    )
    from chalicelib.usecases.ports.entitled import Entitlements, People
    from chalicelib.usecases.ports.guarding import Guards
    from chalicelib.usecases.ports.mailing import Addresses
    from chalicelib.usecases.ports.outside import Audit, Files, Mail, Mailer, Queue, Renderer, Reports, Surroundings
    from chalicelib.usecases.ports.packing import Overview, Papers
    from chalicelib.usecases.ports.provisioning import Provisioning
    from chalicelib.usecases.ports.removing import Removals
    from chalicelib.usecases.ports.reviewing import DecisionChange, Items, Progress, Recorded, Reviews
    from chalicelib.usecases.ports.sealing import Seals, Signer, Vault
    from chalicelib.usecases.ports.sourcing import Identities, SignIns, Sources
    from chalicelib.usecases.ports.tasking import Exchanges, Tasks
    from chalicelib.usecases.ports.telling import Bus, OutgoingEvent

__all__ = [
    "Absent",
    "Addresses",
    "Adoptions",
    "Alter",
    "Answer",
    "Audit",
    "Bus",
    "Capability",
    "Change",
    "Checks",
    "Clock",
    "Connections",
    "Connector",
    "Connectors",
    "Create",
    "DecisionChange",
    "Delete",
    "Dossiers",
    "Drop",
    "Entitlements",
    "Exchanges",
    "Files",
    "Found",
    "Guards",
    "Identities",
    "Items",
    "ListsMembers",
    "ListsResources",
    "Mail",
    "Mailer",
    "Member",
    "Outer",
    "OutgoingEvent",
    "Overview",
    "Page",
    "Papers",
    "People",
    "Progress",
    "Provisioning",
    "Put",
    "Queue",
    "Recorded",
    "Removals",
    "Renderer",
    "Reports",
    "RestsOnWord",
    "Reviews",
    "Save",
    "Seals",
    "Secrets",
    "SeesPaths",
    "Services",
    "SignIns",
    "Signer",
    "Sources",
    "Surroundings",
    "Tasks",
    "Unchanged",
    "Vault",
    "Writer",
    "able",
]


_LATER = (
    "reviewing",
    "outside",
    "connecting",
    "telling",
    "packing",
    "adopting",
    "auditing",
    "entitled",
    "guarding",
    "mailing",
    "provisioning",
    "removing",
    "sealing",
    "sourcing",
    "tasking",
)


def __getattr__(name: str) -> Any:
    """A port of another room, imported when somebody asks for it: few requests come to all rooms."""
    if name in __all__:
        for module in _LATER:
            found = vars(importlib.import_module(f"{__name__}.{module}")).get(name)
            if found is not None:
                return found
    raise AttributeError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a use case may reach, put together in bootstrap. `warm` is what a function that stays warm remembers
    from one invocation to the next; nothing may depend on its being there."""

    settings: Settings
    clock: Clock
    writer: Writer
    people: People
    sources: Sources
    provisioning: Provisioning
    sign_ins: SignIns
    identities: Identities
    entitlements: Entitlements
    reviews: Reviews
    adoptions: Adoptions
    reports: Reports
    items: Items
    audit: Audit
    files: Files
    queue: Queue
    mailer: Mailer
    renderer: Renderer
    bus: Bus
    addresses: Addresses
    secrets: Secrets
    connections: Connections
    connectors: Connectors
    guards: Guards
    tasks: Tasks
    exchanges: Exchanges
    removals: Removals
    dossiers: Dossiers
    seals: Seals
    signer: Signer
    vault: Vault
    papers: Papers
    surroundings: Surroundings
    warm: dict[str, Any] = field(default_factory=dict)
