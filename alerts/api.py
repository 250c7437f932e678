"""`/api/v1/alerts/`, `alert-rules/`, `silences/`, `receivers/`, `notifications/`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from alerts import queries, services
from alerts.models import Alert, Notification, Receiver, Rule, Severity, Silence
from alerts.paths import known_paths
from alerts.services.rules import wrong_with
from governance.core.access import require
from governance.core.api.problems import invalid
from governance.core.api.views import Resource, View
from governance.core.errors import InvalidInput


class AlertFilter(filters.FilterSet):  # type: ignore[misc]
    source = filters.NumberFilter(field_name="source_id")
    dataset = filters.NumberFilter(field_name="dataset_id")
    is_open = filters.BooleanFilter(method="by_openness", help_text="Firing or acknowledged; false: resolved.")
    since = filters.IsoDateTimeFilter(field_name="last_seen", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="last_seen", lookup_expr="lt")

    class Meta:
        model = Alert
        fields = ["state", "severity", "rule", "sensitivity", "subject_type", "subject_id", "fingerprint"]

    def by_openness(self, queryset: QuerySet[Alert], name: str, value: bool) -> QuerySet[Alert]:
        return queryset.exclude(state=Alert.State.RESOLVED) if value else queryset.filter(state=Alert.State.RESOLVED)


class Reason(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class SilenceFor(serializers.Serializer[Any]):
    hours = serializers.FloatField(required=False, min_value=0.01, max_value=24 * 366)
    until = serializers.DateTimeField(required=False)
    reason = serializers.CharField(max_length=500)


class Alerts(Resource):
    """What fired. An alert of a source is seen by whoever may see that source, one of the whole portal by administrators and auditors."""

    resource = "alerts"
    model = Alert
    columns = {
        **{name: name for name in ("id", "state", "severity", "title", "priority", "count", "started", "last_seen", "subject_type", "subject_id")},
        "subject_name": "subject_name",
        "source": "source_id",
        "dataset": "dataset_id",
        "sensitivity": "sensitivity",
        "rule": "rule_id",
        "rule_name": "rule__name",
        "acknowledged": "acknowledged",
        "resolved": "resolved",
    }
    details = {
        **{name: name for name in ("body", "labels", "priority_reasons", "fingerprint")},
        "event": "event_id",
        "acknowledged_by": "acknowledged_by__username",
        "resolved_by": "resolved_by__username",
    }
    filterset_class = AlertFilter
    searches = ("title", "subject_name", "rule__name")
    orderings = ("-id", "priority", "last_seen", "started")

    @action(detail=True, methods=["post"])
    def ack(self, request: Request, pk: str = "") -> Response:
        services.acknowledge(self.instance("view"), actor=self.actor, **self.validated(Reason))
        return Response(self.one(pk))

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str = "") -> Response:
        services.resolve(self.instance("view"), actor=self.actor, **self.validated(Reason))
        return Response(self.one(pk))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str = "") -> Response:
        services.reopen(self.instance("view"), actor=self.actor)
        return Response(self.one(pk))

    @action(detail=True, methods=["post"])
    def silence(self, request: Request, pk: str = "") -> Response:
        """Silence this alert's group for some `hours` or `until` a time; answers the silence."""
        given = self.validated(SilenceFor)
        if ("hours" in given) == ("until" in given):
            raise InvalidInput("Send either hours or until.", errors={"hours": ["either this or until"]})
        until = given.get("until") or timezone.now() + timedelta(hours=given["hours"])
        made = services.silence(self.instance("view"), until=until, reason=given["reason"], actor=self.actor)
        return Response(silence_json(made), status=201)


class RuleWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True)
    pattern = serializers.CharField(max_length=100, help_text="Type of the fact; * stands for anything.")
    condition = serializers.JSONField(required=False, help_text='[{"path": "data.outcome", "op": "eq", "value": "partial"}], all of which must hold.')
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    title = serializers.CharField(max_length=300)
    body = serializers.CharField(required=False, allow_blank=True)
    group_by = serializers.JSONField(required=False, help_text='Paths into the fact, ["source_id"]; empty: one alert for each subject.')
    resolves = serializers.CharField(required=False, allow_blank=True, max_length=100)
    is_enabled = serializers.BooleanField(required=False)


class Rules(Resource):
    """Which facts become alerts. Deleting a built-in rule disables it."""

    resource = "alert-rules"
    model = Rule
    columns = {
        **{name: name for name in ("id", "name", "description", "pattern", "condition", "severity", "title", "body", "group_by", "resolves")},
        **{name: name for name in ("is_enabled", "is_builtin", "created")},
    }
    filterset_fields = ("severity", "is_enabled", "is_builtin", "pattern")
    searches = ("name", "description", "pattern")
    orderings = ("name", "id", "created")

    def create(self, request: Request) -> Response:
        rule = services.create_rule(actor=self.actor, **self.validated(RuleWrite))
        return Response(self.one(rule.pk), status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        services.update_rule(self.instance("manage"), actor=self.actor, **self.validated(RuleWrite, partial=True))
        return Response(self.one(pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        if services.delete_rule(self.instance("manage"), actor=self.actor):
            return Response(status=204)
        return Response(self.one(pk))

    @action(detail=False, methods=["get"])
    def paths(self, request: Request) -> Response:
        """What the facts that `?pattern=` means hold: each path with its kind, and values that may stand there."""
        require(self.actor, "manage")
        pattern = request.query_params.get("pattern", "")[:100]
        return Response({"paths": [asdict(one) for one in known_paths(pattern, actor=self.actor)]})

    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """How many facts of the last seven days such a rule would have matched."""
        require(self.actor, "manage")
        given = {"severity": "warning", **self.validated(RuleWrite)}
        if errors := wrong_with(given):
            raise invalid(errors)
        found = queries.preview(given, actor=self.actor)
        return Response({name: getattr(found, name) for name in ("days", "read", "matched", "alerts", "is_more", "latest")})


class SilenceWrite(serializers.Serializer[Any]):
    matchers = serializers.DictField(child=serializers.CharField(max_length=500), help_text='{"source": "shop*"}: every pattern must fit.')
    reason = serializers.CharField(max_length=500)
    starts = serializers.DateTimeField(required=False, allow_null=True)
    ends = serializers.DateTimeField()


class SilenceFilter(filters.FilterSet):  # type: ignore[misc]
    is_active = filters.BooleanFilter(method="by_time")

    class Meta:
        model = Silence
        fields: list[str] = []

    def by_time(self, queryset: QuerySet[Silence], name: str, value: bool) -> QuerySet[Silence]:
        now = timezone.now()
        return queryset.filter(starts__lte=now, ends__gt=now) if value else queryset.exclude(starts__lte=now, ends__gt=now)


class Silences(Resource):
    """What nobody is told of for a while. Deleting ends a silence; it stays readable."""

    resource = "silences"
    model = Silence
    columns = {
        **{name: name for name in ("id", "matchers", "reason", "starts", "ends", "created")},
        "created_by": "created_by__username",
    }
    filterset_class = SilenceFilter
    searches = ("reason",)
    orderings = ("-id", "starts", "ends")

    def create(self, request: Request) -> Response:
        made = services.create_silence(actor=self.actor, **self.validated(SilenceWrite))
        return Response(self.one(made.pk), status=201)

    def destroy(self, request: Request, pk: str = "") -> Response:
        services.end_silence(self.instance("view"), actor=self.actor)
        return Response(self.one(pk))


class ReceiverWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    kind = serializers.CharField(max_length=50, help_text="One of /api/v1/receiver-kinds/; it cannot be changed later.")
    config = serializers.DictField(help_text="The settings of this kind. Secrets are write-only: •••• keeps what is stored.")
    least_severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    is_enabled = serializers.BooleanField(required=False)


class Receivers(Resource):
    """Where alerts are sent. Adding one sends nothing; `test/` does."""

    resource = "receivers"
    model = Receiver
    columns = {name: name for name in ("id", "name", "kind", "least_severity", "is_enabled", "created", "last_sent", "last_error")}
    details = {"config": "config"}
    filterset_fields = ("kind", "is_enabled", "least_severity")
    searches = ("name",)
    orderings = ("name", "id", "created", "last_sent")

    def create(self, request: Request) -> Response:
        row = services.create_receiver(actor=self.actor, **self.validated(ReceiverWrite))
        return Response(self.one(row.pk), status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        row = self.instance("manage")
        given = self.validated(ReceiverWrite, partial=True)
        if given.pop("kind", row.kind) != row.kind:
            raise InvalidInput("The kind of a receiver cannot be changed. Add another one.", errors={"kind": ["cannot be changed"]})
        services.update_receiver(row, actor=self.actor, **given)
        return Response(self.one(pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        services.delete_receiver(self.instance("manage"), actor=self.actor)
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str = "") -> Response:
        """Send a test message now; `detail` says what the other side answered, or what to do."""
        outcome = services.test_receiver(self.instance("manage"), actor=self.actor)
        return Response({"is_delivered": outcome.is_delivered, "detail": outcome.detail})


class ReceiverKind(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    summary = serializers.CharField()
    is_available = serializers.BooleanField()
    reason = serializers.CharField(help_text="Why it cannot be used here, and what to do.")
    schema = serializers.JSONField()


class ReceiverKinds(View):
    """The kinds of receivers, each with the JSON schema of its config, and whether it can be used here."""

    resource = "receivers"
    serializer_class = ReceiverKind

    def list(self, request: Request) -> Response:
        return Response({"next": None, "previous": None, "results": queries.receiver_kinds()})


class Notifications(Resource):
    """What was sent of which alert to which receiver, and how that went."""

    resource = "notifications"
    model = Notification
    columns = {
        **{name: name for name in ("id", "kind", "state", "attempts", "created", "due", "sent", "error", "answer")},
        "alert": "alert_id",
        "receiver": "receiver_id",
        "receiver_name": "receiver__name",
    }
    filterset_fields = ("alert", "receiver", "state", "kind")
    orderings = ("-id", "due", "sent")

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str = "") -> Response:
        """Send it at once: one that was given up, or that waits for its next attempt."""
        services.send_again(self.instance("view"), actor=self.actor)
        return Response(self.one(pk))


def silence_json(row: Silence) -> dict[str, Any]:
    names = ("matchers", "reason", "starts", "ends", "created")
    by = row.created_by.get_username() if row.created_by else None
    return {"id": row.pk, **{name: getattr(row, name) for name in names}, "created_by": by}


router = SimpleRouter()
router.register("alerts", Alerts, basename="alert")
router.register("alert-rules", Rules, basename="alert-rule")
router.register("silences", Silences, basename="silence")
router.register("receivers", Receivers, basename="receiver")
router.register("receiver-kinds", ReceiverKinds, basename="receiver-kind")
router.register("notifications", Notifications, basename="notification")
urlpatterns = router.urls
