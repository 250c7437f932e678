"""“Test connection” says beside each field what is wrong with it, and what the login can and cannot do when it works."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from playwright.sync_api import Page, expect

OUTCOME = "data-outcome"


def test_what_is_wrong_with_a_field_stands_beside_it_and_goes_when_it_is_changed(page: Page) -> None:
    page.goto("/admin/sources/source/add/?kind=postgresql")
    page.get_by_label("Port", exact=True).fill("99999")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#id_port_errors")).to_contain_text("Give 65535 or less.")
    expect(page.locator("#id_port")).to_be_focused()
    expect(page.locator("#check-result")).to_have_attribute(OUTCOME, "error")
    page.get_by_label("Port", exact=True).fill("5432")
    expect(page.locator("#id_port_errors")).to_have_count(0)


def test_what_concerns_several_fields_stands_in_the_result(page: Page) -> None:
    page.goto("/admin/sources/source/add/?kind=postgresql")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#check-result")).to_contain_text("Give host, database and user, or a URL.")


def test_what_the_login_can_and_cannot_do_is_a_list(page: Page, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE people (id INTEGER)")
    page.goto("/admin/sources/source/add/?kind=sqlite")
    page.locator("#id_path").fill(str(tmp_path / "shop.db"))
    page.get_by_role("button", name="Test connection").click()
    result = page.locator("#check-result")
    expect(result).to_have_attribute(OUTCOME, "success")
    expect(result.get_by_role("heading", name="What this login can do")).to_be_visible()
    expect(result.get_by_role("listitem").filter(has_text="Read-only")).to_contain_text("yes")
    expect(result.get_by_role("listitem").filter(has_text="Row estimates")).to_contain_text("no")
