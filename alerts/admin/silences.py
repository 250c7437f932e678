"""Silences: those that hold, what they keep quiet, and making a new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from alerts import services
from alerts.admin.base import ALERTS, HOURS, AlertsAdmin, answer, posted
from alerts.models import Alert, Silence
from alerts.services.silences import may_end
from alerts.silencing import LABELS, fits
from governance.core.access import Actor, actor_of, may, require, visible
from governance.core.errors import GovernanceError

USUAL = "24"
LINES = 3
OVER = 30
WORDS = {"active": ("running", "notifications_off", "Holds"), "later": ("queued", "schedule", "Begins later"), "over": ("aborted", "check", "Over")}


@admin.register(Silence)
class SilenceAdmin(AlertsAdmin):
    action_to_add = "manage"

    def routes(self) -> list[Any]:
        return [("<int:pk>/end/", self.end, "end")]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        actor, now = actor_of(request), timezone.now()
        rows = self.get_queryset(request).select_related("created_by")
        labels = _open_labels(actor)
        held = [*rows.filter(ends__gt=now).order_by("ends"), *rows.filter(ends__lte=now).order_by("-ends")[:OVER]]
        context = {
            "silences": [_shown(one, now, labels, may_end(one, actor)) for one in held],
            "may_manage": may(actor, "manage"),
            "here": request.path,
        }
        return answer(request, "alerts/silences.html", "Silences", ALERTS, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        actor = actor_of(request)
        require(actor, "manage")
        names, patterns = request.POST.getlist("label"), request.POST.getlist("pattern")
        lines = [(name.strip(), pattern.strip()) for name, pattern in zip(names, patterns, strict=False)]
        hours = request.POST.get("hours", "" if request.method == "POST" else USUAL)
        errors: dict[str, list[str]] = {}
        if request.method == "POST":
            matchers = {name: pattern for name, pattern in lines if name or pattern}
            starts, ends = _time(request.POST.get("starts", "")), _time(request.POST.get("ends", ""))
            if hours in HOURS:
                ends = (starts or timezone.now()) + timedelta(hours=int(hours))
            try:
                if ends is None:
                    errors = {"ends": ["Say until when."]}
                else:
                    services.create_silence(matchers=matchers, reason=request.POST.get("reason", ""), starts=starts, ends=ends, actor=actor)
                    held = sum(fits(matchers, one) for one in _open_labels(actor))
                    now = f"{held} open alert{'s fit' if held > 1 else ' fits'} it now" if held else "No open alert fits it now"
                    messages.success(request, f"The silence was made. {now}. Alerts go on appearing in the inbox; nobody is told of them.")
                    return HttpResponseRedirect(self.address())
            except GovernanceError as error:
                errors = error.context.get("errors", {"": [error.detail]})
        context = {
            "lines": [*[line for line in lines if any(line)], *[("", "")] * LINES],
            "typed": request.POST,
            "hours": HOURS,
            "chosen_hours": hours,
            "errors": errors,
            "labels": LABELS,
            "list_url": self.address(),
        }
        return answer(request, "alerts/silence.html", "New silence", [*ALERTS, ("Silences", self.address())], context)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        """A silence is not changed: it is ended, and another one made."""
        row = self.one(request, object_id)
        return HttpResponseRedirect(f"{self.address()}#silence-{row.pk}")

    @posted
    def end(self, request: HttpRequest, pk: int) -> str:
        services.end_silence(self.one(request, pk), actor=actor_of(request))
        return "The silence is over. Alerts are told of again from now on."


def _open_labels(actor: Actor) -> list[dict[str, str]]:
    """The labels of the open alerts that the reader may see."""
    return list(visible(actor, Alert.objects.exclude(state=Alert.State.RESOLVED)).values_list("labels", flat=True)[:1000])


def _shown(row: Silence, now: datetime, labels: list[dict[str, str]], is_mine: bool) -> dict[str, Any]:
    state = "over" if row.ends <= now else "later" if row.starts > now else "active"
    kind, icon, word = WORDS[state]
    shown = {name: pattern for name, pattern in row.matchers.items() if name != "group" or len(row.matchers) == 1}
    return {
        "row": row,
        "state": state,
        "badge": kind,
        "icon": icon,
        "word": word,
        "matchers": shown.items(),
        "holds": sum(fits(row.matchers, one) for one in labels) if state == "active" else None,
        "may_end": is_mine and state != "over",
    }


def _time(text: str) -> datetime | None:
    """What a datetime-local field sends, which the page says is UTC."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found, timezone.get_fixed_timezone(0)) if found and timezone.is_naive(found) else found
