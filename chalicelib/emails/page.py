"""What a mail consists of, before anybody decides how it looks: a heading and blocks from top to bottom.

One layout draws every kind of mail from these, as HTML and as plain text, so that the two cannot say
different things and a new kind needs words only. A sentence may hold names set apart with `named`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chalicelib.domain.wording import trim

SUBJECT_LENGTH = 140

NAME_START, NAME_END = "\u2068", "\u2069"
"""Around a name in a sentence. Cleaning removes both from everything people wrote, so they are ours alone.
HTML turns them into <bdi>, which keeps a right-to-left name from reordering its neighbours."""


def named(name: str) -> str:
    """`name` set apart within a sentence."""
    return f"{NAME_START}{name}{NAME_END}"


def bare(sentence: str) -> str:
    """`sentence` without the marks around its names: for subjects and plain text."""
    return sentence.replace(NAME_START, "").replace(NAME_END, "")


def subject(before: str, name: str, after: str) -> str:
    """A subject line in which only `name` is shortened to keep SUBJECT_LENGTH characters."""
    return f"{before}{trim(name, SUBJECT_LENGTH - len(before) - len(after))}{after}"


@dataclass(frozen=True, slots=True)
class Heading:
    """Starts one review among several."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `quiet` for what is good to know but not needed."""

    kind: ClassVar[str] = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When something ends: `words` ("Closes in 6 days") and the `exact` moment."""

    kind: ClassVar[str] = "due"
    words: str
    exact: str


@dataclass(frozen=True, slots=True)
class Button:
    """The thing to do next; `quiet` makes it a plain link, for the second thing."""

    kind: ClassVar[str] = "button"
    label: str
    link: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """A few names beneath a `label`, and how many `more` there are; `inline` where room is short."""

    kind: ClassVar[str] = "names"
    label: str
    names: tuple[str, ...]
    more: int
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a person, told apart from ours. `label` says whose."""

    kind: ClassVar[str] = "quote"
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Names and figures that line up; the last row is the `total` of the others if there is one."""

    kind: ClassVar[str] = "rows"
    rows: tuple[tuple[str, str], ...]
    total: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Questions a reader may have, each with its answer in a sentence or two."""

    kind: ClassVar[str] = "facts"
    facts: tuple[tuple[str, str], ...]


Block = Heading | Text | Due | Button | Names | Quote | Rows | Facts


@dataclass(frozen=True, slots=True)
class Page:
    """One mail: its `subject`, the `preview` an inbox shows beside it, a heading and the blocks."""

    subject: str
    preview: str
    heading: str
    blocks: tuple[Block, ...]
