"""The report card, and one entity of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from governance.catalog.models import Field
from governance.catalog.queries import MOST_OPTIONS, Choice, Option
from governance.catalog.services import report_card
from governance.core.access import Actor, actor_of, may, visible
from governance.core.admin_pages import page
from governance.core.errors import NotFound
from governance.sources.models import Source
from intelligence.classification import families

PERIODS = (("30", "Last 30 days"), ("90", "Last 90 days"), ("365", "Last year"))
BASES = (("then", "As suggested when decided"), ("now", "As suggested now"))
LISTED = 50
HEAVY = ("words", "profile", "evidence", "dataset__words", "dataset__profile", "dataset__definition", "dataset__references")
WHATS = (("wrong", "Suggested, and wrong"), ("missed", "Holds it, and was not suggested so"), ("right", "Suggested, and right"))


@page("report-card/", "report-card", "Report card", "catalog/report_card.html")
def card_page(request: HttpRequest) -> dict[str, Any]:
    """All entities; filters stand in the URL."""
    actor, chosen = actor_of(request), _chosen(request)
    found = report_card.report_card(actor, **chosen)
    api = {"source": chosen["source"], "basis": chosen["basis"], "since": chosen["since"].isoformat() if chosen["since"] else None}
    query = urlencode({name: value for name, value in api.items() if value})
    return {
        "crumbs": [("Sensitive data", ""), ("Report card", "")],
        "card": found,
        "calibration": reliability(found.bins) if found.error is not None else "",
        "choices": _choices(actor, request),
        "query": urlencode({name: request.GET[name] for name in ("source", "period", "basis") if request.GET.get(name)}),
        "csv": f"{reverse('report-card-export')}?{query}",
        "json": f"{reverse('report-card-list')}?{query}",
        "about": report_card.ABOUT,
        "enough": report_card.ENOUGH,
        "may_manage": may(actor, "manage"),
    }


@page("report-card/entity/", "report-card-entity", "Report card", "catalog/report_entity.html")
def entity_page(request: HttpRequest) -> dict[str, Any]:
    """One entity: what it was mixed up with, and the fields behind each number."""
    actor, chosen, entity = actor_of(request), _chosen(request), request.GET.get("entity", "")[:50]
    cases = report_card.cases(actor, **chosen)
    waiting = visible(actor, Field.objects.filter(gone=None, dataset__gone=None, state=Field.State.SUGGESTED, suggested_entity=entity)).count()
    found = report_card.card(cases, {entity: waiting} if waiting else {}, report_card.families_of_all())
    line = next((one for one in found.entities if one.key == entity and entity), None)
    if line is None:
        raise NotFound("There is no decision about this entity, or you may not see it.")
    bins, error = report_card.calibration([one for one in cases if one.suggested == entity])
    return {
        "title": line.title,
        "crumbs": [("Sensitive data", ""), ("Report card", reverse("admin:report-card")), (line.title, "")],
        "line": line,
        "family": families.label(line.family),
        "enough": report_card.ENOUGH,
        "calibration": reliability(bins) if error is not None else "",
        "confused": line.as_json()["confused"],
        "missed": line.as_json()["missed"],
        "lists": [(words, *_behind(actor, report_card.behind(cases, entity, what))) for what, words in WHATS],  # type: ignore[arg-type]
        "may_manage": may(actor, "manage"),
    }


def reliability(bins: list[dict[str, Any]], size: int = 260) -> SafeString:
    """A dot for each bin of the score at the share that was right there; on the diagonal scores keep their word."""
    pad = 28

    def at(share: float) -> float:
        return pad + share * (size - 2 * pad)

    full = [one for one in bins if one["count"]]
    most = max(one["count"] for one in full)
    dots = [
        (
            f"{at(one['mean']):.1f}",
            f"{size - at(one['share']):.1f}",
            f"{3 + 6 * (one['count'] / most) ** 0.5:.1f}",
            f"Score {one['low']:.1f} to {one['high']:.1f}: {one['right']} of {one['count']} right",
        )
        for one in full
    ]
    ticks = [(f"{at(share):.1f}", size - 8, f"{share:.1f}") for share in (0.0, 0.5, 1.0)]
    sides = [(4, f"{size - at(share) + 4:.1f}", f"{share:.1f}") for share in (0.0, 0.5, 1.0)]
    corner, far = at(0.0), at(1.0)
    return format_html(
        '<svg class="report-curve" viewBox="0 0 {size} {size}" role="img" aria-label="Share that was right, by score">'
        '<rect x="{corner}" y="{corner}" width="{width}" height="{width}"/><line x1="{corner}" y1="{far}" x2="{far}" y2="{corner}"/>{dots}{ticks}{sides}</svg>',
        size=size,
        corner=corner,
        far=far,
        width=far - corner,
        dots=format_html_join("", '<circle cx="{}" cy="{}" r="{}"><title>{}</title></circle>', dots),
        ticks=format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', ticks),
        sides=format_html_join("", '<text x="{}" y="{}">{}</text>', sides),
    )


def _chosen(request: HttpRequest) -> dict[str, Any]:
    source, period, basis = (request.GET.get(name, "") for name in ("source", "period", "basis"))
    return {
        "source": int(source) if source.isdecimal() and len(source) < 19 else None,
        "since": timezone.now() - timedelta(days=int(period)) if period in dict(PERIODS) else None,
        "basis": basis if basis in dict(BASES) else "then",
    }


def _choices(actor: Actor, request: HttpRequest) -> list[Choice]:
    sources = [(str(one.pk), one.name) for one in visible(actor, Source.objects.all())[:MOST_OPTIONS]]
    named = (("source", "All sources", sources), ("period", "Any time", PERIODS), ("basis", BASES[0][1], BASES[1:]))
    return [Choice(name, words, [Option(value, text, value == request.GET.get(name)) for value, text in pairs]) for name, words, pairs in named]


def _behind(actor: Actor, ids: list[int]) -> tuple[int, list[Field]]:
    rows = visible(actor, Field.objects.filter(pk__in=ids)).select_related("dataset__source").defer(*HEAVY)
    return len(ids), list(rows.order_by("pk")[:LISTED])
