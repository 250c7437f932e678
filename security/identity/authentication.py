"""How the API knows who calls: a bearer token, or the session of a signed-in person with CSRF protection."""

from __future__ import annotations

from django.contrib.auth.models import User
from rest_framework import authentication
from rest_framework.request import Request

from governance.core.errors import NotAuthenticated
from governance.core.middleware import client_address
from security.identity import tokens


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer gov_…`; the request's actor is the token."""

    def authenticate(self, request: Request) -> tuple[User, tokens.Known] | None:
        kind, _, secret = str(request.META.get("HTTP_AUTHORIZATION") or "").partition(" ")
        if kind.lower() != "bearer":
            return None
        known = tokens.identify(secret.strip())
        if known is None:
            raise NotAuthenticated("This token is unknown, expired or revoked. Make a new one under Settings, Tokens.")
        request._request.actor = known.actor(client_address(request._request), getattr(request._request, "request_id", ""))  # type: ignore[attr-defined]
        return tokens.user_of(known), known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="portal"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The session's person; writes need the CSRF token. The actor follows from the request's user."""
