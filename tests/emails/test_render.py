"""What every mail keeps to, whatever people wrote into it."""

import re
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.notices import Notice, Reminder, ReviewStarted
from chalicelib.emails.page import SUBJECT_LENGTH
from chalicelib.emails.palette import DARK, LIGHT
from chalicelib.emails.render import Branding, Rendered, render
from tests.emails import samples
from tests.emails.hostile import HOSTILE, infected, links
from tests.emails.samples import BRANDING, NASTY_BRANDING, NOW, SAMPLES

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "th",
        "p",
        "br",
        "h1",
        "h2",
    ),
    *("a", "bdi", "strong", "span", "ul", "li", "blockquote", "img"),
}
ATTRIBUTES = {
    *(
        "lang",
        "dir",
        "xmlns",
        "charset",
        "name",
        "content",
        "role",
        "class",
        "width",
        "height",
        "cellpadding",
    ),
    *("cellspacing", "border", "align", "style", "scope", "href", "src", "alt"),
    *("aria-roledescription", "aria-label", "aria-hidden"),
}


class Seen(HTMLParser):
    """Everything in a page that could do something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.words.append(data)

    def values(self, attribute: str) -> set[str]:
        return {value for name, value in self.attributes if name == attribute}


def assert_harmless(mail: Rendered, notice: Notice, branding: Branding) -> None:
    seen = Seen(mail.html)
    assert set(seen.tags) <= TAGS
    assert {name for name, _ in seen.attributes} <= ATTRIBUTES
    assert seen.values("href") <= links(notice) | {branding.contact_link}
    assert seen.values("src") <= {branding.logo_url}
    assert seen.tags.count("style") == 1
    assert not re.search(r"url\(|@import|expression\(", "".join(seen.values("style")))
    assert 0 < len(mail.subject) <= SUBJECT_LENGTH
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in mail.subject)
    for channel in (mail.subject, mail.text, mail.html, mail.calendar or ""):
        hidden = {c for c in channel if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert hidden <= {"\n", "\r", "\u200c", "\u200d"}
        channel.encode()
    assert "\r" not in mail.html + mail.text
    body, _, _ = mail.text.rpartition("\nSent by ")
    assert not re.search(r"^(Bcc|Content-Type|QUIT)", body, re.MULTILINE)
    assert len(mail.html) < 60_000


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_renders_harmlessly_and_always_the_same(name):
    for branding in (BRANDING, NASTY_BRANDING):
        mail = render(SAMPLES[name], branding)
        assert_harmless(mail, SAMPLES[name], branding)
        assert mail == render(SAMPLES[name], branding)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_any_field_of_any_kind_becomes_markup(text):
    """B5 "Output": the corpus through every free-text field, into subject, text, HTML and calendar."""
    branding = Branding(organisation=text, product=text, contact=text, footer=text)
    for notice in SAMPLES.values():
        hostile = infected(notice, text)
        mail = render(hostile, branding)
        assert_harmless(mail, hostile, branding)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_structure(text):
    notice = ReviewStarted(now=NOW, reviews=(samples.to_do(),))
    plain, hostile = (Seen(render(each, BRANDING).html) for each in (notice, infected(notice, text)))
    assert hostile.tags == plain.tags
    styles = ("style", "class", "role")
    assert [a for a in hostile.attributes if a[0] in styles] == [a for a in plain.attributes if a[0] in styles]


def test_the_corpus_is_large_enough():
    assert len(set(HOSTILE)) >= 80


@pytest.mark.parametrize("name", SAMPLES)
def test_every_link_is_in_both_parts(name):
    mail = render(SAMPLES[name], BRANDING)
    hrefs = Seen(mail.html).values("href")
    for link in links(SAMPLES[name]):
        assert link in hrefs
        assert re.search(f"^{re.escape(link)}$", mail.text, re.MULTILINE)


@pytest.mark.parametrize("name", SAMPLES)
def test_both_parts_say_the_same(name):
    mail = render(SAMPLES[name], BRANDING)
    body = mail.html.split("</head>")[1]
    spoken = " ".join(" ".join(Seen(body).words).split())
    for line in mail.text.splitlines():
        for words in re.split(r": |[^\w ]", line.removeprefix("> ").removeprefix("- ")):
            assert words.startswith("http") or words.strip() in spoken or line in links(SAMPLES[name])


def test_the_mail_is_accessible_and_dark_mode_safe():
    html = render(SAMPLES["started"], BRANDING).html
    assert '<html lang="en"' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count('<table role="presentation"') == html.count("<table")
    assert html.count("<h1") == 1


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_contrast_is_aaa_for_text_and_aa_for_the_rest(colours):
    def contrast(one: str, other: str) -> float:
        light, dark = sorted((_luminance(colours[one]), _luminance(colours[other])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    assert contrast("text", "page") >= 7
    assert contrast("text", "soft") >= 7
    for pair in (("quiet", "page"), ("accent", "page"), ("on_accent", "accent")):
        assert contrast(*pair) >= 4.5
    assert LIGHT.keys() == DARK.keys()


def test_a_logo_is_the_only_thing_loaded_and_only_by_https():
    assert Seen(render(SAMPLES["started"], BRANDING).html).values("src") == set()
    seen = Seen(render(SAMPLES["started"], NASTY_BRANDING).html)
    assert seen.values("src") == {NASTY_BRANDING.logo_url}
    assert "Müller & Söhne <b>GmbH</b> txt.exe" in seen.values("alt")
    for address in ("http://a.example/x.png", "data:image/png;base64,xx", "javascript:x", 'https://a/"x'):
        with pytest.raises(ValueError):
            Branding(organisation="Contoso", logo_url=address)


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("identity@contoso.example", "mailto:identity@contoso.example"),
        ("https://help.contoso.example/access", "https://help.contoso.example/access"),
        ("Extension 4411", None),
        ("javascript:alert(1)", None),
        ("a@b.example?bcc=all@contoso.example", None),
        ("", None),
    ],
)
def test_a_contact_is_a_link_only_when_it_is_an_address(contact, link):
    branding = Branding(organisation="Contoso", contact=contact)
    mail = render(SAMPLES["ended"], branding)
    assert branding.contact_link == link
    assert (contact in mail.text) and (("Questions?" in mail.html) == bool(contact))
    assert (link in Seen(mail.html).values("href")) == bool(link)


def test_an_unknown_zone_is_refused():
    notice = ReviewStarted(now=NOW, reviews=(samples.to_do(zone="Europe/Atlantis"),))
    with pytest.raises(InvalidInput):
        render(notice, BRANDING)


def test_the_words_of_the_glossary_never_reach_a_reviewer():
    for name, notice in SAMPLES.items():
        if "nasty" not in name:
            mail = render(notice, BRANDING)
            assert not re.search(r"\b(instance|definition|principal)", mail.subject + mail.text, re.IGNORECASE)


def test_jinja_is_loaded_by_the_first_mail_and_not_before():
    program = "import sys, chalicelib.emails.render; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_reminder_has_no_calendar_entry_of_its_own():
    assert render(Reminder(now=NOW, kind="manual", reviews=(samples.to_do(),)), BRANDING).calendar is None


@pytest.mark.parametrize("name", [name for name in SAMPLES if isinstance(SAMPLES[name], ReviewStarted | Reminder)])
def test_whoever_is_asked_is_led_to_how_reviewing_works_once(name):
    rendered = render(SAMPLES[name], BRANDING)
    assert rendered.html.count(f'href="{samples.PORTAL}/help"') == 1
    assert rendered.text.count(f"{samples.PORTAL}/help") == 1
