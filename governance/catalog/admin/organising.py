"""Domains and tags: a table to edit in place each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from governance.catalog import services
from governance.catalog.admin.base import CatalogAdmin, answer, number, posted
from governance.catalog.models import Domain, Tag
from governance.core.access import actor_of, may, visible
from governance.core.errors import InvalidInput


class _Organising(CatalogAdmin):
    """One page with everything; a row opens to be changed."""

    action_to_change = "edit"
    action_to_add = "edit"
    action_to_delete = "edit"

    def routes(self) -> list[Any]:
        return [("create/", self.create, "create"), ("<int:pk>/update/", self.update, "update"), ("<int:pk>/remove/", self.remove, "remove")]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        one = self.one(request, object_id)
        return HttpResponseRedirect(f"{reverse('admin:catalog_dataset_changelist')}?{self.model._meta.model_name}={one.pk}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        return HttpResponseRedirect(reverse(f"admin:catalog_{self.model._meta.model_name}_changelist"))

    def page(self, request: HttpRequest, rows: Any, title: str, **context: Any) -> HttpResponseBase:
        actor = actor_of(request)
        shown = [{"row": one, "may_edit": may(actor, "edit", one)} for one in visible(actor, rows)]
        whole = {"rows": shown, "may_create": may(actor, "edit"), "kind": self.model._meta.model_name, **context}
        return answer(request, "catalog/organise.html", title, [("Settings", "")], whole)

    @posted
    def create(self, request: HttpRequest) -> str:
        name, description = request.POST.get("name", ""), request.POST.get("description", "")
        if self.model is Tag:
            return f"The tag {services.create_tag(name=name, description=description, actor=actor_of(request))} was made."
        parent = self._parent(request)
        return f"The domain {services.create_domain(name=name, description=description, parent=parent, actor=actor_of(request))} was made."

    @posted
    def update(self, request: HttpRequest, pk: int) -> str:
        one = self.one(request, pk, "edit")
        name, description = request.POST.get("name", ""), request.POST.get("description", "")
        if isinstance(one, Tag):
            services.update_tag(one, name=name, description=description, actor=actor_of(request))
        else:
            parent = self._parent(request)
            services.update_domain(one, name=name, description=description, parent=parent, is_top=parent is None, actor=actor_of(request))
        return "Saved."

    @posted
    def remove(self, request: HttpRequest, pk: int) -> str:
        one = self.one(request, pk, "edit")
        name = str(one)
        if isinstance(one, Tag):
            services.delete_tag(one, actor=actor_of(request))
        else:
            services.delete_domain(one, actor=actor_of(request))
        return f"{name} was removed."

    def _parent(self, request: HttpRequest) -> Domain | None:
        wanted = request.POST.get("parent", "")
        if not wanted:
            return None
        found = visible(actor_of(request), Domain.objects.filter(pk=number(wanted))).first()
        if found is None:
            raise InvalidInput("There is no such domain to stand below. Choose another.")
        return found


@admin.register(Domain)
class DomainAdmin(_Organising):
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        rows = Domain.objects.select_related("parent").annotate(uses=Count("datasets", filter=Q(datasets__gone=None)))
        parents = visible(actor_of(request), Domain.objects.all())
        return self.page(request, rows.order_by("name"), "Domains", parents=parents, what="the parts of the business that data belongs to")


@admin.register(Tag)
class TagAdmin(_Organising):
    def routes(self) -> list[Any]:
        return [*super().routes(), ("<int:pk>/merge/", self.merge, "merge")]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        live = Count("datasets", filter=Q(datasets__gone=None), distinct=True)
        rows = Tag.objects.annotate(uses=live, field_uses=Count("fields", distinct=True)).order_by("name")
        return self.page(
            request, rows, "Tags", others=visible(actor_of(request), Tag.objects.all()), what="words that datasets and fields are marked with"
        )

    @posted
    def merge(self, request: HttpRequest, pk: int) -> str:
        tag = self.one(request, pk, "edit")
        into = self.several(request, Tag, [request.POST.get("into", "")])
        if not into:
            raise InvalidInput("Choose the tag to merge into.")
        name = tag.name
        services.merge_tags(tag, into=into[0], actor=actor_of(request))
        return f"{name} was merged into {into[0].name}."
