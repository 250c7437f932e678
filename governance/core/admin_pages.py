"""Designed pages of the admin that belong to no model: each app names its own with a decorator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

Answer = HttpResponseBase | Mapping[str, Any]
_pages: list[URLPattern] = []


def page(route: str, name: str, title: str, template: str = "") -> Callable[[Callable[..., Answer]], Callable[..., HttpResponseBase]]:
    """`@page("live/", "live", "Live", "monitoring/live.html")` above a view in an app's `admin.py`: it becomes `/admin/live/`, named `admin:live`.

    The view is called for people who are signed in; it answers a response, or the context of the template, which the admin's own context is added to.
    What the person may see is the view's to ask from the gate.
    """

    def add(view: Callable[..., Answer]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            found = view(request, **kwargs)
            if isinstance(found, HttpResponseBase):
                return found
            return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **found})

        _hook()
        _pages.append(path(route, admin.site.admin_view(answer), name=name))
        return answer

    return add


def _hook() -> None:
    """Our pages come before the theme's and the models' addresses, on the one site that there is."""
    site: Any = admin.site
    if getattr(site, "has_portal_pages", False):
        return
    site.has_portal_pages = True
    own = site.get_urls
    site.get_urls = lambda: [*_pages, *own()]
