"""How fast the portal is for a reviewer, measured in Chromium against the local instance.

    python3 dev.py bench portal [RUNS]      5 runs unless told; fails when the median misses a target

The product is served by the local stage's server over its emulator; a review of 1,000 people and one of 5,000 wait for
one manager. Every run is a browser context of its own, so its cache is cold.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from local import browser as chromium
from local.emulator import Emulator
from tests.browser.portal import FLAGS

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
PATIENCE = 60_000  # milliseconds
DESK = {"width": 1440, "height": 900}
ROW = "[data-row]"
TARGETS = {  # what it is, and the most the median may be
    "first": ("first rows of 1,000 people, cold cache", 1_000, "ms"),
    "bytes": ("transferred before data", 200, "kB"),
    "decision": ("a decision is visible", 100, "ms"),
    "task": ("longest task while scrolling 5,000 rows", 200, "ms"),
}
# Runs before the page's own scripts. Times are the page's: from the navigation's start, and from the click's event.
WATCH = """(() => {
  const seen = (window.measured = { first: 0, clicked: 0, decided: 0, task: 0 });
  new MutationObserver(() => {
    if (!seen.first && document.querySelector("[data-row]"))
      requestAnimationFrame(() => (seen.first ||= performance.now()));
    if (seen.clicked && !seen.decided && document.querySelector('[data-row] [aria-pressed="true"]'))
      requestAnimationFrame(() => (seen.decided ||= performance.now()));
  }).observe(document, { childList: true, subtree: true, attributes: true });
  addEventListener("click", (event) => (seen.clicked ||= event.timeStamp), true);
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (seen.task = Math.max(seen.task, one.duration))))
    .observe({ type: "longtask" });
})()"""
SCROLLER = """() => { for (let one = document.querySelector("[data-row]"); one; one = one.parentElement)
  if (one.scrollHeight > one.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  return document.scrollingElement; }"""


@dataclass
class Figures:
    """What was measured, by name of the target."""

    runs: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TARGETS})

    def add(self, name: str, value: float) -> None:
        self.runs[name].append(value)

    def tell(self) -> bool:
        """Print smallest, median and largest; did every median reach its target?"""
        good = True
        for name, (what, most, unit) in TARGETS.items():
            values = self.runs[name]
            middle = statistics.median(values)
            good &= middle <= most
            word = "ok" if middle <= most else "MISSED"
            spread = f"min {min(values):,.0f}  median {middle:,.0f}  max {max(values):,.0f} {unit}"
            print(f"{what:<42} {spread:<44} target {most} {unit}: {word}")
        return good


def main(arguments: list[str]) -> int:
    """Measure and print; 0 when every target is reached."""
    runs = int(arguments[0]) if arguments else RUNS
    path = chromium.find()
    if not path:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    figures = Figures()
    print("Filling the emulator (a minute or so) ...", flush=True)
    with instance() as told, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for _ in range(runs):
            first_view(browser, told, figures)
            scrolling(browser, told, figures)
        version = browser.version
        browser.close()
    good = figures.tell()
    print(f"{runs} runs; Chromium {version}, Python {platform.python_version()}, {machine()}")
    return 0 if good else 1


@contextmanager
def instance() -> Iterator[dict[str, Any]]:
    """Emulator and server, filled; where it is and what there is."""
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "state", Path(folder) / "objects", Path(folder) / "emulator.log")
        command = [sys.executable, "-m", "bench.portal_instance", emulator.start()]
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin and child.stdout
        try:
            yield json.loads(child.stdout.readline())
        finally:
            child.stdin.close()
            child.wait()
            emulator.stop()


def first_view(browser: Browser, told: dict[str, Any], figures: Figures) -> None:
    """Open the review of 1,000 with nothing in the cache, then decide about its first person."""
    with visitor(browser, told) as context:
        page = context.new_page()
        before_data = transferred(context, page)
        page.goto(f"{told['address']}/reviews/{told['reviews']['Warehouse']}")
        page.wait_for_function("() => window.measured.first > 0", timeout=PATIENCE)
        figures.add("first", page.evaluate("() => window.measured.first"))
        figures.add("bytes", sum(before_data) / 1000)
        page.locator(f"{ROW} .switch-part:not([aria-pressed=true])").nth(1).click()
        page.wait_for_function("() => window.measured.decided > 0", timeout=PATIENCE)
        figures.add("decision", page.evaluate("() => window.measured.decided - window.measured.clicked"))


def scrolling(browser: Browser, told: dict[str, Any], figures: Figures) -> None:
    """Scroll through the review of 5,000 as a wheel would, to its end."""
    with visitor(browser, told) as context:
        page = context.new_page()
        page.goto(f"{told['address']}/reviews/{told['reviews']['Logistics']}")
        page.wait_for_selector(ROW, timeout=PATIENCE)
        page.wait_for_timeout(500)  # what the first view itself costs is measured elsewhere
        page.evaluate("() => (window.measured.task = 0)")
        page.mouse.move(DESK["width"] / 2, DESK["height"] * 2 / 3)
        scroller = page.evaluate_handle(SCROLLER)
        for _ in range(600):
            page.mouse.wheel(0, 1_000)
            if page.evaluate("one => one.scrollTop + one.clientHeight >= one.scrollHeight - 2", scroller):
                break
        figures.add("task", page.evaluate("() => window.measured.task"))


@contextmanager
def visitor(browser: Browser, told: dict[str, Any]) -> Iterator[BrowserContext]:
    """The manager's browser, new."""
    context = browser.new_context(viewport=DESK, locale="en-GB")  # type: ignore[arg-type]
    context.add_init_script(f"sessionStorage.setItem('access-reviews.token', {json.dumps(told['token'])})")
    context.add_init_script(WATCH)
    yield context
    context.close()


def transferred(context: BrowserContext, page: Page) -> list[int]:
    """Bytes on the wire of everything that is no answer of the API, as they come."""
    found: list[int] = []
    ours: set[str] = set()
    debugger = context.new_cdp_session(page)
    debugger.send("Network.enable")

    def answered(event: dict[str, Any]) -> None:
        address = event["response"]["url"]
        if "/api/" not in address and "/v1.0/" not in address:
            ours.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in ours:
            found.append(int(event["encodedDataLength"]))

    debugger.on("Network.responseReceived", answered)
    debugger.on("Network.loadingFinished", finished)
    return found


def machine() -> str:
    """What it ran on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} processors ({name}), load {load}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
