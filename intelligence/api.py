"""`/api/v1/rule-sets/`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Max, QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.access import require, visible
from governance.core.api.keyset import Order, page
from governance.core.api.views import Resource
from governance.core.errors import NotFound
from intelligence import rule_sets
from intelligence.classification.titles import title
from intelligence.comparison import compare
from intelligence.learning.api import ColumnModels
from intelligence.models import RuleSet, RuleSetVersion


class RuleSetWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    settings = serializers.DictField(required=False, help_text="threshold, disabled, sensitivities, custom; what is left out keeps its default.")
    sampling = serializers.DictField(required=False, help_text='{"rows": n} or empty for the portal\'s own setting.')
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class VersionWrite(serializers.Serializer[Any]):
    settings = serializers.DictField()
    sampling = serializers.DictField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class Try(serializers.Serializer[Any]):
    settings = serializers.DictField(required=False, default=dict)
    header = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    values = serializers.ListField(child=serializers.CharField(allow_blank=True, max_length=10_000), max_length=rule_sets.MOST_TRIED)


class Derive(serializers.Serializer[Any]):
    examples = serializers.ListField(child=serializers.CharField(max_length=1_000), max_length=1_000, help_text="At least three values of the kind.")
    counter_examples = serializers.ListField(child=serializers.CharField(max_length=1_000), max_length=1_000, required=False, default=list)


class Check(serializers.Serializer[Any]):
    recognizer = serializers.DictField(help_text="One recognizer of a rule set's `custom`.")


class RuleSets(Resource):
    """Versioned classification settings. A change of settings is a new version; nothing is ever rewritten."""

    resource = "rule-sets"
    model = RuleSet
    columns = {"id": "id", "name": "name", "description": "description", "is_default": "is_default", "created": "created", "version": "version"}
    details = {}
    extra = {"settings": serializers.DictField(), "sampling": serializers.DictField()}
    filterset_fields = ("is_default",)
    searches = ("name", "description")
    orderings = ("id", "name", "created")

    def rows(self) -> QuerySet[RuleSet]:
        return RuleSet.objects.annotate(version=Max("versions__number"))

    def shape_detail(self, row: dict[str, Any]) -> dict[str, Any]:
        version = RuleSetVersion.objects.filter(rule_set=row["id"], number=row["version"]).values("settings", "sampling").first()
        return row | (version or {"settings": {}, "sampling": {}})

    def create(self, request: Request) -> Response:
        data = {"settings": {}, **self.validated(RuleSetWrite)}
        return Response(self.one(rule_sets.create(**data, actor=self.actor).pk), status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        found = self.instance("manage")
        data = self.validated(RuleSetWrite, partial=True)
        words = {name: data[name] for name in ("name", "description") if name in data}
        if words:
            rule_sets.describe(found, **words, actor=self.actor)
        if "settings" in data or "sampling" in data:
            before = rule_sets.current(found)
            settings, sampling = data.get("settings", before.settings), data.get("sampling", before.sampling)
            rule_sets.new_version(found, settings=settings, sampling=sampling, note=data.get("note", ""), actor=self.actor)
        return Response(self.one(found.pk))

    def destroy(self, request: Request, pk: str = "") -> Response:
        rule_sets.delete(self.instance("manage"), actor=self.actor)
        return Response(status=204)

    @action(detail=True, methods=["get", "post"])
    def versions(self, request: Request, pk: str = "") -> Response:
        if request.method == "POST":
            version = rule_sets.new_version(self.instance("manage"), **self.validated(VersionWrite), actor=self.actor)
            return Response(_shown(version), status=201)
        found = self.instance("view")
        names = ["id", "number", "settings", "sampling", "note", "created", "created_by_id"]
        listed = page(found.versions.all(), Order("pk", True), names, request.query_params, request.build_absolute_uri(request.path))
        rows = [{name.removesuffix("_id"): row[name] for name in names} for row in listed.rows]
        return Response({"next": listed.next, "previous": listed.previous, "results": rows})

    @action(detail=True, methods=["post"], url_path=r"versions/(?P<number>\d{1,9})/restore")
    def restore(self, request: Request, pk: str = "", number: str = "") -> Response:
        version = RuleSetVersion.objects.filter(rule_set=self.instance("manage"), number=int(number)).first()
        if version is None:
            raise NotFound(f"This rule set has no version {number}.")
        return Response(_shown(rule_sets.restore(version, actor=self.actor)), status=201)

    @action(detail=True, methods=["post"])
    def default(self, request: Request, pk: str = "") -> Response:
        return Response(self.one(rule_sets.set_default(self.instance("manage"), actor=self.actor).pk))

    @action(detail=False, methods=["post"], url_path="try")
    def attempt(self, request: Request) -> Response:
        """What these settings say of pasted values: the verdict, and under `own` what each recognizer of their own does. Nothing is stored."""
        data = self.validated(Try)
        verdict, own = rule_sets.attempt(data["settings"], data["values"], header=data["header"], actor=self.actor)
        titles = {entity: title(entity) for entity in {verdict.entity or "", *(one for one, _ in verdict.candidates)} if entity}
        return Response(verdict.as_json() | {"titles": titles, "own": [asdict(one) | {"title": title(one.entity)} for one in own]})

    @action(detail=False, methods=["post"])
    def derive(self, request: Request) -> Response:
        """An expression out of examples, to be looked at and saved as a recognizer. Nothing is stored."""
        return Response(asdict(rule_sets.from_examples(**self.validated(Derive), actor=self.actor)))

    @action(detail=True, methods=["get"])
    def compare(self, request: Request, pk: str = "") -> Response:
        """What is different between two versions, by number (`?from=1&to=3`; left out: the newest, and the one before it).

        `other` names another rule set that `from` is a version of.
        """
        found = self.instance("view")
        other = self.filtered_other(request) or found
        after = rule_sets.version_of(found, request.query_params.get("to"))
        before = rule_sets.version_of(other, request.query_params.get("from"), earlier_than=after if other == found else None)
        shown = [{"rule_set": one.rule_set_id, "number": one.number} for one in (before, after)]
        return Response({"from": shown[0], "to": shown[1], "changes": [asdict(one) for one in compare(before, after)]})

    def filtered_other(self, request: Request) -> RuleSet | None:
        text = request.query_params.get("other", "")
        if not text:
            return None
        row: RuleSet | None = visible(self.actor, RuleSet.objects.all()).filter(pk=int(text) if text.isdecimal() and len(text) < 10 else -1).first()
        if row is None:
            raise NotFound(f"There is no rule set {text}, or you may not see it.")
        return row

    @action(detail=False, methods=["post"])
    def check(self, request: Request) -> Response:
        """What is wrong with one recognizer, by field, and the score that it makes alone; its pattern is compiled. Nothing is stored."""
        require(self.actor, "manage")
        one = self.validated(Check)["recognizer"]
        return Response({"errors": rule_sets.wrong_with(one), "score": rule_sets.alone(one.get("weight", 8.0))})


def _shown(version: RuleSetVersion) -> dict[str, Any]:
    return {
        **{name: getattr(version, name) for name in ("id", "number", "settings", "sampling", "note", "created")},
        "created_by": version.created_by_id,
    }


router = SimpleRouter()
router.register("rule-sets", RuleSets, basename="rule-set")
router.register("column-models", ColumnModels, basename="column-model")
urlpatterns = router.urls
