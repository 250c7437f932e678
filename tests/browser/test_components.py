"""The components act as docs/face.md says: drawn by the real templates, moved by the real scripts, under the real policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.template import Context, Template
from playwright.sync_api import Page, Route, expect

from tests.portal import Portal

SHELL = """<!DOCTYPE html><html lang="en"><head><title>kit</title><script src="/static/portal/early.js"></script>
<link rel="icon" href="/static/portal/icon.svg"><link rel="stylesheet" href="/static/portal/portal.css">
<script src="/static/portal/portal.js" type="module"></script></head><body><div class="gp-page">{body}</div></body></html>"""
ADDRESS = "/kit-of-the-tests/"


class Kit:
    """Serves what a template draws at an address of the portal, with the portal's own policy; keeps what was posted there."""

    def __init__(self, page: Page, portal: Portal) -> None:
        self.page, self.posted, self.body = page, [], ""
        policy = httpx.get(f"{portal.base_url}/admin/login/").headers["Content-Security-Policy"]
        self.headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        page.route(f"**{ADDRESS}*", self._answer)

    posted: list[str]

    def show(self, template: str, hash: str = "", **context: Any) -> None:
        self.body = Template("{% load portal %}" + template).render(Context(context))
        self.page.goto(ADDRESS + hash)
        expect(self.page.locator("html[data-theme]")).to_be_visible()

    def _answer(self, route: Route) -> None:
        if route.request.method == "POST":
            self.posted.append(route.request.post_data or "")
        route.fulfill(body=SHELL.replace("{body}", self.body), headers=self.headers)


@pytest.fixture
def kit(page: Page, portal: Portal) -> Kit:
    return Kit(page, portal)


TABS = """<div data-tabs="a">{% include "components/tabs.html" with tabs=tabs only %}
<section class="gp-panel" data-panel="a">first</section><section class="gp-panel" data-panel="b">second</section></div>"""
TWO = [{"id": "a", "title": "Fields", "count": 12}, {"id": "b", "title": "History"}]


def test_tabs_follow_clicks_arrows_and_the_address(kit: Kit, page: Page) -> None:
    kit.show(TABS, tabs=TWO)
    expect(page.get_by_text("second")).to_be_hidden()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("tabpanel", name="History")).to_be_visible()
    assert page.evaluate("() => location.hash") == "#b"
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Fields")).to_be_focused()
    expect(page.get_by_text("second")).to_be_hidden()


def test_the_address_opens_its_tab(kit: Kit, page: Page) -> None:
    kit.show(TABS, hash="#b", tabs=TWO)
    expect(page.get_by_text("second")).to_be_visible()
    expect(page.get_by_text("first")).to_be_hidden()


REMOVE = (
    """{% include "components/action.html" with url="" text="Remove" kind="danger" name="act" value="remove" confirm="This removes 12 datasets." %}"""
)


def test_a_destructive_act_asks_once(kit: Kit, page: Page) -> None:
    kit.show(REMOVE)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("This removes 12 datasets.")
    expect(page.get_by_role("button", name="Go back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert kit.posted == []
    page.get_by_role("button", name="Remove").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    assert len(kit.posted) == 1 and "act=remove" in kit.posted[0]


ROWS = """<table class="gp-table" data-rows><tbody>{% for name in names %}<tr data-row><th><a href="#{{ name }}">{{ name }}</a></th></tr>{% endfor %}</tbody></table>
<input id="q" data-key="/"><button data-key="c" data-copy="text of mine">Confirm</button>"""


def test_keys_walk_rows_and_press_buttons(kit: Kit, page: Page) -> None:
    kit.show(ROWS, names=["one", "two"])
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".gp-row-current")).to_have_text("two")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == "#one"
    page.keyboard.press("c")
    expect(page.locator(".gp-toast")).to_be_visible()


def test_keys_are_letters_while_somebody_types(kit: Kit, page: Page) -> None:
    kit.show(ROWS, names=["one", "two"])
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jc?")
    expect(page.locator("#q")).to_have_value("jc?")
    expect(page.locator(".gp-row-current")).to_have_count(0)


def test_times_are_told_in_the_readers_words(kit: Kit, page: Page) -> None:
    kit.show("{% ago moment %}{% ago never %}", moment=datetime.now(UTC) - timedelta(minutes=2, seconds=5), never=None)
    expect(page.locator("time")).to_have_text("2 min ago")
    assert "UTC" not in (page.locator("time").get_attribute("title") or "UTC") or page.evaluate("() => new Date().getTimezoneOffset()") == 0
    expect(page.get_by_text("never")).to_be_visible()


PROGRESS = """{% include "components/progress.html" with topic="scan:1" state="complete" outcome="partial" progress=progress label="shop" only %}
{% include "components/units.html" with units=units only %}{% include "components/heatmap.html" with map=map only %}{% diff before after %}{% histogram bins %}"""


def test_pictures_stay_inside_a_phone(kit: Kit, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    columns = [{"key": str(at), "title": f"a source with a long name {at}"} for at in range(12)]
    rows = [{"title": "national id", "cells": {"3": {"count": 7}}}]
    kit.show(
        PROGRESS,
        progress={"done": 1, "failed": 2, "total": 3, "rows": 10**9, "bytes": 10**12, "eta_s": None},
        units=[{"id": at, "state": "done", "title": str(at)} for at in range(400)],
        map={"columns": columns, "rows": rows, "most": 7, "what": "sensitive fields"},
        before={"description": "x" * 300},
        after={"description": "y" * 300, "tags": {"a": 1}},
        bins=[{"low": at, "high": at + 1, "count": at * at} for at in range(60)],
    )
    expect(page.get_by_text("Complete, with failures")).to_be_visible()
    expect(page.locator(".gp-heat__cell--5")).to_have_text("7")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_nothing_from_outside_becomes_markup(kit: Kit, page: Page) -> None:
    evil = '<img src=x onerror="document.title=1">'
    kit.show(
        '{% include "components/notice.html" with title=evil text=evil advice=evil severity="error" only %}{% include "components/facts.html" with facts=facts only %}'
        '{% diff before after %}{% include "components/copy.html" with value=evil only %}',
        evil=evil,
        facts=[(evil, evil)],
        before={evil: evil},
        after={evil: 1},
    )
    assert page.locator("img").count() == 0
    page.locator("[data-copy]").click()
    expect(page.locator(".gp-toast")).to_be_visible()
    assert page.title() == "kit"
