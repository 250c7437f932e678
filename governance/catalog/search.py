"""Finds datasets, fields, sources, domains, tags and people by what somebody types; every hit is one that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.http import HttpRequest
from unfold.dataclasses import SearchResult

from governance.catalog import words
from governance.catalog.models import Dataset, Domain, Field, Tag
from governance.core.access import Actor, actor_of, may, visible
from governance.core.subjects import type_of
from governance.sources.models import Source
from intelligence.classification import families

KINDS = ("dataset", "field", "source", "domain", "tag")
RANKS = [0.1, 0.25, 0.6, 1.0]
"""Weights of D, C, B and A."""
ICONS = {"dataset": "table_chart", "field": "view_column", "source": "database", "domain": "account_tree", "tag": "sell", "person": "person"}
LIMIT = 50
Counts = dict[tuple[Any, str], int]


class Typed(SearchQuery):
    """A tsquery that we have written ourselves."""

    template = "(%(expressions)s)::tsquery"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `where` is the way to it, `rank` compares within one search."""

    kind: str
    id: int
    title: str
    where: str
    url: str
    rank: float
    text: str = ""
    entity: str = ""
    sensitivity: str = ""
    state: str = ""


@dataclass(slots=True)
class Results:
    """`total` counts what matches, `hits` are the best; `corrected` says which words were taken for which."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    corrected: dict[str, str] = field(default_factory=dict)
    facets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrow a search; empty means everything."""

    kind: str = ""
    source: int | None = None
    sensitivity: str = ""
    tag: int | None = None

    @property
    def is_any(self) -> bool:
        return bool(self.kind or self.source or self.sensitivity or self.tag)


def search(actor: Actor, text: str, *, filters: Filters | None = None, limit: int = LIMIT, has_facets: bool = False) -> Results:
    """The best hits for what was typed. What is gone from its source is left out."""
    chosen = filters or Filters()
    text = text.replace("\x00", "")[:500]
    wanted = words.query(text)
    if not wanted.wanted:
        return Results()
    results = Results(corrected=dict(wanted.corrected))
    sets = {kind: _narrowed(kind, matching(rows, wanted), chosen) for kind, rows in _rows(actor).items() if chosen.kind in ("", kind)}
    for kind, rows in sets.items():
        ranked = _ranked(rows, wanted, text)[: limit + 1]
        results.hits += [_hit(kind, one) for one in ranked]
        results.total += len(ranked) if len(ranked) <= limit and not has_facets else rows.order_by().count()
    results.hits += _small(actor, text, chosen)
    results.total += sum(1 for hit in results.hits if hit.kind not in ("dataset", "field"))
    results.hits = sorted(results.hits, key=lambda hit: (-hit.rank, len(hit.title), hit.title, hit.id))[:limit]
    if has_facets:
        results.facets = _facets(actor, wanted, chosen, _small(actor, text, Filters()))
    return results


def matching(rows: QuerySet[Any], wanted: words.Query) -> QuerySet[Any]:
    """The rows that match what was typed; nothing matches when that was nothing. A field matches by words of its own, not by its dataset's name alone."""
    return rows.filter(words=Typed(wanted.own if rows.model is Field else wanted.wanted)) if wanted.wanted else rows.none()


def find(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A list narrowed to what somebody typed into its search field."""
    return matching(rows, words.query(text))


def palette(request: HttpRequest, search_term: str) -> list[SearchResult]:
    """What Ctrl+K shows for datasets, fields, sources, domains, tags and people."""
    actor = actor_of(request)
    hits = search(actor, search_term, limit=20).hits
    return [SearchResult(hit.title, _described(hit), hit.url, ICONS[hit.kind]) for hit in [*hits, *_people(actor, search_term)]]


def _described(hit: Hit) -> str:
    return " · ".join(part for part in (hit.kind, hit.where, hit.entity, hit.sensitivity if hit.sensitivity != "public" else "") if part)


def _rows(actor: Actor) -> Mapping[str, QuerySet[Any]]:
    return {
        "dataset": visible(actor, Dataset.objects.filter(gone=None)),
        "field": visible(actor, Field.objects.filter(gone=None, dataset__gone=None)),
    }


def _narrowed(kind: str, rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    source, tags = (
        ("source_id", Q(tags=filters.tag)) if kind == "dataset" else ("dataset__source_id", Q(tags=filters.tag) | Q(dataset__tags=filters.tag))
    )
    if filters.source is not None:
        rows = rows.filter(**{source: filters.source})
    if filters.sensitivity:
        rows = rows.filter(sensitivity=filters.sensitivity)
    if filters.tag is not None:
        rows = rows.filter(pk__in=rows.model._default_manager.filter(tags).values("pk"))
    return rows


def _ranked(rows: QuerySet[Any], wanted: words.Query, text: str) -> QuerySet[Any, Any]:
    exact = Case(
        When(name__iexact=text.strip(), then=Value(1.0)),
        When(name__istartswith=text.strip(), then=Value(0.3)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    ranked = rows.annotate(rank=SearchRank(F("words"), Typed(wanted.wanted), weights=RANKS) + exact)
    best: QuerySet[Any, Any] = ranked.order_by("-rank", Length("name"), "pk").values_list(*(DATASET_PARTS if rows.model is Dataset else FIELD_PARTS))
    return best


DATASET_PARTS = ("pk", "name", "rank", "description", "comment", "sensitivity", "source__name", "path")
FIELD_PARTS = (
    "pk",
    "name",
    "rank",
    "description",
    "comment",
    "sensitivity",
    "dataset__source__name",
    "dataset__path",
    "dataset__name",
    "entity",
    "state",
)


def _hit(kind: str, row: tuple[Any, ...]) -> Hit:
    pk, name, rank, description, comment, sensitivity, source, path, *of_field = row
    dataset, entity, state = of_field or ("", "", "")
    # Between equals the dataset comes first: it is the bigger thing.
    rank = round(rank + (0.02 if kind == "dataset" else 0.0), 4)
    where = " / ".join(step for step in (source, *path, dataset) if step)
    return Hit(kind, pk, name, where, f"/admin/catalog/{kind}/{pk}/change/", rank, (description or comment)[:200], entity, sensitivity, state)


def _small(actor: Actor, text: str, filters: Filters) -> list[Hit]:
    """Sources, domains and tags: so few that each is looked at. They have neither source nor sensitivity."""
    if filters.source is not None or filters.sensitivity or filters.tag is not None:
        return []
    found: list[Hit] = []
    for kind, model in (("source", Source), ("domain", Domain), ("tag", Tag)):
        if filters.kind in ("", kind):
            rows = visible(actor, model._default_manager.all())
            found += [Hit(kind, one.pk, one.name, "", _url(one), rank, text=one.description[:200]) for one, rank in _named(rows, text)]
    return found


def _named(rows: Iterable[Any], text: str) -> list[tuple[Any, float]]:
    typed = [words.fold(word) for word in words.PIECES.findall(text)]
    found = []
    for one in rows:
        own = words.words_of_name(one.name)
        if typed and all(any(word.startswith(part) for word in own) for part in typed):
            found.append((one, 1.6 if words.fold(one.name) == words.fold(text.strip()) else 0.9))
    return found


def _people(actor: Actor, text: str) -> Sequence[Hit]:
    if not may(actor, "administer") or len(text.strip()) < 2:
        return []
    name = Q(username__icontains=text.strip()) | Q(first_name__icontains=text.strip()) | Q(last_name__icontains=text.strip())
    people = get_user_model().objects.filter(name, is_active=True).order_by("username")[:5]
    return [Hit("person", one.pk, one.get_full_name() or one.get_username(), one.get_username(), _url(one), 0.5) for one in people]


def _url(one: Any) -> str:
    kind = type_of(type(one))
    return kind.url(one) if kind else ""


def _facets(actor: Actor, wanted: words.Query, filters: Filters, small: Sequence[Hit]) -> dict[str, list[dict[str, Any]]]:
    """How many hits there are by kind, source, sensitivity and tag, each counted under the other filters."""
    kinds: dict[str, int] = {}
    sources: Counts = {}
    levels: Counts = {}
    tags: Counts = {}
    every = {kind: matching(rows, wanted) for kind, rows in _rows(actor).items()}
    for kind, rows in every.items():
        kinds[kind] = _narrowed(kind, rows, Filters("", filters.source, filters.sensitivity, filters.tag)).count()
        if filters.kind not in ("", kind):
            continue
        path = "source" if kind == "dataset" else "dataset__source"
        _add(sources, _narrowed(kind, rows, Filters("", None, filters.sensitivity, filters.tag)).values_list(f"{path}_id", f"{path}__name"))
        _add(levels, _narrowed(kind, rows, Filters("", filters.source, "", filters.tag)).values_list("sensitivity", "sensitivity"))
        tagged = _narrowed(kind, rows, Filters("", filters.source, filters.sensitivity, None)).exclude(tags=None)
        _add(tags, tagged.values_list("tags__id", "tags__name"))
    for hit in small:
        kinds[hit.kind] = kinds.get(hit.kind, 0) + 1
    return {
        "kind": [{"value": kind, "title": kind, "count": count} for kind, count in kinds.items() if count],
        "source": _listed(sources),
        "sensitivity": sorted(_listed(levels), key=lambda one: -families.rank(one["value"])),
        "tag": _listed(tags),
    }


def _add(counts: Counts, rows: QuerySet[Any, Any]) -> None:
    for value, title, count in rows.order_by().annotate(count=Count("pk", distinct=True)):
        counts[value, title] = counts.get((value, title), 0) + count


def _listed(counts: Mapping[tuple[Any, str], int]) -> list[dict[str, Any]]:
    return [
        {"value": value, "title": title, "count": count}
        for (value, title), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0][1]))[:20]
    ]
