"""What the catalog's pages share: designed lists and pages instead of change lists and forms, and posts that end with a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from governance.core.access import Action, actor_of, require, visible
from governance.core.admin_base import GatedAdmin
from governance.core.api.keyset import Order, page
from governance.core.errors import GovernanceError, InvalidInput, NotFound

ROWS = 50
Crumbs = list[tuple[str, str]]
Doing = Callable[..., str]


def answer(request: HttpRequest, template: str, title: str, crumbs: Crumbs, context: Mapping[str, Any]) -> TemplateResponse:
    """A designed page."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, "crumbs": [*crumbs, (title, "")], **context})


def listed(request: HttpRequest, rows: QuerySet[Any], order: Order, load: Callable[[list[int]], list[Any]]) -> dict[str, Any]:
    """One page of a list by keyset, loaded in full: `rows`, `previous_url` and `next_url` for the templates."""
    parameters = request.GET.copy()
    parameters.setdefault("limit", str(ROWS))
    found = page(rows, order, ["pk"], parameters, request.path)
    ids = [row["pk"] for row in found.rows]
    whole = {one.pk: one for one in load(ids)}
    return {"rows": [whole[pk] for pk in ids if pk in whole], "previous_url": found.previous, "next_url": found.next}


def ordered(request: HttpRequest, known: Mapping[str, str], fallback: str) -> tuple[Order, str]:
    """The order that the URL names, and its name."""
    asked = request.GET.get("order", fallback)
    name = asked.removeprefix("-")
    if name not in known:
        asked, name = fallback, fallback.removeprefix("-")
    return Order(known[name], asked.startswith("-")), asked


def posted(view: Doing) -> Callable[..., HttpResponseBase]:
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
        return HttpResponseRedirect(back(request))

    return act


def number(text: str) -> int:
    """An id that a form sent; InvalidInput when it is none."""
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput("The form was not complete. Load the page again.")
    return int(text)


def back(request: HttpRequest) -> str:
    """Where a form wants to go next, inside the portal."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("admin:catalog_dataset_changelist")


class CatalogAdmin(GatedAdmin):
    """Lists and pages are views of our own; `extra_urls` are posts below the model's address."""

    def routes(self) -> list[tuple[str, Callable[..., HttpResponseBase], str]]:
        """(route, view, name) of what the pages post to."""
        return []

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        own = [
            path(route, self.admin_site.admin_view(view), name=f"{meta.app_label}_{meta.model_name}_{name}") for route, view, name in self.routes()
        ]
        found: list[URLPattern] = super().get_urls()
        return [*own, *found]

    def one(self, request: HttpRequest, pk: Any, action: Action = "view") -> Any:
        """The row, if the reader may see it and do `action` on it."""
        text = str(pk)
        found = self.get_queryset(request).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
        if found is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} {text[:20]}, or you may not see it.")
        require(actor_of(request), action, found)
        return found

    def several(self, request: HttpRequest, model: type[Model], ids: list[str]) -> list[Any]:
        """Rows that a form names, those that the reader may see."""
        numbers = [int(one) for one in ids if one.isdecimal() and len(one) < 19]
        return list(visible(actor_of(request), model._default_manager.filter(pk__in=numbers)))
