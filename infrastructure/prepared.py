"""What is worked out when the product is packaged, and not at every cold start: the index of the doors, and the
methods of its dataclasses, compiled. A script, for a process that has loaded nothing of the product yet:

    python3 infrastructure/prepared.py CHECKOUT INTO
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import marshal
import pkgutil
import sys
from pathlib import Path
from types import CodeType
from typing import Any


def main(checkout: Path, into: Path) -> None:
    """Write the files for the product of a checkout beside its modules in another folder."""
    sys.path.insert(0, str(checkout))
    written: dict[str, dict[str, CodeType]] = {}

    def noted(text: str, scope: dict[str, Any], names: dict[str, Any]) -> None:
        code = compile(text, "<string>", "exec")
        written.setdefault(scope.get("__name__", ""), {})[text] = code
        exec(code, scope, names)

    dataclasses.exec = noted  # type: ignore[attr-defined]
    package = importlib.import_module("chalicelib")
    for found in pkgutil.walk_packages(package.__path__, "chalicelib."):
        importlib.import_module(found.name)
    methods, routes = importlib.import_module("chalicelib.methods"), importlib.import_module("chalicelib.routes")
    ours = {name: written[name] for name in written if name.startswith("chalicelib.")} | {"chalicelib.methods": {}}
    for name, table in ours.items():
        source = Path(str(sys.modules[name].__file__)).relative_to(checkout)
        # In the form that knows no references between objects: those differ from one process to the next.
        (into / methods.place(str(source))).write_bytes(marshal.dumps(dict(sorted(table.items())), 2))
    doors = json.dumps(routes.index(), sort_keys=True)
    (into / Path(routes.INDEX).relative_to(checkout)).write_text(doors, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
