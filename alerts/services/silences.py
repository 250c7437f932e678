"""Silences: nobody is told for a while, and everybody sees why."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from alerts.models import Alert, Silence
from alerts.services.permission import person, require_handling
from alerts.silencing import LABELS
from governance.core.access import Actor, may, require
from governance.core.errors import Conflict, Denied, InvalidInput
from governance.core.events import record
from governance.core.events.recording import stamp

LONGEST = timedelta(days=366)


@transaction.atomic
def silence(alert: Alert, *, until: datetime, reason: str, actor: Actor) -> Silence:
    """Keep this alert, and the next ones of its rule about the same thing, quiet."""
    require_handling(actor, alert)
    shown = {name: glob.escape(alert.labels[name]) for name in ("rule", "source", "subject") if alert.labels.get(name)}
    return _create({**shown, "group": alert.fingerprint}, reason, timezone.now(), until, actor, alert)


@transaction.atomic
def create_silence(*, matchers: Mapping[str, str], reason: str, ends: datetime, starts: datetime | None = None, actor: Actor) -> Silence:
    """A silence over whatever fits the matchers, anywhere in the portal."""
    require(actor, "manage")
    return _create(matchers, reason, starts or timezone.now(), ends, actor, None)


@transaction.atomic
def end_silence(silence: Silence, *, actor: Actor) -> Silence:
    """End it now; Conflict when it is over."""
    if silence.created_by_id is None or silence.created_by_id != actor.id:
        require(actor, "manage")
    now = timezone.now()
    if not Silence.objects.filter(pk=silence.pk, ends__gt=now).update(ends=now):
        raise Conflict("This silence is over already.")
    silence.ends = now
    record("alerts.silence.ended", silence, actor=actor, matchers=silence.matchers, until=stamp(now), reason=silence.reason)
    return silence


def may_end(silence: Silence, actor: Actor) -> bool:
    return (silence.created_by_id is not None and silence.created_by_id == actor.id) or may(actor, "manage")


def _create(matchers: Mapping[str, str], reason: str, starts: datetime, ends: datetime, actor: Actor, alert: Alert | None) -> Silence:
    errors: dict[str, list[str]] = {}
    fitting = {str(name).strip(): str(pattern).strip() for name, pattern in matchers.items()}
    if not fitting or any(not name or not pattern for name, pattern in fitting.items()) or len(fitting) > 20:
        errors["matchers"] = ['Name at least one label and its pattern, for example {"source": "shop*"}.']
    elif any(len(name) > 200 or len(pattern) > 500 for name, pattern in fitting.items()):
        errors["matchers"] = ["A pattern may have at most 500 characters."]
    elif unknown := [name for name in fitting if name not in LABELS and not name.startswith("data.")]:
        errors["matchers"] = [f"No alert has a label {unknown[0]!r}. There are {', '.join(LABELS)}, and the data.… by which a rule groups."]
    if not reason.strip():
        errors["reason"] = ["Say why: others read it beside the alert."]
    if ends <= max(starts, timezone.now()):
        errors["ends"] = ["The end must lie in the future and after the start."]
    elif ends - starts > LONGEST:
        errors["ends"] = ["A silence lasts at most a year. Disable the rule instead."]
    if errors:
        raise InvalidInput("; ".join(messages[0] for messages in errors.values()), errors=errors)
    if alert is None and not actor.is_known:
        raise Denied("Sign in to make a silence.")
    made = Silence.objects.create(matchers=fitting, reason=reason.strip()[:500], starts=starts, ends=ends, created_by=person(actor, get_user_model()))
    record("alerts.silence.created", made, actor=actor, matchers=fitting, until=stamp(ends), reason=made.reason)
    return made
