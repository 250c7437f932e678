"""From a fact to alerts: the rules that mean it fire or resolve. Runs in the subscriber's transaction; sending happens from the rows later."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import F
from django.utils import timezone

from alerts import matching, templating
from alerts.models import Alert, Occurrence, Rule
from alerts.priority import priority
from alerts.services import notices
from governance.core import subjects
from governance.core.access import SYSTEM
from governance.core.errors import NotFound
from governance.core.events import record
from governance.core.models import Event, SetAside

logger = logging.getLogger(__name__)
SUBSCRIBER = "alerts"
KEPT = 100


def react(event: Event) -> None:
    """Let every enabled rule look at a fact."""
    # Most facts are meant by no rule: they cost this one narrow query.
    patterns = Rule.objects.filter(is_enabled=True).order_by("pk").values_list("pk", "pattern", "resolves")
    meant = [pk for pk, *both in patterns if any(one and matching.wants(one, event.type) for one in both)]
    if not meant:
        return
    fact = matching.fact_of(event, source_name(event.source_id))
    for rule in Rule.objects.filter(pk__in=meant).order_by("pk"):
        if _is_own(rule, event):
            continue
        if matching.wants(rule.pattern, event.type) and matching.holds(rule.condition, fact):
            fire(rule, event, fact)
        elif rule.resolves and matching.wants(rule.resolves, event.type):
            end(rule, event, fact)


def fire(rule: Rule, event: Event, fact: dict[str, Any]) -> Alert:
    """The open alert of the fact's group: a new one, or the one that there is, counted up."""
    fingerprint = matching.fingerprint(rule.pk, rule.group_by, fact)
    found = Alert.objects.select_for_update(of=("self",)).filter(fingerprint=fingerprint).exclude(state=Alert.State.RESOLVED).first()
    if found is None:
        return _begin(rule, event, fact, fingerprint)
    if found.event_id == event.pk or found.occurrences.filter(event_id=event.pk).exists():
        return found  # read again after it was set aside
    points, reasons = priority(rule.severity, _sensitivity(event), event.data, found.count + 1)
    Alert.objects.filter(pk=found.pk).update(
        count=F("count") + 1,
        last_seen=event.time,
        event_id=event.pk,
        title=_title(rule, fact),
        body=templating.render(rule.body, fact, 4000),
        severity=rule.severity,
        priority=points,
        priority_reasons=reasons,
    )
    found.refresh_from_db()
    if found.count <= KEPT:
        Occurrence.objects.create(alert=found, event_id=event.pk)
    if found.state == Alert.State.FIRING and not _is_replay(event):
        notices.tell(found)
    notices.publish(found)
    return found


def end(rule: Rule, event: Event, fact: dict[str, Any]) -> None:
    """The fact says that what the alert was about is over."""
    fingerprint = matching.fingerprint(rule.pk, rule.group_by, fact)
    for alert in Alert.objects.select_for_update(of=("self",)).filter(fingerprint=fingerprint).exclude(state=Alert.State.RESOLVED):
        alert.state, alert.resolved = Alert.State.RESOLVED, timezone.now()
        alert.save(update_fields=["state", "resolved"])
        record("alerts.alert.resolved", alert, actor=SYSTEM, by="fact")
        if not _is_replay(event):
            notices.tell_resolved(alert)
        notices.publish(alert)


def source_name(source_id: int | None) -> str:
    """A source's title through its subject type, since sources are a room above; empty when there is none."""
    if source_id is None:
        return ""
    try:
        kind = subjects.type_named("source")
    except NotFound:
        return ""
    row = kind.model._default_manager.filter(pk=source_id).first()
    return kind.title(row) if row is not None else ""


def _begin(rule: Rule, event: Event, fact: dict[str, Any], fingerprint: str) -> Alert:
    sensitivity = _sensitivity(event)
    points, reasons = priority(rule.severity, sensitivity, event.data, 1)
    alert = Alert.objects.create(
        rule=rule,
        fingerprint=fingerprint,
        severity=rule.severity,
        title=_title(rule, fact),
        body=templating.render(rule.body, fact, 4000),
        labels=_labels(rule, fact, fingerprint),
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        subject_name=event.subject_name,
        source_id=event.source_id,
        dataset_id=event.dataset_id,
        sensitivity=sensitivity,
        priority=points,
        priority_reasons=reasons,
        event_id=event.pk,
        started=event.time,
        last_seen=event.time,
    )
    Occurrence.objects.create(alert=alert, event_id=event.pk)
    record("alerts.alert.fired", alert, actor=SYSTEM, severity=rule.severity, rule=rule.pk, rule_name=rule.name, priority=points)
    if not _is_replay(event):
        notices.tell(alert)
    notices.publish(alert)
    return alert


def _title(rule: Rule, fact: dict[str, Any]) -> str:
    return templating.plain(templating.render(rule.title, fact)) or rule.name


def _labels(rule: Rule, fact: dict[str, Any], fingerprint: str) -> dict[str, str]:
    """What silences match: words that stay the same as long as the group does."""
    labels = {"rule": rule.name, "severity": rule.severity, "group": fingerprint, "source": fact["source"]}
    grouped = rule.group_by or matching.BY_SUBJECT
    if {"subject", "subject_id", "dataset_id"} & set(grouped):
        labels |= {"subject": fact["subject"], "subject_type": fact["subject_type"]}
    labels |= {path: templating.render(f"{{{path}}}", fact) for path in grouped if path.startswith("data.")}
    return {name: value for name, value in labels.items() if value and value != templating.NOTHING}


def _sensitivity(event: Event) -> str:
    """The fact's own word, or its subject's present one."""
    if event.sensitivity or event.subject_id is None:
        return event.sensitivity
    try:
        kind = subjects.type_named(event.subject_type)
    except NotFound:
        return ""
    row = kind.model._default_manager.filter(pk=event.subject_id).first() if kind.sensitivity else None
    return subjects.subject_of(row).sensitivity if row is not None else ""


def _is_own(rule: Rule, event: Event) -> bool:
    """Whether the fact is about an alert of this very rule, which must not ring again."""
    if not event.type.startswith("alerts."):
        return False
    if event.data.get("rule") == rule.pk:
        return True
    return event.subject_type == "alert" and event.subject_id is not None and Alert.objects.filter(pk=event.subject_id, rule=rule).exists()


def _is_replay(event: Event) -> bool:
    """Whether the fact was set aside before and is read again now; a replay never notifies."""
    return SetAside.objects.filter(subscriber=SUBSCRIBER, event_id=event.pk).exists()
