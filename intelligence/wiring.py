"""What this app registers when Django is ready: its subject type, its facts, the default rule set."""

from __future__ import annotations

from governance.core import periodic
from governance.core.subjects import SubjectType, register
from intelligence import facts as facts
from intelligence import rule_sets
from intelligence.models import ColumnModelVersion, RuleSet

register(
    SubjectType("rule_set", RuleSet, title=str, url=lambda one: f"/admin/intelligence/ruleset/{one.pk}/change/", plural="rule sets", is_shared=True)
)
register(
    SubjectType(
        "column_model",
        ColumnModelVersion,
        title=str,
        url=lambda one: "/admin/intelligence/columnmodelversion/",
        plural="column models",
        is_shared=True,
    )
)
periodic.every(86_400, "intelligence.learn", name="learn from decisions", queue="default", expires=3_600)
periodic.setup_step("default rule set", rule_sets.ensure_default)
