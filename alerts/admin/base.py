"""What the pages of alerts share: designed pages, posts that end with a message, and rows that the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from alerts.models import Notification
from alerts.services.notices import AGAIN
from governance.core.access import Action, actor_of, require
from governance.core.admin_base import GatedAdmin
from governance.core.errors import GovernanceError, NotFound

Crumbs = list[tuple[str, str]]
ALERTS: Crumbs = [("Alerts", "")]
HOURS = {"1": "1 hour", "4": "4 hours", "24": "1 day", "72": "3 days", "168": "1 week", "720": "30 days"}
"""How long a silence may be made for, by the hour."""
BADGES = {
    "pending": ("running", "schedule", "Waits"),
    "sending": ("running", "send", "Is being sent"),
    "sent": ("complete", "check_circle", "Delivered"),
    "failed": ("failed", "error", "Given up"),
    "silenced": ("aborted", "notifications_off", "Kept back"),
}


def answer(request: HttpRequest, template: str, title: str, crumbs: Crumbs, context: Mapping[str, Any]) -> TemplateResponse:
    """A designed page."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, "crumbs": [*crumbs, (title, "")], **context})


def posted(view: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """A view that does something and answers the sentence to show; what goes wrong is told the same way, and the page comes back."""

    @wraps(view)
    def act(self: Any, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            if told := view(self, request, **kwargs):
                messages.success(request, told)
        except GovernanceError as error:
            messages.error(request, error.detail)
        return HttpResponseRedirect(self.next_page(request))

    return act


class AlertsAdmin(GatedAdmin):
    """Lists and pages are views of our own; `routes` are what they post to."""

    def routes(self) -> list[tuple[str, Callable[..., HttpResponseBase], str]]:
        """(route, view, name)."""
        return []

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        own = [
            path(route, self.admin_site.admin_view(view), name=f"{meta.app_label}_{meta.model_name}_{name}") for route, view, name in self.routes()
        ]
        found: list[URLPattern] = super().get_urls()
        return [*own, *found]

    def address(self, name: str = "changelist", *args: object) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)

    def next_page(self, request: HttpRequest) -> str:
        """Where a form wants to go next, inside the portal; the list otherwise."""
        wanted = request.POST.get("next", "")
        inside = wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
        return wanted if inside else self.address()

    def one(self, request: HttpRequest, pk: Any, action: Action = "view") -> Any:
        """The row, if the reader may see it and do `action` on it."""
        found = self.get_queryset(request).filter(pk=number(pk)).first()
        if found is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} {str(pk)[:20]}, or you may not see it.")
        require(actor_of(request), action, found)
        return found


def number(text: Any) -> int:
    """An id out of an address, -1 for what is none."""
    return int(text) if str(text).isdecimal() and len(str(text)) < 19 else -1


def delivery(row: Notification) -> dict[str, Any]:
    """A notification as pages show it."""
    kind, icon, word = BADGES[row.state]
    return {"row": row, "badge": kind, "icon": icon, "word": word, "is_again": row.state in AGAIN and row.attempts > 0}
