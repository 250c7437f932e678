"""Learning: which model judges, what it was measured at, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST

from governance.core.access import actor_of, may
from governance.core.admin_base import GatedAdmin
from governance.core.errors import GovernanceError, NotFound
from intelligence.classification import families
from intelligence.classification.model import BENIGN, PARTS, ColumnModel, shipped
from intelligence.learning import services
from intelligence.learning.models import ColumnModelVersion

LIST = "admin:intelligence_columnmodelversion_changelist"
FIGURES = (
    ("loss", "Mean loss", "Lower is better: it counts being wrong, and being too sure of it."),
    ("accuracy", "Right", "Share of held-out decisions that it agrees with."),
    ("macro_f1", "Macro-F1", "Precision and recall of each family, averaged over families."),
    ("precision", "Precision", "Of what it called sensitive, how much is."),
    ("recall", "Recall", "Of what is sensitive, how much it found."),
    ("calibration_error", "Calibration error", "Mean distance between its scores and how often they are right."),
)
SOURCES = {"values": "Values", "header": "Header", "neighbours": "Fields beside it", "ngrams": "Character n-grams", BENIGN: "What speaks for nothing"}
NAMES = {"shipped": "Shipped", "current": "Present then", "learned": "Learned"}
MOST_BIASES = 12


@admin.register(ColumnModelVersion)
class ColumnModelAdmin(GatedAdmin):
    def get_urls(self) -> list[Any]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(require_POST(view)), name=f"intelligence_columnmodelversion_{name}")

        return [
            own("learn/", self.learn_view, "learn"),
            own("use-shipped/", self.shipped_view, "use_shipped"),
            own("<int:pk>/activate/", self.activate_view, "activate"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return redirect(LIST)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        model, active = services.active_model(), services.active_version()
        labels, groups, missing = services.readiness()
        versions = list(self.get_queryset(request).select_related("created_by")[:50])
        context = {
            **admin.site.each_context(request),
            "opts": ColumnModelVersion._meta,
            "title": "Learning",
            "crumbs": [("Sensitive data", ""), ("Learning", "")],
            "active": active,
            "shipped": shipped(),
            "labels": labels,
            "groups": groups,
            "missing": missing,
            "needed": services.FEWEST,
            "needed_groups": services.FEWEST_GROUPS,
            "share": min(1.0, labels / services.FEWEST),
            "weights": _weights(model),
            "biases": _biases(model),
            "shown": [(one, _table(one)) for one in versions],
            "may_manage": may(actor_of(request), "manage"),
        }
        return TemplateResponse(request, "intelligence/learning.html", context)

    def learn_view(self, request: HttpRequest) -> HttpResponse:
        try:
            version = services.learn(actor=actor_of(request))
        except GovernanceError as error:
            messages.error(request, error.detail)
        else:
            tell = messages.success if version.is_active else messages.info
            tell(request, f"{'The learned model judges from now on.' if version.is_active else 'The present model stays.'} {version.reason}")
        return redirect(LIST)

    def shipped_view(self, request: HttpRequest) -> HttpResponse:
        return self._tried(request, lambda: services.use_shipped(actor=actor_of(request)), "The shipped model judges again, from the next scan on.")

    def activate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.get_queryset(request).filter(pk=pk).first()
        if version is None:
            raise NotFound(f"There is no column model {pk}.")
        words = f"The model {version} judges from the next scan on."
        return self._tried(request, lambda: services.activate(version, actor=actor_of(request)), words)

    def _tried(self, request: HttpRequest, act: Any, words: str) -> HttpResponse:
        try:
            act()
            messages.success(request, words)
        except GovernanceError as error:
            messages.error(request, error.detail)
        return redirect(LIST)


def _table(version: ColumnModelVersion) -> list[dict[str, Any]]:
    """One row a figure: its value for each of the models, and which is best."""
    rows = []
    for key, label, text in FIGURES:
        values = [(NAMES[name], figures.get(key)) for name, figures in version.figures.items()]
        known = [value for _, value in values if value is not None]
        best = (min if key in ("loss", "calibration_error") else max)(known, default=None)
        rows.append({"label": label, "text": text, "values": [(value, value is not None and value == best) for _, value in values]})
    return rows


def _weights(model: ColumnModel) -> list[dict[str, Any]]:
    """How much each source of evidence counts, beside the shipped model."""
    return [{"label": SOURCES[part], "value": model.weight(part), "shipped": shipped().weight(part)} for part in (*PARTS, BENIGN)]


def _biases(model: ColumnModel) -> list[dict[str, Any]]:
    """The families that the present model expects most differently from the shipped one."""
    before = shipped().bias
    moved = {family: bias - before.get(family, 0.0) for family, bias in model.bias.items()}
    largest = sorted(moved, key=lambda one: -abs(moved[one]))[:MOST_BIASES]
    return [{"label": families.label(family), "moved": moved[family]} for family in largest if abs(moved[family]) >= 0.05]
