"""What the designed pages of this app have in common."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from governance.core.access import actor_of
from governance.core.admin_base import GatedAdmin
from governance.core.api.keyset import Order, Page, page
from governance.core.errors import Conflict, NotFound
from governance.scans import services
from governance.scans.models import ScanRun
from governance.sources.models import Source

ROWS = "50"


class PageAdmin(GatedAdmin):
    """An admin class whose pages are our own templates; Django's list and form are never shown."""

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of this address, if the reader may see it."""
        row = self.get_queryset(request).filter(pk=object_id if object_id.isdecimal() and len(object_id) < 19 else -1).first()
        if row is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} {object_id}, or you may not see it.")
        return row

    def show(self, request: HttpRequest, template: str, title: str, crumbs: list[tuple[str, str]], **context: Any) -> TemplateResponse:
        # The theme's templates ask for these on the pages of a model.
        model = {"opts": self.model._meta, "has_view_permission": True}
        return TemplateResponse(request, template, {**admin.site.each_context(request), **model, "title": title, "crumbs": crumbs, **context})


def listed(request: HttpRequest, queryset: QuerySet[Any], order: Order, names: list[str]) -> Page:
    """One page of a list, its place kept in the address."""
    parameters = request.GET.copy()
    parameters.setdefault("limit", ROWS)
    return page(queryset, order, names, parameters, request.path)


def with_filters(request: HttpRequest, **changes: str) -> str:
    """This list's address with other filters, from its start."""
    kept = {name: value for name, value in request.GET.items() if name not in ("cursor", "limit")} | changes
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def start(request: HttpRequest, source: Source, **options: Any) -> HttpResponse:
    """Start a scan and go to its page; to the one that runs already, if there is one."""
    try:
        run = services.start_scan(source, **options, actor=actor_of(request))
    except Conflict as error:
        active = ScanRun.objects.filter(source=source, state__in=ScanRun.ACTIVE).first()
        messages.warning(request, error.detail)
        if active is None:
            return redirect("admin:sources_source_change", source.pk)
        run = active
    return redirect("admin:scans_scanrun_change", run.pk)


def address(name: str, *arguments: Any, **query: Any) -> str:
    """An address of the admin by its name."""
    found = reverse(f"admin:{name}", args=arguments)
    return f"{found}?{urlencode(query)}" if query else found
