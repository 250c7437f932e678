"""A schedule from its form to its end: hourly, monthly, by cron and in a window; wrong, mended, paused, resumed, removed."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.portal import Portal

LIST = "/admin/scans/schedule/"
MOMENT = r"\w+day, \d+ \w+ 20\d\d, "


@pytest.fixture
def source(portal: Portal, tmp_path: Path) -> str:
    """The name of a source that nobody else schedules."""
    path, name = tmp_path / "clock.db", f"Clock {tmp_path.name}"
    sqlite3.connect(path).execute("CREATE TABLE hours (id INTEGER)").connection.close()
    with portal.api() as api:
        answer = api.post("/api/v1/sources/", json={"name": name, "kind": "sqlite", "config": {"path": str(path)}})
    assert answer.status_code == 201, answer.text
    return name


def test_a_schedule_is_made_changed_paused_and_removed(page: Page, source: str) -> None:
    a_wrong_cron_expression_is_told_beside_its_field(page, source)
    the_next_runs_are_told_in_the_schedules_own_zone(page)
    it_becomes_hourly_and_then_monthly_in_a_window(page)
    it_is_paused_and_goes_on(page, source)
    it_is_removed_when_somebody_means_it(page, source)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def a_wrong_cron_expression_is_told_beside_its_field(page: Page, source: str) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Add a schedule").first.click()
    page.get_by_label("Source", exact=True).select_option(label=source)
    expect(page.get_by_label("Cron expression")).to_be_hidden()
    page.get_by_label("How often").select_option("cron")
    page.get_by_label("Cron expression").fill("61 2 * * 1-5")
    page.get_by_label("Time zone").fill("Asia/Kathmandu")
    page.get_by_label("Datasets").fill("hours*")
    save(page)
    cron = page.get_by_label("Cron expression")
    expect(cron).to_have_value("61 2 * * 1-5")
    expect(cron).to_have_attribute("aria-invalid", "true")
    expect(cron).to_have_accessible_description(re.compile("“61” is no minute: give 0 to 59"))
    expect(page.get_by_text("The schedule was not saved")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Kathmandu")
    expect(page.get_by_label("Datasets")).to_have_value("hours*")
    expect(page.get_by_label("Source", exact=True)).to_have_value(re.compile(r"\d+"))
    assert page.get_by_label("Source", exact=True).locator("option:checked").inner_text() == source


def the_next_runs_are_told_in_the_schedules_own_zone(page: Page) -> None:
    page.get_by_label("Cron expression").fill("30 2 * * 1-5")
    save(page)
    expect(page.get_by_text("By cron: 30 2 * * 1-5 (Asia/Kathmandu)")).to_be_visible()
    runs = page.get_by_role("region", name="The next runs").get_by_role("listitem")
    expect(runs).to_have_count(3)
    expect(runs.first).to_have_text(re.compile(rf"{MOMENT}02:30 \(Asia/Kathmandu\)\s*in "))


def it_becomes_hourly_and_then_monthly_in_a_window(page: Page) -> None:
    page.get_by_label("How often").select_option("hourly")
    expect(page.get_by_label("Cron expression")).to_be_hidden()
    page.get_by_label("At", exact=True).fill("00:20")
    save(page)
    expect(page.get_by_text("Every hour at 20 minutes past (Asia/Kathmandu)")).to_be_visible()
    expect(page.get_by_role("region", name="The next runs").get_by_role("listitem").first).to_contain_text(":20 (Asia/Kathmandu)")
    page.get_by_label("How often").select_option("monthly")
    page.get_by_label("Day of the month").fill("3")
    page.get_by_label("At", exact=True).fill("23:15")
    page.get_by_label("Read only after").fill("22:00")
    page.get_by_label("and until").fill("22:00")
    save(page)
    expect(page.get_by_text("The window ends when it starts.")).to_be_visible()
    expect(page.get_by_label("Day of the month")).to_have_value("3")
    page.get_by_label("and until").fill("05:30")
    save(page)
    expect(page.get_by_text("On day 3 of every month at 23:15 (Asia/Kathmandu), between 22:00 and 05:30 only")).to_be_visible()
    expect(page.get_by_role("region", name="The next runs").get_by_role("listitem").first).to_have_text(re.compile(r"\w+day, 3 \w+ 20\d\d, 23:15"))


def it_is_paused_and_goes_on(page: Page, source: str) -> None:
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("is not scanned by this schedule until you resume it")).to_be_visible()
    expect(page.get_by_role("region", name="The next runs")).to_have_count(0)
    page.goto(LIST)
    row = page.get_by_role("row").filter(has_text=source)
    expect(row).to_contain_text("paused")
    row.get_by_role("button", name="Resume").click()
    expect(row).to_contain_text(re.compile(rf"in \d+ \w+\s*{MOMENT}23:15 \(Asia/Kathmandu\)"))


def it_is_removed_when_somebody_means_it(page: Page, source: str) -> None:
    row = page.get_by_role("row").filter(has_text=source)
    row.get_by_role("link", name=re.compile("On day 3")).click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.get_by_label("How often")).to_have_value("monthly")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("is not scanned by this schedule any more")).to_be_visible()
    expect(row).to_have_count(0)
