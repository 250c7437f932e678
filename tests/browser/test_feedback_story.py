"""From a scan over one bulk decision to the report card, and a threshold that is moved after a look at what it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_sizes import sticks_out
from tests.portal import Portal, until

TABLES = ("orders", "returns", "letters")


@pytest.fixture(scope="module")
def source(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A scanned source with the same contact column in three tables."""
    folder = tmp_path_factory.mktemp("feedback")
    with sqlite3.connect(folder / "post.db") as database:
        for table in TABLES:
            database.execute(f"CREATE TABLE {table} (id INTEGER, parcel_email TEXT, remark TEXT)")
            database.executemany(f"INSERT INTO {table} VALUES (?, ?, 'late')", [(at, f"{table}{at}@shop.example") for at in range(200)])
    with portal.api() as api:
        body = {"name": f"Post {folder.name}", "kind": "sqlite", "config": {"path": str(folder / "post.db")}}
        made: int = api.post("/api/v1/sources/", json=body).json()["id"]
        run = api.post("/api/v1/scans/", json={"source": made}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        yield made


@pytest.fixture
def fields(portal: Portal, source: int) -> list[int]:
    with portal.api() as api:
        rows = api.get("/api/v1/fields/", params={"source": source, "entity": "EMAIL_ADDRESS"}).json()["results"]
    assert len(rows) == len(TABLES)
    return [row["id"] for row in rows]


def test_one_decision_serves_all_fields_that_are_alike_and_the_card_counts_them(page: Page, source: int, fields: list[int]) -> None:
    page.goto(f"/admin/catalog/field/{fields[0]}/change/")
    alike = page.get_by_role("region", name="Fields like this one")
    expect(alike.get_by_role("checkbox")).to_have_count(2)
    alike.get_by_role("button", name="Confirm all").click()
    expect(page.get_by_text("3 fields decided.")).to_be_visible()
    expect(page.get_by_role("heading", name="History of the finding").locator("xpath=../..")).to_contain_text("A decision")
    page.goto(f"/admin/report-card/?source={source}")
    expect(page.get_by_role("row").filter(has=page.get_by_title("EMAIL_ADDRESS"))).to_contain_text("3 of 3")
    page.get_by_title("EMAIL_ADDRESS").click()
    expect(page.get_by_role("heading", name="Suggested, and right")).to_be_visible()


def test_a_slider_shows_what_would_change_before_it_is_kept(portal: Portal, page: Page, source: int, fields: list[int]) -> None:
    with portal.api() as api:
        api.post("/api/v1/fields/decisions/undo/", json={"fields": [pk for pk in fields if api.get(f"/api/v1/fields/{pk}/").json()["decided"]]})
        page.goto(f"/admin/thresholds/?of=source-{source}&name=email")
        expect(page.get_by_text("No undecided field would change.")).to_be_visible()
        page.get_by_role("slider").fill("1")
        expect(page.get_by_role("table", name="Fields that would change").get_by_role("row")).to_have_count(1 + len(TABLES))
        page.get_by_role("button", name="Keep 1.00 for").click()
        expect(page.get_by_text("3 disappeared")).to_be_visible()
        assert {api.get(f"/api/v1/fields/{pk}/").json()["state"] for pk in fields} == {"none"}
        page.goto(f"/admin/changes/?source={source}&cause=threshold")
        expect(page.get_by_role("row").filter(has_text="→ nothing")).to_have_count(3)
        page.goto(f"/admin/thresholds/?of=source-{source}&name=email")
        page.get_by_role("button", name="Take its own threshold away").click()
        expect(page.get_by_text("3 fields appeared")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_the_pages_fit(open_page: Open, source: int, fields: list[int], width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    for path in (f"report-card/?source={source}", f"thresholds/?of=source-{source}&name=email&to=1", "changes/"):
        answer = page.goto(f"/admin/{path}")
        assert answer is not None and answer.status == 200, path
        assert sticks_out(page) <= 0, path
