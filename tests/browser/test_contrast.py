"""Words stand out from their ground as WCAG AA asks (4.5 : 1), in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_components import Kit
from tests.portal import Portal

BADGES = " ".join(
    [
        *(f'{{% sensitivity "{name}" %}}' for name in ("public", "internal", "confidential", "restricted")),
        *(f'{{% severity "{name}" %}}' for name in ("info", "warning", "error", "critical")),
        *(
            f'{{% state "{name}" %}}'
            for name in ("queued", "running", "complete", "partial", "failed", "aborted", "firing", "resolved", "degraded", "down")
        ),
    ]
)
REST = """<div class="gp-box"><p class="gp-muted">muted</p><p>text</p><a class="gp-button">b</a><a class="gp-button gp-button--primary">b</a>
<a class="gp-button gp-button--danger">b</a>{% include "components/heatmap.html" with map=map only %}{% diff before after %}
{% include "components/notice.html" with title="t" text="x" severity="warning" only %}<table class="gp-table"><thead><tr><th>head</th></tr></thead></table></div>"""
LUMINANCE = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const own = (element) => parse(getComputedStyle(element).backgroundColor);
  const ground = (element) => (!element ? [255, 255, 255] : own(element)[3] === 255 ? own(element) : ground(element.parentElement));
  const speaks = (one) => one.getClientRects().length && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const texts = [...document.querySelectorAll("body *")].filter(speaks);
  return texts.map((one) => {
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    return [`${one.className} “${one.textContent.trim().slice(0, 20)}”`, (a + 0.05) / (b + 0.05)];
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read(open_page: Open, portal: Portal, theme: str) -> None:
    page: Page = open_page(theme=theme)
    cells = {str(at): {"count": at * at} for at in range(1, 6)}
    heat = {
        "columns": [{"key": str(at), "title": f"s{at}"} for at in range(1, 6)],
        "rows": [{"title": "email", "cells": cells}],
        "most": 25,
        "what": "fields",
    }
    Kit(page, portal).show(BADGES + REST, map=heat, before={"a": 1}, after={"a": 2})
    measured = page.evaluate(LUMINANCE)
    assert len(measured) > 30
    assert {name: round(ratio, 2) for name, ratio in measured if ratio < 4.5} == {}
