"""Checking answers against Microsoft's own types, where their JSON Schema is at hand (it is not ours to ship)."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "graph" / "governance.schema.json"
SCHEMA_FILE = Path(os.environ.get("GRAPH_SCHEMA", _BESIDE))
needs_schema = pytest.mark.skipif(not SCHEMA_FILE.exists(), reason="GRAPH_SCHEMA names no schema file")


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA_FILE.read_text())
    return Draft202012Validator({**schema, "$ref": f"#/$defs/microsoft.graph.{kind}"})


def faults(obj: Any, kind: str) -> list[str]:
    """What is wrong with an answer of this Graph type, as `path: message`."""
    found = _validator(kind).iter_errors(obj)
    return [f"{'/'.join(map(str, one.absolute_path)) or kind}: {one.message[:200]}" for one in found]
