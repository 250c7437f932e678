"""The base of REST views. A view names its columns once: lists, details, orderings and the schema follow from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import orjson
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django_filters.filterset import filterset_factory
from django_filters.rest_framework import FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from governance.core.access import Action, Actor, actor_of, require, visible
from governance.core.api import idempotency
from governance.core.api.keyset import Order, page
from governance.core.api.problems import PreconditionFailed, invalid
from governance.core.api.renderers import dumps
from governance.core.errors import InvalidInput, NotFound
from governance.core.models import KeptAnswer


class Replayed(Exception):
    """This request was answered before."""

    def __init__(self, kept: KeptAnswer) -> None:
        self.kept = kept


class Answer(serializers.Serializer[Any]):
    """An object whose shape the view's own words describe."""


class View(GenericViewSet[Any]):
    """Idempotency keys on every POST, and the actor at hand. `resource` is the word in token scopes.

    `shown_once` names what an answer shows a single time: it is not kept, and null in a replayed answer.
    """

    resource: ClassVar[str] = ""
    shown_once: ClassVar[Sequence[str]] = ()
    queryset: Any = None
    serializer_class: Any = Answer
    pagination_class = None
    filter_backends = ()
    lookup_value_regex = r"\d+"
    _kept: KeptAnswer | None = None

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None:
            kept, is_first = idempotency.begin(self.actor, key, "POST", request.get_full_path(), request._request.body)
            if not is_first:
                raise Replayed(kept)
            self._kept = kept

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Replayed):
            body = orjson.loads(bytes(error.kept.body or b"null"))
            return Response(body, status=error.kept.status, headers={"Idempotent-Replayed": "true"})
        try:
            return super().handle_exception(error)
        except Exception:
            if self._kept is not None:
                idempotency.finish(self._kept, 500, b"")
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self._kept is not None and isinstance(response, Response):
            data = response.data
            if self.shown_once and isinstance(data, Mapping):
                data = {name: None if name in self.shown_once else value for name, value in data.items()}
            idempotency.finish(self._kept, response.status_code, dumps(data))
            self._kept = None
        # What one reader may see is for no shared cache, and for no browser to show after signing out.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return super().finalize_response(request, response, *args, **kwargs)

    def validated(self, serializer: type[serializers.BaseSerializer[Any]], *, partial: bool = False, instance: Any = None) -> dict[str, Any]:
        """The request's body as the serializer reads it; unknown names are an error, since a typing mistake must not pass for success."""
        one = serializer(instance, data=self.request.data, partial=partial, context={"request": self.request, "view": self})
        if not isinstance(self.request.data, Mapping):
            raise InvalidInput("Send one JSON object.")
        known = getattr(one, "fields", None)
        if known is not None and (unknown := sorted(set(self.request.data) - set(known))):
            raise invalid({name: [f"unknown; known are {', '.join(known)}"] for name in unknown[:10]})
        one.is_valid(raise_exception=True)
        return dict(one.validated_data)


class Resource(View):
    """A model over REST.

    `columns` maps API names to ORM paths (or annotations of `rows()`); `details` adds what only a single object shows. `filterset_fields` as in django-filter.
    `searches` are ORM paths for `?search=`; `orderings` are API names, the first (with "-" for descending) is the default.
    """

    model: ClassVar[type[Model]]
    columns: ClassVar[Mapping[str, str]]
    details: ClassVar[Mapping[str, str]] = {}
    extra: ClassVar[Mapping[str, serializers.Field[Any, Any, Any, Any]]] = {}
    """What `shape` adds, for the schema."""
    filterset_fields: ClassVar[Any] = ()
    filterset_class: ClassVar[type[FilterSet] | None] = None
    searches: ClassVar[Sequence[str]] = ()
    has_own_search: ClassVar[bool] = False
    """`filtered` understands `?search=` by itself."""
    orderings: ClassVar[Sequence[str]] = ("id",)
    action_to_see: ClassVar[Action] = "view"

    # What subclasses change

    def rows(self) -> QuerySet[Any]:
        """All rows, with the annotations that columns name."""
        return self.model._default_manager.all()

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it is sent; called with the columns' names."""
        return row

    def shape_detail(self, row: dict[str, Any]) -> dict[str, Any]:
        """A single object as it is sent."""
        return self.shape(row)

    # Reading

    def seen(self) -> QuerySet[Any]:
        """The rows that the actor may see."""
        return visible(self.actor, self.rows(), self.action_to_see)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = page(
            self.filtered(self.seen()), self.order(), [*self.columns.values()], request.query_params, request.build_absolute_uri(request.path)
        )
        return Response({"next": found.next, "previous": found.previous, "results": [self.shape(_renamed(row, self.columns)) for row in found.rows]})

    def retrieve(self, request: Request, pk: str = "", *args: Any, **kwargs: Any) -> Response:
        body = dumps(self.one(pk))
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        if tag in [given.strip().removeprefix("W/") for given in request.headers.get("If-None-Match", "").split(",")]:
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})

    def one(self, pk: Any) -> dict[str, Any]:
        """The detail of one object, or NotFound."""
        columns = {**self.columns, **self.details}
        row = self.seen().filter(pk=_number(pk)).values(*dict.fromkeys(columns.values())).first()
        if row is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} {pk}, or you may not see it.")
        return self.shape_detail(_renamed(row, columns))

    def instance(self, action: Action | None) -> Any:
        """The object of this request's address, if the actor may do `action` on it; NotFound when it cannot even be seen, Denied otherwise.

        With None whatever is seen is answered: the service that gets it asks the gate.
        An `If-Match` header must name the object's present ETag.
        """
        pk = _number(self.kwargs.get("pk"))
        found = self.seen().filter(pk=pk).first()
        if found is None:
            raise NotFound(f"There is no {self.model._meta.verbose_name} {self.kwargs.get('pk')}, or you may not see it.")
        if action is not None:
            require(self.actor, action, found)
        wanted = self.request.headers.get("If-Match")
        if wanted and wanted.strip() != "*":
            tag = f'"{hashlib.blake2b(dumps(self.one(pk)), digest_size=12).hexdigest()}"'
            if tag not in [given.strip() for given in wanted.split(",")]:
                raise PreconditionFailed("It was changed since you read it. Read it again, then send your change.")
        return found

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """`?search=` and the filters of the query string; an unknown parameter is an error, since a filter that is ignored shows too much."""
        parameters = self.request.query_params
        named = set(parameters) - {"cursor", "limit", "ordering", "search", "format"}
        filters = self._filterset()
        if named:
            known = set(filters.base_filters) if filters else set()
            if unknown := sorted(named - known):
                raise invalid({name: [f"no such filter; known are {', '.join(sorted(known)) or 'none'}"] for name in unknown[:10]})
            assert filters is not None
            chosen = filters(parameters, queryset=queryset, request=self.request)
            if not chosen.is_valid():
                raise invalid({name: [str(one) for one in messages] for name, messages in chosen.errors.items()})
            queryset = chosen.qs
        for word in parameters.get("search", "").replace("\x00", "").split()[:8] if self.searches else ():
            condition = Q()
            for path in self.searches:
                condition |= Q(**{f"{path}__icontains": word})
            queryset = queryset.filter(condition)
        return queryset

    def order(self) -> Order:
        asked = self.request.query_params.get("ordering") or self.orderings[0]
        name = asked.removeprefix("-")
        if name not in [known.removeprefix("-") for known in self.orderings]:
            known_names = ", ".join(one.removeprefix("-") for one in self.orderings)
            raise InvalidInput(f"This list cannot be ordered by {name[:50]!r}. Known: {known_names}.", errors={"ordering": [f"one of {known_names}"]})
        path = self.columns.get(name, name)
        return Order("pk" if path in ("id", "pk") else path, asked.startswith("-"))

    @classmethod
    def _filterset(cls) -> type[FilterSet] | None:
        if cls.filterset_class is not None:
            return cls.filterset_class
        return _made_filterset(cls.model, _frozen(cls.filterset_fields)) if cls.filterset_fields else None

    # The schema

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return self.serializer_class if self.serializer_class is not Answer else row_serializer(type(self), is_detail=self.action != "list")


def _renamed(row: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    return {name: row[path] for name, path in columns.items()}


def _number(pk: Any) -> int:
    text = str(pk)
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def _frozen(fields: Any) -> Any:
    return tuple((name, tuple(lookups)) for name, lookups in fields.items()) if isinstance(fields, Mapping) else tuple(fields)


@cache
def _made_filterset(model: type[Model], fields: Any) -> type[FilterSet]:
    named: Any = {name: list(lookups) for name, lookups in fields} if fields and isinstance(fields[0], tuple) else list(fields)
    made: type[FilterSet] = filterset_factory(model, filterset=FilterSet, fields=named)
    return made


@cache
def row_serializer(view: type[Resource], is_detail: bool) -> type[serializers.Serializer[Any]]:
    """A serializer that describes what a view answers, made from the model's fields; it is read by the schema only."""
    columns = {**view.columns, **(view.details if is_detail else {})}
    declared: dict[str, Any] = {name: _field(view.model, path) for name, path in columns.items()} | dict(view.extra)
    return type(f"{view.model.__name__}{'' if is_detail else 'Row'}", (serializers.Serializer,), declared)


def _field(model: type[Model], path: str) -> serializers.Field[Any, Any, Any, Any]:
    found: Any = None
    owner: Any = model
    try:
        for step in path.split("__"):
            found = owner._meta.pk if step == "pk" else owner._meta.get_field(step.removesuffix("_id") if step.endswith("_id") else step)
            owner = found.related_model or owner
    except FieldDoesNotExist:
        return serializers.JSONField(read_only=True)
    if found.is_relation:
        return serializers.IntegerField(read_only=True, allow_null=found.null)
    kind = serializers.ModelSerializer.serializer_field_mapping.get(type(found), serializers.JSONField)
    options: dict[str, Any] = {"read_only": True, "allow_null": found.null, "help_text": str(found.help_text or "")}
    if found.choices and kind is serializers.CharField:
        return serializers.ChoiceField(choices=list(found.choices), **options)
    return kind(**options)
