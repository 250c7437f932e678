"""Ctrl+K: pages of the sidebar and whatever the catalog's search finds, asked anew each time, so that a grant taken away is gone at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.dataclasses import SearchResult

from governance.catalog import search
from governance.sidebar import groups

LONGEST = 200


def results(request: HttpRequest) -> HttpResponse:
    """The list below the palette's input."""
    term = request.GET.get("s", "").strip()[:LONGEST]
    found = [*_pages(request, term), *search.palette(request, term)] if term else []
    return TemplateResponse(request, "unfold/helpers/command_results.html", {"results": found}, headers={"HX-Trigger": "search"})


def _pages(request: HttpRequest, term: str) -> list[SearchResult]:
    wanted = term.casefold()
    return [
        SearchResult(title=item["title"], description=group["title"] or "Page", link=item["link"], icon=item["icon"])
        for group in groups(request, has_badges=False)
        for item in group["items"]
        if wanted in item["title"].casefold()
    ]
