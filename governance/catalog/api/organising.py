"""`/api/v1/domains/`, `tags/` and `entities/`."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.catalog import services
from governance.catalog.entities import known_entities
from governance.catalog.models import Domain, Tag
from governance.core.access import visible
from governance.core.api.views import Resource, View
from governance.core.errors import NotFound
from intelligence.classification import families
from intelligence.classification.titles import title


class DomainWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    parent = serializers.IntegerField(required=False, allow_null=True, help_text="id of the domain above it")  # type: ignore[assignment]


class TagWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5_000)


class Merge(serializers.Serializer[Any]):
    into = serializers.IntegerField()


class Domains(Resource):
    """Parts of the business that data belongs to."""

    resource = "domains"
    model = Domain
    columns = {"id": "id", "name": "name", "description": "description", "parent": "parent_id", "datasets": "uses", "created": "created"}
    extra = {"datasets": serializers.IntegerField()}
    filterset_fields = ("name", "parent")
    searches = ("name", "description")
    orderings = ("id", "name")

    def rows(self) -> QuerySet[Domain]:
        return Domain.objects.annotate(uses=Count("datasets"))

    @extend_schema(request=DomainWrite)
    def create(self, request: Request) -> Response:
        data = self.validated(DomainWrite)
        one = services.create_domain(actor=self.actor, **data | {"parent": self._above(data.get("parent"))})
        return Response(self.one(one.pk), status=201)

    @extend_schema(request=DomainWrite)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        domain = self.instance("edit")
        data = self.validated(DomainWrite, partial=True)
        is_top = "parent" in data and data["parent"] is None
        services.update_domain(domain, actor=self.actor, is_top=is_top, **data | {"parent": self._above(data.get("parent"))})
        return Response(self.one(domain.pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        services.delete_domain(self.instance("edit"), actor=self.actor)
        return Response(status=204)

    def _above(self, pk: int | None) -> Domain | None:
        if pk is None:
            return None
        found = visible(self.actor, Domain.objects.filter(pk=pk)).first()
        if found is None:
            raise NotFound(f"There is no domain {pk}, or you may not see it.")
        return found


class Tags(Resource):
    """Words that datasets and fields are marked with."""

    resource = "tags"
    model = Tag
    columns = {"id": "id", "name": "name", "description": "description", "datasets": "dataset_uses", "fields": "field_uses", "created": "created"}
    extra = {"datasets": serializers.IntegerField(), "fields": serializers.IntegerField()}
    filterset_fields = ("name",)
    searches = ("name", "description")
    orderings = ("id", "name")

    def rows(self) -> QuerySet[Tag]:
        return Tag.objects.annotate(dataset_uses=Count("datasets", distinct=True), field_uses=Count("fields", distinct=True))

    @extend_schema(request=TagWrite)
    def create(self, request: Request) -> Response:
        return Response(self.one(services.create_tag(actor=self.actor, **self.validated(TagWrite)).pk), status=201)

    @extend_schema(request=TagWrite)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        tag = self.instance("edit")
        services.update_tag(tag, actor=self.actor, **self.validated(TagWrite, partial=True))
        return Response(self.one(tag.pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        services.delete_tag(self.instance("edit"), actor=self.actor)
        return Response(status=204)

    @extend_schema(request=Merge)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str = "") -> Response:
        """Everything with this tag gets the other one, and this one is no more."""
        tag = self.instance("edit")
        into = visible(self.actor, Tag.objects.filter(pk=self.validated(Merge)["into"])).first()
        if into is None:
            raise NotFound("There is no such tag to merge into.")
        services.merge_tags(tag, into=into, actor=self.actor)
        return Response(self.one(into.pk))


class Entities(View):
    """What a field can hold: each entity with its family and how sensitive that is unless a rule set says otherwise."""

    resource = "fields"

    def list(self, request: Request) -> Response:
        found = [
            {"entity": entity, "title": title(entity), "family": family, "label": families.label(family), "sensitivity": families.sensitivity(family)}
            for entity, family in sorted(known_entities().items())
        ]
        return Response({"next": None, "previous": None, "results": found})
