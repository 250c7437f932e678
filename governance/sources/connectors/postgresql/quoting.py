"""Names and texts inside SQL. No driver is asked, since in a database without an encoding it cannot write every name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance.core.errors import InvalidInput
from governance.sources.connectors import quoting

PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def identifier(*names: str) -> str:
    """`"schema"."table"`."""
    if any("\0" in name for name in names):
        raise InvalidInput("A name in PostgreSQL cannot hold a NUL character.")
    return quoting.identifier(*names)


def literal(text: str) -> str:
    """A text constant; standard_conforming_strings must be on."""
    if "\0" in text:
        raise InvalidInput("A text in PostgreSQL cannot hold a NUL character.")
    return quoting.literal(text)


def key(path: Sequence[str]) -> str:
    """`public.orders`, quoted where a plain name would not say the same."""
    return ".".join(name if PLAIN.fullmatch(name) else identifier(name) for name in path)
