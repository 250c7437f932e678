"""What the app registers with the ground floor; imported once everything is there."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from governance.core.subjects import SubjectType, register
from security.identity import facts, models, signals
from security.identity import schema as schema

facts.declare_all()
register(SubjectType("team", models.Team, title=str, url=lambda one: f"/admin/identity/team/{one.pk}/change/", plural="teams", is_shared=True))
register(
    SubjectType(
        "token",
        models.Token,
        title=str,
        url=lambda one: "/admin/identity/token/",
        paths={"person": "user_id"},
        plural="tokens",
        unscoped="administer",
    )
)
user_logged_in.connect(signals.signed_in, dispatch_uid="identity")
user_logged_out.connect(signals.signed_out, dispatch_uid="identity")
user_login_failed.connect(signals.failed, dispatch_uid="identity")
# People stand in Django's own app; the admin calls it by what it is here.
apps.get_app_config("auth").verbose_name = "Settings"
