"""Scripts write numbers as the server does: a value does not change its words when live data takes over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from governance.core.face import numbers

FIGURES = [0, 1, 7.25, 999, 1000, 9999, 10_000, 12_412, 123_456, 999_400, 999_600, 1_234_567, 9_999_999, 12_000_000_000, 0.5, 0.0123, -15_000]
SIZES = [0, 1, 1023, 1024, 1536, 10_000_000, 3_328_599_654, 2**41]
SPANS = [0, 0.0004, 0.25, 1, 3.14, 59.4, 60, 61, 200, 3600, 7500, 90_000, 200_000]
AGES = [0, 4, 5, 59, 60, 3599, 3600, 86_400, 200_000, 40 * 86_400, 800 * 86_400, -30, -7200]


@pytest.fixture
def words(page: Page) -> object:
    page.goto("/admin/login/")
    return lambda name, values: page.evaluate(
        "async ([name, values]) => { const format = await import('/static/portal/format.js'); return values.map((one) => format[name](one)); }",
        [name, values],
    )


def test_numbers_read_the_same(words: object) -> None:
    assert words("human", FIGURES) == [numbers.human(one) for one in FIGURES]  # type: ignore[operator]


def test_sizes_read_the_same(words: object) -> None:
    assert words("humanBytes", SIZES) == [numbers.human_bytes(one) for one in SIZES]  # type: ignore[operator]


def test_durations_read_the_same(words: object) -> None:
    assert words("humanDuration", SPANS) == [numbers.human_duration(one) for one in SPANS]  # type: ignore[operator]


def test_ages_read_the_same(page: Page) -> None:
    page.goto("/admin/login/")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shown = page.evaluate(
        "async (ages) => { const { humanAgo } = await import('/static/portal/format.js'); const now = new Date('2026-01-01T00:00:00Z');"
        " return ages.map((age) => humanAgo(new Date(now - age * 1000), now)); }",
        AGES,
    )
    assert shown == [numbers.human_ago(now - timedelta(seconds=age), now) for age in AGES]
