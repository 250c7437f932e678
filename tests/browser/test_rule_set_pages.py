"""A rule set and its versions: made, changed, taken back, made the default, and removed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.portal import Portal

LIST = "/admin/intelligence/ruleset/"


@pytest.fixture
def name(portal: Portal) -> Iterator[str]:
    """A name of its own; afterwards the portal's default is what it was, whatever happened."""
    yield f"Rules {secrets.token_hex(3)}"
    with portal.api() as api:
        standard = api.get("/api/v1/rule-sets/", params={"search": "Standard"}).json()["results"][0]
        with portal.client() as client:
            client.post(f"{LIST}{standard['id']}/default/")


def test_a_rule_set_goes_forth_and_back(page: Page, name: str) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Add a rule set").click()
    page.get_by_label("Name", exact=True).fill(name)
    save(page, threshold="0.7", note="as we agreed")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    versions = page.get_by_role("region", name="Versions").get_by_role("listitem")
    expect(versions).to_have_count(1)
    save(page, threshold="0.9", note="stricter")
    expect(versions.first).to_contain_text("Version 2")
    expect(versions.first).to_contain_text("counts now")
    expect(versions.first).to_contain_text("stricter · admin")
    save(page, threshold="1.5")
    expect(page.get_by_label("Lowest score that counts")).to_have_js_property("validity.rangeOverflow", True)
    versions.filter(has_text="as we agreed").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("It is as it was in version 1 again.")).to_be_visible()
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("counts now")
    expect(page.get_by_label("Lowest score that counts")).to_have_value("0.7")
    page.get_by_role("button", name="Make it the default").click()
    expect(page.get_by_text("used by every scan that names no other")).to_be_visible()
    page.goto(LIST)
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Default")
    page.get_by_role("link", name="Standard").click()
    page.get_by_role("button", name="Make it the default").click()
    page.goto(LIST)
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"{name} was removed.")).to_be_visible()


def test_json_that_is_not_complete_is_not_sent_and_the_rows_stay(page: Page, name: str) -> None:
    page.goto(f"{LIST}add/")
    page.get_by_label("Name", exact=True).first.fill(name)
    page.locator("#own-add").click()
    page.locator("#own-json > summary").click()
    page.locator("#own-json textarea").fill("{broken")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text="The JSON is not complete").first).to_be_visible()
    expect(page.locator("[data-own]")).to_have_count(1)
    assert page.url.endswith("/add/")


def save(page: Page, *, threshold: str, note: str = "") -> None:
    page.get_by_label("Lowest score that counts").fill(threshold)
    page.get_by_label("What changed").fill(note)
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_pattern_is_made_from_examples_tried_on_a_field_and_compared(page: Page, name: str) -> None:
    page.goto(f"{LIST}add/")
    page.get_by_label("Name", exact=True).first.fill(name)
    save(page, threshold="0.5")
    page.locator("#own-add").click()
    card = page.locator("[data-own]")
    for label, value in (("Name", "ticket"), ("What it finds", "TICKET"), ("Family", "ticket")):
        card.get_by_label(label, exact=True).fill(value)
        card.get_by_label(label, exact=True).press("Tab")
    card.get_by_text("Make the pattern from examples").click()
    card.get_by_label("Examples, one a line").fill("TK-1001\nTK-2002\nTK-3417")
    card.get_by_role("button", name="Make the pattern").click()
    expect(card.get_by_label("Pattern", exact=True)).to_have_value(r"TK\-[0-9]{4}")
    expect(card.get_by_text("Made from 3 examples in 1 form")).to_be_visible()
    page.locator("#try-values").fill("TK-9000\nTK-9001\nTK-9002")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#try-result")).to_contain_text("3 of 3 distinct values fit")
    page.locator("#try-field").fill("nothing like it")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#try-result")).to_contain_text("Choose the field from the list")
    page.get_by_placeholder("Find", exact=True).fill("social security")
    expect(page.locator("tr[data-words]:visible")).not_to_have_count(0)
    expect(page.get_by_label("Payment card", exact=False).locator("visible=true")).to_have_count(0)
    save(page, threshold="0.5", note="tickets")
    page.get_by_role("link", name="Compare versions").click()
    expect(page.get_by_role("row").filter(has_text="ticket")).to_contain_text("not there")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_text("It is as it was in version 1 again.")).to_be_visible()
    expect(page.locator("[data-own]")).to_have_count(0)
