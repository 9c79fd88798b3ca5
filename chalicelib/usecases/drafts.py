"""Drafts: what a caller may decide about an object, as a dataclass whose members the object has too."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def members(draft: DataclassInstance) -> dict[str, Any]:
    """The draft's members by name, as they are."""
    return {field.name: getattr(draft, field.name) for field in fields(draft)}


def differences(before: DataclassInstance | None, after: DataclassInstance) -> dict[str, Any]:
    """Each member that differs, with its value [before, after], for the audit trail (R162)."""
    old, new = members(before) if before else {}, members(after)
    return {name: [old.get(name), value] for name, value in new.items() if name not in old or old[name] != value}
