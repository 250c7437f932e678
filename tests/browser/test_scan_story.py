"""A scan that hangs is stopped by somebody who means it; what could not be read is read again once it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from governance.runtime.postgres import Cluster
from tests.portal import Portal, free_port


@dataclass
class Store:
    """A PostgreSQL with two tables; `reader` may read `parcels` only."""

    cluster: Cluster
    source: int
    name: str

    def connect(self) -> Any:
        return self.cluster.connect("store")


@pytest.fixture
def store(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("store")
    (home / "superuser").write_text("root-of-the-store")
    (home / "run").mkdir()
    cluster = Cluster(home / "data", home / "run", password_file=home / "superuser", port=free_port(), durable=False)
    cluster.start(home / "log")
    try:
        cluster.provision({"reader": ("LOGIN", "readers-own-secret")}, {"store": "reader"})
        opened = cluster.connect("store")
        with opened.cursor() as cursor:
            cursor.execute("CREATE TABLE parcels (id integer, weight integer); INSERT INTO parcels SELECT n, n FROM generate_series(1, 50) n")
            cursor.execute(
                "CREATE TABLE letters (id integer, mail text); INSERT INTO letters SELECT n, 'a' || n || '@example.org' FROM generate_series(1, 50) n"
            )
            cursor.execute("GRANT SELECT ON parcels TO reader; ANALYZE")
        opened.close()
        config = {"host": "127.0.0.1", "port": cluster.port, "database": "store", "user": "reader", "password": "readers-own-secret"}
        with portal.api() as api:
            answer = api.post("/api/v1/sources/", json={"name": f"Store {home.name}", "kind": "postgresql", "config": config})
            assert answer.status_code == 201, answer.text
            yield Store(cluster, answer.json()["id"], answer.json()["name"])
    finally:
        cluster.stop()


def test_a_scan_is_stopped_and_another_one_read_again_where_it_failed(page: Page, store: Store) -> None:
    a_scan_is_stopped_only_by_somebody_who_means_it(page, store)
    what_failed_says_why(page)
    what_may_be_read_now_is_read_again(page, store)


def a_scan_is_stopped_only_by_somebody_who_means_it(page: Page, store: Store) -> None:
    holder = store.connect()
    holder.autocommit = False
    holder.cursor().execute("LOCK TABLE parcels IN ACCESS EXCLUSIVE MODE")
    page.goto(f"/admin/sources/source/{store.source}/change/")
    page.get_by_role("button", name="Scan now").first.click()
    expect(page.get_by_role("heading", name=re.compile(rf"Scan \d+ of {store.name}"))).to_be_visible()
    cancel, dialog = page.get_by_role("button", name="Cancel", exact=True), page.get_by_role("dialog")
    cancel.click()
    expect(dialog).to_contain_text("This stops the scan. What was read until now is kept.")
    expect(dialog.get_by_role("button", name="Go back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    cancel.click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cancel).to_be_enabled()
    cancel.click()
    dialog.get_by_role("button", name="Stop the scan").click()
    expect(page.get_by_role("button", name="Stopping…")).to_be_disabled()
    holder.rollback()
    holder.close()
    # The page turns to the end by itself.
    expect(page.get_by_role("button", name="Scan again")).to_be_visible()
    expect(page.get_by_text("Cancelled").first).to_be_visible()


def what_failed_says_why(page: Page) -> None:
    page.get_by_role("button", name="Scan again").click()
    failed = page.get_by_role("region", name="What failed, and why")
    expect(failed).to_contain_text("may not read public.letters. Grant it SELECT.")
    expect(failed.get_by_role("row")).to_have_count(2)


def what_may_be_read_now_is_read_again(page: Page, store: Store) -> None:
    opened = store.connect()
    opened.cursor().execute("GRANT SELECT ON letters TO reader")
    opened.close()
    first = page.url
    page.get_by_role("button", name="Retry what failed").click()
    expect(page.get_by_text(re.compile("reads again what failed in scan"))).to_be_visible()
    expect(page.get_by_role("region", name="Found")).to_contain_text(re.compile("letters.*mail.*E-mail address", re.DOTALL))
    expect(page.get_by_role("region", name="What failed, and why")).to_have_count(0)
    expect(page.get_by_role("button", name="Retry what failed")).to_have_count(0)
    assert page.url != first
