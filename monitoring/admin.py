"""The live page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from governance.core.access import actor_of, require
from governance.core.admin_pages import page
from monitoring import charts


@page("live/", "live", "Live", "monitoring/live.html")
def live(request: HttpRequest) -> dict[str, Any]:
    """Empty charts; the page's script fills them from the ring and the websocket."""
    require(actor_of(request), "view")
    return {"groups": charts.GROUPS, "windows": charts.WINDOWS, "crumbs": [("Watch", ""), ("Live", "")]}
