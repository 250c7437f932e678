"""Alerts in a browser: the inbox by keys, what arrives while it is open, the preview of a rule."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, press
from tests.portal import Portal, until

ROW = "[data-row]"


@dataclass(frozen=True)
class Bell:
    """A rule of its own, and a way to make it fire."""

    rule: int
    name: str
    ring: Callable[[int], None]

    @property
    def inbox(self) -> str:
        return f"/admin/alerts/alert/?rule={self.rule}"


@pytest.fixture
def bell(portal: Portal) -> Iterator[Bell]:
    mark = secrets.token_hex(4)
    with portal.api() as api:
        condition = [{"path": "subject", "op": "matches", "value": f"{mark}*"}]
        values = {"name": f"Bell {mark}", "pattern": "catalog.domain.created", "title": "{subject} rang", "condition": condition, "severity": "error"}
        rule = made(api.post("/api/v1/alert-rules/", json=values))

        def ring(times: int) -> None:
            for _ in range(times):
                made(api.post("/api/v1/domains/", json={"name": f"{mark} {secrets.token_hex(2)}"}))

        def count() -> int:
            return len(api.get(f"/api/v1/alerts/?rule={rule}").json()["results"])

        def ring_and_wait(times: int) -> None:
            before = count()
            ring(times)
            until(lambda: count() == before + times, f"{times} alerts", portal.text)

        yield Bell(rule, mark, ring_and_wait)
        api.patch(f"/api/v1/alert-rules/{rule}/", json={"is_enabled": False})


def made(answer: httpx.Response) -> int:
    assert answer.status_code == 201, answer.text
    pk: int = answer.json()["id"]
    return pk


def test_the_inbox_is_worked_off_by_keys(page: Page, bell: Bell) -> None:
    bell.ring(3)
    page.goto(bell.inbox)
    expect(page.locator(ROW)).to_have_count(3)
    press(page, "j")
    press(page, "a")
    expect(page.locator(f"{ROW}[data-state=acknowledged]")).to_have_count(1)
    press(page, "j")
    press(page, "s")
    expect(page.get_by_label("Because")).to_be_focused()
    page.keyboard.type("maintenance")
    press(page, "Enter")
    expect(page.get_by_text("Silenced until")).to_have_count(1)
    page.get_by_label("Choose all alerts of this page").check()
    expect(page.get_by_text("3 chosen")).to_be_visible()
    page.locator("h1").click()
    press(page, "r")
    expect(page.locator(ROW)).to_have_count(0)
    press(page, "u")
    expect(page.locator(ROW)).to_have_count(3)
    press(page, "j")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Facts behind it")).to_be_visible()


def test_a_key_without_a_chosen_alert_says_how_to_choose(page: Page, bell: Bell) -> None:
    bell.ring(1)
    page.goto(bell.inbox)
    press(page, "r")
    expect(page.get_by_text("Choose an alert first")).to_be_visible()
    expect(page.locator(f"{ROW}[data-state=firing]")).to_have_count(1)


def test_what_fires_while_the_inbox_is_open_waits_behind_a_button(page: Page, bell: Bell) -> None:
    bell.ring(1)
    page.goto(bell.inbox)
    expect(page.get_by_title("Connected: this page updates by itself.")).to_be_visible()
    bell.ring(1)
    expect(page.locator("#alerts-new")).to_contain_text("new")
    expect(page.locator(ROW)).to_have_count(1)
    press(page, "n")
    expect(page.locator(ROW)).to_have_count(2)


def test_a_rule_says_what_it_would_have_matched(page: Page, bell: Bell, complaints: Complaints) -> None:
    complaints.expect("400")
    bell.ring(2)
    page.goto(f"/admin/alerts/rule/{bell.rule}/change/")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("2 facts would have matched, in 2 alerts.")
    page.get_by_label("Value").first.fill(f"{bell.name} nothing")
    page.get_by_role("button", name=re.compile("Try it")).click()
    expect(preview).to_contain_text("0 facts would have matched, in 0 alerts.")
    page.get_by_label(re.compile("^Fact")).fill("not a fact!")
    page.get_by_role("button", name=re.compile("Try it")).click()
    expect(page.locator(".gp-toast--error")).to_contain_text("Give the type of a fact")
