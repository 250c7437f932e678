"""The live page in a real browser: a frame a second, nothing that jumps, and a lost connection that heals with its gap filled."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Open

STATE = "#live-state"
WATCH_SHIFTS = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value))).observe({ type: "layout-shift" });
}"""


def measured(page: Page) -> str:
    expect(page.locator(STATE)).to_have_attribute("data-state", "live")
    return page.locator(STATE).inner_text()


def test_every_chart_is_drawn_and_goes_on_each_second(page: Page) -> None:
    page.goto("/admin/live/")
    first = measured(page)
    expect(page.locator(STATE)).not_to_have_text(first, timeout=3_000)
    expect(page.locator("[data-chart] .u-over")).to_have_count(page.locator("[data-chart]").count())
    expect(page.locator("[data-process=web] td").nth(0)).to_have_text("1")


def test_nothing_moves_while_frames_come(page: Page) -> None:
    page.goto("/admin/live/")
    measured(page)
    expect(page.locator("[data-chart] .u-over")).to_have_count(page.locator("[data-chart]").count())
    page.evaluate(WATCH_SHIFTS)
    for _ in range(3):
        expect(page.locator(STATE)).not_to_have_text(measured(page), timeout=4_000)
    assert page.evaluate("window.shifts") < 0.001


def test_a_lost_connection_is_shown_and_its_gap_is_filled(page: Page) -> None:
    open_sockets: list[WebSocketRoute] = []
    is_down = False

    def between(socket: WebSocketRoute) -> None:
        if is_down:
            socket.close(code=1012)
            return
        socket.connect_to_server()
        open_sockets.append(socket)

    page.route_web_socket("**/ws/live/", between)
    page.goto("/admin/live/?window=60")
    measured(page)
    is_down = True
    open_sockets[-1].close(code=1012)
    expect(page.locator(STATE)).to_contain_text("Connection lost")
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "lost")
    with page.expect_response("**/api/v1/metrics/live/?window=60*") as answer:
        is_down = False
    times = answer.value.json()["times"]
    assert all(later - earlier < 2.5 for earlier, later in pairwise(times[-5:]))
    measured(page)


def test_a_window_is_chosen_and_kept_in_the_address(page: Page) -> None:
    page.goto("/admin/live/")
    measured(page)
    with page.expect_response("**/api/v1/metrics/live/?window=3600*") as answer:
        page.select_option("#live-window", "3600")
    assert answer.value.json()["step"] == 10 and "window=3600" in page.url
    measured(page)


def test_pause_stops_the_picture_and_zoom_can_be_undone(page: Page) -> None:
    page.goto("/admin/live/?window=60")
    measured(page)
    page.locator("#live-pause").click()
    expect(page.locator("#live-pause")).to_have_attribute("aria-pressed", "true")
    plot = page.locator("[data-chart=load] .u-over")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator("#live-zoom")).to_be_enabled()
    page.locator("#live-zoom").click()
    expect(page.locator("#live-zoom")).to_be_disabled()


def test_what_is_not_available_is_said_with_its_reason(page: Page) -> None:
    page.goto("/admin/live/?window=60")
    measured(page)
    note = page.locator("figure", has=page.locator("[data-chart=latency]")).locator(".live-note")
    expect(note).to_contain_text("Not available: no request since the last reading")


def test_at_390_pixels_the_page_does_not_scroll_sideways(open_page: Open) -> None:
    page = open_page(width=390, theme="dark")
    page.goto("/admin/live/")
    measured(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#live-pause")).to_be_visible()


LAYOUT = """async (marks) => {
  const { laidOut } = await import("/static/portal/notes.js");
  return laidOut(marks, (text) => text.length * 6, 0, 400);
}"""


def laid_out(page: Page, *marks: tuple[float, str]) -> list[dict[str, Any]]:
    page.goto("/admin/live/")
    found: list[dict[str, Any]] = page.evaluate(LAYOUT, [{"x": x, "text": text} for x, text in marks])
    return found


def overlaps(found: list[dict[str, Any]]) -> bool:
    told = [one for one in found if one["text"] and one["row"] >= 0]
    return any(one["row"] == other["row"] and one["from"] < other["to"] and other["from"] < one["to"] for one, other in combinations(told, 2))


def test_words_of_a_chart_never_stand_on_each_other(page: Page) -> None:
    found = laid_out(page, *((x, "scan begins") for x in (5, 40, 80, 120, 300, 330, 390, 398)))
    assert not overlaps(found) and all(one["from"] >= 0 and one["to"] <= 400 for one in found if one["row"] >= 0)
    assert sum(one["count"] for one in found) == 8


def test_close_moments_of_a_chart_become_one_with_a_count(page: Page) -> None:
    (one,) = laid_out(page, (100, "scan begins"), (104, "scan done"), (108, "scan begins"))
    assert (one["text"], one["count"]) == ("2 × scan begins, scan done", 3)


def test_a_crowd_of_moments_is_taken_together_until_the_words_fit(page: Page) -> None:
    found = laid_out(page, *((x, "scan begins") for x in range(0, 400, 20)))
    assert not overlaps(found) and all(one["row"] >= 0 for one in found) and sum(one["count"] for one in found) == 20
