"""The catalog worked on in bulk: several datasets at once, and a whole file; each seen, logged and taken back."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.portal import Portal, until


@dataclass(frozen=True)
class Estate:
    """A scanned source with three tables of its own, and a domain."""

    source: int
    domain: str

    @property
    def list(self) -> str:
        return f"/admin/catalog/dataset/?source={self.source}"


@pytest.fixture
def estate(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    folder = tmp_path_factory.mktemp("estate")
    with sqlite3.connect(folder / "estate.db") as database:
        for table in ("alpha", "beta", "gamma"):
            database.execute(f"CREATE TABLE {table} (id INTEGER, remark TEXT)")
            database.execute(f"INSERT INTO {table} VALUES (1, 'late')")
    with portal.api() as api:
        name = f"Estate {folder.name}"
        source = api.post("/api/v1/sources/", json={"name": name, "kind": "sqlite", "config": {"path": str(folder / "estate.db")}}).json()["id"]
        domain = api.post("/api/v1/domains/", json={"name": f"Sales {folder.name}"}).json()["name"]
        run = api.post("/api/v1/scans/", json={"source": source}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        yield Estate(source, domain)


def test_several_datasets_are_changed_together_and_the_log_says_so(page: Page, estate: Estate) -> None:
    page.goto(estate.list)
    bar = page.locator("[data-selection-bar]")
    for table in ("alpha", "beta"):
        page.get_by_label(f"Choose {table}").check()
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_label("Domain").select_option(label=estate.domain)
    bar.get_by_label("Add an owner").select_option(label="admin")
    bar.get_by_label("Add tags").fill("reviewed, keep 10 years")
    bar.get_by_role("button", name="Change").click()
    expect(page.get_by_text("2 datasets changed.")).to_be_visible()
    for table in ("alpha", "beta"):
        row = page.get_by_role("row", name=table)
        for text in (estate.domain, "admin", "reviewed", "keep 10 years"):
            expect(row).to_contain_text(text)
    expect(page.get_by_role("row", name="gamma")).to_contain_text("nobody")
    page.goto("/admin/core/event/")
    page.locator('select[name="type"]').select_option("catalog.dataset.edited")
    page.get_by_role("button", name="Filter").click()
    for table in ("alpha", "beta"):
        row = page.locator("[data-row]").filter(has_text=table).first
        expect(row).to_contain_text("admin")
        row.locator("[data-row-link]").click()
        change = page.locator(f"#{row.get_attribute('data-more')}")
        expect(change.get_by_role("table")).to_contain_text(
            re.compile(f"tags.*keep 10 years, reviewed.*domain.*{estate.domain}.*owners.*admin", re.DOTALL)
        )
    page.goto(estate.list)
    page.get_by_role("button", name=re.compile("^Undo|Undo U")).click()
    expect(page.get_by_text("2 taken back.")).to_be_visible()
    expect(page.get_by_role("row", name="alpha")).to_contain_text("nobody")


def test_a_file_is_tried_written_and_taken_back(page: Page, estate: Estate) -> None:
    page.goto(estate.list)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    path = download.value.path()
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    edited = [row | {"description": f"All about {row['dataset']}", "domain": estate.domain} for row in rows if not row["field"]]
    page.get_by_role("link", name="Import").click()
    see_what_would_change(page, [*edited, edited[0] | {"dataset": "delta"}])
    expect(page.get_by_role("heading", name=re.compile("4 lines read: 3 would change something, 1 cannot be used"))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="delta")).to_contain_text(re.compile("There is no dataset 'delta'"))
    expect(page.get_by_role("row").filter(has_text="alpha")).to_contain_text("All about")
    page.goto(estate.list)
    expect(page.get_by_text("All about")).to_have_count(0)
    page.get_by_role("link", name="Import").click()
    see_what_would_change(page, edited)
    page.get_by_role("button", name="Write 3 lines").click()
    expect(page.get_by_text("3 lines were written.")).to_be_visible()
    page.goto(estate.list)
    expect(page.get_by_text("All about")).to_have_count(3)
    page.get_by_role("link", name="alpha").click()
    expect(page.get_by_text("All about").first).to_be_visible()
    page.get_by_role("tab", name=re.compile("History")).click()
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_text(re.compile("holds again, as version"))).to_be_visible()
    page.goto(estate.list)
    expect(page.get_by_text("All about")).to_have_count(2)


def see_what_would_change(page: Page, rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    page.get_by_label("CSV file").set_input_files({"name": "catalog.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()})
    page.get_by_role("button", name="See what would change").click()
