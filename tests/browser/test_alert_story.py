"""From a rule and a receiver made by hand to messages on a real web server: tested, delivered, failed and sent again, kept quiet by a silence."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Complaints
from tests.core.servers import Web, web_server
from tests.portal import Portal, until

WEBHOOK, RULES, SILENCES = "/admin/alerts/receiver/add/?kind=webhook", "/admin/alerts/rule/", "/admin/alerts/silence/"


class Desk:
    """One person's page, the web server that is told, and a way to make something happen. Everything is called by one mark."""

    def __init__(self, page: Page, api: httpx.Client, web: Web) -> None:
        self.page, self.api, self.web = page, api, web
        self.mark = f"bell{secrets.token_hex(3)}"

    def happen(self, name: str) -> None:
        answer = self.api.post("/api/v1/domains/", json={"name": f"{self.mark} {name}"})
        assert answer.status_code == 201, answer.text

    def told(self, name: str) -> list[Any]:
        """Messages of the web server about one happening."""
        messages = [json.loads(one.body) for one in self.web.received]
        return [one for one in messages if f"{self.mark} {name}" in one["text"]]

    def notification(self, name: str) -> Any:
        """The notification of one happening as the API tells it; None until there is one."""
        alerts = self.api.get("/api/v1/alerts/", params={"search": f"{self.mark} {name}"}).json()["results"]
        rows = [row for alert in alerts for row in self.api.get("/api/v1/notifications/", params={"alert": alert["id"]}).json()["results"]]
        return next((row for row in rows if row["receiver_name"] == self.mark), None)

    def wait(self, name: str, is_so: Callable[[Any], bool]) -> Any:
        return until(
            lambda: (row := self.notification(name)) and is_so(row) and row, f"the message about {name}", lambda: str(self.notification(name))
        )

    def row(self, text: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=text)

    def open_receiver(self) -> None:
        self.page.goto("/admin/alerts/receiver/")
        self.page.get_by_role("link", name=self.mark).click()


@pytest.fixture
def desk(page: Page, portal: Portal) -> Iterator[Desk]:
    with web_server() as web, portal.api() as api:
        made = Desk(page, api, web)
        yield made
        for kind in ("alert-rules", "receivers"):
            for one in api.get(f"/api/v1/{kind}/", params={"search": made.mark}).json()["results"]:
                api.delete(f"/api/v1/{kind}/{one['id']}/")


def test_an_alert_finds_its_way_out(desk: Desk, complaints: Complaints) -> None:
    a_receiver_is_made_and_tested(desk)
    a_rule_is_made_and_changed(desk)
    a_rule_that_is_off_finds_nothing(desk)
    what_was_delivered_stands_in_the_log(desk)
    what_failed_is_sent_again(desk)
    a_silence_keeps_it_quiet_until_it_is_ended(desk)
    both_are_removed(desk)


def a_receiver_is_made_and_tested(desk: Desk) -> None:
    page, web = desk.page, desk.web
    page.goto("/admin/alerts/receiver/")
    page.get_by_role("link", name=re.compile("New receiver|Add a receiver")).first.click()
    page.get_by_role("link", name=re.compile("Webhook")).click()
    page.get_by_label("Name").fill(desk.mark)
    page.get_by_label("Address").fill(f"{web.url}/hook/T0KEN-of-the-team")
    page.get_by_label("Secret").fill("signs-it")
    web.answer = lambda request: (404, {}, b"")
    page.get_by_role("button", name="Save and send a test").click()
    expect(
        page.get_by_text("The test message was not delivered: The other side did not accept the message (status 404). Check the address.")
    ).to_be_visible()
    assert "T0KEN" not in page.content() and "signs-it" not in page.content()
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    web.answer = lambda request: (200, {}, b"ok")
    page.get_by_role("button", name="Save and send a test").click()
    expect(page.get_by_text("The test message was delivered: answered 200")).to_be_visible()
    expect(page.get_by_text("The last delivery failed")).to_have_count(0)
    assert [json.loads(one.body)["kind"] for one in web.received] == ["test", "test"] and web.received[1].path == "/hook/T0KEN-of-the-team"
    page.goto("/admin/alerts/receiver/")
    expect(desk.row(desk.mark)).to_contain_text("Works")


def a_rule_is_made_and_changed(desk: Desk) -> None:
    page = desk.page
    page.goto(RULES)
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill(desk.mark)
    page.get_by_label(re.compile("^Fact")).fill("catalog.domain.created")
    page.locator("[name=path]").first.fill("subject")
    page.locator("[name=op]").first.select_option("matches")
    page.locator("[name=value]").first.fill(f"{desk.mark}*")
    page.get_by_label("Severity").select_option("info")
    page.get_by_label(re.compile("^Title")).fill("{subject} {nothing here}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The rule was not saved")).to_be_visible()
    page.get_by_label(re.compile("^Title")).fill("{subject} came")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(desk.row(desk.mark)).to_contain_text("Info")
    page.get_by_role("link", name=desk.mark).click()
    expect(page.get_by_label(re.compile("^Title"))).to_have_value("{subject} came")
    page.get_by_label("Severity").select_option("critical")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(desk.row(desk.mark)).to_contain_text("Critical")


def a_rule_that_is_off_finds_nothing(desk: Desk) -> None:
    row = desk.row(desk.mark)
    row.get_by_role("button", name="Switch off").click()
    expect(row).to_contain_text("Off")
    desk.happen("unheard")
    row.get_by_role("button", name="Switch on").click()
    expect(row).to_contain_text("On")
    desk.happen("first")
    desk.wait("first", lambda one: one["state"] == "sent")
    assert desk.notification("unheard") is None and len(desk.told("first")) == 1 and not desk.told("unheard")


def what_was_delivered_stands_in_the_log(desk: Desk) -> None:
    desk.open_receiver()
    row = desk.row(f"{desk.mark} first came")
    expect(row).to_contain_text("Delivered")
    expect(row).to_contain_text("answered 200")
    expect(row.get_by_role("button", name="Send again")).to_have_count(0)


def what_failed_is_sent_again(desk: Desk) -> None:
    page, web = desk.page, desk.web
    for name, status, state in (("second", 503, "Waits"), ("third", 410, "Given up")):
        web.answer = lambda request, status=status: (status, {}, b"")  # type: ignore[misc]
        desk.happen(name)
        desk.wait(name, lambda one: one["attempts"] and one["error"])
        page.reload()
        row = desk.row(f"{name} came")
        expect(row).to_contain_text(re.compile(f"{state}.*status {status}", re.DOTALL))
        expect(row.get_by_text("Next attempt")).to_be_visible(visible=status == 503)
        web.answer = lambda request: (200, {}, b"ok")
        row.get_by_role("button", name="Send again").click()
        # The row follows by itself.
        expect(row).to_contain_text(re.compile("Delivered.*answered 200", re.DOTALL))
        expect(row.get_by_role("button", name="Send again")).to_have_count(0)
        assert len(desk.told(name)) >= 2


def a_silence_keeps_it_quiet_until_it_is_ended(desk: Desk) -> None:
    page = desk.page
    page.goto(SILENCES)
    page.get_by_role("link", name="New silence").click()
    page.get_by_label("Label").first.fill("subject")
    page.get_by_label("Pattern").first.fill(f"{desk.mark} fou*")
    page.get_by_label(re.compile("^Because")).fill("the move")
    page.get_by_label("For").select_option(label="4 hours")
    expect(page.get_by_label(re.compile("^Until"))).to_be_hidden()
    page.get_by_role("button", name="Silence", exact=True).click()
    expect(page.get_by_text("The silence was made. No open alert fits it now.")).to_be_visible()
    row = desk.row(f"{desk.mark} fou*")
    expect(row).to_contain_text("Holds")
    desk.happen("fourth")
    desk.wait("fourth", lambda one: one["state"] == "silenced")
    page.reload()
    expect(row.get_by_role("cell").nth(3)).to_have_text("1")
    page.goto(f"/admin/alerts/alert/?q={desk.mark}+fourth")
    expect(page.locator("[data-row]")).to_contain_text("Silenced until")
    page.goto(SILENCES)
    row.get_by_role("button", name="End now").click()
    expect(row).to_contain_text("Over")
    desk.happen("fourteenth")
    desk.wait("fourteenth", lambda one: one["state"] == "sent")
    assert desk.notification("fourth")["state"] == "silenced" and not desk.told("fourth ")


def both_are_removed(desk: Desk) -> None:
    page = desk.page
    for path in (RULES, "/admin/alerts/receiver/"):
        page.goto(path)
        page.get_by_role("link", name=desk.mark).click()
        page.get_by_role("button", name="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_text(f"“{desk.mark}” was removed.")).to_be_visible()
        expect(desk.row(desk.mark)).to_have_count(0)
