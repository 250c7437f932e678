"""The whole story, as a new person lives it: sign in, scan with one click, connect a database, watch, decide, find it in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from governance.demo.people import people
from governance.runtime.postgres import Cluster
from tests.browser.conftest import Open, press
from tests.portal import Portal, free_port


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A PostgreSQL of the person's own, with 300 customers; what they would type into the form."""
    home = tmp_path_factory.mktemp("shop")
    (home / "superuser").write_text("root-of-the-shop")
    (home / "run").mkdir()
    cluster = Cluster(home / "data", home / "run", password_file=home / "superuser", port=free_port(), durable=False)
    cluster.start(home / "log")
    try:
        cluster.provision({"reader": ("LOGIN", "readers-own-secret")}, {"shop": "reader"})
        opened = cluster.connect("shop")
        with opened.cursor() as cursor:
            cursor.execute("CREATE TABLE customers (id integer PRIMARY KEY, full_name text, mail text, konto text, note text)")
            rows = [(one.number, one.full, one.email, one.iban, "regular") for one in people(300, seed=21)]
            cursor.executemany("INSERT INTO customers VALUES (%s, %s, %s, %s, %s)", rows)
            cursor.execute(
                "CREATE TABLE parcels (id integer PRIMARY KEY, weight integer); INSERT INTO parcels SELECT n, n * 3 FROM generate_series(1, 90) n"
            )
            cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ANALYZE")
        opened.close()
        yield {"host": "127.0.0.1", "port": str(cluster.port), "database": "shop", "user": "reader", "password": "readers-own-secret"}
    finally:
        cluster.stop()


def test_the_whole_story(portal: Portal, open_page: Open, shop: dict[str, str]) -> None:
    page = open_page(signed_in=False)
    sign_in(page, portal.password)
    scan_this_portal(page)
    connect(page, shop)
    scan_and_watch(page)
    confirm_one_and_reject_one(page)
    find_it_in_the_log(page)


def sign_in(page: Page, password: str) -> None:
    page.goto("/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name=re.compile("log in", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()


def scan_this_portal(page: Page) -> None:
    page.goto("/admin/sources/source/")
    row = page.get_by_role("row").filter(has_text="This portal")
    row.get_by_role("button", name=re.compile("Scan now")).click()
    expect(page.get_by_role("heading", name=re.compile(r"Scan \d+ of This portal"))).to_be_visible()
    expect(page.locator("main, body").get_by_text("Complete").first).to_be_visible(timeout=60_000)


def connect(page: Page, shop: dict[str, str]) -> None:
    page.goto("/admin/sources/source/")
    page.get_by_role("link", name="Add a source").first.click()
    page.get_by_role("link", name=re.compile("PostgreSQL")).first.click()
    page.get_by_label("Name", exact=True).fill("Story shop")
    for name, value in shop.items():
        page.locator(f"input[name$='{name}']").first.fill(value)
    page.get_by_role("button", name=re.compile("Test connection", re.IGNORECASE)).click()
    expect(page.get_by_text(re.compile(r"PostgreSQL 1\d")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Save|^Add|^Connect", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", name="Story shop", level=1)).to_be_visible()
    assert "readers-own-secret" not in page.content()


def scan_and_watch(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Scan now")).first.click()
    expect(page.get_by_role("heading", name=re.compile(r"Scan \d+ of Story shop"))).to_be_visible()
    # The page turns to the end by itself: nobody reloads it.
    expect(page.get_by_text("New findings")).to_be_visible(timeout=60_000)
    for title in ("E-mail address", "IBAN", "Person's name"):
        expect(page.get_by_text(title, exact=True).first).to_be_visible()


def open_field(page: Page, name: str) -> None:
    page.goto("/admin/catalog/dataset/?q=customers")
    page.get_by_role("link", name=re.compile(r"customers")).first.click()
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def confirm_one_and_reject_one(page: Page) -> None:
    open_field(page, "konto")
    expect(page.get_by_text(re.compile(r"of \d+ distinct values .*IBAN")).first).to_be_visible()
    press(page, "c")
    expect(page.get_by_text("Confirmed").first).to_be_visible()
    open_field(page, "mail")
    page.get_by_role("button", name=re.compile("^Reject")).first.click()
    expect(page.get_by_text("Rejected").first).to_be_visible()


def find_it_in_the_log(page: Page) -> None:
    page.goto("/admin/core/event/?type=catalog.field.*")
    for field in ("konto", "mail"):
        expect(page.get_by_text(re.compile(rf"\b{field}\b")).first).to_be_visible()
    page.goto("/admin/core/event/")
    expect(page.get_by_text("Story shop").first).to_be_visible()
