"""The connector of the documentation is one: its code and its test are run as they stand there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "connectors" / "write-your-own.md"
CONNECTOR, TEST = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)


def _module(name: str, source: str) -> ModuleType:
    made = ModuleType(name)
    sys.modules[name] = made
    exec(compile(source, name, "exec"), made.__dict__)
    return made


_module("chalicelib.connectors.roster", CONNECTOR)
TestRoster = _module("tests.connectors.documented_roster", TEST).TestRoster
