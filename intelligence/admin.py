"""Rule sets: the list, and the page of one with its versions and a box to try it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from governance.core.access import actor_of, may
from governance.core.admin_base import GatedAdmin
from governance.core.errors import GovernanceError, NotFound
from intelligence import rule_form, rule_sets
from intelligence.classification import Settings
from intelligence.classification.families import SENSITIVITIES
from intelligence.comparison import compare
from intelligence.learning.admin import ColumnModelAdmin as ColumnModelAdmin
from intelligence.models import RuleSet

LIST = "admin:intelligence_ruleset_changelist"
PAGE = "admin:intelligence_ruleset_change"


@admin.register(RuleSet)
class RuleSetAdmin(GatedAdmin):
    action_to_change = action_to_add = action_to_delete = "manage"

    def get_urls(self) -> list[Any]:
        def own(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"intelligence_ruleset_{name}")

        return [
            own("<str:object_id>/default/", require_POST(self.default_view), "default"),
            own("<str:object_id>/restore/<int:number>/", require_POST(self.restore_view), "restore"),
            own("<str:object_id>/compare/", self.compare_view, "compare"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rows = self.get_queryset(request).annotate(version=Max("versions__number")).order_by("-is_default", "name")
        shown = [(one, reverse(PAGE, args=[one.pk])) for one in rows[:500]]
        return self._show(
            request,
            "intelligence/rule_sets.html",
            "Rule sets",
            [("Rule sets", "")],
            rows=shown,
            add_url=reverse("admin:intelligence_ruleset_add"),
            may_add=self.has_add_permission(request),
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        blank = RuleSet(name="", description="")
        return self._form(request, blank, Settings().as_json(), {}, "Add a rule set", self.has_add_permission(request))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = self._found(request, object_id)
        version = rule_sets.current(found)
        is_allowed = may(actor_of(request), "manage", found)
        return self._form(request, found, version.settings, version.sampling, found.name, is_allowed)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        found = self._found(request, object_id)
        if request.method == "POST" and self._tried(request, lambda: rule_sets.delete(found, actor=actor_of(request)), f"{found.name} was removed."):
            return redirect(LIST)
        return redirect(PAGE, found.pk)

    def default_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self._found(request, object_id)
        self._tried(request, lambda: rule_sets.set_default(found, actor=actor_of(request)), "Scans that name no rule set use this one from now on.")
        return redirect(PAGE, found.pk)

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        found = self._found(request, object_id)
        version = found.versions.filter(number=number).first()
        if version is None:
            raise NotFound(f"This rule set has no version {number}.")
        self._tried(request, lambda: rule_sets.restore(version, actor=actor_of(request)), f"It is as it was in version {number} again.")
        return redirect(PAGE, found.pk)

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self._found(request, object_id)
        sets = list(self.get_queryset(request).order_by("-is_default", "name")[:200])
        other = next((one for one in sets if str(one.pk) == request.GET.get("other")), found)
        after = rule_sets.version_of(found, request.GET.get("to"))
        before = rule_sets.version_of(other, request.GET.get("from"), earlier_than=after if other == found else None)
        return self._show(
            request,
            "intelligence/rule_set_compare.html",
            "Compare",
            [("Rule sets", reverse(LIST)), (found.name, reverse(PAGE, args=[found.pk])), ("Compare", "")],
            rule_set=found,
            other=other,
            sets=sets,
            before=before,
            after=after,
            before_numbers=list(other.versions.values_list("number", flat=True)[:500]),
            after_numbers=list(found.versions.values_list("number", flat=True)[:500]),
            changes=compare(before, after),
            is_allowed=may(actor_of(request), "manage", found),
        )

    def _found(self, request: HttpRequest, object_id: str) -> RuleSet:
        row: RuleSet | None = self.get_queryset(request).filter(pk=object_id if object_id.isdecimal() and len(object_id) < 10 else -1).first()
        if row is None:
            raise NotFound(f"There is no rule set {object_id}, or you may not see it.")
        return row

    def _form(
        self, request: HttpRequest, rule_set: RuleSet, settings: dict[str, Any], sampling: dict[str, Any], title: str, is_allowed: bool
    ) -> HttpResponse:
        errors: list[str] = []
        note, custom = request.POST.get("note", ""), rule_form.as_text(settings.get("custom"))
        if request.method == "POST":
            custom = request.POST.get("custom", "")
            try:
                # Single thresholds are moved on a page of their own: they stay as they are.
                kept = {"thresholds": settings["thresholds"]} if settings.get("thresholds") else {}
                settings, sampling = rule_form.read_settings(request.POST) | kept, rule_form.read_sampling(request.POST)
                settings["custom"] = rule_form.parsed(custom)
                saved = self._save(request, rule_set, settings, sampling)
                messages.success(request, "Saved. The next scans read everything again under these rules.")
                return redirect(PAGE, saved.pk)
            except GovernanceError as error:
                errors = [text for texts in error.context.get("errors", {"": [error.detail]}).values() for text in texts]
        return self._show(
            request,
            "intelligence/rule_set.html",
            title,
            [("Rule sets", reverse(LIST)), (title, "")],
            rule_set=rule_set,
            name=request.POST.get("name", rule_set.name),
            description=request.POST.get("description", rule_set.description),
            settings=settings,
            rows=sampling.get("rows", ""),
            note=note,
            custom=custom,
            recognizers=rule_form.rows(custom),
            blank=rule_form.Row(),
            kinds=rule_form.KINDS,
            checks=rule_form.CHECKS,
            entities=rule_form.entities(settings),
            example=rule_form.as_text(rule_form.EXAMPLE),
            families=rule_form.families(settings),
            unseen=rule_form.unseen(settings),
            sensitivities=SENSITIVITIES,
            errors=errors,
            versions=list(rule_set.versions.select_related("created_by")[:100]) if rule_set.pk else [],
            is_allowed=is_allowed,
            used=rule_set.sources.count() if rule_set.pk else 0,
        )

    def _save(self, request: HttpRequest, rule_set: RuleSet, settings: dict[str, Any], sampling: dict[str, Any]) -> RuleSet:
        actor, name = actor_of(request), request.POST.get("name", "")
        description, note = request.POST.get("description", ""), request.POST.get("note", "")
        if not rule_set.pk:
            return rule_sets.create(name=name, description=description, settings=settings, sampling=sampling, note=note, actor=actor)
        before = rule_sets.current(rule_set)
        # Both or neither: a refused rule must not leave a new name behind.
        with transaction.atomic():
            if (name.strip(), description) != (rule_set.name, rule_set.description):
                rule_sets.describe(rule_set, name=name, description=description, actor=actor)
            if (before.settings, before.sampling) != (Settings.from_json(settings).as_json(), sampling):
                rule_sets.new_version(rule_set, settings=settings, sampling=sampling, note=note, actor=actor)
        return rule_set

    def _tried(self, request: HttpRequest, act: Any, words: str) -> bool:
        try:
            act()
        except GovernanceError as error:
            messages.error(request, error.detail)
            return False
        messages.success(request, words)
        return True

    def _show(self, request: HttpRequest, template: str, title: str, crumbs: list[tuple[str, str]], **context: Any) -> TemplateResponse:
        crumbs = [("Scan", ""), *crumbs]
        return TemplateResponse(
            request, template, {**admin.site.each_context(request), "opts": RuleSet._meta, "title": title, "crumbs": crumbs, **context}
        )
