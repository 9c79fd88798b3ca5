"""docs/benchmarks.md shows the kept results, and each says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

from bench.report import DOCUMENT, RESULTS, keep, machine, rendered


def test_the_tables_are_those_of_the_kept_results():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rendered(text) == text, "python3 -m bench.report"


def test_every_kept_result_is_shown_and_says_when_how_and_where_it_was_measured():
    text = DOCUMENT.read_text(encoding="utf-8")
    for file in RESULTS.glob("*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        assert f"<!-- {file.stem} -->" in text, f"{file.name} stands nowhere"
        assert kept["command"].startswith("python3 dev.py bench ") and kept["date"]
        assert kept["machine"].keys() == machine().keys()


def test_what_is_kept_is_what_the_table_shows(tmp_path: Path):
    document = tmp_path / "benchmarks.md"
    document.write_text("<!-- a: b -->\n<!-- end of a: b -->\nas before\n", encoding="utf-8")
    keep("a", {"b": [{"what": "x|y", "items": 10_000, "ratio": 1.23456, "ok": True}], "raw": [1]}, tmp_path, document)
    shown = document.read_text(encoding="utf-8")
    assert shown.splitlines()[1:4] == [
        "| what | items | ratio | ok |",
        "| --- | --: | --: | --: |",
        "| x\\|y | 10,000 | 1.235 | yes |",
    ]
    assert shown.endswith("as before\n")
    assert rendered(shown, tmp_path) == shown
