"""The first page: what there is, what needs somebody, what runs. Every number is counted when the page is read, and only over what its reader may see."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, Model, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least, TruncDate
from django.http import HttpRequest
from django.utils import timezone

from alerts.models import Alert
from governance.catalog.models import Dataset, Decision, Field
from governance.core import subjects
from governance.core.access import Actor, actor_of, may, visible
from governance.scans.models import ScanRun
from governance.sidebar import address
from governance.sources.models import Source
from intelligence.classification.families import label
from security.access import administrators

DAYS = 30
WEEK = 7
MOST_NEEDS = 7
MOST_RUNNING = 5
MOST_COLUMNS = 8
MOST_ROWS = 12
URGENCY = ("critical", "error", "warning", "info")
HELD = Q(gone=None, dataset__gone=None) & ~Q(entity="")


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the admin's index."""
    actor = actor_of(request)
    return context | {
        "title": "Overview",
        "numbers": numbers(actor),
        "needs": needs(actor),
        "running": running(actor),
        "last_scan": visible(actor, ScanRun.objects.filter(state__in=["complete", "failed", "aborted"])).select_related("source").first(),
        "families": families(actor),
        "steps": steps(actor),
        "add_source": address("admin:sources_source_add") if may(actor, "manage") else "",
        "to_ask": administrators.to_ask(),
        "sees_anything": may(actor, "view") or visible(actor, Source.objects.all()).exists() or visible(actor, Dataset.objects.all()).exists(),
    }


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the first row: what it is now, on each of the last days, and how it changed in a week (None without a week of history)."""

    label: str
    icon: str
    href: str
    value: int
    history: list[int]
    change: int | None


def numbers(actor: Actor) -> list[Number]:
    """Datasets, sensitive fields, open findings and open alerts. A rejected field's time of finding is not kept: its first sight stands in for it."""
    datasets = visible(actor, Dataset.objects.all())
    fields = visible(actor, Field.objects.filter(dataset__gone=None))
    alerts = visible(actor, Alert.objects.all())
    found = Coalesce("found", "first_seen")
    once_held = fields.filter(~Q(entity="") | Q(state=Field.State.REJECTED))
    suggested = fields.exclude(suggested_entity="").exclude(state=Field.State.NONE)
    rejected_or_gone = Case(When(state=Field.State.REJECTED, then=Least("decided", "gone")), default=F("gone"))
    decided_or_gone = Case(When(state=Field.State.SUGGESTED, then=F("gone")), default=Least("decided", "gone"))
    return [
        _number("Datasets", "table_chart", "admin:catalog_dataset_changelist", datasets, F("first_seen"), F("gone")),
        _number("Sensitive fields", "shield_lock", "admin:catalog_field_changelist", once_held, found, rejected_or_gone),
        _number("Open findings", "fact_check", "admin:decisions", suggested, found, decided_or_gone),
        _number("Open alerts", "notifications", "admin:alerts_alert_changelist", alerts, F("started"), F("resolved")),
    ]


def _number(label: str, icon: str, page: str, rows: QuerySet[Any], start: Combinable, end: Combinable) -> Number:
    """Counts rows that have begun and not ended, today and on each day before."""
    begun = _per_day(rows, start)
    ended = _per_day(rows, end)
    today = timezone.localdate()
    first = min(begun, default=today)
    days = [
        max(first, today - timedelta(days=DAYS)) + timedelta(days=at) for at in range((today - max(first, today - timedelta(days=DAYS))).days + 1)
    ]
    before = sum(count for day, count in begun.items() if day < days[0]) - sum(count for day, count in ended.items() if day < days[0])
    history = list(accumulate((begun.get(day, 0) - ended.get(day, 0) for day in days), initial=before))[1:]
    change = history[-1] - history[-1 - WEEK] if len(history) > WEEK else None
    return Number(label, icon, address(page), history[-1], history, change)


def _per_day(rows: QuerySet[Any], moment: Combinable) -> dict[date, int]:
    dated = rows.order_by().annotate(day=TruncDate(moment)).exclude(day=None)
    return dict(dated.values_list("day").annotate(count=Count("pk")))


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person, and the one thing to do about it."""

    severity: str
    icon: str
    title: str
    detail: str
    since: datetime | None
    href: str
    action: str
    restricted: int = 0


def needs(actor: Actor) -> list[Need]:
    """At most seven, the most urgent first, then those with restricted data, then the oldest."""
    firing = list(visible(actor, Alert.objects.filter(state=Alert.State.FIRING)).order_by("-priority", "started")[:MOST_NEEDS])
    told = {(alert.subject_type, alert.subject_id) for alert in firing}
    found = [*_alerts(firing), *_failed_scans(actor, told), *_unreachable(actor), *_decisions(actor)]
    found.sort(key=lambda need: (URGENCY.index(need.severity), -need.restricted, need.since or timezone.now()))
    return found[:MOST_NEEDS]


def _alerts(firing: Iterable[Alert]) -> Iterable[Need]:
    for alert in firing:
        yield Need(alert.severity, "notifications_active", alert.title, alert.subject_name, alert.started, _url(alert), "Look at it")


def _failed_scans(actor: Actor, told: Container[tuple[str, int | None]]) -> Iterable[Need]:
    """Sources whose newest finished scan failed, or went through without some datasets; not what an alert tells of already."""
    newest = ScanRun.objects.filter(source=OuterRef("pk"), state__in=["complete", "failed"]).order_by("-id").values("pk")[:1]
    sources = visible(actor, Source.objects.all()).annotate(newest=Subquery(newest)).exclude(newest=None)
    failed = Q(state="failed") | Q(outcome=ScanRun.Outcome.PARTIAL)
    for run in ScanRun.objects.filter(failed, pk__in=sources.values("newest")).select_related("source").order_by("finished")[:MOST_NEEDS]:
        subject = subjects.subject_of(run)
        if (subject.type, subject.id) in told:
            continue
        if run.state == "failed":
            detail = (run.error or {}).get("detail", "")
            yield Need("error", "radar", f"The last scan of {run.source} failed", detail, run.finished, subject.url, "See why")
        else:
            detail = f"{run.failed} of {run.total or run.failed} units failed"
            yield Need("warning", "radar", f"The last scan of {run.source} left something out", detail, run.finished, subject.url, "See which")


def _unreachable(actor: Actor) -> Iterable[Need]:
    broken = visible(actor, Source.objects.filter(check_result__is_reachable=False, is_paused=False), "manage")
    for source in broken.order_by("checked")[:MOST_NEEDS]:
        detail = ((source.check_result or {}).get("error") or {}).get("detail", "")
        yield Need("error", "cloud_off", f"{source} cannot be reached", detail, source.checked, _url(source), "Check it")


def _decisions(actor: Actor) -> Iterable[Need]:
    """Suggestions by source, those with restricted ones first."""
    waiting = visible(actor, Field.objects.filter(HELD, state=Field.State.SUGGESTED), "decide").order_by()
    restricted = Count("pk", filter=Q(sensitivity="restricted"))
    rows = waiting.values("dataset__source_id", "dataset__source__name").annotate(count=Count("pk"), restricted=restricted, since=Min("found"))
    for row in rows.order_by("-restricted", "-count")[:MOST_NEEDS]:
        title = f"{row['count']:,} suggestion{'' if row['count'] == 1 else 's'} in {row['dataset__source__name']}"
        detail = f"{row['restricted']:,} of them restricted" if row["restricted"] else ""
        href = f"{address('admin:decisions')}?{urlencode({'source': row['dataset__source_id']})}"
        yield Need("warning" if row["restricted"] else "info", "fact_check", title, detail, row["since"], href, "Decide", row["restricted"])


def running(actor: Actor) -> list[dict[str, Any]]:
    """Scans under way and those that wait for a worker, as components/progress.html wants them."""
    active = visible(actor, ScanRun.objects.filter(state__in=ScanRun.ACTIVE)).select_related("source").order_by("id")[:MOST_RUNNING]
    return [
        {"topic": f"scan:{run.pk}", "state": run.state, "progress": run.progress(), "label": str(run.source), "href": _url(run)} for run in active
    ]


def families(actor: Actor) -> dict[str, Any]:
    """Held fields by family and source, for the heat map: the largest sources and families, and how many of each are left out."""
    held = visible(actor, Field.objects.filter(HELD)).order_by()
    rows = list(held.values("family", "dataset__source_id", "dataset__source__name").annotate(count=Count("pk")))
    by_source: dict[tuple[int, str], int] = {}
    by_family: dict[str, int] = {}
    for row in rows:
        key = (row["dataset__source_id"], row["dataset__source__name"])
        by_source[key] = by_source.get(key, 0) + row["count"]
        by_family[row["family"]] = by_family.get(row["family"], 0) + row["count"]
    sources = sorted(by_source, key=lambda key: (-by_source[key], key[1]))
    names = sorted(by_family, key=lambda name: (-by_family[name], name))
    cells = {(row["family"], row["dataset__source_id"]): row["count"] for row in rows}
    return {
        "what": "sensitive fields",
        "most": max((row["count"] for row in rows), default=0),
        "columns": [{"key": str(pk), "title": name, "href": _findings(source=pk)} for pk, name in sources[:MOST_COLUMNS]],
        "rows": [
            {
                "title": label(family),
                "href": _findings(family=family),
                "cells": {
                    str(pk): {"count": cells[family, pk], "href": _findings(family=family, source=pk), "title": f"{cells[family, pk]:,} in {name}"}
                    for pk, name in sources[:MOST_COLUMNS]
                    if (family, pk) in cells
                },
            }
            for family in names[:MOST_ROWS]
        ],
        "more_sources": max(0, len(sources) - MOST_COLUMNS),
        "more_families": max(0, len(names) - MOST_ROWS),
    }


def _findings(**filters: Any) -> str:
    page = address("admin:catalog_field_changelist")
    return f"{page}?{urlencode(filters)}" if page else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first start."""

    title: str
    text: str
    is_done: bool
    href: str
    action: str
    is_post: bool = False


def steps(actor: Actor) -> list[Step]:
    """Connect, scan, decide; empty once all three are done, and for people who could do none of them."""
    if not (may(actor, "manage") or may(actor, "scan") or may(actor, "decide")):
        return []
    own = visible(actor, Source.objects.filter(is_builtin=False)).exists()
    builtin = visible(actor, Source.objects.filter(is_builtin=True), "scan").first()
    scanned = visible(actor, ScanRun.objects.filter(state="complete")).exists()
    decided = visible(actor, Decision.objects.all()).exists()
    found = [
        Step(
            "Connect a source",
            "A database or a folder of your own. “This portal” is there already, to try with.",
            own,
            address("admin:sources_source_add"),
            "Add a source",
        ),
        Step(
            "Scan it",
            "The scan reads structure and a sample, and finds the fields that hold sensitive data.",
            scanned,
            address("admin:sources_source_scan", builtin.pk) if builtin else address("admin:sources_source_changelist"),
            f"Scan “{builtin}” now" if builtin else "Choose a source",
            is_post=builtin is not None,
        ),
        Step(
            "Decide",
            "Confirm or reject what was found. What you decide holds for all scans that follow.",
            decided,
            address("admin:decisions") or address("admin:catalog_field_changelist"),
            "See the findings",
        ),
    ]
    return [] if all(step.is_done for step in found) else found


def _url(row: Model) -> str:
    return subjects.subject_of(row).url
