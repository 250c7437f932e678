"""The portal's template tags: `{% load portal %}`. docs/face.md shows each with its line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.core import subjects
from governance.core.face import numbers, svg
from governance.core.face.changes import Change, changes

register = template.Library()

SENSITIVITIES = {
    "public": ("public", "Public"),
    "internal": ("badge", "Internal"),
    "confidential": ("lock", "Confidential"),
    "restricted": ("gpp_maybe", "Restricted"),
}
SEVERITIES = {
    "info": ("info", "Info"),
    "warning": ("warning", "Warning"),
    "error": ("error", "Error"),
    "critical": ("crisis_alert", "Critical"),
}
STATES = {
    "queued": ("schedule", "Queued"),
    "running": ("progress_activity", "Running"),
    "complete": ("check_circle", "Complete"),
    "partial": ("rule", "Complete, with failures"),
    "failed": ("error", "Failed"),
    "aborted": ("block", "Cancelled"),
    "done": ("check_circle", "Done"),
    "skipped": ("redo", "Unchanged"),
    "suggested": ("lightbulb", "Suggested"),
    "confirmed": ("verified", "Confirmed"),
    "rejected": ("cancel", "Rejected"),
    "firing": ("notifications_active", "Firing"),
    "acknowledged": ("visibility", "Acknowledged"),
    "resolved": ("check_circle", "Resolved"),
    "ok": ("check_circle", "Works"),
    "degraded": ("warning", "Degraded"),
    "down": ("error", "Down"),
    "unknown": ("help", "Not known"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Material Symbol that screen readers skip: a word always stands beside it."""
    return format_html('<span class="material-symbols-outlined gp-icon" aria-hidden="true">{}</span>', name)


@register.simple_tag
def human(value: float | None) -> SafeString:
    """12.4 k, with every digit on hover."""
    return _number(value, numbers.human(value), numbers.exact(value))


@register.simple_tag(name="bytes")
def bytes_(value: float | None) -> SafeString:
    """3.1 GB, with the bytes on hover."""
    return _number(value, numbers.human_bytes(value), f"{numbers.exact(value)} bytes")


@register.simple_tag
def duration(value: float | timedelta | None) -> SafeString:
    """3 min 20 s, with the seconds on hover."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    return _number(seconds, numbers.human_duration(value), f"{numbers.exact(seconds)} s")


@register.simple_tag
def percent(part: float | None, whole: float | None) -> SafeString:
    """48 %, with both numbers on hover."""
    return _number(part, numbers.percent(part, whole), f"{numbers.exact(part)} of {numbers.exact(whole)}")


@register.simple_tag
def ago(moment: datetime | str | None, missing: str = "never") -> SafeString:
    """2 min ago; a script keeps it true and puts the reader's own time on hover."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment) if moment else None
    if moment is None:
        return format_html('<span class="gp-none">{}</span>', missing)
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-ago title="{} UTC">{}</time>',
        utc.isoformat(),
        f"{utc:%Y-%m-%d %H:%M:%S}",
        numbers.human_ago(moment, timezone.now()),
    )


@register.simple_tag
def sensitivity(name: str | None) -> SafeString:
    """The badge of public, internal, confidential or restricted; nothing for a field without one."""
    return _badge("sensitivity", name, SENSITIVITIES)


@register.simple_tag
def severity(name: str | None) -> SafeString:
    """The badge of info, warning, error or critical."""
    return _badge("severity", name, SEVERITIES)


@register.simple_tag
def state(name: str | None, outcome: str = "") -> SafeString:
    """The badge of a run's state (a complete run with the outcome `partial` says so) or of a part's health."""
    shown = "partial" if name == "complete" and outcome == "partial" else name
    return _badge("state", shown, STATES)


@register.simple_tag
def sparkline(values: Iterable[float | None], label: str = "", width: int = 120, height: int = 32) -> SafeString:
    """A small line over equally spaced values; None is a gap."""
    series = list(values)
    known = [value for value in series if value is not None]
    words = f"{label}: from {numbers.human(known[0])} to {numbers.human(known[-1])}" if len(known) > 1 else label
    return svg.sparkline(series, label=words.lstrip(": "), width=width, height=height)


@register.simple_tag
def histogram(bins: Iterable[Mapping[str, Any]], label: str = "Distribution") -> SafeString:
    """Bars of `{"low", "high", "count"}`; low and high may be numbers, dates or words."""
    return svg.histogram([svg.Bin(_edge(one["low"]), _edge(one.get("high", one["low"])), one["count"]) for one in bins], label=label)


@register.simple_tag
def bar(part: float | None, whole: float | None, kind: str = "share", label: str = "") -> SafeString:
    """A bar of a share with its percentage; `kind` is null, distinct or share."""
    if part is None or not whole:
        return format_html('<span class="gp-none">{}</span>', numbers.NOTHING)
    share = min(max(part / whole, 0.0), 1.0)
    words = f"{label + ': ' if label else ''}{numbers.exact(part)} of {numbers.exact(whole)}"
    return format_html(
        '<span class="gp-bar gp-bar--{}" title="{}"><span class="gp-bar__track"><span class="gp-bar__fill" style="width:{}%"></span></span>'
        '<span class="gp-bar__text">{}</span></span>',
        kind,
        words,
        f"{share * 100:.1f}",
        numbers.percent(part, whole),
    )


@register.simple_tag
def called(model: type[Model], count: int = 1) -> str:
    """What the portal calls one or several rows of a model: "people", where Django says "users"."""
    kind, meta = subjects.type_of(model), model._meta
    one = kind.name.replace("_", " ") if kind else str(meta.verbose_name)
    return one if count == 1 else (kind.plural if kind else "") or str(meta.verbose_name_plural)


@register.simple_tag
def heat(value: float, most: float) -> int:
    """The step 0 to 5 of a heat map's cell; what is there is never 0. Steps grow by the square root, so that one giant hides nobody."""
    if value <= 0 or most <= 0:
        return 0
    step: int = round(math.sqrt(value / most) * 5)
    return max(1, min(5, step))


@register.simple_tag
def cell(row: Mapping[str, Any], column: str) -> Any:
    """The cell of a heat map's row in a column."""
    return row["cells"].get(column)


@register.inclusion_tag("components/diff.html")
def diff(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Change]]:
    """What changed, line by line."""
    return {"changes": changes(before, after)}


@register.simple_tag
def remaining(progress: Mapping[str, Any] | None) -> SafeString:
    """The rest of a running job in words, empty when it cannot be told."""
    eta = (progress or {}).get("eta_s")
    return SafeString("") if eta is None else format_html("about {} left", numbers.human_duration(eta))


@register.simple_tag
def settled(progress: Mapping[str, Any] | None) -> int:
    """How many parts of a job are behind it, failed ones included."""
    return int((progress or {}).get("done") or 0) + int((progress or {}).get("failed") or 0)


def _number(value: float | None, words: str, title: str) -> SafeString:
    if value is None:
        return format_html('<span class="gp-none">{}</span>', words)
    return (
        format_html('<span class="gp-num" title="{}">{}</span>', title, words)
        if title != words
        else format_html('<span class="gp-num">{}</span>', words)
    )


def _badge(family: str, name: str | None, known: Mapping[str, tuple[str, str]]) -> SafeString:
    if not name:
        return format_html('<span class="gp-none">{}</span>', numbers.NOTHING)
    symbol, word = known.get(name, ("help", name.replace("_", " ").capitalize()))
    return format_html('<span class="gp-badge gp-badge--{}-{}">{}{}</span>', family, name, icon(symbol), word)


def _edge(value: Any) -> str:
    return numbers.human(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
