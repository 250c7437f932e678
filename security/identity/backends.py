"""Signing in: the counter first, then axes' record, and only then the password."""

from __future__ import annotations

from typing import Any

from axes.backends import AxesBackend, AxesStandaloneBackend
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from governance.core.access import Actor
from governance.core.events import record
from governance.core.middleware import client_address
from security.identity import limits


class LimitedBackend(AxesBackend):  # type: ignore[misc]
    """One attempt is reserved before any hash is computed. An unknown name costs the same hash as a known one (Django's ModelBackend sees to it)."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any) -> User | None:
        if username is None or password is None:
            return None
        name = limits.folded(username)
        address = client_address(request) if request is not None else ""
        refusal = limits.reserve(name, address)
        if refusal is not None:
            if refusal.is_first:
                actor = Actor("anonymous", None, name, address=address, request_id=getattr(request, "request_id", ""))
                record("security.login.locked", actor=actor, severity="warning", by=refusal.by, seconds=refusal.seconds)
            raise limits.too_many(refusal.seconds)
        if request is not None:
            AxesStandaloneBackend.authenticate(self, request, username, password, **kwargs)
        user: User | None = ModelBackend.authenticate(self, request, username, password, **kwargs)
        return user
