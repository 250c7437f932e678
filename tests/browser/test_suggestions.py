"""Fields with suggestions, by keys and by mouse: who can see this, the recognizers of a rule set, the conditions of an alert rule."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.portal import Portal, until


@pytest.fixture(scope="module")
def domain(portal: Portal) -> str:
    name = f"Orchard {secrets.token_hex(3)}"
    with portal.api() as api:
        assert api.post("/api/v1/domains/", json={"name": name}).status_code == 201
        until(lambda: api.get("/api/v1/events/?type=catalog.domain.created").json()["results"], "the fact", portal.text)
    return name


def ask(page: Page) -> Locator:
    page.goto("/admin/access/explain/")
    return page.get_by_role("combobox", name="What", exact=True)


def test_a_thing_is_chosen_with_the_keyboard_alone(page: Page, domain: str) -> None:
    field = ask(page)
    field.press_sequentially(domain[:-1])
    options = page.locator("[role=option]")
    expect(options.first).to_contain_text(domain)
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value(domain)
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("Enter")
    expect(page.get_by_role("heading", name=f"Who can see {domain}", level=1)).to_be_visible()


def test_escape_closes_the_list_and_up_begins_at_its_end(page: Page, domain: str) -> None:
    field = ask(page)
    field.fill(domain[:4])
    expect(page.locator("[role=option]").first).to_be_visible()
    field.press("ArrowUp")
    expect(page.locator("[role=option]").last).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value(domain[:4])


def test_a_name_that_was_not_chosen_is_not_sent(page: Page) -> None:
    field = ask(page)
    field.fill("nothing is called so")
    page.get_by_role("button", name="Explain").click()
    assert page.url.endswith("/admin/access/explain/")
    assert field.evaluate("one => one.validationMessage") == "Choose it from the list."


def test_a_recognizer_is_made_in_the_form_tried_and_brought_back(page: Page) -> None:
    name = f"Ours {secrets.token_hex(3)}"
    page.goto("/admin/intelligence/ruleset/add/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add a recognizer").click()
    row = page.locator("[data-own]")
    row.get_by_label("Name").fill("customer")
    row.get_by_label("What it finds").fill("CUSTOMER_NUMBER")
    row.get_by_label("Family").fill("customer_number")
    row.get_by_label("Pattern", exact=True).fill("KD-(")
    expect(row.locator("[data-error=pattern]")).to_contain_text("missing )")
    row.get_by_label("Pattern", exact=True).fill("KD-[0-9]{4}")
    expect(row.locator("[data-error=pattern]")).to_be_empty()
    page.get_by_label("Values, one a line").last.fill("KD-1234\nKD-9876\nKD-5555")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#try-result")).to_contain_text("customer hits")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.locator("[data-own] > summary").click()
    page.get_by_role("button", name="Remove", exact=True).last.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("[data-own]")).to_have_count(1)


def test_rows_follow_the_json_and_the_json_follows_the_rows(open_page: Open) -> None:
    page = open_page(width=390, theme="dark")
    page.goto("/admin/intelligence/ruleset/add/")
    page.get_by_text("Edit as JSON").click()
    page.locator("#id_custom").fill('[{"name": "ships", "kind": "dictionary", "entity": "SHIP", "family": "ship", "words": ["Pequod"]}]')
    row = page.locator("[data-own]")
    expect(row).to_have_count(1)
    row.locator(":scope > summary").click()
    expect(row.get_by_label("Words, one a line")).to_have_value("Pequod")
    row.get_by_label("On", exact=True).uncheck()
    expect(page.locator("#id_custom")).to_have_value(re.compile('"is_enabled": false'))


def test_a_rule_offers_what_the_chosen_fact_holds_and_says_at_once_what_it_matches(page: Page, domain: str) -> None:
    page.goto("/admin/alerts/rule/add/")
    fact = page.get_by_label(re.compile("^Fact"))
    fact.fill("domain was created")
    fact.press("ArrowDown")
    fact.press("Enter")
    expect(fact).to_have_value("catalog.domain.created")
    expect(page.locator("#preview")).to_contain_text("would have matched")
    path = page.get_by_label("Part of the fact").first
    path.fill("subject")
    page.get_by_role("option", name=re.compile("^subject name")).click()
    page.get_by_label("Value").first.fill(domain)
    page.get_by_label("Value").first.press("Tab")
    expect(page.locator("#preview")).to_contain_text("1 fact would have matched, in 1 alert.")
    expect(page.get_by_role("link", name=domain)).to_have_attribute("href", re.compile(r"/admin/core/event/\d+/change/"))
