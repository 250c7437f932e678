"""Two scans of a source beside each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from governance.core import spreadsheets
from governance.core.access import actor_of, visible
from governance.core.admin_pages import page
from governance.core.errors import NotFound
from governance.scans import comparing
from governance.scans.admin.pages import address
from governance.scans.models import ScanRun

MOST_OFFERED = 200


@page("compare-scans/", "scan-compare", "Two scans compared", "scans/compare.html")
def compared(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """`after` is a scan, `before` another one of the same source; without it the one that went before."""
    actor = actor_of(request)
    runs = visible(actor, ScanRun.objects.all()).select_related("source", "rule_set__rule_set")
    after = _named(runs, request.GET.get("after", "")) or runs.exclude(planned=None).exclude(state__in=ScanRun.ACTIVE).order_by("-pk").first()
    crumbs = [("Scan", ""), ("Scans", address("scans_scanrun_changelist")), ("Two scans compared", "")]
    if after is None:
        return {"crumbs": crumbs, "runs": []}
    over = runs.filter(source=after.source_id).exclude(planned=None).exclude(state__in=ScanRun.ACTIVE).order_by("-pk")
    before = _named(runs, request.GET.get("before", "")) or over.filter(pk__lt=after.pk).first()
    told = comparing.between(actor, before, after) if before is not None and before.pk != after.pk else None
    if told and request.GET.get("type") == "csv":
        return _file(told)
    return {
        "crumbs": crumbs,
        "runs": list(over[:MOST_OFFERED]),
        "source": after.source,
        "chosen_before": told["before"].pk if told else None,
        "chosen_after": told["after"].pk if told else after.pk,
        "told": told,
        "facts": _facts(told["before"], told["after"]) if told else [],
        "export": f"?before={told['before'].pk}&after={told['after'].pk}&type=csv" if told else "",
        "is_same": told is not None and not any(_differences(told)),
    }


def _differences(told: dict[str, Any]) -> list[Any]:
    return [*told["findings"].values(), *told["datasets"].values(), told["sizes"]["rows"]]


def _named(runs: Any, text: str) -> ScanRun | None:
    if not text:
        return None
    found: ScanRun | None = runs.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if found is None:
        raise NotFound(f"There is no scan {text[:20]}, or you may not see it.")
    return found


def _file(told: dict[str, Any]) -> HttpResponse:
    body = spreadsheets.BOM + "".join(spreadsheets.line(row) for row in comparing.lines(told))
    name = f"scan-{told['before'].pk}-and-{told['after'].pk}.csv"
    return HttpResponse(body, "text/csv; charset=utf-8", headers={"Content-Disposition": content_disposition_header(True, name) or ""})


def _facts(before: ScanRun, after: ScanRun) -> list[dict[str, Any]]:
    """What the scans were like, as rows with two values."""

    def seconds(run: ScanRun) -> float | None:
        return (run.finished - run.started).total_seconds() if run.finished and run.started else None

    return [
        {"label": "Duration", "kind": "duration", "before": seconds(before), "after": seconds(after)},
        {"label": "Datasets", "kind": "number", "before": before.total, "after": after.total},
        {"label": "Rows read", "kind": "number", "before": before.rows, "after": after.rows},
        {"label": "Failed", "kind": "number", "before": before.failed, "after": after.failed},
        {"label": "Rule set", "kind": "words", "before": str(before.rule_set or "–"), "after": str(after.rule_set or "–")},
        {"label": "Depth", "kind": "words", "before": before.get_depth_display(), "after": after.get_depth_display()},
    ]
