"""Rules are tried on a field of a scanned source, and a source leaves out what its rule set looks for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_sizes import sticks_out
from tests.portal import Portal, until


@pytest.fixture(scope="module")
def source(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A scanned source with badges, which no built-in recognizer knows, and mail addresses."""
    folder = tmp_path_factory.mktemp("rules")
    with sqlite3.connect(folder / "staff.db") as database:
        database.execute("CREATE TABLE staffing (badge_code TEXT, contact_email TEXT)")
        database.executemany("INSERT INTO staffing VALUES (?, ?)", [(f"BG-{1000 + at}", f"p{at}@shop.example") for at in range(200)])
    with portal.api() as api:
        body = {"name": f"Staff {folder.name}", "kind": "sqlite", "config": {"path": str(folder / "staff.db")}}
        made: int = api.post("/api/v1/sources/", json=body).json()["id"]
        run = api.post("/api/v1/scans/", json={"source": made}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        yield made
        api.delete(f"/api/v1/sources/{made}/")


def test_rules_are_tried_on_a_field_before_they_are_saved(page: Page, source: int) -> None:
    page.goto("/admin/intelligence/ruleset/add/")
    page.locator("#own-add").click()
    card = page.locator("[data-own]")
    for label, value in (("Name", "badge"), ("What it finds", "BADGE"), ("Family", "badge"), ("Pattern", "BG-[0-9]{4}")):
        card.get_by_label(label, exact=True).fill(value)
        card.get_by_label(label, exact=True).press("Tab")
    page.locator("#try-field").press_sequentially("badge_code")
    page.get_by_role("option", name="staffing.badge_code").first.click()
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#try-result")).to_contain_text("200 of 200 distinct values fit")
    expect(page.locator("#try-result")).to_contain_text("all rows")


def test_a_source_leaves_a_family_out_and_the_next_scan_heeds_it(portal: Portal, page: Page, source: int) -> None:
    page.goto(f"/admin/sources/source/{source}/edit/")
    page.get_by_text("Leave families out").click()
    page.get_by_label("E-mail address", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Sensitive data")).to_contain_text("Left out")
    with portal.api() as api:
        run = api.post("/api/v1/scans/", json={"source": source}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        rows = api.get("/api/v1/fields/", params={"source": source, "search": "contact_email"}).json()["results"]
    assert [row["entity"] for row in rows] == [""]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit(open_page: Open, portal: Portal, source: int, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    with portal.api() as api:
        rules = api.get("/api/v1/rule-sets/", params={"is_default": "true"}).json()["results"][0]["id"]
    rules_page, source_page = f"intelligence/ruleset/{rules}", f"sources/source/{source}"
    for address in (f"{rules_page}/change/", f"{rules_page}/compare/", f"{source_page}/change/", f"{source_page}/edit/"):
        page.goto(f"/admin/{address}")
        for closed in page.locator("main details:not([open]) > summary").all()[:6]:
            closed.click()
        assert sticks_out(page) <= 0
