"""The rules of the portal's files: nothing that runs text as code, nothing that points nowhere, nothing overlong."""

from __future__ import annotations

import hashlib
import posixpath
import re

import pytest

from chalicelib.routes.portal.pages import PAGES
from tests.web.javascript import WEB, module, ours, page_table

MOST_LINES = 300
# What would run or parse text as code, and what the security policy forbids.
FORBIDDEN = (
    r"\b(?:inner|outer)HTML\b",
    r"\binsertAdjacentHTML\b",
    r"\bdangerouslySetInnerHTML\b",
    r"\bdocument\.write",
    r"\bsrcdoc\b",
    r"\beval\s*\(",
    r"\bnew Function\b",
    r"\bset(?:Timeout|Interval)\s*\(\s*\"",
    r"\bcssText\b",
    r"\balert\s*\(",
    r"\bnew Date\(\)",
)
MAY = {
    "lib/dates.js": r"new Date",  # there product time is made from this machine's clock
    "mail/letter.js": r"cssText",  # the styles of a mail as its reader sees them; the policy still lets nothing load
}
IMPORTED = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)"#(\d+)\"""")
NAMED = re.compile(r"""\bimport\s*(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?\s*from\s*"#(\d+)\"""")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\b(?:rgb|hsl|oklch|lab)a?\(")


@pytest.mark.parametrize("name", ours())
def test_no_text_becomes_code_or_markup(name: str) -> None:
    code = module(name).code
    allowed = MAY.get(name, "")
    for pattern in FORBIDDEN:
        found = re.search(pattern, code)
        assert not found or (allowed and re.search(allowed, found.group())), f"{name}: {found.group() if found else ''}"


@pytest.mark.parametrize("name", ours())
def test_styles_are_classes_or_computed_sizes(name: str) -> None:
    """A `style` written as text is refused by the security policy; an object goes through the CSSOM."""
    for template in module(name).templates:
        assert not re.search(r"""\sstyle=["'a-z]""", template.text), f"{name}:{template.line}"
    assert not re.search(r"""setAttribute\(\s*["']style""", module(name).source), name


@pytest.mark.parametrize("name", ours())
def test_what_is_imported_is_there(name: str) -> None:
    read = module(name)

    def place(number: str) -> str:
        return posixpath.normpath(posixpath.join(read.folder, read.strings[int(number)][0]))

    for number in IMPORTED.findall(read.code):
        target = read.strings[int(number)][0]
        assert target.startswith("."), f"{name} imports {target}: only relative addresses work without a build step"
        assert (WEB / place(number)).is_file(), f"{name} imports {target}, which is not there"
    for default, names, number in NAMED.findall(read.code):
        path = place(number)
        if not path.startswith("vendor/"):
            wanted = {one.split(" as ")[0].strip() for one in names.split(",") if one.strip()}
            wanted |= {"default"} if default else set()
            missing = sorted(wanted - exported(path))
            assert not missing, f"{name} imports {missing} from {path}, which has no such export"


def exported(name: str) -> set[str]:
    """The names a module of ours exports."""
    source = module(name).code
    found = set(re.findall(r"\bexport\s+(?:async\s+)?(?:function\s*\*?|const|let|class)\s+([\w$]+)", source))
    for names in re.findall(r"\bexport\s*\{([^}]*)\}", source):
        found |= {one.split(" as ")[-1].strip() for one in names.split(",") if one.strip()}
    return found | ({"default"} if re.search(r"\bexport\s+default\b", source) else set())


@pytest.mark.parametrize("name", [*ours(), *ours(".css")])
def test_files_say_what_they_are_for_and_end(name: str) -> None:
    text = (WEB / name).read_text(encoding="utf-8")
    assert text.startswith(("// ", "/* ", "/** ")), f"{name} does not say in its first line what it is for"
    assert len(text.splitlines()) <= MOST_LINES, f"{name} is longer than {MOST_LINES} lines"
    assert name.count("/") == 1, f"{name} lies deeper than one folder"


@pytest.mark.parametrize("name", ours(".css"))
def test_pages_use_the_colours_of_the_tokens(name: str) -> None:
    """So that light and dark, and the contrast both have, are decided in one place."""
    if name in ("styles/tokens.css", "styles/kit.css", "styles/base.css"):
        return
    text = re.sub(r"/\*.*?\*/", "", (WEB / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    found = COLOUR.search(text)
    assert not found, f"{name} has a colour of its own: {found.group() if found else ''}"


def test_every_icon_is_among_the_vendored_ones() -> None:
    outlines = set(re.findall(r'^\s*"?([a-z0-9-]+)"?: \[', (WEB / "vendor/lucide.js").read_text(), re.MULTILINE))
    assert len(outlines) > 10
    for name in ours():
        source = module(name).source
        used = re.findall(r"""(?:\bicon(?:=|:\s*)|\$\{Icon\}\s+name=)["']([^"']+)["']""", source)
        assert set(used) <= outlines, f"{name}: {sorted(set(used) - outlines)} is no icon we have"


def test_what_others_wrote_is_unchanged_and_says_its_licence() -> None:
    readme = (WEB / "vendor/README.md").read_text(encoding="utf-8")
    for path in sorted((WEB / "vendor").glob("*.js")):
        row = next((line for line in readme.splitlines() if line.startswith(f"| `{path.name}`")), "")
        assert row, f"vendor/README.md does not tell of {path.name}"
        licence = re.search(r"`(LICENSE-[\w.-]+)`", row)
        assert licence and (WEB / "vendor" / licence.group(1)).is_file(), row
        assert re.search(r"\| \d+\.\d+\.\d+ \|", row), f"no version: {row}"
        assert hashlib.sha256(path.read_bytes()).hexdigest() in row, f"{path.name} differs from vendor/README.md"


def test_every_page_stands_once_in_the_table_and_has_an_address_that_is_served() -> None:
    paths = [path for path, _ in page_table()]
    assert len(paths) == len(set(paths)), "a path stands twice in app/routes.js: its second page is never shown"
    for path in paths:
        assert any(_leads_to(served, path) for served in PAGES), f"routes/portal/pages.py does not serve {path}"


def _leads_to(served: str, path: str) -> bool:
    theirs, ours_ = served.split("/"), path.split("/")
    return len(theirs) == len(ours_) and all(
        one.startswith("{") or one == other for one, other in zip(theirs, ours_, strict=True)
    )
