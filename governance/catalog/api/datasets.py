"""`/api/v1/datasets/`."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, QuerySet
from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.catalog import search, services
from governance.catalog.models import Dataset, DatasetVersion, Field
from governance.catalog.services import previewing
from governance.core.api.keyset import Order, page
from governance.core.api.views import Resource
from governance.core.errors import InvalidInput, NotFound, TooLarge

LARGEST_IMPORT = 32 * 1024 * 1024


class DatasetEdit(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    domain = serializers.IntegerField(required=False, allow_null=True, help_text="id of a domain, or null")
    tags = serializers.ListField(child=serializers.JSONField(), required=False, max_length=100, help_text="ids or names of tags")
    owners = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100, help_text="ids of people")
    owner_teams = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100, help_text="ids of teams")
    certification = serializers.ChoiceField(choices=Dataset.Certification.choices, required=False, allow_blank=True)


class Some(serializers.Serializer[Any]):
    """Things to add or to take away, by id."""

    tags = serializers.ListField(child=serializers.JSONField(), required=False, max_length=100)
    owners = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100)
    owner_teams = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100)


class BulkEdit(DatasetEdit):
    datasets = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=1_000)
    add = Some(required=False)
    remove = Some(required=False)


class Import(serializers.Serializer[Any]):
    csv = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True)
    file = serializers.FileField(required=False)
    dry_run = serializers.BooleanField(required=False, default=False)
    partial = serializers.BooleanField(required=False, default=False, help_text="Write the good lines although others are bad.")  # type: ignore[assignment]


class Restore(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)


class DatasetFilter(filters.FilterSet):  # type: ignore[misc]
    source = filters.NumberFilter(field_name="source_id")
    domain = filters.NumberFilter(field_name="domain_id")
    tag = filters.NumberFilter(method="by_tag")
    owner = filters.NumberFilter(method="by_owner", help_text="A person who owns it, alone or in a team.")
    gone = filters.BooleanFilter(field_name="gone", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Dataset
        fields = ["kind", "sensitivity", "certification", "key", "name"]

    def by_tag(self, queryset: QuerySet[Dataset], name: str, value: int) -> QuerySet[Dataset]:
        return queryset.filter(pk__in=Dataset.tags.through.objects.filter(tag_id=value).values("dataset_id"))

    def by_owner(self, queryset: QuerySet[Dataset], name: str, value: int) -> QuerySet[Dataset]:
        alone = Dataset.owners.through.objects.filter(user_id=value).values("dataset_id")
        teams = Dataset.owner_teams.through.objects.filter(team__members=value).values("dataset_id")
        return queryset.filter(pk__in=alone.union(teams))


class Datasets(Resource):
    """Tables, views, files and folders of the sources, with what people say of them."""

    resource = "datasets"
    model = Dataset
    columns = {
        **{name: name for name in ("id", "key", "path", "name", "kind", "rows", "size", "sensitivity", "sensitive_fields", "field_count")},
        "source": "source_id",
        "source_name": "source__name",
        "description": "description",
        "domain": "domain_id",
        "certification": "certification",
        "tags": "tag_ids",
        "owners": "owner_ids",
        "owner_teams": "team_ids",
        **{name: name for name in ("version", "first_seen", "last_seen", "scanned", "gone", "error")},
    }
    details = {
        **{name: name for name in ("comment", "definition", "references", "profile", "fingerprint")},
        "domain_name": "domain__name",
        "certified_by": "certified_by_id",
    }
    extra = {name: serializers.ListField(child=serializers.IntegerField()) for name in ("tags", "owners", "owner_teams")}
    has_own_search = True
    filterset_class = DatasetFilter
    orderings = ("id", "name", "rows", "size", "sensitive_fields", "last_seen", "scanned", "first_seen")

    def rows(self) -> QuerySet[Dataset]:
        return Dataset.objects.all()

    def seen(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().seen().annotate(**_LISTS)
        return rows

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filtered(queryset)
        typed = self.request.query_params.get("search", "")
        return search.find(found, typed) if typed.strip() else found

    @extend_schema(request=DatasetEdit)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        dataset = self.instance("edit")
        services.edit_dataset(dataset, actor=self.actor, **self._named(self.validated(DatasetEdit, partial=True)))
        return Response(self.one(dataset.pk))

    @extend_schema(request=BulkEdit)
    @action(detail=False, methods=["post"], url_path="bulk")
    def bulk(self, request: Request) -> Response:
        """Edit many datasets: all or none."""
        data = self.validated(BulkEdit)
        ids = data.pop("datasets")
        rows = list(self.seen().filter(pk__in=ids))
        if missing := sorted(set(ids) - {one.pk for one in rows}):
            raise NotFound(f"There is no dataset {missing[0]}, or you may not see it.", datasets=missing[:50])
        add, remove = (self._named(dict(data.pop(word, {}))) for word in ("add", "remove"))
        changed = services.edit_many(rows, actor=self.actor, add=add, remove=remove, **self._named(data))
        return Response({"changed": [{"id": one.pk, "version": one.version} for one in changed]})

    @action(detail=True, methods=["get"])
    def fields(self, request: Request, pk: str = "") -> Response:
        """The fields of a dataset in their order; those that are gone come last."""
        dataset = self.instance("view")
        rows = Field.objects.filter(dataset=dataset).order_by("gone", "position", "pk").values(*FIELDS)
        return Response({"next": None, "previous": None, "results": list(rows)})

    @action(detail=True, methods=["get"])
    def versions(self, request: Request, pk: str = "") -> Response:
        """Its history, newest first."""
        dataset = self.instance("view")
        names = ["id", "number", "fields", "change", "curation", "scan_id", "created", "created_by"]
        rows = DatasetVersion.objects.filter(dataset=dataset)
        found = page(rows, Order("number", True), names, request.query_params, request.build_absolute_uri(request.path))
        return Response({"next": found.next, "previous": found.previous, "results": [{name: row[name] for name in names} for row in found.rows]})

    @extend_schema(request=Restore)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str = "") -> Response:
        """Bring back what people had said of it at a version."""
        dataset = self.instance("edit")
        services.restore_version(dataset, self.validated(Restore)["version"], actor=self.actor)
        return Response(self.one(dataset.pk))

    @extend_schema(parameters=[OpenApiParameter("rows", int, description="1 to 100; 20 when left out")])
    @action(detail=True, methods=["get"])
    def preview(self, request: Request, pk: str = "") -> Response:
        """The first rows as the source has them now, masked above the reader's ceiling. Reading it is a fact."""
        dataset = self.instance("preview")
        given = request.query_params.get("rows", "")
        if given and not (given.isdecimal() and len(given) < 4):
            raise InvalidInput("rows is a number from 1 to 100.", errors={"rows": ["from 1 to 100"]})
        found = services.preview(dataset, rows=int(given or previewing.ROWS), actor=self.actor)
        return Response(previewing.as_json(found), headers={"Cache-Control": "no-store"})

    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> Any:
        """CSV of descriptions, owners, domains, tags and decisions, of the datasets that the filters name."""
        datasets = list(self.filtered(super().seen()).order_by("source_id", "key").only("pk"))
        answer = StreamingHttpResponse(services.export(datasets, actor=self.actor), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="catalog.csv"'
        return answer

    @extend_schema(request=Import)
    @action(detail=False, methods=["post"], url_path="import")
    def import_(self, request: Request) -> Response:
        """Write such a CSV back; tells line by line what changes and what is wrong."""
        data = self.validated(Import)
        upload = data.get("file")
        if upload is not None and upload.size > LARGEST_IMPORT:
            raise TooLarge("An import has at most 32 MB. Split the file.")
        try:
            text = upload.read().decode("utf-8-sig") if upload is not None else data.get("csv", "")
        except UnicodeDecodeError:
            raise InvalidInput("The file is not UTF-8. Save it as CSV in UTF-8.", errors={"file": ["not UTF-8"]}) from None
        report = services.import_csv(text, dry_run=data["dry_run"], partial=data["partial"], actor=self.actor)
        return Response(report.as_json(), status=200 if report.applied or data["dry_run"] or not report.failed else 400)

    def _named(self, data: dict[str, Any]) -> dict[str, Any]:
        """Tags by their ids, whichever way they were named."""
        if "tags" not in data:
            return data
        ids = {one for one in data["tags"] if isinstance(one, int) and not isinstance(one, bool)}
        names = [one for one in data["tags"] if isinstance(one, str)]
        if len(ids) + len(names) < len(set(map(str, data["tags"]))):
            raise InvalidInput("Tags are named by id or by name.", errors={"tags": ["ids or names"]})
        return data | {"tags": sorted(ids | {tag.pk for tag in services.tags_named(names, actor=self.actor)})}


FIELDS = (
    *(
        "id",
        "name",
        "parent",
        "position",
        "type",
        "kind",
        "nullable",
        "is_key",
        "comment",
        "description",
        "entity",
        "family",
        "score",
        "sensitivity",
        "state",
    ),
    *("suggested_entity", "suggested_score", "profile", "gone"),
)


def _ids(through: Any, column: str) -> Func:
    """The ids that a dataset is linked to. A template, since compiling three subqueries costs more than all the rest of a list."""
    table = through._meta.db_table
    return Func(
        template=f"ARRAY(SELECT {column} FROM {table} WHERE {table}.dataset_id = {Dataset._meta.db_table}.id ORDER BY {column})",
        output_field=ArrayField(BigIntegerField()),
    )


_LISTS = {
    "tag_ids": _ids(Dataset.tags.through, "tag_id"),
    "owner_ids": _ids(Dataset.owners.through, "user_id"),
    "team_ids": _ids(Dataset.owner_teams.through, "team_id"),
}
