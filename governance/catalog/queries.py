"""What the pages of the catalog ask: lists under filters, the heat map, the queue of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Case, Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from governance.catalog import search
from governance.catalog.models import Dataset, Domain, Field, Sensitivity, Tag
from governance.core.access import Action, Actor, visible
from governance.sources.models import Source
from intelligence.classification import families, titles
from security.identity.models import Team

HEAVY = ("words", "profile", "definition", "references")
FIELD_HEAVY = ("words", "profile", "evidence", *(f"dataset__{name}" for name in HEAVY))
MOST_OPTIONS = 500
DECIDED = (Field.State.CONFIRMED, Field.State.REJECTED)
STATES = (("suggested", "Suggested"), ("confirmed", "Confirmed"), ("rejected", "Rejected"), ("decided", "Confirmed or rejected"), ("any", "Any"))
_LAST_SCAN = Source.objects.filter(pk=OuterRef("dataset__source_id")).annotate(last=Max("scans__started", filter=Q(scans__state="complete")))
NEW_BY_SCAN = Q(found__gte=Subquery(_LAST_SCAN.values("last")))
"""Found by the last complete scan of their source, or after it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    title: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that stands in the URL."""

    name: str
    title: str
    options: Sequence[Option]

    @property
    def is_active(self) -> bool:
        return any(one.is_chosen for one in self.options)


def datasets_under(actor: Actor, parameters: QueryDict, action: Action = "view") -> QuerySet[Dataset]:
    """Datasets under the filters of a URL; what is gone only when it is asked for."""
    rows = visible(actor, Dataset.objects.all(), action)
    for name, path in (("source", "source_id"), ("domain", "domain_id")):
        if number := _number(parameters.get(name)):
            rows = rows.filter(**{path: number})
    if parameters.get("domain") == "none":
        rows = rows.filter(domain=None)
    if number := _number(parameters.get("tag")):
        rows = rows.filter(pk__in=Dataset.tags.through.objects.filter(tag_id=number).values("dataset_id"))
    rows = _owned(rows, str(actor.id or "") if parameters.get("owner") == "me" else parameters.get("owner", ""))
    if parameters.get("sensitivity") in Sensitivity.values:
        rows = rows.filter(sensitivity=parameters["sensitivity"])
    if (wanted := parameters.get("certification", "")) in ("certified", "deprecated", "none"):
        rows = rows.filter(certification="" if wanted == "none" else wanted)
    if kind := parameters.get("kind", "")[:20]:
        rows = rows.filter(kind=kind)
    gone = parameters.get("gone", "")
    rows = rows.exclude(gone=None) if gone == "yes" else rows if gone == "all" else rows.filter(gone=None)
    typed = parameters.get("q", "")
    return search.find(rows, typed) if typed.strip() else rows


def export_query(actor: Actor, parameters: QueryDict) -> str:
    """The same filters as `GET datasets/export/` has them."""
    kept = {
        "search" if name == "q" else name: value
        for name, value in parameters.items()
        if name in ("q", "source", "domain", "tag", "sensitivity", "certification", "kind") and value
    }
    if parameters.get("owner"):
        kept["owner"] = str(actor.id) if parameters["owner"] == "me" else parameters["owner"]
    gone = parameters.get("gone", "")
    kept |= {} if gone == "all" else {"gone": "true" if gone == "yes" else "false"}
    return urlencode({name: value for name, value in kept.items() if value != "none"})


def field_export_query(parameters: QueryDict) -> str:
    """The same filters as `GET fields/export/` has them."""
    kept = {
        "search" if name == "q" else name: value
        for name, value in parameters.items()
        if name in ("q", "source", "family", "entity", "sensitivity") and value
    }
    if (state := parameters.get("state", "")) in Field.State.values:
        kept["state"] = state
    elif not state:
        kept["is_sensitive"] = "true"
    if since := since_of(parameters):
        kept["found_since"] = since.isoformat()
    return urlencode(kept | {"gone": "false"})


def dataset_choices(actor: Actor, parameters: QueryDict) -> list[Choice]:
    """The filters of the list of datasets, with what the reader may choose."""
    kinds = visible(actor, Dataset.objects.all()).order_by("kind").values_list("kind", flat=True).distinct()
    return [
        _choice("source", "Source", [(one.pk, one.name) for one in visible(actor, Source.objects.all())[:MOST_OPTIONS]], parameters),
        _choice(
            "domain",
            "Domain",
            [("none", "No domain"), *((one.pk, one.name) for one in visible(actor, Domain.objects.all())[:MOST_OPTIONS])],
            parameters,
        ),
        _choice("tag", "Tag", [(one.pk, one.name) for one in visible(actor, Tag.objects.all())[:MOST_OPTIONS]], parameters),
        _choice("owner", "Owner", [("none", "Nobody"), ("me", "Me"), *owners()], parameters),
        _choice("sensitivity", "Sensitivity", levels(), parameters),
        _choice("certification", "Certification", [("certified", "Certified"), ("deprecated", "Deprecated"), ("none", "Not certified")], parameters),
        _choice("kind", "Kind", [(one, one.replace("_", " ").capitalize()) for one in kinds], parameters),
        _choice("gone", "Presence", [("yes", "Gone from the source"), ("all", "All")], parameters),
    ]


def fields_under(actor: Actor, parameters: QueryDict, action: Action = "view") -> QuerySet[Field]:
    """Findings under the filters of a URL: fields that hold or may hold something."""
    rows = visible(actor, Field.objects.filter(gone=None, dataset__gone=None), action)
    state = parameters.get("state", "")
    if wanted := DECIDED if state == "decided" else [one for one in Field.State.values if one == state]:
        rows = rows.filter(state__in=wanted)
    elif state != "any":
        rows = rows.exclude(entity="")
    if number := _number(parameters.get("source")):
        rows = rows.filter(dataset__source_id=number)
    for name in ("family", "entity", "sensitivity"):
        if value := parameters.get(name, "")[:50]:
            rows = rows.filter(**{name: value})
    if since := since_of(parameters):
        rows = rows.filter(found__gte=since)
    if parameters.get("new") == "scan":
        rows = rows.filter(NEW_BY_SCAN)
    typed = parameters.get("q", "")
    return search.find(rows, typed) if typed.strip() else rows


def field_choices(actor: Actor, parameters: QueryDict) -> list[Choice]:
    held = visible(actor, Field.objects.filter(gone=None, dataset__gone=None)).exclude(entity="").order_by()
    known = sorted({(one, families.label(one)) for one in held.values_list("family", flat=True).distinct()}, key=lambda pair: pair[1])
    entities = sorted(((one, titles.title(one)) for one in held.values_list("entity", flat=True).distinct()), key=lambda pair: pair[1])
    return [
        _choice("source", "Source", [(one.pk, one.name) for one in visible(actor, Source.objects.all())[:MOST_OPTIONS]], parameters),
        _choice("family", "Family", known, parameters),
        _choice("entity", "Entity", entities, parameters),
        _choice("sensitivity", "Sensitivity", levels(), parameters),
        _choice("state", "State", STATES, parameters),
        _choice("new", "New", [("scan", "New since the last scan")], parameters),
    ]


def since_of(parameters: QueryDict) -> datetime | None:
    """The moment that "new since" names."""
    try:
        found = parse_datetime(parameters.get("since", ""))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def heat_map(actor: Actor, parameters: QueryDict, address: str) -> dict[str, Any]:
    """Families × sources for components/heatmap.html, by how many fields hold them; each cell filters the table below."""
    kept = {name: value for name, value in parameters.items() if name not in ("family", "source", "cursor", "entity")}
    rows = fields_under(actor, QueryDict(urlencode(kept)))
    counts = rows.order_by().values("family", "dataset__source_id", "dataset__source__name").annotate(count=Count("pk"))
    chosen = parameters.get("family", ""), _number(parameters.get("source"))

    def link(**values: Any) -> str:
        return f"{address}?{urlencode(kept | values)}"

    sources: dict[int, str] = {}
    cells: dict[str, dict[int, dict[str, Any]]] = {}
    for row in counts:
        if not row["family"]:
            continue
        source = row["dataset__source_id"]
        sources[source] = row["dataset__source__name"]
        title = f"{families.label(row['family'])} in {row['dataset__source__name']}: {row['count']} fields"
        cells.setdefault(row["family"], {})[source] = {"count": row["count"], "href": link(family=row["family"], source=source), "title": title}
    order = sorted(cells, key=lambda one: (-families.rank(families.sensitivity(one)), -sum(cell["count"] for cell in cells[one].values())))
    return {
        "what": "sensitive fields",
        "columns": [{"key": key, "title": name, "href": link(source=key)} for key, name in sorted(sources.items(), key=lambda pair: pair[1])],
        "rows": [
            {"title": families.label(one), "href": link(family=one), "sensitivity": families.sensitivity(one), "cells": cells[one]} for one in order
        ],
        "most": max((cell["count"] for row in cells.values() for cell in row.values()), default=0),
        "chosen": chosen,
    }


def queue(actor: Actor, parameters: QueryDict) -> QuerySet[Field]:
    """Suggestions that the reader may decide, the most sensitive and then the most certain first."""
    rank = Case(
        *(When(sensitivity=level, then=Value(at)) for at, level in enumerate(families.SENSITIVITIES)), default=Value(0), output_field=IntegerField()
    )
    return _queued(actor, parameters).filter(state=Field.State.SUGGESTED).annotate(rank=rank).order_by("-rank", "-suggested_score", "pk")


def progress(actor: Actor, parameters: QueryDict) -> dict[str, int]:
    """{"done", "total"}: how much of the queue is decided."""
    found = _queued(actor, parameters).aggregate(
        done=Count("pk", filter=Q(state__in=(Field.State.CONFIRMED, Field.State.REJECTED))), total=Count("pk", filter=~Q(state=Field.State.NONE))
    )
    return {"done": found["done"], "total": found["total"]}


def owners() -> list[tuple[int, str]]:
    """People who own something."""
    found = get_user_model().objects.exclude(owned_datasets=None).distinct().order_by("username")[:MOST_OPTIONS]
    return [(one.pk, display_name(one)) for one in found]


def people() -> list[User]:
    return list(get_user_model().objects.filter(is_active=True).order_by("username")[:MOST_OPTIONS])


def teams() -> list[Team]:
    return list(Team.objects.all()[:MOST_OPTIONS])


def display_name(user: User) -> str:
    return f"{user.get_full_name()} ({user.get_username()})" if user.get_full_name() else user.get_username()


def levels() -> list[tuple[str, str]]:
    return [(level, level.capitalize()) for level in reversed(families.SENSITIVITIES)]


def _queued(actor: Actor, parameters: QueryDict) -> QuerySet[Field]:
    rows = visible(actor, Field.objects.filter(gone=None, dataset__gone=None), "decide")
    if number := _number(parameters.get("source")):
        rows = rows.filter(dataset__source_id=number)
    return rows


def _owned(rows: QuerySet[Dataset], wanted: str) -> QuerySet[Dataset]:
    if wanted == "none":
        return rows.filter(owners=None, owner_teams=None)
    if number := _number(wanted):
        alone = Dataset.owners.through.objects.filter(user_id=number).values("dataset_id")
        together = Dataset.owner_teams.through.objects.filter(team__members=number).values("dataset_id")
        return rows.filter(Q(pk__in=alone) | Q(pk__in=together))
    return rows


def _choice(name: str, title: str, pairs: Sequence[tuple[Any, str]], parameters: Mapping[str, Any]) -> Choice:
    given = str(parameters.get(name, ""))
    return Choice(name, title, [Option(str(value), words, str(value) == given) for value, words in pairs])


def _number(text: Any) -> int | None:
    words = str(text or "")
    return int(words) if words.isdecimal() and len(words) < 19 else None
