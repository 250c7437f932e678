"""A dataset is marked as gone only by a complete listing that did not show it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from governance.catalog.models import Dataset
from governance.core.errors import Unreachable
from governance.sources.connectors.sqlite import SQLite
from tests.scans.running import PEOPLE, scan, sqlite_file, sqlite_source

pytestmark = pytest.mark.django_db
TABLES = {"people": PEOPLE, "orders": PEOPLE}


def drop(path: Path, table: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(f'DROP TABLE "{table}"')
    database.close()


def test_a_dropped_table_is_marked_and_keeps_what_is_known(tmp_path: Path) -> None:
    source = sqlite_source(path := sqlite_file(tmp_path / "shop.db", TABLES))
    scan(source)
    drop(path, "orders")
    assert scan(source).summary["gone"] == 1
    assert Dataset.objects.get(name="orders").gone is not None
    assert Dataset.objects.get(name="orders").sensitive_fields == 1


def test_a_scan_with_patterns_marks_nothing(tmp_path: Path) -> None:
    source = sqlite_source(path := sqlite_file(tmp_path / "shop.db", TABLES))
    scan(source)
    drop(path, "orders")
    assert scan(source, datasets=["*people*"]).summary["gone"] == 0
    assert not Dataset.objects.exclude(gone=None).exists()


def test_a_listing_that_breaks_off_marks_nothing_and_fails_the_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sqlite_source(sqlite_file(tmp_path / "shop.db", TABLES))
    scan(source)
    whole = SQLite.datasets

    def broken(self, patterns=()):  # type: ignore[no-untyped-def]
        yield next(iter(whole(self, patterns)))
        raise Unreachable("The connection broke off. Try again.")

    monkeypatch.setattr(SQLite, "datasets", broken)
    run = scan(source)
    assert (run.state, run.error) == ("failed", {"code": "unreachable", "detail": "The connection broke off. Try again."})
    assert not Dataset.objects.exclude(gone=None).exists()


def test_a_table_that_comes_back_is_there_again(tmp_path: Path) -> None:
    source = sqlite_source(path := sqlite_file(tmp_path / "shop.db", TABLES))
    scan(source)
    drop(path, "orders")
    scan(source)
    sqlite_file(path, {"orders": PEOPLE})
    assert scan(source).summary["gone"] == 0
    assert Dataset.objects.get(name="orders").gone is None
