"""The content security policy is on every answer, and the browser test harness would notice if a page broke it."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Complaints
from tests.portal import Portal


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/api/v1/sources/", "/nowhere/", "/static/portal/portal.js"])
def test_scripts_come_from_this_portal_only(portal: Portal, path: str) -> None:
    policy = directives(httpx.get(f"{portal.base_url}{path}"))
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert policy["style-src-attr"] == "'unsafe-inline'"


def test_style_elements_need_a_nonce_that_changes(portal: Portal) -> None:
    first, second = (directives(httpx.get(f"{portal.base_url}/admin/login/"))["style-src-elem"] for _ in range(2))
    assert first.startswith("'self' 'nonce-") and first != second


def test_an_inline_script_does_not_run_and_is_noticed(page: Page, complaints: Complaints) -> None:
    page.goto("/admin/")
    page.evaluate(
        "() => { const one = document.createElement('script'); one.textContent = 'document.title = \"broken\"'; document.body.append(one); }"
    )
    assert page.title() != "broken"
    assert any("policy: script-src" in one for one in complaints.unexpected())
    complaints.expect("policy: script-src")
    complaints.expect("script-src 'self'")


def test_nothing_is_fetched_from_outside(page: Page, portal: Portal) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((portal.base_url, "data:"))] == []


def directives(answer: httpx.Response) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}
