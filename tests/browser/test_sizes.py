"""Every page of the sidebar at both sizes and in both themes: no complaint, no part that sticks out of the window, one heading."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_the_sidebar_fit(open_page: Open, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    page.goto("/admin/")
    paths = page.locator("#nav-sidebar-apps a").evaluate_all("links => links.map((link) => link.pathname)")
    assert len(paths) > 3
    for path in paths:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        expect(page.locator("#main h1").first).to_be_visible()
        assert sticks_out(page) <= 0, f"{path} is wider than {width} px"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_before_signing_in_fit(open_page: Open, width: int) -> None:
    page = open_page(width=width, signed_in=False)
    page.goto("/admin/login/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert sticks_out(page) <= 0


def test_a_missing_page_says_what_to_do(page: Page, complaints: object) -> None:
    complaints.expect("404")  # type: ignore[attr-defined]
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    page.get_by_role("link", name="Overview", exact=True).click()
    page.wait_for_url("**/admin/")


def sticks_out(page: Page) -> int:
    return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))
