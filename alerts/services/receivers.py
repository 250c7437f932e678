"""Receivers: added, changed, removed, and tried out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.models import SEVERITIES, Receiver
from alerts.receivers import REGISTRY, Group, Notice
from alerts.receivers.sealing import merged, parse, plugin_of, store
from governance.core.access import Actor, require
from governance.core.api.problems import invalid
from governance.core.errors import GovernanceError
from governance.core.events import record
from governance.core.events.recording import stamp


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test came to; `detail` says what the other side answered, or what to do."""

    is_delivered: bool
    detail: str


@transaction.atomic
def create_receiver(
    *, name: str, kind: str, config: Mapping[str, Any], least_severity: str = "warning", is_enabled: bool = True, actor: Actor
) -> Receiver:
    """Nothing is sent yet; `test_receiver` does that."""
    require(actor, "manage")
    _check(name, kind, least_severity)
    parsed = parse(kind, config)
    row = Receiver(name=name.strip(), kind=kind, least_severity=least_severity, is_enabled=is_enabled)
    row.validate_unique()
    row.save()
    store(row, parsed)
    row.save(update_fields=["config", "secrets"])
    record("alerts.receiver.created", row, actor=actor, kind=kind, change={"before": {}, "after": _shown(row)})
    return row


@transaction.atomic
def update_receiver(row: Receiver, *, actor: Actor, config: Mapping[str, Any] | None = None, **values: Any) -> Receiver:
    """Change the named of name, least_severity and is_enabled, and the given parts of the config; •••• keeps a secret as it is."""
    require(actor, "manage", row)
    row = Receiver.objects.select_for_update().get(pk=row.pk)
    before = _shown(row)
    for name in ("name", "least_severity", "is_enabled"):
        if name in values:
            setattr(row, name, values[name].strip() if name == "name" else values[name])
    _check(row.name, row.kind, row.least_severity)
    if config is not None:
        store(row, parse(row.kind, merged(row, config)))
    row.validate_unique()
    row.save()
    after = _shown(row)
    changed = [name for name in after if after[name] != before[name]]
    if changed or config is not None:
        change = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
        record("alerts.receiver.updated", row, actor=actor, kind=row.kind, change=change)
    return row


@transaction.atomic
def delete_receiver(row: Receiver, *, actor: Actor) -> None:
    """Its notifications go with it."""
    require(actor, "manage", row)
    record("alerts.receiver.deleted", row, actor=actor, kind=row.kind, change={"before": _shown(row), "after": {}})
    row.delete()


def test_receiver(row: Receiver, *, actor: Actor) -> Outcome:
    """Send a message that says it is a test, now. The connection is made outside of any transaction."""
    require(actor, "manage", row)
    try:
        outcome = Outcome(True, plugin_of(row).notify(_test_group(row)))
    except GovernanceError as error:
        outcome = Outcome(False, error.detail)
    with transaction.atomic():
        now = timezone.now()
        Receiver.objects.filter(pk=row.pk).update(
            **({"last_sent": now, "last_error": ""} if outcome.is_delivered else {"last_error": outcome.detail[:500]})
        )
        record("alerts.receiver.tested", row, actor=actor, kind=row.kind, is_delivered=outcome.is_delivered, detail=outcome.detail[:500])
    return outcome


test_receiver.__test__ = False  # type: ignore[attr-defined]  # it is no test of ours, though test runners think so


def _test_group(row: Receiver) -> Group:
    now = stamp(timezone.now())
    notice = Notice(
        id=0,
        state="firing",
        severity="info",
        title=f"This is a test of the receiver {row.name}",
        body="If you can read this, alerts will reach you here. Nothing needs to be done.",
        rule="",
        labels={},
        subject={"type": "receiver", "id": row.pk, "name": row.name},
        source_id=None,
        dataset_id=None,
        sensitivity="",
        priority=0,
        priority_reasons=[],
        count=1,
        started=now,
        last_seen=now,
        url=f"{settings.BASE_URL}/admin/alerts/receiver/{row.pk}/change/",
    )
    return Group("test", f"test-{secrets.token_hex(8)}", row.name, (notice,), settings.BASE_URL)


def _check(name: str, kind: str, least_severity: str) -> None:
    errors: dict[str, list[str]] = {}
    if not name.strip() or len(name) > 100:
        errors["name"] = ["Give a name of at most 100 characters."]
    if kind not in REGISTRY:
        errors["kind"] = [f"One of {', '.join(REGISTRY)}."]
    if least_severity not in SEVERITIES:
        errors["least_severity"] = [f"One of {', '.join(SEVERITIES)}."]
    if errors:
        raise invalid(errors)


def _shown(row: Receiver) -> dict[str, Any]:
    return {"name": row.name, "least_severity": row.least_severity, "is_enabled": row.is_enabled, "config": _where(row.config)}


def _where(config: Mapping[str, Any]) -> dict[str, Any]:
    """A fact does not hold addresses of people; those stand in the receiver itself."""
    return {name: f"{len(value)} addresses" if isinstance(value, list) else value for name, value in config.items()}
