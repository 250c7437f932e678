"""The catalog in a browser: keys, the preview, choosing many rows, searching while typing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press
from tests.portal import Portal, until

MARK = "k.lindqvist@example.org"


@dataclass(frozen=True)
class Shop:
    """A scanned source with one table of its own."""

    source: int
    dataset: int
    table: str


@pytest.fixture(scope="package")
def shop(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("catalog")
    path, table = folder / "shop.db", f"guests_{folder.name.replace('-', '_')}"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {table} (id INTEGER, guest_email TEXT, iban TEXT, remark TEXT)")
        rows = [(at, MARK if at == 1 else f"guest{at}@example.com", f"DE{at:020}", "late") for at in range(1, 400)]
        database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)
    with portal.api() as api:
        source = api.post("/api/v1/sources/", json={"name": f"Shop {folder.name}", "kind": "sqlite", "config": {"path": str(Path(path))}}).json()[
            "id"
        ]
        run = api.post("/api/v1/scans/", json={"source": source}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        dataset = api.get(f"/api/v1/datasets/?source={source}").json()["results"][0]
        yield Shop(source, dataset["id"], table)


def test_a_field_is_reached_decided_and_taken_back_by_keys(page: Page, shop: Shop) -> None:
    page.goto(f"/admin/catalog/dataset/{shop.dataset}/change/")
    page.get_by_role("link", name="guest_email").click()
    expect(page.locator(".cat-verdict__what")).to_contain_text("E-mail address")
    press(page, "c")
    expect(page.locator(".cat-verdict__what")).to_contain_text("Confirmed")
    press(page, "r")
    expect(page.locator(".cat-verdict__what")).to_contain_text("Rejected")
    press(page, "u")
    expect(page.locator(".cat-verdict__what")).to_contain_text("Confirmed")
    press(page, "u")
    expect(page.locator(".cat-verdict__what")).to_contain_text("Suggested")
    press(page, "s")
    expect(page.get_by_role("combobox", name="What it holds")).to_be_focused()


def test_j_and_k_walk_through_the_fields(page: Page, shop: Shop) -> None:
    page.goto(f"/admin/catalog/dataset/{shop.dataset}/change/")
    page.get_by_role("link", name="guest_email").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("guest_email")
    press(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text("iban")
    press(page, "k")
    expect(page.get_by_role("heading", level=1)).to_have_text("guest_email")


def test_a_preview_is_read_when_it_is_asked_for(page: Page, shop: Shop) -> None:
    page.goto(f"/admin/catalog/dataset/{shop.dataset}/change/#preview")
    expect(page.get_by_text(MARK)).to_have_count(0)
    press(page, "p")
    expect(page.get_by_role("cell", name=MARK)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="20 rows")).to_be_visible()


def test_chosen_datasets_are_changed_and_the_change_is_undone(page: Page, shop: Shop) -> None:
    page.goto(f"/admin/catalog/dataset/?source={shop.source}")
    bar = page.locator("[data-selection-bar]")
    expect(bar).to_be_hidden()
    page.get_by_label(f"Choose {shop.table}").check()
    expect(bar).to_contain_text("1 chosen")
    bar.get_by_label("Certification").select_option("certified")
    bar.get_by_role("button", name="Change").click()
    expect(page.get_by_role("row", name=shop.table)).to_contain_text("Certified")
    press(page, "u")
    expect(page.get_by_role("row", name=shop.table)).not_to_contain_text("Certified")


def test_a_filter_sends_itself_and_stands_in_the_address(page: Page, shop: Shop) -> None:
    page.goto("/admin/catalog/dataset/")
    page.locator('select[name="source"]').select_option(str(shop.source))
    expect(page.get_by_role("row", name=shop.table)).to_be_visible()
    page.wait_for_url(f"**/admin/catalog/dataset/?source={shop.source}")
    expect(page.locator("[data-noscript]")).to_be_hidden()


def test_columns_that_were_put_away_stay_away(page: Page, shop: Shop) -> None:
    page.goto(f"/admin/catalog/dataset/?source={shop.source}")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Owners", exact=True).uncheck()
    expect(page.get_by_role("columnheader", name="Owners")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("columnheader", name="Owners")).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Domain")).to_be_visible()


def test_results_come_while_somebody_types(page: Page, shop: Shop) -> None:
    page.goto("/admin/search/")
    page.get_by_role("searchbox", name="Search").press_sequentially("guset email")
    expect(page.get_by_role("link", name="guest_email").first).to_be_visible()
    press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("guest_email")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_complains_or_is_wider_than_the_screen(open_page: object, shop: Shop, width: int, theme: str) -> None:
    page: Page = open_page(width=width, theme=theme)  # type: ignore[operator]
    dataset = f"/admin/catalog/dataset/{shop.dataset}/change/"
    for path in (
        "/admin/catalog/dataset/",
        dataset,
        f"{dataset}#history",
        f"{dataset}?access#access",
        "/admin/catalog/field/",
        "/admin/decisions/",
        "/admin/search/?q=guest",
    ):
        answer = page.goto(path)
        assert answer is None or answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    for path in ("/admin/catalog/tag/", "/admin/catalog/domain/", "/admin/catalog-import/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
