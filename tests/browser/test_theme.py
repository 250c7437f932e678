"""The theme works without eval: what it does with Alpine is done by the CSP build and our shim."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, press

PAGES = "#nav-sidebar-apps a"


def test_the_theme_switches_and_stays(page: Page) -> None:
    page.goto("/admin/")
    expect(page.locator("html[data-theme=light]")).to_be_visible()
    page.locator("#nav-sidebar >> text=unfold_more").click()
    page.locator("#nav-sidebar a", has_text="dark_mode").click()
    expect(page.locator("html.dark[data-theme=dark]")).to_be_visible()
    page.reload()
    expect(page.locator("html.dark[data-theme=dark]")).to_be_visible()
    press(page, "Control+e")
    expect(page.locator("html[data-theme=light]:not(.dark)")).to_be_visible()


def test_the_theme_follows_the_system(open_page: Open) -> None:
    page = open_page(theme="dark")
    page.goto("/admin/")
    expect(page.locator("html.dark[data-theme=dark]")).to_be_visible()


def test_the_canvas_is_dark_before_alpine_runs(open_page: Open) -> None:
    page = open_page(theme="dark")
    page.route("**/alpine.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/admin/login/")
    assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgb(17, 24, 39)"


def test_the_sidebar_hides_and_stays_hidden(page: Page) -> None:
    page.goto("/admin/")
    toggle = page.get_by_role("button", name="Show or hide the navigation")
    toggle.click()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    page.reload()
    expect(page.locator("#main")).to_be_visible()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    toggle.click()
    expect(page.locator("#nav-sidebar")).to_be_visible()


def test_the_sidebar_opens_over_the_page_on_a_phone(open_page: Open) -> None:
    page = open_page(width=390, height=844)
    page.goto("/admin/")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(page.locator(PAGES).first).to_be_visible()
    page.locator("#nav-sidebar >> text=close").click()
    expect(page.locator("#nav-sidebar")).to_be_hidden()


def test_the_palette_finds_a_page_and_enter_opens_it(page: Page) -> None:
    page.goto("/admin/")
    press(page, "Control+k")
    field = page.locator("#search-input-command")
    expect(field).to_be_focused()
    field.press_sequentially("sourc")
    expect(page.locator("#command-results-list li.active")).to_have_count(1)
    press(page, "Enter")
    page.wait_for_url("**/sources/source/**")


def test_the_palette_walks_with_arrows_and_closes_with_escape(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("button", name="Find anything").click()
    field = page.locator("#search-input-command")
    field.press_sequentially("s")
    expect(page.locator("#command-results-list li").nth(1)).to_be_visible()
    expect(page.locator("#command-results-list li").first).to_have_class("group active")
    press(page, "ArrowDown")
    expect(page.locator("#command-results-list li").nth(1)).to_have_class("group active")
    press(page, "Escape")
    expect(field).to_have_value("")
    press(page, "Escape")
    expect(field).to_be_hidden()


def test_enter_without_results_stays(page: Page) -> None:
    page.goto("/admin/")
    press(page, "Control+k")
    page.locator("#search-input-command").press_sequentially("zzqqxx")
    expect(page.get_by_text("Nothing that you may see matches")).to_be_visible()
    press(page, "Enter")
    expect(page.locator("#search-input-command")).to_be_focused()


def test_the_user_menu_opens(page: Page) -> None:
    page.goto("/admin/")
    page.locator("#nav-sidebar >> text=unfold_more").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_the_help_sheet_lists_the_keys(page: Page) -> None:
    page.goto("/admin/")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Find anything")
    press(page, "Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_a_form_saves_under_the_policy(page: Page) -> None:
    page.goto("/admin/identity/team/add/")
    page.locator("#id_name").fill("team of the browser test")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("team of the browser test was added.")).to_be_visible()


def test_filters_open_and_close(page: Page) -> None:
    page.goto("/admin/auth/user/")
    page.locator("a", has_text="Filters").first.click()
    expect(page.locator("#changelist-filter form")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#changelist-filter form")).to_be_hidden()
