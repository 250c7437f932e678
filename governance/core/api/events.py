"""`/api/v1/events/`: the facts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.routers import SimpleRouter

from governance.core.access import may
from governance.core.api.views import Resource
from governance.core.events import title_of
from governance.core.models import Event, EventPerson


class EventFilter(filters.FilterSet):  # type: ignore[misc]
    type = filters.CharFilter(method="by_type", help_text="A type, or its beginning followed by *.")
    since = filters.IsoDateTimeFilter(field_name="time", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="time", lookup_expr="lt")
    after = filters.NumberFilter(field_name="id", lookup_expr="gt", help_text="Only events with a larger id.")
    source = filters.NumberFilter(field_name="source_id")
    dataset = filters.NumberFilter(field_name="dataset_id")
    who = filters.CharFilter(method="by_name", help_text="Part of the name of whoever acted.")
    search = filters.CharFilter(method="by_words", help_text="Words of the type or the subject's name.")

    class Meta:
        model = Event
        fields = ["severity", "actor_id", "subject_type", "subject_id", "request_id", "cause_id"]

    def by_type(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return queryset.filter(type__startswith=value[:-1]) if value.endswith("*") else queryset.filter(type=value)

    def by_name(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        people = User.objects.filter(username__icontains=value).values("pk")
        # Whoever was not signed in has a name in the side table only.
        unknown = EventPerson.objects.filter(data__name__icontains=value).values("pk")
        return queryset.filter(Q(actor_id__in=people) | Q(actor_kind="anonymous", pk__in=unknown))

    def by_words(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        for word in value.replace("\x00", "").split()[:8]:
            queryset = queryset.filter(Q(type__icontains=word) | Q(subject_name__icontains=word))
        return queryset


def with_person(queryset: QuerySet[Event]) -> QuerySet[Any]:
    """Facts with their personal data as `person`, null once erased."""
    return queryset.annotate(person=Subquery(EventPerson.objects.filter(pk=OuterRef("pk")).values("data")[:1]))


class Events(Resource):
    """Facts, newest first. What concerns a source is seen by whoever may see that source; what concerns the whole portal by administrators and auditors."""

    resource = "events"
    model = Event
    columns = {
        **{name: name for name in ("id", "sequence", "type", "severity", "time", "actor_kind", "actor_id", "token_id")},
        **{
            name: name
            for name in ("subject_type", "subject_id", "subject_name", "source_id", "dataset_id", "sensitivity", "request_id", "cause_id", "data")
        },
        "person": "person",
    }
    details = {"leaf": "leaf", "mac": "mac", "body": "body"}
    extra = {"title": serializers.CharField(), "actor": serializers.CharField(), "address": serializers.CharField()}
    filterset_class = EventFilter
    searches = ("type", "subject_name")
    orderings = ("-id",)

    @cached_property
    def sees_addresses(self) -> bool:
        """Addresses of people are for whoever audits the portal."""
        return may(self.actor, "audit")

    def rows(self) -> QuerySet[Event]:
        return with_person(Event.objects.all())

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        person = row.pop("person") or {}
        row["subject_name"] = person.get("subject") or row["subject_name"]
        return row | {
            "title": title_of(row["type"]),
            "actor": person.get("name") or row["actor_kind"],
            "address": person.get("address", "") if self.sees_addresses else "",
        }

    def shape_detail(self, row: dict[str, Any]) -> dict[str, Any]:
        body = bytes(row["body"]).decode("ascii")
        return self.shape(row) | {"body": body, "leaf": bytes(row["leaf"]).hex(), "mac": bytes(row["mac"]).hex()}


router = SimpleRouter()
router.register("events", Events, basename="event")
urlpatterns = router.urls
