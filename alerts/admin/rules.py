"""Rules: the list with its switches, and the form with a preview of what a rule would have matched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from alerts import matching, queries, services
from alerts.admin.base import ALERTS, AlertsAdmin, answer, posted
from alerts.models import SEVERITIES, Alert, Rule
from alerts.paths import known_paths
from alerts.services.rules import EDITABLE, wrong_with
from governance.core.access import actor_of, may, require
from governance.core.errors import GovernanceError, InvalidInput
from governance.core.events import types

SPARE = 3
GROUPS = {
    "": "each subject (a dataset, a scan, a person …)",
    "source_id": "each source",
    "dataset_id": "each dataset",
    "type": "the whole portal",
}
LISTS = ("in",)


@admin.register(Rule)
class RuleAdmin(AlertsAdmin):
    action_to_change = action_to_add = action_to_delete = "manage"

    def routes(self) -> list[Any]:
        return [("<int:pk>/switch/", self.switch, "switch"), ("<int:pk>/remove/", self.remove, "remove")]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        week = timezone.now() - timedelta(days=7)
        is_open = ~Q(alerts__state=Alert.State.RESOLVED) & Q(alerts__pk__isnull=False)
        rows = (
            self.get_queryset(request)
            .annotate(open=Count("alerts", filter=is_open), recent=Count("alerts", filter=Q(alerts__started__gte=week)))
            .order_by("name")
        )
        context = {"rules": list(rows), "may_manage": may(actor_of(request), "manage"), "here": request.path}
        return answer(request, "alerts/rules.html", "Rules", ALERTS, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        require(actor_of(request), "manage")
        return self._form(request, None)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:
        return self._form(request, self.one(request, object_id))

    @posted
    def switch(self, request: HttpRequest, pk: int) -> str:
        rule = self.one(request, pk, "manage")
        services.update_rule(rule, is_enabled=not rule.is_enabled, actor=actor_of(request))
        return f"“{rule.name}” is {'off' if rule.is_enabled else 'on'} now."

    @posted
    def remove(self, request: HttpRequest, pk: int) -> str:
        rule = self.one(request, pk, "manage")
        if services.delete_rule(rule, actor=actor_of(request)):
            return f"“{rule.name}” was removed. Its alerts stay."
        return f"“{rule.name}” is built in: it was switched off instead."

    def _form(self, request: HttpRequest, rule: Rule | None) -> HttpResponseBase:
        actor = actor_of(request)
        values = _read(request) if request.method == "POST" else {name: getattr(rule or Rule(), name) for name in EDITABLE}
        errors: dict[str, list[str]] = {}
        if request.method == "POST":
            try:
                if request.POST.get("do") != "preview":
                    saved = services.update_rule(rule, actor=actor, **values) if rule else services.create_rule(actor=actor, **values)
                    messages.success(request, f"“{saved.name}” was saved. It looks at facts from now on.")
                    return HttpResponseRedirect(self.address())
                errors = wrong_with(values)
            except InvalidInput as error:
                errors = error.context.get("errors", {"": [error.detail]})
            except GovernanceError as error:
                errors = {"": [error.detail]}
        context = {
            "rule": rule,
            "values": values,
            "errors": errors,
            "conditions": _condition_rows(values["condition"]),
            "ops": matching.OPS,
            "paths": known_paths(values["pattern"], actor=actor),
            "severities": SEVERITIES,
            "groups": GROUPS,
            "group": ", ".join(values["group_by"]),
            "types": types(),
            "preview": queries.preview(values, actor=actor) if values["pattern"] and not wrong_with(values) else None,
            "may_manage": may(actor, "manage"),
            "list_url": self.address(),
        }
        return answer(request, "alerts/rule.html", rule.name if rule else "New rule", [*ALERTS, ("Rules", self.address())], context)


def _read(request: HttpRequest) -> dict[str, Any]:
    """The fields of a rule out of the form."""
    post = request.POST
    values: dict[str, Any] = {
        name: post.get(name, "").strip() for name in ("name", "description", "pattern", "severity", "title", "body", "resolves")
    }
    values["is_enabled"] = "is_enabled" in post
    values["group_by"] = [path.strip() for path in post.get("group_by", "").split(",") if path.strip()]
    lines = zip(post.getlist("path"), post.getlist("op"), post.getlist("value"), strict=False)
    values["condition"] = [{"path": path.strip(), "op": op, "value": _value(op, value.strip())} for path, op, value in lines if path.strip()]
    return values


def _value(op: str, text: str) -> Any:
    if op in ("exists", "missing"):
        return None
    if op in LISTS:
        return [one.strip() for one in text.split(",") if one.strip()]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or None


def _condition_rows(conditions: Any) -> list[dict[str, Any]]:
    """The conditions as the form shows them, and some empty lines."""
    known = [one for one in conditions if isinstance(one, dict)] if isinstance(conditions, list) else []
    rows = [{**one, "value": ", ".join(map(str, one["value"])) if isinstance(one.get("value"), list) else one.get("value")} for one in known]
    return [*rows, *({"path": "", "op": "eq", "value": ""} for _ in range(SPARE))]
