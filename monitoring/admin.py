"""The live page."""

from __future__ import annotations

from typing import Any

import redis
from django.http import HttpRequest

from governance.core.access import actor_of, require
from governance.core.admin_pages import page
from monitoring import charts, store
from monitoring import system as system


@page("live/", "live", "Live", "monitoring/live.html")
def live(request: HttpRequest) -> dict[str, Any]:
    """Empty charts; the page's script fills them from the ring and the websocket."""
    require(actor_of(request), "view")
    return {"groups": charts.GROUPS, "windows": charts.WINDOWS, "processes": _processes(), "crumbs": [("Watch", ""), ("Live", "")]}


def _processes() -> list[str]:
    """Names that get their row at once, so that nothing moves when the first frame comes."""
    try:
        frames = store.latest_frames()
    except redis.RedisError:
        return []
    # A host of another release may not measure them.
    return [name for name, one in frames[0].get("processes", {}).items() if isinstance(one, dict)] if frames else []
