"""The portal's words lie in texts-en and nowhere else; none is missing, none is left over."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.web.javascript import VALUE, WEB, Module, module, ours

TEXTS = "texts-en/"
CODE = [name for name in ours() if not name.startswith(TEXTS)]
OF_THE_LOCAL_STAGE = ("frame.local",)  # read by developers, who know what an instance is
LETTERS = re.compile(r"[A-Za-z]{2,}")
# Attributes of elements and of our components that people get to read.
READ = r"title|label|aria-label|aria-description|placeholder|alt|help|legend|hint|caption|lede|text|note|summary"
TOLD = re.compile(rf"""(?<![\w-])(?:{READ})=(?:"([^"]*)"|'([^']*)')""")
TAGS = re.compile(r"<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
ENTITY = re.compile(r"&#?\w+;")
SENTENCE = re.compile(r"^[A-Z][a-z]+(?: [\w’'-]+)+[.!?…]?$|(?:\b[a-z]{2,}\b ){3,}")
FOR_DEVELOPERS = re.compile(r"console\.\w+\(|new \w*Error\(|[mM]edia\(")
KEY = re.compile(r"^[a-z][A-Za-z]*\.[A-Za-z0-9_-]+$")
NO_WORDS = re.compile(r"^https?://|^(?:Shift|Alt|Ctrl|Enter|Esc)(?: \S+)?$")  # addresses and keys of the keyboard
ENTRY = re.compile(r'(?:([\w$]+)|"#(\d+)")\s*:\s*(?:"#(\d+)"|\{([^{}]*)\})')


def _entries(name: str) -> dict[str, list[str]]:
    """The keys of a file of texts with the forms of each."""
    read = module(name)
    area = name.removeprefix(TEXTS).removesuffix(".js")
    found = {}
    for plain, quoted, text, forms in ENTRY.findall(read.code.partition("export default")[2]):
        key = plain or read.strings[int(quoted)][0]
        numbers = [text] if text else re.findall(r':\s*"#(\d+)"', forms)
        found[f"{area}.{key}"] = [read.strings[int(number)][0] for number in numbers]
    return found


@cache
def words() -> dict[str, list[str]]:
    """Every text by `area.key`, with its forms."""
    return {key: forms for name in ours() if name.startswith(TEXTS) for key, forms in _entries(name).items()}


def _areas() -> set[str]:
    return {key.partition(".")[0] for key in words()}


@cache
def used() -> tuple[dict[str, str], list[tuple[str, re.Pattern[str]]]]:
    """The keys the code names, with where; and the patterns of those it puts together from parts."""
    keys, patterns = {}, []
    for name in CODE:
        read = module(name)
        keys |= {text: f"{name}:{line}" for text, line in read.strings if _is_key(text)}
        for template in read.templates:
            if template.tag in ("t(", "has(") or _begins_a_key(template.text):
                patterns += _pattern(template.text, f"{name}:{template.line}")
    return keys, patterns


def _is_key(text: str) -> bool:
    return bool(KEY.match(text)) and text.partition(".")[0] in _areas() and not text.endswith((".js", ".css", ".svg"))


def _begins_a_key(text: str) -> bool:
    area, dot, rest = text.partition(".")
    return bool(dot) and area in _areas() and bool(re.match(rf"^[A-Za-z0-9_{VALUE}-]+$", rest))


def _pattern(text: str, where: str) -> list[tuple[str, re.Pattern[str]]]:
    """The keys a template may become. One that is nothing but values is the page table's, which is read itself."""
    if not LETTERS.search(text):
        return []
    return [(where, re.compile("^" + ".+".join(map(re.escape, text.split(VALUE))) + "$"))]


def _of_the_page_table() -> set[str]:
    """`app/main.js` makes a page's title of its area, and of `title` where the table gives one."""
    read = module("app/routes.js")
    found = set()
    for row in re.findall(r"\{[^{}]*\bpath:[^{}]*\}", read.source):
        area = re.search(r'\barea:\s*"([^"]+)"', row)
        title = re.search(r'\btitle:\s*"([^"]+)"', row)
        if area:
            found |= {f"{area.group(1)}.title", f"{area.group(1)}.{title.group(1) if title else 'title'}"}
    return found


def test_every_text_that_is_asked_for_is_there() -> None:
    keys, patterns = used()
    missing = [f"{where}: {key}" for key, where in sorted(keys.items()) if key not in words()]
    missing += [f"{where}: {one.pattern}" for where, one in patterns if not any(one.match(key) for key in words())]
    assert not missing, "\n".join(["These texts are not in texts-en:", *missing])


def test_every_text_is_used() -> None:
    keys, patterns = used()
    table = _of_the_page_table()
    left = [
        key
        for key in words()
        if key not in keys and key not in table and not any(one.match(key) for _, one in patterns)
    ]
    assert not left, "\n".join(["No page says these texts; take them out:", *left])


@pytest.mark.parametrize("name", CODE)
def test_no_words_outside_the_texts(name: str) -> None:
    """What people read is in texts-en, so that another language needs no other code."""
    read = module(name)
    found = [*_between_tags(read), *_in_attributes(read), *_sentences(read)]
    assert not found, "\n".join([f"{name} has words of its own:", *found])


def _between_tags(read: Module) -> list[str]:
    found = []
    for template in read.templates:
        if template.tag == "html":
            rest = ENTITY.sub("", TAGS.sub("\n", template.text)).replace(VALUE, "\n")
            found += [f"  line {template.line}: {one.strip()}" for one in rest.split("\n") if LETTERS.search(one)]
    return found


def _in_attributes(read: Module) -> list[str]:
    found = []
    for template in read.templates:
        if template.tag == "html":
            said = [first or second for first, second in TOLD.findall(template.text)]
            plain = [one for one in said if not _is_key(one) and not NO_WORDS.search(one)]
            found += [f"  line {template.line}: {one}" for one in plain if LETTERS.search(one.replace(VALUE, ""))]
    return found


@cache
def _spoken_by_the_api() -> str:
    """Our Python code: what stands there in quotes is a word of the API, which a module may compare with."""
    folder = WEB.parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))


def _sentences(read: Module) -> list[str]:
    """Strings that look like English, but not those for the console, and no words of the API."""
    lines = (WEB / read.name).read_text(encoding="utf-8").splitlines()
    said = [*read.strings, *((one.text, one.line) for one in read.templates if one.tag != "html")]
    return [
        f"  line {line}: {text}"
        for text, line in said
        if SENTENCE.search(text.replace(VALUE, "·"))
        and not FOR_DEVELOPERS.search(lines[line - 1])
        and not NO_WORDS.search(text)
        and f'"{text}"' not in _spoken_by_the_api()
    ]


@pytest.mark.parametrize("name", [name for name in ours() if name.startswith(TEXTS)])
def test_texts_are_plain_words_of_the_glossary(name: str) -> None:
    """Reviewers never read "instance", "definition" or "principal" (the art direction), nor markup, nor TODO."""
    for key, forms in _entries(name).items():
        assert forms, f"{key} has no text"
        for text in forms:
            assert not re.search(r"<\w|&\w+;|\bTODO\b|\bprincipals?\b", text, re.IGNORECASE), f"{key}: {text}"
            jargon = re.search(r"\b(?:instances?|definitions?)\b", text, re.IGNORECASE)
            assert not jargon or key in OF_THE_LOCAL_STAGE, f"{key}: {text}"
            assert text == text.strip(), f"{key} begins or ends with a space"
