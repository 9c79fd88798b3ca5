"""The release after this one, as far as a build of today can meet it: it writes more into every row and message."""

from __future__ import annotations

import zipfile
from pathlib import Path

MEMBER = "ofTheNextRelease"
# By file: what is there, and what the next release has in its place.
CHANGES = {
    "chalicelib/aws/queue.py": ('"kind": kind, ', f'"kind": kind, "{MEMBER}": 1, '),
    "chalicelib/storage/rows.py": ("msgspec.json.encode(facts)", f'msgspec.json.encode(facts | {{"{MEMBER}": 1}})'),
    "chalicelib/software.py": ('VERSION = "', 'VERSION = "next-'),
}


def turn_into_next(package: Path) -> None:
    """Change a package's zip. Bytecode is never held against its source there, so it goes with what it was made of."""
    path = package / "deployment.zip"
    with zipfile.ZipFile(path, "a") as zipped:
        for name, (now, then) in CHANGES.items():
            text = zipped.read(name).decode()
            assert now in text, f"{name} has no {now!r} any more: say here what the next release changes"
            folder, _, file = name.rpartition("/")
            compiled = f"{folder}/__pycache__/{file.removesuffix('.py')}."
            for entry in [one for one in zipped.filelist if one.filename == name or one.filename.startswith(compiled)]:
                zipped.filelist.remove(entry)
                del zipped.NameToInfo[entry.filename]
            zipped.writestr(name, text.replace(now, then, 1))
