"""Two scans beside each other: findings with their causes, datasets with their structure, rows; for whom, and as a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.scans.models import ScanRun
from governance.sources.models import Source
from tests.factories import admin_client, make_user
from tests.scans.running import PEOPLE, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db
PAGE = "/admin/compare-scans/"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return sqlite_source(sqlite_file(tmp_path / "shop.db", {"people": PEOPLE, "old": PEOPLE[:50]}), "the shop")


@pytest.fixture
def admin() -> Client:
    return admin_client(make_user("administrator"))


def change(path: Path) -> None:
    """A table goes, a table comes, a column is added, one loses what made it sensitive, and rows go."""
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE old")
        database.execute("DELETE FROM people WHERE id >= 150")
        database.execute("ALTER TABLE people ADD COLUMN contact TEXT")
        database.execute("UPDATE people SET contact = email, email = 'n' || kind")
        database.execute("CREATE TABLE fresh (id INTEGER, word TEXT)")
        database.execute("INSERT INTO fresh VALUES (1, 'late')")
    database.close()


@pytest.fixture
def runs(source: Source, tmp_path: Path) -> list[ScanRun]:
    first = scan(source)
    change(tmp_path / "shop.db")
    return [first, scan(source), scan(source)]


def told(client: Client, before: ScanRun, after: ScanRun) -> dict[str, Any]:
    answer = client.get(f"{PAGE}?before={before.pk}&after={after.pk}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.context["told"]
    return found


def test_findings_are_new_or_gone_with_the_cause(runs: list[ScanRun], admin: Client) -> None:
    found = told(admin, runs[0], runs[2])["findings"]
    assert [(one["field"].name, one["before"]) for one in found["new"]] == [("contact", "")]
    assert [(one["field"].name, one["after"], one["causes"]) for one in found["gone"]] == [("email", "", ["the data"])]


def test_datasets_and_rows_that_differ_are_named(runs: list[ScanRun], admin: Client) -> None:
    found = told(admin, runs[0], runs[1])
    assert {kind: [one["dataset"].name for one in rows] for kind, rows in found["datasets"].items()} == {
        "added": ["fresh"],
        "changed": ["people"],
        "gone": ["old"],
    }
    assert found["datasets"]["changed"][0]["words"] == "contact added"
    assert [(one["dataset"].name, one["before"], one["after"]) for one in found["sizes"]["rows"]] == [("fresh", None, 1), ("people", 200, 150)]


def test_the_order_of_the_two_does_not_matter_and_the_last_two_are_the_default(runs: list[ScanRun], admin: Client) -> None:
    assert told(admin, runs[1], runs[0])["before"] == runs[0]
    page = admin.get(PAGE)
    assert (page.context["chosen_before"], page.context["chosen_after"]) == (runs[1].pk, runs[2].pk)
    assert "Nothing differs" in page.content.decode()


def test_the_comparison_is_taken_along_as_a_file(runs: list[ScanRun], admin: Client) -> None:
    answer = admin.get(f"{PAGE}?before={runs[0].pk}&after={runs[1].pk}&type=csv")
    lines = answer.content.decode().splitlines()
    assert any('"finding","gone","people","email"' in line and '"the data"' in line for line in lines), lines
    assert '"rows","changed","people","","200","150",""' in lines and answer["Content-Disposition"].startswith("attachment")


def test_nobody_compares_what_they_may_not_see_nor_scans_of_two_sources(runs: list[ScanRun], admin: Client, tmp_path: Path) -> None:
    other = scan(sqlite_source(sqlite_file(tmp_path / "other.db"), "another"))
    stranger = admin_client(make_user("viewer", other.source))
    assert stranger.get(f"{PAGE}?before={runs[0].pk}&after={runs[1].pk}").status_code == 404
    assert "same source" in admin.get(f"{PAGE}?before={runs[0].pk}&after={other.pk}").content.decode()
    assert admin.get(f"{PAGE}?before=x").status_code == 404 and Client().get(PAGE).status_code == 302
    assert "Choose two different scans" in stranger.get(PAGE).content.decode()


def test_without_a_scan_the_page_says_what_it_is_for(admin: Client) -> None:
    assert "There is no scan to compare" in admin.get(PAGE).content.decode()
