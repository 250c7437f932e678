"""Numbers as people read them. `static/portal/format.js` writes the same for live data."""

from __future__ import annotations

from datetime import datetime, timedelta

NOTHING = "–"
THOUSANDS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
BYTES = ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))
ALMOST = 0.99951
"""What would round to 1000 of a letter takes the next one."""
SPANS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "h"), (60, "min"))
LONG_SPANS = ("year", "month", "day")


def human(value: float | None) -> str:
    """12.4 k for 12,412; whole numbers below 10,000 stay as they are, fractions keep three digits."""
    if value is None:
        return NOTHING
    for size, letter in THOUSANDS:
        if abs(value) >= max(size * ALMOST, 10_000):
            return f"{_digits(value / size)} {letter}"
    return f"{value:,.0f}" if float(value).is_integer() else _digits(value)


def exact(value: float | None) -> str:
    """12,412 with every digit, for what appears on hover."""
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"


def human_bytes(value: float | None) -> str:
    """3.1 GB, in powers of 1024."""
    if value is None:
        return NOTHING
    for size, unit in BYTES:
        if abs(value) >= size:
            return f"{_digits(value / size)} {unit}"
    return f"{value:,.0f} B"


def human_duration(value: float | timedelta | None) -> str:
    """0.4 s, 12 s, 3 min 20 s, 2 h 5 min, 3 days."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 0.001:
        return "0 s" if seconds <= 0 else "< 1 ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _pair(whole // 60, "min", whole % 60, "s")
    if whole < 2 * 86400:
        return _pair(whole // 3600, "h", whole % 3600 // 60, "min")
    return f"{whole // 86400} days"


def human_ago(moment: datetime | None, now: datetime) -> str:
    """2 min ago, in 3 h, just now."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    words = _largest(abs(seconds))
    return f"{words} ago" if seconds > 0 else f"in {words}"


def percent(part: float | None, whole: float | None) -> str:
    """0.02 %, 48 %; never 100 % when something is missing, never 0 % when something is there."""
    if part is None or not whole:
        return NOTHING
    share = 100 * part / whole
    if 0 < share < 0.01:
        return "< 0.01 %"
    if 99.9 <= share < 100:
        return "99.9 %"
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.2g} %"


def _digits(value: float) -> str:
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2
    if size and size < 1:
        return f"{value:.3g}"
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _pair(major: int, unit: str, minor: int, smaller: str) -> str:
    return f"{major} {unit} {minor} {smaller}" if minor else f"{major} {unit}"


def _largest(seconds: float) -> str:
    for size, unit in SPANS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if unit in LONG_SPANS and count > 1 else ''}"
    return f"{seconds:.0f} s"
