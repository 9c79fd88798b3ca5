"""What no page may ever do, noticed while a test drives it: each finding fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, Response, WebError

# Chromium writes one of these for every answer of 400 or more; answers are judged by their status instead.
NETWORK_NOISE = "Failed to load resource:"
VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Against the security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""


@dataclass
class Watch:
    """Looks over the shoulder of every page of a portal served at `address`."""

    address: str
    problems: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    broken_network: bool = False

    def over(self, context: BrowserContext) -> None:
        """Begin to look at a context's pages."""
        context.add_init_script(VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("response", self._response)

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Inside, requests may fail for want of a network."""
        before, self.broken_network = self.broken_network, True
        try:
            yield
        finally:
            self.broken_network = before

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NETWORK_NOISE):
            self.problems.append(f"console error: {message.text}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"uncaught exception: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # a page that holds unsaved work may ask
            dialog.accept()
            return
        self.problems.append(f"dialog: {dialog.type} {dialog.message!r}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:", "about:")):
            self.problems.append(f"request to another origin: {request.method} {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            asked = response.request
            self.problems.append(f"answer {response.status}: {asked.method} {asked.url.removeprefix(self.address)}")
