"""Sources: the list, the page of one, and the form that follows from the connector's Config."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from governance.catalog.models import Dataset, Field
from governance.core.access import actor_of, may, visible
from governance.core.api.keyset import Order
from governance.core.errors import InvalidInput
from governance.env import env
from governance.scans.admin import source_form
from governance.scans.admin.pages import PageAdmin, address, listed, start
from governance.scans.models import ScanRun, Schedule
from governance.scans.schedules import next_runs, words
from governance.sources import queries, services
from governance.sources.models import Source
from intelligence.classification import families
from intelligence.classification.titles import title

CRUMBS = ("Scan", "")
LATEST = 10
LARGEST = 15


@admin.register(Source)
class SourceAdmin(PageAdmin):
    action_to_change = action_to_add = action_to_delete = "manage"

    def get_urls(self) -> list[Any]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"sources_source_{name}")

        return [
            own("<str:object_id>/edit/", self.edit_view, "edit"),
            own("<str:object_id>/scan/", require_POST(self.scan_view), "scan"),
            own("<str:object_id>/check/", require_POST(self.check_view), "check"),
            own("<str:object_id>/pause/", require_POST(self.pause_view), "pause"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = request.GET.get("q", "").strip().replace("\0", "")
        rows = self.get_queryset(request)
        for word in query.split()[:8]:
            rows = rows.filter(Q(name__icontains=word) | Q(location__icontains=word) | Q(description__icontains=word))
        found = listed(request, rows, Order("name", False), ["id"])
        sources = list(rows.filter(pk__in=[row["id"] for row in found.rows]).order_by("name", "pk"))
        shown = summaries(request, sources)
        only_builtin = not query and all(one["source"].is_builtin for one in shown) and not found.previous
        return self.show(
            request,
            "sources/list.html",
            "Sources",
            [CRUMBS, ("Sources", "")],
            rows=shown,
            query=query,
            next_url=found.next,
            previous_url=found.previous,
            may_add=self.has_add_permission(request),
            add_url=address("sources_source_add"),
            is_first=only_builtin and not any(one["last"] for one in shown),
            is_lonely=only_builtin,
            builtin=next((one for one in shown if one["source"].is_builtin), None),
        )

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        source: Source = self.found(request, object_id)
        actor = actor_of(request)
        (summary,) = summaries(request, [source])
        datasets = visible(actor, Dataset.objects.filter(source=source, gone=None))
        history = (
            ScanRun.objects.filter(source=source, state=ScanRun.State.COMPLETE).order_by("-id").values_list("summary__sensitive", flat=True)[:30]
        )
        schedules = [{"schedule": one, "words": words(one), "next": next_runs(one, 1)} for one in source.schedules.all()]
        return self.show(
            request,
            "sources/source.html",
            source.name,
            [CRUMBS, ("Sources", address("sources_source_changelist")), (source.name, "")],
            **summary,
            topic=f"scan:{summary['last'].pk}" if summary["last"] else "",
            trend=list(reversed(history)),
            largest=datasets.order_by("-size", "-rows", "name")[:LARGEST],
            has_more=summary["dataset_count"] > LARGEST,
            datasets_url=address("catalog_dataset_changelist", source=source.pk),
            runs=[(run, address("scans_scanrun_change", run.pk)) for run in source.scans.order_by("-id")[:LATEST]],
            schedules=schedules,
            schedule_url=address("scans_schedule_add", source=source.pk),
            check=source.check_result,
            settings=settings_of(source),
            own_rules=own_rules(source),
            removes=queries.removals(source) if may(actor, "manage", source) and not source.is_builtin else {},
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._require_add(request)
        name = request.GET.get("kind", "")
        crumbs = [CRUMBS, ("Sources", address("sources_source_changelist")), ("Add a source", "")]
        if not name:
            return self.show(request, "sources/kinds.html", "Add a source", crumbs, kinds=queries.kinds(), add_url=address("sources_source_add"))
        kind = queries.kind_named(name)
        form = source_form.Form(kind)
        if request.method == "POST":
            form = source_form.Form(kind, data=request.POST)
            try:
                source = services.create_source(kind=name, **form.values, actor=actor_of(request))
                services.check_source(source, actor=actor_of(request))
                return redirect("admin:sources_source_change", source.pk)
            except InvalidInput as error:
                form.refuse(error)
        return self.show(
            request, "sources/form.html", f"Add {kind['label']}", [*crumbs[:-1], (f"Add {kind['label']}", "")], form=form, kind=kind, source=None
        )

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source: Source = self.found(request, object_id)
        kind = (
            {"kind": source.kind, "label": queries.label_of(source.kind), "schema": {}, "secrets": []}
            if source.is_builtin
            else queries.kind_named(source.kind)
        )
        form = source_form.Form(kind, source=source)
        if request.method == "POST":
            form = source_form.Form(kind, source=source, data=request.POST)
            values = form.values if not source.is_builtin else {name: one for name, one in form.values.items() if name != "config"}
            try:
                services.update_source(source, **values, actor=actor_of(request))
                messages.success(request, "Saved. Test the connection to see that it still works.")
                return redirect("admin:sources_source_change", source.pk)
            except InvalidInput as error:
                form.refuse(error)
        page = address("sources_source_change", source.pk)
        crumbs = [CRUMBS, ("Sources", address("sources_source_changelist")), (source.name, page), ("Edit", "")]
        return self.show(request, "sources/form.html", f"Edit {source.name}", crumbs, form=form, kind=kind, source=source)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        source: Source = self.found(request, object_id)
        if request.method != "POST":
            return redirect("admin:sources_source_change", source.pk)
        removed = services.delete_source(source, actor=actor_of(request))
        told = ", ".join(f"{count} {name}" for name, count in removed.items())
        messages.success(request, f"{source.name} was removed{f' with {told}' if told else ''}. The event log keeps its facts.")
        return redirect("admin:sources_source_changelist")

    def scan_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source: Source = self.found(request, object_id)
        depth = "values" if request.POST.get("depth") == "values" else "full"
        return start(request, source, is_full=request.POST.get("is_full") == "on", depth=depth)

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source: Source = self.found(request, object_id)
        result = services.check_source(source, actor=actor_of(request))
        if result["is_reachable"]:
            messages.success(request, f"The connection works: {result['version']}.")
        return redirect("admin:sources_source_change", source.pk)

    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source: Source = self.found(request, object_id)
        services.update_source(source, is_paused=not source.is_paused, actor=actor_of(request))
        return redirect("admin:sources_source_change", source.pk)

    def _require_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise InvalidInput("You may not add sources. Ask an administrator for the role of an engineer.")


def summaries(request: HttpRequest, sources: list[Source]) -> list[dict[str, Any]]:
    """What the list and the page show of sources: counts of what the reader may see, last and next scan, state."""
    actor = actor_of(request)
    ids = [one.pk for one in sources]
    there = visible(actor, Dataset.objects.filter(source__in=ids, gone=None))
    datasets: dict[int, Any] = {
        row["source"]: row for row in there.order_by().values("source").annotate(count=Count("pk", distinct=True), size=Sum("size"))
    }
    sensitive = _sensitive(visible(actor, Field.objects.filter(dataset__source__in=ids, gone=None, dataset__gone=None)))
    last = {one.source_id: one for one in ScanRun.objects.filter(source__in=ids).order_by("source_id", "-id").distinct("source_id")}
    upcoming: dict[int, Any] = {}
    for schedule in Schedule.objects.filter(source__in=ids, is_enabled=True):
        for moment in next_runs(schedule, 1):
            upcoming[schedule.source_id] = min(moment, upcoming.get(schedule.source_id, moment))
    return [
        {
            "source": one,
            "label": queries.label_of(one.kind),
            "url": address("sources_source_change", one.pk),
            "dataset_count": datasets.get(one.pk, {}).get("count", 0),
            "size": datasets.get(one.pk, {}).get("size"),
            "sensitive": sensitive.get(one.pk, 0),
            "last": last.get(one.pk),
            "last_url": address("scans_scanrun_change", last[one.pk].pk) if one.pk in last else "",
            "is_scanning": one.pk in last and not last[one.pk].is_over,
            "next": None if one.is_paused else upcoming.get(one.pk),
            "state": _state(one, last.get(one.pk)),
            "may_scan": may(actor, "scan", one),
            "may_manage": may(actor, "manage", one),
        }
        for one in sources
    ]


def settings_of(source: Source) -> list[tuple[str, Any]]:
    """The source's own settings, and what one query against it may cost."""
    named = {} if source.is_builtin else queries.properties_of(source.kind)
    order = {name: at for at, name in enumerate(named)}
    own = [
        (named.get(name, {}).get("title") or name.replace("_", " ").capitalize(), value)
        for name, value in sorted(source.config.items(), key=lambda one: order.get(one[0], len(order)))
    ]
    rules = source.rule_set.name if source.rule_set else "the default one"
    budget = f"at most {env.statement_timeout:g} s a query, {env.row_budget:,} rows a profile, {env.sample_rows:,} rows a sample"
    return [*own, ("Rule set", rules), ("Budget", budget)]


def own_rules(source: Source) -> list[tuple[str, Any]]:
    """What the source adds to its rule set, in words; empty for nothing."""
    own = source.classification or {}
    left_out = ", ".join(families.label(one) if one in families.FAMILIES else title(one) for one in own.get("disabled", ()))
    lowest = [("Lowest score", f"{own['threshold']:g}")] if "threshold" in own else []
    single = [(f"Lowest score of {words}", f"{value:g}") for words, value in source_form.told_thresholds(own)]
    return [*lowest, *single, *([("Left out", left_out)] if left_out else [])]


def _sensitive(fields: QuerySet[Field]) -> dict[int, int]:
    found = fields.exclude(family="").exclude(state=Field.State.REJECTED).order_by().values("dataset__source")
    return {row["dataset__source"]: row["count"] for row in found.annotate(count=Count("pk", distinct=True))}


def _state(source: Source, run: ScanRun | None) -> str:
    """Whether it works: what the last test or the last scan says, whichever is newer."""
    if (
        run is not None
        and run.finished is not None
        and run.state != ScanRun.State.ABORTED
        and (source.checked is None or run.finished > source.checked)
    ):
        return "ok" if run.state == ScanRun.State.COMPLETE else "down"
    return "unknown" if source.check_result is None else "ok" if source.check_result["is_reachable"] else "down"
