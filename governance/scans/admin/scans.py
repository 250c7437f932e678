"""Scans: the list, and the page of one while it runs and afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from governance.core.access import actor_of, may, visible
from governance.core.api.keyset import Order
from governance.core.errors import GovernanceError
from governance.scans import pipeline, progress, queries, services
from governance.scans.admin.pages import PageAdmin, address, listed, with_filters
from governance.scans.models import ScanRun, ScanUnit
from governance.scans.windows import may_work
from governance.sources.models import Source

CRUMBS = ("Scan", "")
MOST_SQUARES = 2_000
MOST_FOUND = 200


@admin.register(ScanRun)
class ScanAdmin(PageAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("source", "rule_set__rule_set", "schedule", "requested_by")

    def get_urls(self) -> list[Any]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"scans_scanrun_{name}")

        return [
            own("<str:object_id>/cancel/", require_POST(self.cancel_view), "cancel"),
            own("<str:object_id>/retry/", require_POST(self.retry_view), "retry"),
            own("<str:object_id>/again/", require_POST(self.again_view), "again"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        state, source = request.GET.get("state", ""), request.GET.get("source", "")
        rows = self.get_queryset(request)
        if state in ScanRun.State.values:
            rows = rows.filter(state=state)
        elif state == "partial":
            rows = rows.filter(outcome=ScanRun.Outcome.PARTIAL)
        if source.isdecimal() and len(source) < 19:
            rows = rows.filter(source=int(source))
        found = listed(request, rows, Order("pk", True), ["id"])
        runs = rows.filter(pk__in=[row["id"] for row in found.rows]).order_by("-pk")
        states = [("", "All"), *((one, str(label)) for one, label in ScanRun.State.choices), ("partial", "With failures")]
        return self.show(
            request,
            "scans/list.html",
            "Scans",
            [CRUMBS, ("Scans", "")],
            rows=[{"run": run, "url": address("scans_scanrun_change", run.pk), "took": _took(run), "progress": run.progress()} for run in runs],
            filters=[(label, with_filters(request, state=one), one == state) for one, label in states],
            sources=list(visible(actor_of(request), Source.objects.order_by("name"))),
            source=source,
            state=state,
            next_url=found.next,
            previous_url=found.previous,
            sources_url=address("sources_source_changelist"),
        )

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        run: ScanRun = self.found(request, object_id)
        units = list(run.units.order_by("id").defer("info", "sealed")[: MOST_SQUARES + 1])
        found = [one for unit in units for one in _found(unit)]
        earlier = list(self.get_queryset(request).filter(source=run.source_id, pk__lt=run.pk).exclude(planned=None).order_by("-pk")[:30])
        return self.show(
            request,
            "scans/scan.html",
            f"Scan {run.pk} of {run.source}",
            [CRUMBS, ("Scans", address("scans_scanrun_changelist")), (f"Scan {run.pk}", "")],
            run=run,
            topic=f"scan:{run.pk}",
            progress=run.progress(),
            took=_took(run),
            source_url=address("sources_source_change", run.source_id),
            facts=_facts(run),
            squares=[_square(unit) for unit in units[:MOST_SQUARES]],
            hidden=max(0, run.units.count() - MOST_SQUARES),
            stages=pipeline.STAGES,
            found=sorted(found, key=lambda one: not one["is_new"])[:MOST_FOUND],
            more_found=max(0, len(found) - MOST_FOUND),
            failed=[unit for unit in units if unit.state == ScanUnit.State.FAILED],
            changes=queries.by_change(run) if run.is_over else {},
            earlier=earlier,
            comparison=self._comparison(request, run, earlier),
            may_scan=may(actor_of(request), "scan", run),
            is_paused=bool(not run.is_over and run.schedule is not None and run.planned is not None and _is_closed(run)),
        )

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run: ScanRun = self.found(request, object_id)
        return self._tried(request, run, lambda: services.cancel_scan(run, actor=actor_of(request)))

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run: ScanRun = self.found(request, object_id)
        return self._tried(request, run, lambda: services.retry_failed(run, actor=actor_of(request)))

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run: ScanRun = self.found(request, object_id)
        return self._tried(request, run, lambda: services.start_scan(run.source, datasets=run.datasets, actor=actor_of(request)))

    def _tried(self, request: HttpRequest, run: ScanRun, act: Any) -> HttpResponse:
        try:
            after = act()
        except GovernanceError as error:
            messages.error(request, error.detail)
            after = run
        return redirect("admin:scans_scanrun_change", after.pk)

    def _comparison(self, request: HttpRequest, run: ScanRun, earlier: list[ScanRun]) -> dict[str, Any] | None:
        wanted = request.GET.get("with", "")
        other = next((one for one in earlier if str(one.pk) == wanted), None)
        if other is None or not run.is_over:
            return None
        return {**queries.compare(run, other), "other": other}


def _square(unit: ScanUnit) -> dict[str, Any]:
    told = progress.told(unit)
    parts = [str(unit), unit.state]
    if told["seconds"] is not None:
        parts.append(f"{told['seconds']:g} s")
    if unit.rows is not None:
        parts.append(f"{unit.rows:,} rows")
    if unit.error:
        parts.append(unit.error["detail"])
    return {"id": unit.pk, "state": unit.state, "title": ", ".join(parts)}


def _found(unit: ScanUnit) -> list[dict[str, Any]]:
    entries = (unit.result or {}).get("found") or []
    return [{**one, "dataset": unit.key, "url": address("catalog_dataset_change", unit.dataset_id)} for one in entries]


def _facts(run: ScanRun) -> list[tuple[str, Any]]:
    rules = str(run.rule_set) if run.rule_set else "no longer there"
    asked = {"manual": "by hand", "api": "over the API", "schedule": "by a schedule", "command": "by a command"}[run.trigger]
    who = f" by {run.requested_by.get_username()}" if run.requested_by else ""
    return [
        ("Started", f"{asked}{who if run.trigger != 'schedule' else ''}"),
        ("Rule set", rules),
        ("Reads", "everything again" if run.is_full else "what changed"),
        ("Depth", run.get_depth_display()),
        ("Datasets", ", ".join(run.datasets) or "all"),
    ]


def _took(run: ScanRun) -> float | None:
    return (run.finished - run.started).total_seconds() if run.finished and run.started else None


def _is_closed(run: ScanRun) -> bool:
    return not may_work(run)
