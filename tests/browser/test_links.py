"""Nothing leads to an empty promise: what pages link to is there, complains of nothing and fits a phone."""

from __future__ import annotations

import re

from tests.browser.conftest import Open

MOST = 40
LINKS = """() => [...document.querySelectorAll("a[href]")].filter((one) => one.origin === location.origin && !one.download)
  .map((one) => one.pathname + one.search)"""
NOT_PAGES = re.compile(r"logout|export|format=|jsi18n|\.csv")


def test_links_lead_to_pages_that_work(open_page: Open) -> None:
    page = open_page(width=390, height=844, theme="dark")
    waiting, shapes, wrong = ["/admin/"], set[str](), list[str]()
    while waiting and len(shapes) < MOST:
        path = waiting.pop(0)
        shape = re.sub(r"\d+", "N", path.partition("?")[0]) + ",".join(sorted(re.findall(r"[?&](\w+)=", path)))
        if shape in shapes or not path.startswith("/admin/") or NOT_PAGES.search(path):
            continue
        shapes.add(shape)
        answer = page.goto(path)
        if answer is None or answer.status >= 400:
            wrong.append(f"{path}: {answer.status if answer else 'no answer'}")
        elif page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"{path}: wider than the window")
        waiting += page.evaluate(LINKS)
    assert len(shapes) > 20
    assert wrong == []
