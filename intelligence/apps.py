"""The app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.urls import reverse

from governance.core import periodic
from governance.core.subjects import SubjectType, register


class IntelligenceConfig(AppConfig):
    name = "intelligence"
    label = "intelligence"

    def ready(self) -> None:
        # Models are not there yet when this module is imported.
        import_module("intelligence.facts")
        rule_sets = import_module("intelligence.rule_sets")
        register(
            SubjectType(
                "rule_set",
                self.get_model("RuleSet"),
                title=str,
                url=lambda one: reverse("admin:intelligence_ruleset_change", args=[one.pk]),
                plural="rule sets",
            )
        )
        periodic.setup_step("default rule set", rule_sets.ensure_default)
