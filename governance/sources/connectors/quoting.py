"""Names and texts inside SQL, as the standard writes them."""

from __future__ import annotations


def identifier(*names: str) -> str:
    """`"schema"."table"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """A text constant."""
    return "'" + text.replace("'", "''") + "'"
