"""Texts that are hard on a page: written to break in, or merely long, foreign or empty. As `say` of `contoso`, each
puts its texts wherever a person could have written one."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.emails.hostile import HOSTILE

LONGEST = 256  # characters: what directories take for a name
NASTY = (
    "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaftschaferswesenchafewarenwohlgepflege",
    "Maria-Magdalena Constantinopolitana von und zu Hohenlohe-Waldenburg-Schillingsfürst-Oettingen, Head of everything",
    "فاطمة الزهراء بنت محمد بن عبد الرحمن",
    "שרה אברמוביץ׳ כהן־לוי",
    "นางสาวกรุงเทพมหานครอมรรตนโกสินทร์",
    "李",
    "👩🏽‍🚀 Zoë Ångström-Ñandú",
    "X Æ A-12",
    'O\'Brien & Søns <Ltd> "quoted"',
    "lower case only",
    "a_b_c@d-e-f.example.com/with/a/path?and=query&more=things",
)


@dataclass
class Hard:
    """Gives out texts in turn; `said` are those that stand for each plain one. Every text is unlike the others."""

    texts: tuple[str, ...]
    said: dict[str, str] = field(default_factory=dict)

    def __call__(self, plain: str) -> str:
        if plain not in self.said:
            self.said[plain] = self.texts[len(self.said) % len(self.texts)]
        return self.said[plain]


def hostile() -> Hard:
    """Texts of attackers, those that can be stored at all: no half characters, and no longer than a name."""
    usable = (text.encode("utf-8", "ignore").decode()[:LONGEST] for text in HOSTILE)
    return Hard(tuple(dict.fromkeys(text for text in usable if text.strip())))


def nasty() -> Hard:
    """Texts of nobody's bad will."""
    return Hard(NASTY)
