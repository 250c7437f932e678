"""Names without a space, as long as they may be: every page that shows them still fits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.portal import Portal, until

LONG = "W" * 90


@pytest.fixture(scope="module")
def paths(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Pages about a source, a dataset, a field and a scan with long names, and those that list them."""
    path = Path(tmp_path_factory.mktemp("long")) / f"{'x' * 100}.db"
    with sqlite3.connect(path) as database:
        database.execute(f'CREATE TABLE "customers_{LONG}" (id INTEGER, "mail_{LONG}" TEXT, "a""b\'; DROP <b>" TEXT)')
        database.executemany(f'INSERT INTO "customers_{LONG}" VALUES (?, ?, ?)', [(at, f"guest{at}@example.com", "x") for at in range(300)])
    with portal.api() as api:
        source = api.post("/api/v1/sources/", json={"name": "N" * 80, "kind": "sqlite", "config": {"path": str(path)}}).json()["id"]
        run = api.post("/api/v1/scans/", json={"source": source}).json()["id"]
        until(lambda: api.get(f"/api/v1/scans/{run}/").json()["state"] == "complete", "the scan", portal.text)
        dataset = api.get(f"/api/v1/datasets/?source={source}").json()["results"][0]["id"]
        field = next(one["id"] for one in api.get(f"/api/v1/fields/?dataset={dataset}").json()["results"] if one["name"].startswith("mail"))
        alert = until(lambda: api.get(f"/api/v1/alerts/?source={source}").json()["results"], "the alert", portal.text)[0]["id"]
    about = [
        f"catalog/dataset/{dataset}", f"catalog/field/{field}", f"sources/source/{source}", f"scans/scanrun/{run}", f"alerts/alert/{alert}",
    ]  # fmt: skip
    return ["/admin/", "/admin/scans/scanrun/", "/admin/decisions/", *(f"/admin/{one}/change/" for one in about)]


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_with_long_names(open_page: Open, paths: list[str], width: int) -> None:
    page = open_page(width=width)
    assert {path: wider for path in paths if (wider := opened(page, path)) > 0} == {}


def opened(page: Page, path: str) -> int:
    """Pixels by which the page is wider than the window."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("path", ["sources/source", "scans/scanrun", "catalog/dataset"])
def test_a_long_name_pushes_no_column_off_the_screen(open_page: Open, paths: list[str], path: str) -> None:
    page = open_page(width=1280)
    page.goto(f"/admin/{path}/")
    assert paths and page.locator("#main table").first.evaluate("(table) => table.getBoundingClientRect().right - window.innerWidth") <= 0
