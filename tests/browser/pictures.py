"""`python3 dev.py screenshots`: every page of the portal as everybody sees it, and every mail, as pictures to look at.

    python3 dev.py screenshots                                   everything: some thousand pictures, some minutes
    python3 dev.py screenshots --scene contoso --who nora        what one person sees in one organisation
    python3 dev.py screenshots --page '/reviews/{id}' --quick    one page, on a desk in light and a phone in dark
    python3 dev.py screenshots --mails                           the mails alone

They are left in screenshots/ with an index.html, which also tells what went wrong on a page.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from playwright.sync_api import Browser, Error, Page, sync_playwright

from local import browser as chromium
from tests.browser import pages
from tests.browser.portal import DESK, FLAGS, PHONE, PICTURES, Portal
from tests.browser.scenes import SCENES, Scene
from tests.conftest import account, empty_world
from tests.world import World

TALLEST = 4_000  # pixels: a list of thousands need not be printed
QUICK = ((DESK, False), (PHONE, True))
MAIL_WIDTHS = (DESK // 2, PHONE)
INDEX = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pictures of the portal</title>
<meta name="color-scheme" content="light dark"><style>
body{font:14px/1.5 system-ui,sans-serif;margin:24px}h2{margin:40px 0 8px}h3{margin:24px 0 4px;font-weight:600}
.row{display:flex;gap:12px;align-items:start;overflow-x:auto;padding:8px 0}
figure{margin:0}figcaption{opacity:.7}
img{border:1px solid #8886;max-height:480px;display:block}.wrong{color:#c22;white-space:pre-wrap}</style>
<h1>Pictures of the portal</h1>
"""


@dataclass
class Album:
    """The index as it grows: what was taken, in rows."""

    parts: list[str] = field(default_factory=list)
    taken: int = 0
    wrong: int = 0

    def title(self, text: str, level: int) -> None:
        self.parts.append(f"<h{level}>{escape(text)}</h{level}>")

    def row(self, shots: list[tuple[str, str]], problems: list[str]) -> None:
        """Pictures [(path, caption)] beside one another."""
        figures = "".join(
            f'<figure><a href="{path}"><img loading="lazy" src="{path}" alt=""></a>'
            f"<figcaption>{escape(text)}</figcaption></figure>"
            for path, text in shots
        )
        told = "".join(f'<p class="wrong">{escape(one)}</p>' for one in problems)
        self.parts.append(f'{told}<div class="row">{figures}</div>')
        self.taken += len(shots)
        self.wrong += len(problems)

    def save(self) -> None:
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / "index.html").write_text(INDEX + "\n".join(self.parts), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Take the pictures; 0 when no page did what no page may do."""
    chosen = _chosen(arguments)
    path = chromium.find()
    if not path:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    logging.disable(logging.CRITICAL)  # one of the reviews fails on purpose
    album = Album()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for name in () if chosen.mails else chosen.scene:
            print(f"{name}: {SCENES[name].says} ...", flush=True)
            _scene(browser, album, name, SCENES[name], chosen)
        if not chosen.page and not chosen.who:
            _mails(browser, album)
        browser.close()
    album.save()
    print(f"{album.taken} pictures, {album.wrong} problems: {PICTURES / 'index.html'}")
    return 1 if album.wrong else 0


def _chosen(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py screenshots", description=__doc__.partition("\n")[0])
    parser.add_argument("--scene", action="append", choices=SCENES, help="an organisation (more than once: several)")
    parser.add_argument("--page", action="append", help="a path of the page table")
    parser.add_argument("--who", action="append", help="who looks: admin, auditor, nora, ...")
    parser.add_argument("--quick", action="store_true", help="two looks instead of four")
    parser.add_argument("--mails", action="store_true", help="only the mails")
    chosen = parser.parse_args(arguments)
    chosen.scene = chosen.scene or list(SCENES)
    return chosen


def _scene(browser: Browser, album: Album, name: str, scene: Scene, chosen: argparse.Namespace) -> None:
    album.title(f"{name}: {scene.says}", 2)
    with account():
        world = empty_world()
        office = scene.make(world)
        for who in scene.lookers:
            if not chosen.who or who in chosen.who:
                _looker(browser, world, album, (name, who), office, chosen)


def _looker(browser: Browser, world: World, album: Album, place: tuple[str, str], office, chosen) -> None:  # type: ignore[no-untyped-def]
    """Everything that one person may see, in every look."""
    name, who = place
    portal = Portal(world, browser)
    portal.expect_status(400, 403, 404, 409)
    try:
        person = office.people[who]
        seen = pages.seen_by(portal.visit("/", as_=person))
        for pattern in [one for one in seen if not chosen.page or one in chosen.page]:
            for number, address in enumerate(pages.addresses(pattern, office)):
                album.title(f"{pattern} as {who} ({person.display_name[:40]}), {name}", 3)
                stem = f"{re.sub(r'[^a-z]+', '-', pattern).strip('-') or 'home'}-{number}"
                album.row(list(_looks(portal, person, address, f"{name}/{who}", stem, chosen.quick)), _problems(portal))
    finally:
        portal.close()


def _looks(portal: Portal, person, address: str, folder: str, stem: str, quick: bool) -> Iterator[tuple[str, str]]:  # type: ignore[no-untyped-def]
    for width, dark in QUICK if quick else pages.LOOKS:
        look = f"{width}-{'dark' if dark else 'light'}"
        try:
            page = portal.visit(address, as_=person, width=width, dark=dark)
        except Error as problem:  # never stood still; its picture tells why
            portal.watch.problems.append(f"{address}, {look}: {problem.message.splitlines()[0]}")
            page = portal.page(person)
        yield _shot(page, f"{folder}/{stem}-{look}"), f"{address[:60]} {look}"


def _problems(portal: Portal) -> list[str]:
    found = list(portal.watch.problems)
    portal.watch.problems.clear()
    return found


def _shot(page: Page, name: str) -> str:
    path = PICTURES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    size = page.evaluate("() => [innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], TALLEST)}
    page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    return path.relative_to(PICTURES).as_posix()


def _mails(browser: Browser, album: Album) -> None:
    """Every kind of mail and its nasty sister, as its HTML part shows and as its plain text reads."""
    from chalicelib.emails.render import render
    from tests.emails.samples import BRANDING, SAMPLES

    album.title("Mails", 2)
    for name, notice in SAMPLES.items():
        mail = render(notice, BRANDING)
        shots = []
        for width in MAIL_WIDTHS:
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme)  # type: ignore[arg-type]
                page.set_content(mail.html)
                shots.append((_shot(page, f"mails/{name}-{width}-{scheme}"), f"{width} {scheme}"))
                page.close()
        album.title(f"{name}: {mail.subject}", 3)
        album.row(shots, [])
        album.parts.append(f"<pre>{escape(mail.text)}</pre>")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
