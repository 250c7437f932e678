"""The findings page by keyboard, a decision about a whole list, the explain card, and two scans compared; at both widths and in both themes."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, press
from tests.browser.test_sizes import sticks_out
from tests.portal import Portal, until

TABLES = ("guests", "visits", "callers")


@dataclass(frozen=True)
class Inn:
    """A source that was scanned twice, with the same column in three tables; one more came in between."""

    source: int
    runs: tuple[int, int]

    @property
    def list(self) -> str:
        return f"/admin/catalog/field/?source={self.source}"


def fill(path: Path, table: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {table} (id INTEGER, contact_email TEXT, remark TEXT)")
        database.executemany(f"INSERT INTO {table} VALUES (?, ?, 'late')", [(at, f"{table}{at}@inn.example") for at in range(200)])


@pytest.fixture(scope="module")
def inn(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inn]:
    path = tmp_path_factory.mktemp("findings") / "inn.db"
    for table in TABLES[:2]:
        fill(path, table)
    with portal.api() as api:
        source = api.post("/api/v1/sources/", json={"name": f"Inn {path.parent.name}", "kind": "sqlite", "config": {"path": str(path)}}).json()["id"]

        def scan() -> int:
            run: int = api.post("/api/v1/scans/", json={"source": source}).json()["id"]
            until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
            return run

        first = scan()
        fill(path, TABLES[2])
        yield Inn(source, (first, scan()))


@pytest.fixture(autouse=True)
def undecided(portal: Portal, inn: Inn) -> Iterator[None]:
    """Each test leaves the fields as a scan left them."""
    yield
    with portal.api() as api:
        rows = api.get("/api/v1/fields/", params={"source": inn.source, "limit": 100}).json()["results"]
        while decided := [row["id"] for row in rows if row["state"] in ("confirmed", "rejected")]:
            api.post("/api/v1/fields/decisions/undo/", json={"fields": decided})
            rows = api.get("/api/v1/fields/", params={"source": inn.source, "limit": 100}).json()["results"]


def states(page: Page) -> list[str]:
    """The states of the fields in the table, as they are told to those who cannot see the icons."""
    return [text.strip(" ()").lower() for text in page.locator("[data-row] .cat-entity .gp-hidden").all_text_contents()]


def test_a_cell_of_the_map_filters_and_the_export_follows(page: Page, inn: Inn) -> None:
    page.goto(f"{inn.list}&new=scan")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.goto("/admin/catalog/field/")
    page.get_by_role("table").first.locator(f'a[href*="source={inn.source}"]').last.click()
    expect(page.locator("[data-row]")).to_have_count(3)
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="These findings as JSON").click()
    data = json.loads(Path(download.value.path()).read_text())
    assert [one["field"] for one in data["findings"]] == ["contact_email"] * 3


def test_findings_are_decided_and_taken_back_without_the_mouse(page: Page, inn: Inn) -> None:
    page.goto(f"{inn.list}&order=dataset")
    press(page, "j")
    press(page, "j")
    press(page, "x")
    expect(page.get_by_role("status").filter(has_text="1 chosen")).to_be_visible()
    press(page, "c")
    expect(page.get_by_text("1 field decided.")).to_be_visible()
    assert states(page) == ["suggested", "confirmed", "suggested"]
    press(page, "u")
    expect(page.get_by_text("Taken back for 1 field.")).to_be_visible()
    assert states(page) == ["suggested"] * 3


def test_keys_choose_all_and_reject_and_are_told_by_the_help(page: Page, inn: Inn) -> None:
    page.goto(inn.list)
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Choose all on this page")
    press(page, "Escape")
    press(page, "a")
    expect(page.get_by_role("status").filter(has_text="3 chosen")).to_be_visible()
    press(page, "r")
    expect(page.get_by_text("3 fields decided.")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text("Taken back for 3 fields.")).to_be_visible()


def test_s_goes_from_a_row_to_what_it_is_set_to(page: Page, inn: Inn) -> None:
    page.goto(f"{inn.list}&order=dataset")
    press(page, "j")
    press(page, "s")
    choice = page.get_by_role("combobox", name="What it holds")
    expect(choice).to_be_focused()
    choice.select_option("USERNAME")
    page.get_by_role("button", name="Set", exact=False).last.click()
    expect(page.get_by_text("1 field decided.")).to_be_visible()
    expect(page.locator("[data-row]").first).to_contain_text("User name")


def test_all_that_match_are_decided_after_one_question(page: Page, inn: Inn) -> None:
    page.goto(inn.list)
    page.get_by_text("All 3 undecided that match").click()
    page.get_by_role("button", name="Confirm all 3").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("for 3 fields")
    dialog.get_by_role("button", name="Confirm 3").click()
    expect(page.get_by_text("3 fields decided.")).to_be_visible()
    assert states(page) == ["confirmed"] * 3


def test_the_steps_of_a_score_are_drawn(page: Page, inn: Inn) -> None:
    page.goto(inn.list)
    page.locator("[data-row-link]").first.click()
    page.get_by_text("How the score comes about").click()
    expect(page.get_by_role("cell", name="Before anything is known")).to_be_visible()
    assert page.locator(".cat-fall__bar").count() >= 3
    expect(page.get_by_text("Column model:")).to_be_visible()


def test_two_scans_are_compared(page: Page, inn: Inn) -> None:
    page.goto(f"/admin/scans/scanrun/{inn.runs[1]}/change/")
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("region", name="New findings")).to_contain_text("contact_email")
    expect(page.get_by_role("region", name="Datasets added")).to_contain_text("callers")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out(open_page: Open, inn: Inn, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    with_field = f"/admin/compare-scans/?before={inn.runs[0]}&after={inn.runs[1]}"
    for name, address in (("list", inn.list), ("compare", with_field)):
        page.goto(address)
        assert not sticks_out(page), address
        if folder := os.environ.get("FINDINGS_SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png", full_page=True)
    page.goto(inn.list)
    page.locator("[data-row-link]").first.click()
    page.get_by_text("How the score comes about").click()
    assert not sticks_out(page)
    if folder := os.environ.get("FINDINGS_SHOTS"):
        page.screenshot(path=f"{folder}/card-{width}-{theme}.png", full_page=True)
