"""Django's signals about signing in, turned into facts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from governance.core.access import Actor
from governance.core.events import record
from governance.core.middleware import client_address
from security.identity import limits


def signed_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    limits.release(limits.folded(user.get_username()), client_address(request))
    record("security.login.succeeded", user, actor=_actor(request, user))


def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record("security.logout.done", user, actor=_actor(request, user))


def failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    name = limits.submitted_name(request, credentials)
    subject = User.objects.filter(username__iexact=name).first()
    actor = Actor("anonymous", None, name, address=client_address(request) if request else "", request_id=getattr(request, "request_id", ""))
    record("security.login.failed", subject, actor=actor, severity="warning")


def _actor(request: HttpRequest, user: User) -> Actor:
    return Actor("person", user.pk, user.get_username(), address=client_address(request), request_id=getattr(request, "request_id", ""))
