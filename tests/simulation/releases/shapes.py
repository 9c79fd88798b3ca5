"""The shape of everything that outlives a build: rows, decision items, messages, files and cursors between steps.

`shapes.json` is what there was last. A shape may only grow (docs/upgrades.md): `python3 -m
tests.simulation.releases.shapes` writes down what was added, and refuses anything else.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

FILE = Path(__file__).with_name("shapes.json")
Shape = dict[str, dict[str, str]]
REQUIRED = "required"


def shapes() -> Shape:
    """Everything that is stored, by the name of its type: the members with default and type. Of an enumeration: its
    values; of the tables of codes: what each code means."""
    from chalicelib import events
    from chalicelib.aws.queue import MESSAGE_VERSION
    from chalicelib.storage import item_wire

    found: Shape = {}
    for kind in _stored():
        _add(kind, found)
    found["message"] = {"version": str(MESSAGE_VERSION), "kind": REQUIRED, "id": REQUIRED}
    found["work"] = dict.fromkeys((*events.WORK, *(f"job {kind}" for kind in events.JOBS)), "")
    for name in ("CODES", "HINTS", "CHANGE_CODES"):
        found[f"item {name}"] = {str(key): str(value) for key, value in getattr(item_wire, name).items()}
    return {name: found[name] for name in sorted(found)}


def _stored() -> Iterator[Any]:
    """The types that are written where another build may read them."""
    from chalicelib.domain.items import DecisionItem
    from chalicelib.domain.seals import Sealed
    from chalicelib.storage.rows import PLACES
    from chalicelib.usecases import adoption_files, comparing, comparison_files, frozen_files, pack_source, seal_blocks

    yield from (*PLACES, DecisionItem, Sealed, seal_blocks.Block, pack_source.Progress, comparing.Spot)
    yield from (frozen_files.Frozen, frozen_files.Facts, frozen_files.Bucket, frozen_files.Manifest)
    yield from (frozen_files.Panels, comparison_files.Target, comparison_files.Difference)
    yield from (adoption_files.GroupResult, adoption_files.Place, adoption_files.MemberRow)


def _add(kind: Any, found: Shape) -> None:
    """A type, and those its members are of."""
    for part in typing.get_args(kind):
        _add(part, found)
    if not isinstance(kind, type) or kind.__name__ in found:
        return
    if issubclass(kind, enum.Enum):
        found[kind.__name__] = {str(one.value): "" for one in kind}
    elif dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
        members = found[kind.__name__] = {}
        hints = typing.get_type_hints(kind)
        for name, default in _members(kind):
            members[name] = f"{default}: {_text(hints[name])}"
            _add(hints[name], found)


def _members(kind: Any) -> Iterator[tuple[str, str]]:
    """Names and defaults; of what is stored as an array the place too, for a reader counts."""
    if dataclasses.is_dataclass(kind):
        for one in dataclasses.fields(kind):
            yield one.name, _default(one.default, one.default_factory, dataclasses.MISSING)
        return
    for place, field in enumerate(msgspec.structs.fields(kind)):
        value = _default(field.default, field.default_factory, msgspec.NODEFAULT)
        yield field.name, f"#{place} {value}" if kind.__struct_config__.array_like else value


def _default(value: Any, factory: Any, missing: Any) -> str:
    """A default as text. That of a stored type is its name: its members stand with it."""
    if value is missing and factory is missing:
        return REQUIRED
    found = factory() if value is missing else value
    if dataclasses.is_dataclass(found):
        return f"{type(found).__name__}()"
    return repr(found.value if isinstance(found, enum.Enum) else found)


def _text(hint: Any) -> str:
    """A type in words that do not depend on where it is defined."""
    return re.sub(r"<class '([^']*)'>", r"\1", re.sub(r"\b(\w+\.)+", "", str(hint)))


def problems(before: Shape, now: Shape) -> list[str]:
    """What of a build would not do beside the build before it, as sentences."""
    found = [f"{name} is gone" for name in before if name not in now]
    for name in before.keys() & now.keys():
        old, new = before[name], now[name]
        found += [f"{name}.{member} is gone" for member in old if member not in new]
        found += [
            f"{name}.{member} was `{old[member]}` and is `{new[member]}`"
            for member in old.keys() & new.keys()
            if old[member] != new[member]
        ]
        added = [member for member in new if member not in old and REQUIRED in new[member]]
        found += [f"{name}.{member} is new and has no default: rows of the last build lack it" for member in added]
    return sorted(found)


def kept() -> Shape:
    """What there was last."""
    found: Shape = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Write down what was added; 1 when something else changed."""
    now = shapes()
    wrong = problems(kept(), now) if FILE.exists() else []
    if wrong:
        print("\n".join([*wrong, "See docs/upgrades.md: a shape only grows."]), file=sys.stderr)
        return 1
    FILE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
