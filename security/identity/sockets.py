"""Who is at the other end of a websocket: the session's person, or a token in the address."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from governance.core.access import ANONYMOUS, Actor
from security.identity import tokens
from security.identity.scopes import LIVE


def authenticate(scope: dict[str, Any]) -> Actor:
    """The reader of a websocket. `?token=gov_…` needs the scope `read:live`; without a token the session cookie counts."""
    address = str((scope.get("client") or ("",))[0] or "")
    query = parse_qs(bytes(scope.get("query_string") or b"").decode("latin-1"))
    if secret := (query.get("token") or [""])[0]:
        known = tokens.identify(secret)
        actor = known.actor(address, "") if known else ANONYMOUS
        return actor if actor.has_scope("read", LIVE) and actor.is_known else ANONYMOUS
    key = (scope.get("cookies") or {}).get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return ANONYMOUS
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(cast(HttpRequest, SimpleNamespace(session=store)))
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    return Actor("person", user.pk, user.get_username(), address=address)
