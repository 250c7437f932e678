"""The search page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from governance.catalog.search import ICONS, KINDS, Filters, search
from governance.core.access import actor_of
from governance.core.admin_pages import page
from intelligence.classification import families

TITLES = {"kind": "Kind", "source": "Source", "sensitivity": "Sensitivity", "tag": "Tag"}
SHOWN = 100


@page("search/", "search", "Search", "catalog/search.html")
def search_page(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """Hits with facets; the words and the facets stand in the URL."""
    typed = request.GET.get("q", "")[:200]
    given = {name: request.GET.get(name, "") for name in TITLES}
    filters = Filters(
        kind=given["kind"] if given["kind"] in KINDS else "",
        source=int(given["source"]) if given["source"].isdecimal() and len(given["source"]) < 19 else None,
        sensitivity=given["sensitivity"] if given["sensitivity"] in families.SENSITIVITIES else "",
        tag=int(given["tag"]) if given["tag"].isdecimal() and len(given["tag"]) < 19 else None,
    )
    found = search(actor_of(request), typed, filters=filters, limit=SHOWN, has_facets=True)
    kept = {"q": typed} | {name: value for name, value in given.items() if value}
    facets = []
    for name, title in TITLES.items():
        options = []
        for one in found.facets.get(name, ()):
            is_chosen = str(one["value"]) == given[name]
            link = {key: value for key, value in kept.items() if key != name} | ({} if is_chosen else {name: one["value"]})
            options.append({**one, "is_chosen": is_chosen, "href": f"?{urlencode(link)}"})
        if options:
            facets.append({"title": title, "name": name, "options": options})
    context = {
        "crumbs": [("Discover", ""), ("Search", "")],
        "typed": typed,
        "found": found,
        "hits": [{"hit": hit, "icon": ICONS[hit.kind]} for hit in found.hits],
        "facets": facets,
        "is_filtered": filters.is_any,
        "hidden": [(name, value) for name, value in given.items() if value],
    }
    # What the page's script asks for while somebody types has no head, so there is nothing in it that a policy could refuse.
    return render(request, "catalog/parts/results.html", context) if "part" in request.GET else context
