"""The page of tokens: making one, its secret once, and the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from governance.core.access import Actor, actor_of, may, visible
from governance.core.errors import GovernanceError, InvalidInput
from security.identity import tokens
from security.identity.models import Token
from security.identity.scopes import resources
from security.identity.screens import shown_once

LIFETIMES = ((30, "30 days"), (90, "90 days"), (365, "a year"), (0, "no end"))
MOST = 500
CRUMBS = [("Settings", ""), ("Tokens", "/admin/identity/token/")]


def tokens_page(request: HttpRequest) -> HttpResponse:
    """GET shows the tokens; POST makes one of one's own."""
    problem = ""
    if request.method == "POST":
        try:
            return _make(request)
        except GovernanceError as error:
            problem = error.detail
    actor = actor_of(request)
    is_all = request.GET.get("of") == "all" and may(actor, "administer")
    rows = [_row(one) for one in _rows(actor, is_all)]
    context = {
        **admin.site.each_context(request),
        "title": "Tokens",
        "crumbs": CRUMBS,
        "rows": rows,
        "is_all": is_all,
        "may_see_all": may(actor, "administer"),
        "resources": sorted(resources()),
        "lifetimes": LIFETIMES,
        "problem": problem,
        "given": request.POST,
        "given_scopes": request.POST.getlist("scope"),
    }
    return TemplateResponse(request, "security/tokens.html", context, status=400 if problem else 200)


def _make(request: HttpRequest) -> HttpResponse:
    days = request.POST.get("days", "")
    if not days.isdecimal() or int(days) not in dict(LIFETIMES):
        raise InvalidInput("Choose how long the token holds.")
    name = request.POST.get("name", "").replace("\x00", "").strip()[:100]
    if not name:
        raise InvalidInput("Give the token a name that says which program uses it.")
    _, secret = tokens.create_token(
        User.objects.get(pk=request.user.pk or 0),
        name=name,
        scopes=request.POST.getlist("scope"),
        expires_at=timezone.now() + timedelta(days=int(days)) if int(days) else None,
        actor=actor_of(request),
    )
    return shown_once(
        request,
        f"The token {name}",
        secret,
        text="Programs send it as “Authorization: Bearer …”. Only its hash is kept: it cannot be shown again.",
        back=reverse("admin:identity_token_changelist"),
        back_text="To the tokens",
        crumbs=CRUMBS,
    )


def _rows(actor: Actor, is_all: bool) -> QuerySet[Token]:
    rows = visible(actor, Token.objects.select_related("user"))
    return (rows if is_all else rows.filter(user_id=actor.id or 0))[:MOST]


def _row(token: Token) -> dict[str, Any]:
    is_over = token.expires_at is not None and token.expires_at <= timezone.now()
    state = "revoked" if token.revoked else "expired" if is_over else "active" if token.user.is_active else "its owner is deactivated"
    return {"token": token, "state": state, "is_active": state == "active"}
