"""Ctrl+K, and the fields that ask for a thing by its name. Asked anew each time, so that a grant taken away is gone at once."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from unfold.dataclasses import SearchResult

from governance.catalog import search
from governance.core import subjects
from governance.core.access import Actor, actor_of, may, visible
from governance.core.subjects import SubjectType
from governance.sidebar import groups

LONGEST = 200
MOST = 20
MOST_OF_A_KIND = 5
NUMBERED = re.compile(r"(?P<kind>[a-z _]+?)\s*#?(?P<id>\d{1,18})", re.IGNORECASE)
"""“scan 12”: what has no name of its own is found by its kind and number."""


def results(request: HttpRequest) -> HttpResponse:
    """The list below the palette's input."""
    term = _typed(request)
    found = [*_pages(request, term), *search.palette(request, term)] if term else []
    return TemplateResponse(request, "unfold/helpers/command_results.html", {"results": found}, headers={"HX-Trigger": "search"})


def things(request: HttpRequest) -> HttpResponse:
    """Subjects by name, as JSON, of every kind that the reader may see; the sources while nothing is typed."""
    actor, term = actor_of(request), _typed(request)
    if not term:
        found = _rows(subjects.type_named("source"), actor, {}, MOST)
    else:
        found = [{"type": hit.kind, "id": hit.id, "title": hit.title, "where": hit.where} for hit in search.search(actor, term, limit=MOST).hits]
        found = [*_numbered(actor, term), *found, *_others(actor, term)]
    return JsonResponse({"results": found[: 2 * MOST]})


def _typed(request: HttpRequest) -> str:
    return request.GET.get("s", "").replace("\x00", "").strip()[:LONGEST]


def _pages(request: HttpRequest, term: str) -> list[SearchResult]:
    wanted = term.casefold()
    return [
        SearchResult(title=item["title"], description=group["title"] or "Page", link=item["link"], icon=item["icon"])
        for group in groups(request, has_badges=False)
        for item in group["items"]
        if wanted in item["title"].casefold()
    ]


def _others(actor: Actor, term: str) -> list[dict[str, Any]]:
    """What the catalog's search does not know, where it has a name: rules, receivers, alerts, teams …"""
    found: list[dict[str, Any]] = []
    for kind in subjects.all_types():
        name = _name_of(kind)
        if kind.name not in search.KINDS and name and _is_findable(kind, actor):
            found += _rows(kind, actor, {f"{name}__icontains": term}, MOST_OF_A_KIND)
    return found


def _numbered(actor: Actor, term: str) -> list[dict[str, Any]]:
    match = NUMBERED.fullmatch(term)
    wanted = match["kind"].strip().replace(" ", "_").lower() if match else ""
    known = [kind for kind in subjects.all_types() if kind.name == wanted and _is_findable(kind, actor)]
    return [one for kind in known for one in _rows(kind, actor, {"pk": int(match["id"])} if match else {}, 1)]


def _rows(kind: SubjectType, actor: Actor, where: dict[str, Any], most: int) -> list[dict[str, Any]]:
    rows = visible(actor, kind.model._default_manager.filter(**where)).order_by("-pk" if where else "pk")[:most]
    return [{"type": kind.name, "id": row.pk, "title": kind.title(row), "where": ""} for row in rows]


def _name_of(kind: SubjectType) -> str:
    names = {field.name for field in kind.model._meta.concrete_fields}
    return next((name for name in ("username", "name", "title") if name in names), "")


def _is_findable(kind: SubjectType, actor: Actor) -> bool:
    """People are found by administrators only, as with Ctrl+K."""
    return kind.name != "person" or may(actor, "administer")
