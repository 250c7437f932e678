"""Schedules: the list and the form, in the words that people use."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from governance.core.access import actor_of, may, visible
from governance.core.api.keyset import Order
from governance.core.errors import GovernanceError, InvalidInput
from governance.env import env
from governance.scans import schedules
from governance.scans.admin.pages import PageAdmin, address, listed
from governance.scans.models import WEEKDAYS, Schedule
from governance.sources.models import Source
from intelligence.models import RuleSet

CRUMBS = ("Automate", "")
TYPED = ("source", "every", "weekday", "day", "at", "cron", "time_zone", "window_start", "window_end", "datasets", "rule_set", "is_enabled")


@admin.register(Schedule)
class ScheduleAdmin(PageAdmin):
    action_to_change = action_to_delete = "scan"

    def get_urls(self) -> list[Any]:
        switch = self.admin_site.admin_view(require_POST(self.switch_view))
        return [path("<str:object_id>/switch/", switch, name="scans_schedule_switch"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rows = self.get_queryset(request).select_related("source")
        found = listed(request, rows, Order("pk", False), ["id"])
        shown = rows.filter(pk__in=[row["id"] for row in found.rows]).order_by("pk")
        return self.show(
            request,
            "scans/schedules.html",
            "Schedules",
            [CRUMBS, ("Schedules", "")],
            rows=[_shown(one, may(actor_of(request), "scan", one)) for one in shown],
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

    def switch_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pause it, or let it go on."""
        schedule: Schedule = self.found(request, object_id)
        try:
            schedules.update_schedule(schedule, is_enabled=not schedule.is_enabled, actor=actor_of(request))
            words = "is scanned by this schedule again" if schedule.is_enabled else "is not scanned by this schedule until you resume it"
            messages.success(request, f"{schedule.source} {words}.")
        except GovernanceError as error:
            messages.error(request, error.detail)
        return redirect("admin:scans_schedule_changelist") if "list" in request.POST else redirect("admin:scans_schedule_change", schedule.pk)

    def _form(self, request: HttpRequest, schedule: Schedule, title: str) -> HttpResponse:
        errors: dict[str, list[str]] = {}
        typed = _typed(schedule)
        if request.method == "POST":
            # What was typed comes back with the errors, also what no schedule can hold.
            typed |= {name: request.POST.get(name, "") for name in TYPED if name != "source" or not schedule.pk}
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
                if schedule.pk:
                    schedule.refresh_from_db()
        return self.show(
            request,
            "scans/schedule.html",
            title,
            [CRUMBS, ("Schedules", address("scans_schedule_changelist")), (title, "")],
            schedule=schedule,
            typed=typed,
            errors=errors,
            general=[text for name, texts in errors.items() if name not in TYPED for text in texts],
            sources=_sources(request),
            every=Schedule.Every.choices,
            weekdays=WEEKDAYS,
            zones=sorted(available_timezones()),
            rule_sets=RuleSet.objects.order_by("name"),
            words=schedules.words(schedule) if schedule.pk and not errors else "",
            next=[_moment(one) for one in schedules.next_runs(schedule, 3)] if schedule.pk and not errors else [],
            may_change=not schedule.pk or may(actor_of(request), "scan", schedule),
        )


def _sources(request: HttpRequest) -> list[Source]:
    return list(visible(actor_of(request), Source.objects.order_by("name"), "scan"))


def _typed(schedule: Schedule) -> dict[str, str]:
    """A schedule as the form's fields hold it."""
    start, end = schedule.window_start, schedule.window_end
    return {
        "source": str(schedule.source_id),
        "every": str(schedule.every),
        "weekday": str(schedule.weekday),
        "day": str(schedule.day),
        "at": f"{schedule.at:%H:%M}",
        "cron": schedule.cron,
        "time_zone": schedule.time_zone,
        "window_start": f"{start:%H:%M}" if start else "",
        "window_end": f"{end:%H:%M}" if end else "",
        "datasets": "\n".join(schedule.datasets or []),
        "rule_set": str(schedule.rule_set_id or ""),
        "is_enabled": "on" if schedule.is_enabled else "",
    }


def _moment(moment: datetime) -> dict[str, Any]:
    """A time in its own zone, in words: Django's filters would turn it into the portal's."""
    return {"moment": moment, "words": f"{moment:%A}, {moment.day} {moment:%B %Y, %H:%M}", "zone": f"{moment.tzinfo}"}


def _shown(schedule: Schedule, may_change: bool) -> dict[str, Any]:
    upcoming = schedules.next_runs(schedule, 1)
    return {
        "may_change": may_change,
        "schedule": schedule,
        "url": address("scans_schedule_change", schedule.pk),
        "source_url": address("sources_source_change", schedule.source_id),
        "words": schedules.words(schedule),
        "next": _moment(upcoming[0]) if upcoming and not schedule.source.is_paused else None,
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
