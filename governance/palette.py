"""Ctrl+K, and the fields that ask for a thing by its name. Asked anew each time, so that a grant taken away is gone at once."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.dataclasses import SearchResult

from governance.catalog import search
from governance.core import subjects
from governance.core.access import Actor, actor_of, may, visible
from governance.core.subjects import SubjectType
from governance.sidebar import groups
from governance.sources.models import Source

LONGEST = 200
MOST = 20
MOST_OF_A_KIND = 5
NUMBERED = re.compile(r"(?P<kind>[a-z _]+?)\s*#?(?P<id>\d{1,18})", re.IGNORECASE)
"""“scan 12”: what has no name of its own is found by its kind and number."""


def results(request: HttpRequest) -> HttpResponse:
    """The list below the palette's input."""
    term = _typed(request)
    found = [*_pages(request, term), *_actions(request, term), *search.palette(request, term)] if term else []
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


def _actions(request: HttpRequest, term: str) -> list[SearchResult]:
    """What the reader may do, by every word that is typed: adding something, and scanning a source, which is begun on its page."""
    words = term.casefold().split()
    found = []
    for model, screen in admin.site._registry.items():
        word = "person" if model is get_user_model() else str(model._meta.verbose_name)
        title = f"Add {'an' if word[0] in 'aeiou' else 'a'} {word}"
        if subjects.type_of(model) and all(one in title.casefold() for one in words) and screen.has_add_permission(request):
            link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
            found.append(SearchResult(title=title, description="Action", link=link, icon="add"))
    if "scan" in words:
        rest = [one for one in words if one not in ("scan", "now")]
        sources = visible(actor_of(request), Source.objects.order_by("name"), "scan")
        named = [one for one in sources[:LONGEST] if all(word in one.name.casefold() for word in rest)]
        found += [SearchResult(title=f"Scan {one.name} now", description="Action", link=subjects.subject_of(one).url, icon="radar") for one in named]
    return found[:MOST_OF_A_KIND]


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
