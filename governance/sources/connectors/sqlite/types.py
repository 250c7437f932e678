"""Types in SQLite: a column declares one, and its values may be of any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from governance.sources.connectors.base import Kind

DECLARED: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("BOOL",), "boolean"),
    (("TIMESTAMP", "DATETIME"), "timestamp"),
    (("DATE",), "date"),
    (("TIME",), "time"),
    (("JSON",), "json"),
    (("UUID", "GUID", "UNIQUEIDENTIFIER"), "uuid"),
    (("INT",), "integer"),
    (("CHAR", "CLOB", "TEXT", "STRING"), "text"),
    (("BLOB", "BINARY"), "binary"),
    (("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL", "MONEY"), "decimal"),
)
STORED: dict[str, Kind] = {"integer": "integer", "real": "decimal", "text": "text", "blob": "binary"}
FITS: dict[Kind, frozenset[str]] = {
    "integer": frozenset({"integer"}),
    "decimal": frozenset({"integer", "real"}),
    "boolean": frozenset({"integer"}),
    "date": frozenset({"text"}),
    "time": frozenset({"text"}),
    "timestamp": frozenset({"text"}),
    "uuid": frozenset({"text"}),
    "json": frozenset({"text"}),
    "text": frozenset({"text"}),
    "binary": frozenset({"blob"}),
}


def declared_kind(declared: str) -> Kind | None:
    """What the declared type promises; None when nothing is declared or the word is unknown."""
    upper = declared.upper()
    return next((kind for words, kind in DECLARED if any(word in upper for word in words)), None)


def kind_of(declared: str, observed: Sequence[str]) -> Kind:
    """The declared kind where the values keep to it, else the kind of most values."""
    promised = declared_kind(declared)
    counts = Counter(name for name in observed if name != "null")
    if not counts:
        return promised or "text"
    if promised is not None and sum(counts[name] for name in FITS[promised]) * 2 > counts.total():
        return promised
    if set(counts) <= {"integer", "real"}:
        return "integer" if set(counts) == {"integer"} else "decimal"
    return STORED[counts.most_common(1)[0][0]]


def converted(kind: Kind, value: Any) -> Any:
    """A stored value as its kind; what does not fit stays as it is."""
    if value is None:
        return None
    try:
        if kind == "boolean" and value in (0, 1):
            return bool(value)
        if kind == "date" and isinstance(value, str):
            return date.fromisoformat(value[:10]) if len(value) <= 10 else datetime.fromisoformat(value).date()
        if kind == "timestamp" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment
        if kind == "time" and isinstance(value, str):
            return time.fromisoformat(value)
    except ValueError:
        pass
    return value
