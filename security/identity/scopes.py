"""The words of token scopes: `read:RESOURCE`, `write:RESOURCE`, `read:*`, `write:*` and `*`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

from django.urls import get_resolver

from governance.core.errors import InvalidInput

SHAPE = re.compile(r"(?:(?:read|write):(?:\*|[a-z][a-z_-]*)|\*)")
LIVE = "live"
"""The resource of the websocket."""


def checked(scopes: Sequence[str]) -> list[str]:
    """The scopes without repetition; InvalidInput for one that fits nothing, since a typing mistake would only show when the token is needed."""
    if not scopes:
        raise InvalidInput('Name at least one scope, such as "read:datasets", or "*".', errors={"scopes": ["at least one"]})
    for scope in scopes:
        resource = scope.partition(":")[2]
        if not SHAPE.fullmatch(scope) or (resource not in ("", "*") and resource not in resources()):
            known = ", ".join(sorted(resources()))
            raise InvalidInput(f"There is no scope {scope[:60]!r}. Use read:… or write:… with one of {known}, or *.", errors={"scopes": ["unknown"]})
    return list(dict.fromkeys(scopes))


def covers(owned: Collection[str], wanted: str) -> bool:
    """Whether whoever holds `owned` may hand on `wanted`."""
    return "*" in owned or wanted in owned or f"{wanted.partition(':')[0]}:*" in owned


@cache
def resources() -> frozenset[str]:
    """Every `resource` that a view of the portal names."""
    return frozenset({LIVE, *_of(get_resolver().url_patterns)})


def _of(patterns: Sequence[Any]) -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _of(pattern.url_patterns)
        elif resource := getattr(getattr(pattern.callback, "cls", None), "resource", ""):
            yield resource
