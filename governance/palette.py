"""Ctrl+K: pages of the sidebar and whatever the catalog's search finds, asked anew each time, so that a grant taken away is gone at once."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.dataclasses import SearchResult

from governance.catalog import search
from governance.sidebar import groups

LONGEST = 200


def results(request: HttpRequest) -> HttpResponse:
    """The list below the palette's input."""
    began = time.perf_counter()
    term = request.GET.get("s", "").strip()[:LONGEST]
    found = [*_pages(request, term), *search.palette(request, term)] if term else []
    context = {
        "results": found,
        "page_obj": {"count": len(found)},
        "page_counter": 0,
        "execution_time": time.perf_counter() - began,
        "command_show_history": True,
    }
    return TemplateResponse(request, "unfold/helpers/command_results.html", context, headers={"HX-Trigger": "search"})


def _pages(request: HttpRequest, term: str) -> list[SearchResult]:
    wanted = term.casefold()
    return [
        SearchResult(title=item["title"], description=group["title"] or "Page", link=item["link"], icon=item["icon"])
        for group in groups(request)
        for item in group["items"]
        if wanted in item["title"].casefold()
    ]
