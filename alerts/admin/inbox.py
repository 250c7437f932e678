"""The inbox, and the page of one alert."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from alerts import queries, services
from alerts.admin.base import ALERTS, HOURS, AlertsAdmin, answer, delivery, number, posted
from alerts.models import SEVERITIES, Alert, Receiver, Rule, Silence
from alerts.services.notices import subject_url
from alerts.silencing import active, silence_of
from governance.core import subjects
from governance.core.access import Actor, actor_of, may, visible
from governance.core.api.keyset import Order, page
from governance.core.errors import GovernanceError, InvalidInput, NotFound

ROWS = 50
UNDO = "alerts_undo"
TABS = {"open": "Open", "firing": "Firing", "acknowledged": "Acknowledged", "resolved": "Resolved", "all": "All"}


@admin.register(Alert)
class AlertAdmin(AlertsAdmin):
    def routes(self) -> list[Any]:
        return [("bulk/", self.bulk, "bulk"), ("undo/", self.undo, "undo"), ("<int:pk>/reopen/", self.reopen, "reopen")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("rule", "acknowledged_by", "resolved_by")

    # The inbox

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        actor = actor_of(request)
        seen = self.get_queryset(request)
        tab = request.GET.get("state", "open")
        tab = tab if tab in TABS else "open"
        rows = _filtered(seen, request, tab)
        parameters = request.GET.copy()
        parameters.setdefault("limit", str(ROWS))
        # What is over is read by time, what is open by urgency; within one page what fires comes before what somebody has taken.
        order = Order("pk" if tab in ("resolved", "all") else "priority", True)
        found = page(rows, order, ["pk"], parameters, request.path)
        whole = {one.pk: one for one in seen.filter(pk__in=[row["pk"] for row in found.rows])}
        alerts = [whole[row["pk"]] for row in found.rows if row["pk"] in whole]
        chosen = {name: request.GET[name] for name in ("severity", "source", "rule", "q") if request.GET.get(name)}
        context = {
            "groups": _groups(alerts),
            "shown": len(alerts),
            "previous_url": found.previous,
            "next_url": found.next,
            "tabs": _tabs(request, seen, tab),
            "tab": tab,
            "chosen": chosen,
            "choices": _choices(actor, seen),
            "hours": HOURS,
            "may_handle": any(one.may_handle for one in _dressed(alerts, actor)),
            "here": request.get_full_path(),
            "undo": request.session.pop(UNDO, None),
            "has_receiver": Receiver.objects.filter(is_enabled=True).exists(),
            "may_manage": may(actor, "manage"),
            "is_first_page": "cursor" not in request.GET,
        }
        return answer(request, "alerts/inbox.html", "Inbox", ALERTS, context)

    @posted
    def bulk(self, request: HttpRequest) -> str:
        """Acknowledge, silence or resolve the chosen alerts; those that somebody else was faster with are left out and counted."""
        chosen = [number(one) for one in request.POST.getlist("chosen")]
        alerts = list(self.get_queryset(request).filter(pk__in=chosen))
        if not alerts:
            raise InvalidInput("Choose at least one alert first: with the mouse, or walk to it with J and K.")
        actor, do = actor_of(request), request.POST.get("do", "")
        if do not in ("ack", "resolve", "silence"):
            raise InvalidInput("Nothing was chosen to do.")
        done: list[int] = []
        refused: list[str] = []
        for alert in alerts:
            try:
                self._do(alert, do, request, actor)
                done.append(alert.pk)
            except GovernanceError as error:
                refused.append(error.detail)
        if not done:
            raise InvalidInput(refused[0])
        if do == "resolve":
            request.session[UNDO] = done
        word = {"ack": "acknowledged", "resolve": "resolved", "silence": "silenced"}[do]
        told = f"{len(done)} alert{'s' if len(done) > 1 else ''} {word}."
        return f"{told} {len(refused)} left as they are: {refused[0]}" if refused else told

    @staticmethod
    def _do(alert: Alert, do: str, request: HttpRequest, actor: Actor) -> None:
        reason = request.POST.get("reason", "")
        if do == "ack":
            services.acknowledge(alert, actor=actor)
        elif do == "resolve":
            services.resolve(alert, actor=actor)
        else:
            hours = request.POST.get("hours", "")
            if hours not in HOURS:
                raise InvalidInput("Choose for how long.")
            services.silence(alert, until=timezone.now() + timedelta(hours=int(hours)), reason=reason, actor=actor)

    @posted
    def undo(self, request: HttpRequest) -> str:
        """Open again what was just resolved."""
        actor = actor_of(request)
        alerts = list(self.get_queryset(request).filter(pk__in=[number(one) for one in request.POST.getlist("chosen")]))
        if not alerts:
            raise InvalidInput("There is nothing to take back.")
        for alert in alerts:
            services.reopen(alert, actor=actor)
        return f"{len(alerts)} alert{'s are' if len(alerts) > 1 else ' is'} open again."

    @posted
    def reopen(self, request: HttpRequest, pk: int) -> str:
        services.reopen(self.one(request, pk), actor=actor_of(request))
        return "The alert is open again."

    # The page of one

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        alert: Alert = self.one(request, object_id)
        actor = actor_of(request)
        (row,) = _dressed([alert], actor)
        context = {
            "alert": row,
            "details": _details(row),
            "subject_url": subject_url(alert),
            "source_url": subjects.url_of("source", alert.source_id) if alert.source_id else "",
            "facts_behind": queries.facts_behind(alert, actor),
            "timeline": queries.timeline(alert),
            "deliveries": [delivery(one) for one in alert.notifications.select_related("receiver").order_by("pk")],
            "may_send_again": may(actor, "manage"),
            "hours": HOURS,
            "here": request.path,
            "most": max((one["points"] for one in alert.priority_reasons), default=1),
        }
        return answer(request, "alerts/alert.html", alert.title, [*ALERTS, ("Inbox", self.address())], context)


def _filtered(rows: QuerySet[Any], request: HttpRequest, tab: str) -> QuerySet[Any]:
    if tab == "open":
        rows = rows.exclude(state=Alert.State.RESOLVED)
    elif tab != "all":
        rows = rows.filter(state=tab)
    if (severity := request.GET.get("severity", "")) in SEVERITIES:
        rows = rows.filter(severity=severity)
    if source := request.GET.get("source", ""):
        rows = rows.filter(source_id=None) if source == "none" else rows.filter(source_id=number(source))
    if rule := request.GET.get("rule", ""):
        rows = rows.filter(rule_id=number(rule))
    for word in request.GET.get("q", "").replace("\x00", "").split()[:8]:
        rows = rows.filter(title__icontains=word)
    return rows


def _tabs(request: HttpRequest, seen: QuerySet[Any], tab: str) -> list[dict[str, Any]]:
    """The states with how many there are; the other filters stay."""
    found = []
    for name, title in TABS.items():
        kept = request.GET.copy()
        kept.pop("cursor", None)
        kept["state"] = name
        count = _filtered(seen, request, name).order_by()[:1000].count() if name in ("open", "firing", "acknowledged") else None
        found.append({"title": title, "url": f"?{kept.urlencode()}", "count": count, "is_on": name == tab})
    return found


def _choices(actor: Actor, seen: QuerySet[Any]) -> dict[str, Any]:
    ids = list(seen.exclude(source_id=None).order_by().values_list("source_id", flat=True).distinct()[:200])
    return {
        "sources": sorted(((pk, name) for pk, name in _sources(ids).items()), key=lambda one: one[1].lower()),
        "rules": list(visible(actor, Rule.objects.all()).values_list("pk", "name")),
        "severities": list(reversed(SEVERITIES)),
    }


def _sources(ids: list[int]) -> dict[int, str]:
    """Names of sources by id, through their subject type."""
    try:
        kind = subjects.type_named("source")
    except NotFound:
        return {}
    return {row.pk: kind.title(row) for row in kind.model._default_manager.filter(pk__in=ids)}


def _dressed(alerts: list[Alert], actor: Actor) -> list[Any]:
    """The alerts with what their rows show: source, silence, and whether the reader may handle them."""
    names = _sources([one.source_id for one in alerts if one.source_id is not None])
    silences: list[Silence] = active()
    for one in alerts:
        row: Any = one
        row.source_name = names.get(one.source_id or 0, "")
        row.silence = silence_of(one.labels, silences) if one.is_open else None
        row.may_handle = services.may_handle(actor, one)
    return alerts


def _groups(alerts: list[Alert]) -> list[dict[str, Any]]:
    """Alerts by rule, the most urgent group first; in a group what fires comes before what somebody has taken."""
    groups: dict[Any, dict[str, Any]] = {}
    for alert in alerts:
        title = alert.rule.name if alert.rule else "Rules that were removed"
        groups.setdefault(alert.rule_id, {"title": title, "rule": alert.rule, "alerts": []})["alerts"].append(alert)
    for group in groups.values():
        group["alerts"].sort(key=lambda one: one.state != Alert.State.FIRING)
    return list(groups.values())


def _details(alert: Any) -> list[tuple[str, Any]]:
    return [
        ("Times it happened", alert.count),
        ("Acknowledged by", alert.acknowledged_by),
        ("Resolved by", alert.resolved_by or ("a later fact" if alert.resolved else None)),
        ("Group", alert.fingerprint[:8]),
    ]
