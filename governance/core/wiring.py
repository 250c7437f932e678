"""What the ground floor registers when Django is ready: people as subjects, its facts, its periodic task, the live topic of facts."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from governance.core import facts as facts
from governance.core import live, periodic
from governance.core.access import may
from governance.core.models import Event
from governance.core.subjects import SubjectType, register

register(
    SubjectType(
        "person",
        get_user_model(),
        title=lambda one: one.get_username(),
        url=lambda one: f"/admin/auth/user/{one.pk}/change/",
        paths={"person": "id"},
        plural="people",
        is_shared=True,
    )
)
# Facts that name no source are for whoever may audit the whole portal.
register(
    SubjectType(
        "event",
        Event,
        title=str,
        url=lambda one: f"/admin/core/event/{one.pk}/change/",
        paths={"source": "source_id", "dataset": "dataset_id"},
        plural="events",
        unscoped="audit",
    )
)
periodic.every(10, "core.sweep")
periodic.every(3600, "core.forget_answers")
live.register_topic(live.Topic("events", unscoped=lambda actor: may(actor, "audit")))
