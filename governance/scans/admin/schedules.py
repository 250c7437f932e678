"""Schedules: the list and the form, in the words that people use."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from governance.core.access import actor_of, may, visible
from governance.core.api.keyset import Order
from governance.core.errors import InvalidInput
from governance.env import env
from governance.scans import schedules
from governance.scans.admin.pages import PageAdmin, address, listed
from governance.scans.models import WEEKDAYS, Schedule
from governance.sources.models import Source
from intelligence.models import RuleSet

CRUMBS = ("Automate", "")


@admin.register(Schedule)
class ScheduleAdmin(PageAdmin):
    action_to_change = action_to_delete = "scan"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rows = self.get_queryset(request).select_related("source")
        found = listed(request, rows, Order("pk", False), ["id"])
        shown = rows.filter(pk__in=[row["id"] for row in found.rows]).order_by("pk")
        return self.show(
            request,
            "scans/schedules.html",
            "Schedules",
            [CRUMBS, ("Schedules", "")],
            rows=[_shown(one) for one in shown],
            next_url=found.next,
            previous_url=found.previous,
            add_url=address("scans_schedule_add"),
            may_add=bool(_sources(request)),
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        sources = _sources(request)
        if not sources:
            raise InvalidInput("You may not scan any source. Ask an administrator for the role of an engineer.")
        wanted = request.POST.get("source") or request.GET.get("source", "")
        chosen = next((one for one in sources if str(one.pk) == wanted), sources[0])
        schedule = Schedule(source=chosen, time_zone=env.time_zone)
        return self._form(request, schedule, "Add a schedule")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        schedule: Schedule = self.found(request, object_id)
        return self._form(request, schedule, f"Schedule of {schedule.source}")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        schedule: Schedule = self.found(request, object_id)
        if request.method == "POST":
            schedules.delete_schedule(schedule, actor=actor_of(request))
            messages.success(request, f"{schedule.source} is not scanned by this schedule any more.")
        return redirect("admin:scans_schedule_changelist")

    def _form(self, request: HttpRequest, schedule: Schedule, title: str) -> HttpResponse:
        errors: dict[str, list[str]] = {}
        if request.method == "POST":
            try:
                values = _values(request.POST)
                if schedule.pk:
                    schedules.update_schedule(schedule, **values, actor=actor_of(request))
                else:
                    schedule = schedules.create_schedule(schedule.source, **values, actor=actor_of(request))
                messages.success(request, "Saved.")
                return redirect("admin:scans_schedule_change", schedule.pk)
            except InvalidInput as error:
                errors = error.context.get("errors") or {"": [error.detail]}
        return self.show(
            request,
            "scans/schedule.html",
            title,
            [CRUMBS, ("Schedules", address("scans_schedule_changelist")), (title, "")],
            schedule=schedule,
            errors=errors,
            general=errors.get("", []) + errors.get("datasets", []),
            sources=_sources(request),
            every=Schedule.Every.choices,
            weekdays=WEEKDAYS,
            zones=sorted(available_timezones()),
            rule_sets=RuleSet.objects.order_by("name"),
            patterns="\n".join(schedule.datasets or []),
            words=schedules.words(schedule) if not errors else "",
            next=schedules.next_runs(schedule, 3) if schedule.pk and not errors else [],
            may_change=not schedule.pk or may(actor_of(request), "scan", schedule),
        )


def _sources(request: HttpRequest) -> list[Source]:
    return list(visible(actor_of(request), Source.objects.order_by("name"), "scan"))


def _shown(schedule: Schedule) -> dict[str, Any]:
    upcoming = schedules.next_runs(schedule, 1)
    return {
        "schedule": schedule,
        "url": address("scans_schedule_change", schedule.pk),
        "source_url": address("sources_source_change", schedule.source_id),
        "words": schedules.words(schedule),
        "next": upcoming[0] if upcoming and not schedule.source.is_paused else None,
        "last": schedule.runs.order_by("-id").first(),
    }


def _values(data: QueryDict) -> dict[str, Any]:
    rule_set = data.get("rule_set", "")
    return {
        "every": data.get("every", ""),
        "at": _time(data, "at") or time(2),
        "weekday": _number(data, "weekday", 0),
        "day": _number(data, "day", 1),
        "cron": data.get("cron", "").strip()[:100],
        "time_zone": data.get("time_zone", "UTC").strip()[:50],
        "window_start": _time(data, "window_start"),
        "window_end": _time(data, "window_end"),
        "datasets": data.get("datasets", "").splitlines(),
        "rule_set": RuleSet.objects.filter(pk=rule_set).first() if rule_set.isdecimal() and len(rule_set) < 19 else None,
        "is_enabled": data.get("is_enabled") == "on",
    }


def _time(data: QueryDict, name: str) -> time | None:
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.strptime(text[:5], "%H:%M").time()
    except ValueError:
        raise InvalidInput("A time of day has the form 02:30.", errors={name: ["Give it as 02:30."]}) from None


def _number(data: QueryDict, name: str, otherwise: int) -> int:
    text = data.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else otherwise
