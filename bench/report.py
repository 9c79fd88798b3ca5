"""docs/benchmarks.md: what was measured, when, by which command and on which machine.

A benchmark that is told `--keep` calls `keep("speed", {"ratios": [{"what": "one decision", "target": 1.35}, ...]})`:
the figures are a list of rows for each table, and a row's members are its columns. They are kept in
docs/benchmarks/speed.json, and the document's tables are made from that file wherever it has the markers

    <!-- speed -->          one line: date, command and machine     <!-- end of speed -->
    <!-- speed: ratios -->  the table `ratios`                      <!-- end of speed: ratios -->

Members of the figures that are no list of rows are kept in the file and stand in no table. `python3 -m bench.report`
makes all tables again.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "docs" / "benchmarks"
PACKAGES = ("botocore", "chalice", "msgspec", "PyJWT", "pynamodb")
_MARKED = re.compile(r"<!-- (?!end of )([\w-]+)(?:: ([^>]+?))? -->\n.*?<!-- end of \1(?:: \2)? -->", re.DOTALL)


def keep(name: str, figures: Mapping[str, Any], results: Path = RESULTS, document: Path = DOCUMENT) -> None:
    """Keep the figures of the benchmark `name` with date, command and machine, and make the document's tables."""
    kept = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command(),
        "machine": machine(),
        "figures": figures,
    }
    results.mkdir(exist_ok=True)
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    (results / f"{name}.json").write_text(text, encoding="utf-8")
    rewrite(results, document)
    print(f"kept as docs/benchmarks/{name}.json")


def command() -> str:
    """The command that this process was started with, as one types it to measure the same again."""
    asked = [argument for argument in sys.argv[1:] if argument != "--keep"]
    return shlex.join(["python3", "dev.py", "bench", *asked])


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, cores, memory, operating system, Python and packages."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {package: version(package) for package in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def rewrite(results: Path = RESULTS, document: Path = DOCUMENT) -> None:
    """Make every table of the document from the kept results."""
    before = document.read_text(encoding="utf-8")
    document.write_text(rendered(before, results), encoding="utf-8")


def rendered(text: str, results: Path = RESULTS) -> str:
    """The document with its tables as the kept results have them."""

    def section(found: re.Match[str]) -> str:
        name, wanted = found[1], found[2]
        if not (results / f"{name}.json").exists():
            return found[0]  # not measured yet
        kept = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        content = table(kept["figures"][wanted]) if wanted else _origin(kept)
        mark = f"{name}: {wanted}" if wanted else name
        return f"<!-- {mark} -->\n{content}\n<!-- end of {mark} -->"

    return _MARKED.sub(section, text)


def _origin(kept: Mapping[str, Any]) -> str:
    where, packages = kept["machine"], kept["machine"]["packages"]
    with_ = ", ".join(f"{name} {number}" for name, number in packages.items())
    return (
        f"`{kept['command']}` on {kept['date']}: {where['cores']} cores of {where['processor']}, "
        f"{where['memoryGiB']} GiB, {where['system']}, Python {where['python']}, {with_}."
    )


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a Markdown table."""
    columns = list(rows[0])
    numeric = [all(isinstance(row[name], int | float) for row in rows) for name in columns]
    rule = ["--:" if right else "---" for right in numeric]
    lines = [columns, rule, *([cell(row[name]) for name in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any) -> str:
    """A value as it stands in a table: four significant digits, thousands apart, yes or no; None is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


if __name__ == "__main__":
    rewrite()
