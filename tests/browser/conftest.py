"""A real browser on the session's portal. Every page that a test opens must stay without console errors and without reports of the content policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.needs import need
from tests.portal import Portal

PATIENCE = 15_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI || "inline"} (${event.sourceFile}:${event.lineNumber})`);
});
"""


@dataclass
class Complaints:
    """What browsers complained of; `expected` holds pieces of complaints that the test itself brings about."""

    heard: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"{page.url}: {error}"))

    def expect(self, piece: str) -> None:
        self.expected.append(piece)

    def unexpected(self) -> list[str]:
        return [one for one in self.heard if not any(piece in one for piece in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # Alpine tells of expressions that it cannot read as warnings.
        if message.type == "error" or (message.type == "warning" and "Alpine" in message.text):
            where = message.location.get("url", "")
            self.heard.append(f"{message.page.url if message.page else where}: {message.text} ({where})")


Open = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. It ends with this package: Playwright leaves an event loop behind in which Django would refuse its database."""
    path = need("chromium", "/usr/bin", "/usr/lib/chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield running
        finally:
            running.close()


@pytest.fixture(scope="package")
def cookies(portal: Portal) -> list[dict[str, str]]:
    """The administrator's session; signing in once spares the tests its second."""
    with portal.client() as client:
        return [{"name": cookie.name, "value": cookie.value or "", "url": portal.base_url} for cookie in client.cookies.jar]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test at its end when a page complained of anything that the test did not expect."""
    found = Complaints()
    yield found
    assert not found.unexpected(), "\n".join(dict.fromkeys(found.unexpected()))


@pytest.fixture
def open_page(browser: Browser, portal: Portal, cookies: list[dict[str, str]], complaints: Complaints) -> Iterator[Open]:
    """`open_page(width=390, theme="dark", signed_in=False)`: a page of a browser context of its own."""
    contexts: list[BrowserContext] = []

    def open_one(*, width: int = 1280, height: int = 900, theme: str = "light", signed_in: bool = True) -> Page:
        context = browser.new_context(
            base_url=portal.base_url, viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light", locale="en-GB"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        if signed_in:
            context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        complaints.watch(page)
        return page

    try:
        yield open_one
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def page(open_page: Open) -> Page:
    """A page at 1280 × 900, signed in as the administrator."""
    return open_page()


def press(page: Page, key: str) -> None:
    """Presses a key once the page's scripts listen: they run before its load event."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)
