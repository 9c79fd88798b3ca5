"""Puts the papers of evidence packs behind their port: the printable summary, and the script that checks a pack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.evidence.summary import page
from chalicelib.usecases.ports import Overview

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class PackPapers:
    """Implements ports.Papers."""

    organisation: str

    def summary(self, told: Overview) -> bytes:
        """See ports.Papers."""
        return _template().render(page(told, self.organisation)).encode("utf-8", "replace")

    def verifier(self) -> bytes:
        """See ports.Papers."""
        return (_HERE / "verify_evidence.py").read_bytes()


@cache
def _template() -> Template:
    """Compiled once, and loaded by nobody who makes no pack."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(_HERE)
    found = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return found.get_template("summary.html")
