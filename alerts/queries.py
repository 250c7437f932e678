"""Reads: what a rule would have matched, what led to an alert, which kinds of receivers there are."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from alerts import matching, templating
from alerts.models import Alert
from alerts.receivers import REGISTRY
from alerts.services.firing import source_name
from governance.core.access import Actor, visible
from governance.core.events import title_of, types
from governance.core.models import Event, EventPerson

DAYS = 7
MOST = 5_000
LATEST = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """`is_more`: only the newest facts were read, so there are at least so many. `latest` are the newest matches: event, time and the title people would read."""

    days: int
    read: int
    matched: int
    alerts: int
    is_more: bool
    latest: list[dict[str, Any]]


def preview(rule: Mapping[str, Any], *, actor: Actor, days: int = DAYS) -> Preview:
    """What a rule with these (valid) fields would have matched lately, among the facts that the actor may see. It only reads: nothing fires, nobody is told."""
    since = timezone.now() - timedelta(days=days)
    meant = [name for name in _types_since(since, rule["pattern"]) if matching.wants(rule["pattern"], name)]
    rows = visible(actor, Event.objects.filter(type__in=meant, time__gte=since)).order_by("-id").defer("body", "leaf", "mac")
    events = list(rows[: MOST + 1])
    conditions = [matching.Condition.model_validate(one) for one in rule.get("condition") or []]
    names: dict[int | None, str] = {}
    groups: set[str] = set()
    matched = 0
    latest: list[dict[str, Any]] = []
    for event in events[:MOST]:
        if event.source_id not in names:
            names[event.source_id] = source_name(event.source_id)
        fact = matching.fact_of(event, names[event.source_id])
        if not all(one.holds(fact) for one in conditions):
            continue
        matched += 1
        groups.add(matching.fingerprint(0, rule.get("group_by") or [], fact))
        if len(latest) < LATEST:
            title = templating.plain(templating.render(rule.get("title") or "{subject}", fact))
            latest.append({"event": event.pk, "time": event.time, "title": title})
    return Preview(days, min(len(events), MOST), matched, len(groups), len(events) > MOST, latest)


def _types_since(since: datetime, pattern: str) -> list[str]:
    """Types that a pattern can mean: the declared ones, and what older releases left in the log."""
    begin = pattern.partition("*")[0].partition("?")[0]
    recorded = Event.objects.filter(type__startswith=begin, time__gte=since).order_by("type").values_list("type", flat=True).distinct()
    return sorted({*recorded, *(name for name in types() if fnmatch.fnmatchcase(name, pattern))})


def facts_behind(alert: Alert, actor: Actor, limit: int = 20) -> list[dict[str, Any]]:
    """The facts that an alert stands on, newest first, as far as the actor may see them."""
    ids = {*alert.occurrences.order_by("-event_id").values_list("event_id", flat=True)[:limit], *([alert.event_id] if alert.event_id else [])}
    return _told(visible(actor, Event.objects.filter(pk__in=ids)).order_by("-id")[:limit])


def timeline(alert: Alert, limit: int = 50) -> list[dict[str, Any]]:
    """What happened to an alert: fired, acknowledged, silenced, told, resolved; oldest first."""
    about = Event.objects.filter(subject_type="alert", subject_id=alert.pk).order_by("-id")[:limit]
    steps = [{**one, "kind": one["type"].rpartition(".")[2]} for one in _told(about)]
    for row in alert.notifications.select_related("receiver").exclude(sent=None)[:limit]:
        what = {"firing": "told of it", "resolved": "told that it is over"}.get(row.kind, row.kind)
        steps.append({"time": row.sent, "kind": "sent", "title": f"{row.receiver.name} was {what}", "actor": "", "data": {"reason": row.answer}})
    return sorted(steps, key=lambda one: one["time"])


def receiver_kinds() -> list[dict[str, Any]]:
    """Every kind with its schema, and whether it can be used here."""
    found = []
    for name in REGISTRY:
        able = REGISTRY.available(name)
        if not able.is_available:
            found.append({"kind": name, "label": name, "summary": "", "icon": "send", "is_available": False, "reason": able.reason, "schema": {}})
            continue
        plugin = REGISTRY.get(name)
        reason = plugin.obstacle()
        found.append(
            {
                "kind": name,
                "label": plugin.label,
                "summary": plugin.summary,
                "icon": plugin.icon,
                "is_available": not reason,
                "reason": reason,
                "schema": plugin.Config.model_json_schema(),
            }
        )
    return found


def _told(events: QuerySet[Event]) -> list[dict[str, Any]]:
    rows = list(events.values("id", "type", "time", "severity", "actor_kind", "subject_type", "subject_id", "subject_name", "data"))
    people = dict(EventPerson.objects.filter(event_id__in=[row["id"] for row in rows]).values_list("event_id", "data"))
    return [{**row, "title": title_of(row["type"]), "actor": people.get(row["id"], {}).get("name") or row["actor_kind"]} for row in rows]
