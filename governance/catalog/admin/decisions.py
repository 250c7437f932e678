"""The queue of suggestions that wait for somebody: one after the other, by keyboard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from governance.catalog import queries
from governance.catalog.admin.explaining import story_of
from governance.catalog.entities import choices, settings_of
from governance.catalog.models import Decision, Field
from governance.catalog.services.similar import similar
from governance.core.access import actor_of, visible
from governance.core.admin_pages import page
from governance.sources.models import Source

UP_NEXT = 12


@page("decisions/", "decisions", "Decisions", "catalog/decisions.html")
def decisions(request: HttpRequest) -> dict[str, Any]:
    """The most sensitive and most certain suggestion first; `skip` is how many were put off."""
    actor = actor_of(request)
    waiting = queries.queue(actor, request.GET)
    done = queries.progress(actor, request.GET)
    left = done["total"] - done["done"]
    given = request.GET.get("skip", "")
    skip = min(int(given), max(left - 1, 0)) if given.isdecimal() and len(given) < 9 else 0
    # Sorting ids alone keeps the evidence of thousands out of the sort.
    ids = list(waiting.values_list("pk", flat=True)[skip : skip + UP_NEXT])
    whole = {one.pk: one for one in Field.objects.filter(pk__in=ids).select_related("dataset__source", "dataset__domain").defer(*_HEAVY)}
    shown = [whole[pk] for pk in ids if pk in whole]
    current = shown[0] if shown else None
    address = reverse("admin:decisions")
    source = f"&source={request.GET['source']}" if request.GET.get("source", "").isdecimal() else ""
    context: dict[str, Any] = {
        "crumbs": [("Sensitive data", ""), ("Decisions", "")],
        "done": done["done"],
        "total": done["total"],
        "left": left,
        "skip": skip,
        "up_next": shown[1:],
        "here": f"{address}?skip={skip}{source}",
        "next_page": f"{address}?skip={skip + 1}{source}" if skip + 1 < left else "",
        "previous_page": f"{address}?skip={skip - 1}{source}" if skip else "",
        "last": _last(request),
        "sources": visible(actor, Source.objects.all()),
        "chosen_source": request.GET.get("source", ""),
    }
    if current is not None:
        context |= story_of(current) | {"entities": choices(settings_of(current.dataset.source)), "neighbours": _neighbours(current)}
        context |= {"similar": similar(current, actor=actor, most=UP_NEXT), "next": context["here"]}
    return context


_HEAVY = ("words", "dataset__words", "dataset__profile", "dataset__definition", "dataset__references")


def _last(request: HttpRequest) -> Decision | None:
    """The reader's own newest decision, for the undo."""
    found = Decision.objects.filter(user_id=actor_of(request).id or 0, undone=None).select_related("field__dataset")
    newest = found.defer("field__words", "field__profile", "field__evidence", "field__dataset__words", "field__dataset__profile").first()
    return newest if newest and not Decision.objects.filter(field_id=newest.field_id, undone=None, pk__gt=newest.pk).exists() else None


def _neighbours(field: Field) -> list[Field]:
    """The fields around it, which often tell what it is."""
    around = Field.objects.filter(dataset_id=field.dataset_id, gone=None, position__range=(field.position - 4, field.position + 4))
    return list(around.only("name", "type", "entity", "family", "position", "state", "dataset_id").order_by("position"))
