"""The first page in a browser: the guide, the parts of the portal, and what leads on from it."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_the_parts_of_the_portal_are_shown_as_they_are(page: Page) -> None:
    page.goto("/admin/")
    health = page.get_by_role("region", name="This portal")
    for part in ("Database", "Broker", "Web", "Workers", "Schedules", "Facts", "Measurements"):
        expect(health.get_by_text(part)).to_be_visible()
    expect(health.locator(".gp-badge--state-down")).to_have_count(0)


def test_a_portal_that_does_not_answer_is_shown_and_asked_again(page: Page, complaints: object) -> None:
    complaints.expect("readyz")  # type: ignore[attr-defined]
    page.route("**/readyz", lambda route: route.abort())
    page.goto("/admin/")
    expect(page.get_by_role("region", name="This portal")).to_contain_text("does not answer")


def test_every_number_leads_to_its_list(page: Page) -> None:
    page.goto("/admin/")
    cards = page.get_by_role("region", name="Numbers").get_by_role("link")
    expect(cards).to_have_count(4)
    for path in cards.evaluate_all("links => links.map((link) => link.pathname)"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
