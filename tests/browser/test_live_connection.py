"""One websocket a page; a lost connection is shown and heals by itself."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Complaints

FOLLOW = """async (topics) => {
  const { subscribe } = await import("/static/portal/live.js");
  window.frames_seen = [];
  window.states = [];
  document.addEventListener("gp:live", ({ detail }) => window.states.push([detail.state, detail.again]));
  document.addEventListener("gp:live-error", ({ detail }) => window.frames_seen.push(["error", detail.error.code]));
  for (const topic of topics) subscribe(topic, (frame) => window.frames_seen.push([frame.topic, frame.type]));
}"""


def test_all_subscriptions_share_one_socket(page: Page) -> None:
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    page.goto("/admin/")
    page.evaluate(FOLLOW, ["system", "scans", "alerts"])
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "open")
    page.evaluate(FOLLOW, ["events"])
    assert seen(page, ["system"])
    assert len(opened) == 1 and opened[0].endswith("/ws/live/")


def test_a_lost_connection_is_shown_and_heals(page: Page, complaints: Complaints) -> None:
    complaints.expect("WebSocket")
    routes: list[WebSocketRoute] = []

    def pass_on(route: WebSocketRoute) -> None:
        routes.append(route)
        route.connect_to_server()

    page.route_web_socket("**/ws/live/", pass_on)
    page.goto("/admin/")
    page.evaluate(FOLLOW, ["system"])
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "open")
    routes[0].close(code=1011, reason="cut by the test")
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "lost")
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "open")
    assert page.evaluate("() => window.states") == [["open", False], ["lost", False], ["open", True]]
    page.evaluate("() => { window.frames_seen = []; }")
    assert seen(page, ["system"])


def test_a_topic_that_is_not_there_is_an_error_and_no_more(page: Page) -> None:
    page.goto("/admin/")
    page.evaluate(FOLLOW, ["nonsense", "system"])
    assert seen(page, ["error", "system"])
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "open")


def seen(page: Page, topics: list[str]) -> bool:
    """Waits until a frame of each topic has come. (Polls from here: the policy forbids Playwright's own polling by string.)"""
    for _ in range(100):
        if {*topics} <= {one[0] for one in page.evaluate("() => window.frames_seen")}:
            return True
        page.wait_for_timeout(100)
    return False


def test_an_idle_socket_stays_open_for_twenty_seconds(page: Page) -> None:
    page.goto("/admin/catalog/domain/")
    page.evaluate(FOLLOW, ["scan-that-is-not:1"])
    expect(page.locator("#gp-live")).to_have_attribute("data-state", "open")
    lost = page.evaluate(
        "() => new Promise((resolve) => { document.addEventListener('gp:live', ({ detail }) => resolve(detail.state)); setTimeout(() => resolve(''), 20_000); })"
    )
    assert lost == ""
    assert page.evaluate("() => window.states") == [["open", False]]
