"""The sidebar and the palette, resolved for one reader: what does not exist yet or may not be opened is left out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from alerts.models import Alert
from governance.catalog.models import Dataset, Field
from governance.core.access import actor_of, may, visible
from governance.navigation import GROUPS, Page


def groups(request: HttpRequest, *, has_badges: bool = True) -> list[dict[str, Any]]:
    """The groups as the theme's sidebar wants them, without empty ones, and with the page of this request marked."""
    found: list[dict[str, Any]] = []
    for title, pages in GROUPS:
        items = [item for page in pages if (item := _item(request, page, has_badges)) is not None]
        if items:
            found.append({"title": title, "items": items})
    _mark_current(request.path, [item for group in found for item in group["items"]])
    return found


def address(name: str, *arguments: int) -> str:
    """The path of a page, empty while there is none of that name."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def _item(request: HttpRequest, page: Page, has_badges: bool) -> dict[str, Any] | None:
    link = address(page.address)
    if not link or not _may_open(request, page):
        return None
    item: dict[str, Any] = {"title": page.title, "icon": page.icon, "link": link, "active": False}
    waiting = import_string(page.badge)(request) if page.badge and has_badges else 0
    if waiting:
        item |= {"badge": waiting if waiting < 1000 else "999+", "badge_variant": "warning"}
    return item


def _may_open(request: HttpRequest, page: Page) -> bool:
    """A change list is opened by its own admin class; another page by the gate."""
    name = page.address.removeprefix("admin:").removesuffix("_changelist")
    for model, model_admin in admin.site._registry.items():
        if f"{model._meta.app_label}_{model._meta.model_name}" == name:
            return bool(model_admin.has_view_or_change_permission(request))
    actor = actor_of(request)
    if not page.action or may(actor, page.action):
        return True
    return page.somewhere and visible(actor, Dataset.objects.all(), page.action).exists()


def _mark_current(path: str, items: list[dict[str, Any]]) -> None:
    index = reverse("admin:index")
    matching = [item for item in items if path == item["link"] or (item["link"] != index and path.startswith(item["link"]))]
    if matching:
        max(matching, key=lambda item: len(item["link"]))["active"] = True


def waiting_decisions(request: HttpRequest) -> int:
    """Suggestions that this reader may decide; counting stops where the badge does."""
    waiting = visible(actor_of(request), Field.objects.filter(state=Field.State.SUGGESTED, gone=None), "decide")
    return waiting.order_by()[:1000].count()


def open_alerts(request: HttpRequest) -> int:
    """Alerts that are not resolved: the number that the overview and the first tab of the inbox show too."""
    alerts = visible(actor_of(request), Alert.objects.exclude(state=Alert.State.RESOLVED))
    return alerts.order_by()[:1000].count()
