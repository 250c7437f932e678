"""Small pictures drawn on the server: they are there with the first paint, and need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from governance.core.face.numbers import exact, human

PAD = 2.0


def sparkline(values: Sequence[float | None], *, label: str, width: int = 120, height: int = 32) -> SafeString:
    """A line over equally spaced values; None is a gap in it. Empty text when there are fewer than two numbers."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(known), max(known)
    reach = (high - low) or 1.0
    step = (width - 2 * PAD) / max(len(values) - 1, 1)

    def point(at: int, value: float) -> tuple[float, float]:
        return PAD + at * step, (height / 2 if high == low else height - PAD - (value - low) / reach * (height - 2 * PAD))

    lines, areas = [], []
    for piece in pieces(values):
        points = [point(at, value) for at, value in piece]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append((path,))
        areas.append((f"{points[0][0]:.1f},{height} {path} {points[-1][0]:.1f},{height}",))
    last_at = max(at for at, value in enumerate(values) if value is not None)
    x, y = point(last_at, known[-1])
    return format_html(
        '<svg class="gp-spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}"><title>{}</title>{}{}<circle cx="{}" cy="{}" r="2"/></svg>',
        width,
        height,
        width,
        height,
        label,
        label,
        format_html_join("", '<polygon points="{}"/>', areas),
        format_html_join("", '<polyline points="{}"/>', lines),
        f"{x:.1f}",
        f"{y:.1f}",
    )


def pieces(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The runs of numbers between gaps, each with its position."""
    found: list[list[tuple[int, float]]] = []
    for at, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][-1][0] == at - 1:
            found[-1].append((at, value))
        else:
            found.append([(at, value)])
    return found


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram: from `low` to `high`, `count` of them."""

    low: str
    high: str
    count: float

    @property
    def words(self) -> str:
        between = self.low if self.low == self.high else f"{self.low} to {self.high}"
        return f"{between}: {exact(self.count)}"


def histogram(bins: Sequence[Bin], *, label: str, width: int = 320, height: int = 96) -> SafeString:
    """Bars with their exact counts on hover, and the range written below."""
    if not bins:
        return SafeString("")
    most = max((one.count for one in bins), default=0) or 1.0
    step = width / len(bins)
    gap = 1.0 if step > 3 else 0.0
    bars = []
    for at, one in enumerate(bins):
        # What is there stays visible, however small beside the largest.
        size = max(one.count / most * (height - 4), 1.5) if one.count else 0.0
        bars.append(
            (f"{at * step:.2f}", f"{height - size:.2f}", f"{step - gap:.2f}", f"{size:.2f}", f"{at * step:.2f}", f"{step:.2f}", height, one.words)
        )
    return format_html(
        '<figure class="gp-histogram"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
        "<figcaption><span>{}</span><span>most: {}</span><span>{}</span></figcaption></figure>",
        width,
        height,
        label,
        format_html_join(
            "",
            '<g><rect class="gp-histogram__bar" x="{}" y="{}" width="{}" height="{}"/><rect class="gp-histogram__reach" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect></g>',
            bars,
        ),
        bins[0].low,
        human(most),
        bins[-1].high,
    )
