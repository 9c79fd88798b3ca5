"""Pages that say what the product says elsewhere say the same, and short pages stay short."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.mail_samples import SAMPLES as PREVIEWS
from tests.docs.markdown import anchors, pages, text
from tests.docs.traceability import ROOT
from tests.web.javascript import WEB

DOCS = ROOT / "docs"
LONGEST_GUIDE = 400  # words: it is read by somebody with a mail open
HELP = re.compile(r'^  (?:"[\w-]+"|\w+): "(.+)",$', re.M)


def plain(words: str) -> str:
    """Without marks, quotes and line breaks, so that a page and the portal can be compared."""
    return " ".join(re.sub(r"[*`#]", "", words).replace("’", "'").replace("- ", "").split())


def test_the_guide_of_reviewers_is_short_enough_for_a_mail() -> None:
    assert len(text(DOCS / "reviewers.md").split()) < LONGEST_GUIDE


def test_the_guide_of_reviewers_and_the_portals_help_say_the_same() -> None:
    guide = plain(text(DOCS / "reviewers.md"))
    told = HELP.findall((WEB / "texts-en" / "help.js").read_text(encoding="utf-8"))[1:]
    assert len(told) > 15
    assert [one for one in told if plain(one) not in guide] == []


def test_the_glossary_has_the_words_that_concepts_explains() -> None:
    """Each is set in bold where it is explained."""
    glossary = {
        word.strip()
        for line in text(DOCS / "glossary.md").splitlines()
        if line.startswith("| ")
        for word in line.split("|")[1].split(",")
    }
    explained = re.findall(r"^\*\*([A-Z][\w ]+)\.?\*\*", text(DOCS / "concepts.md"), re.M)
    assert len(explained) >= 9
    assert {one.lower() for one in explained} <= glossary


def test_every_kind_of_mail_is_told_of() -> None:
    table = text(DOCS / "mail.md").partition("## The mails")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([\w-]+)` \|", table, re.M)
    assert sorted(told) == sorted(PREVIEWS)


def test_the_comparison_says_when_it_was_made() -> None:
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", text(DOCS / "comparison.md").partition("\n## ")[0])


@pytest.mark.parametrize("page", ["getting-started", "administrators", "auditors", "reviewers", "concepts"])
def test_pages_for_people_speak_their_words(page: str) -> None:
    """No file of ours and no number of a rule in them."""
    assert not re.search(r"chalicelib/|\b[RG]\d{1,3}\b", text(DOCS / f"{page}.md"))


def test_no_page_names_a_machine() -> None:
    for page in pages():
        assert not re.search(r"/(?:work|root|home|tmp)/", text(page)), page


def test_headings_of_a_page_differ() -> None:
    for page in pages():
        assert not [one for one in anchors(page) if re.search(r"-\d$", one) and one[:-2] in anchors(page)], page


def test_the_client_that_was_tested_is_the_one_that_is_pinned() -> None:
    pinned = re.search(r"^msgraph-sdk==([\d.]+)", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.M)
    assert pinned and f"`msgraph-sdk` for Python, {pinned[1]}" in text(DOCS / "graph-compatibility.md")
