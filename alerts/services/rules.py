"""Rules: made, changed, and switched off."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any

import pydantic
from django.db import transaction

from alerts import matching, templating
from alerts.models import SEVERITIES, Rule
from governance.core.access import Actor, require
from governance.core.api.problems import invalid
from governance.core.events import record
from governance.core.events.declared import types

PATTERN = re.compile(r"[a-z_*?]+(\.[a-z_*?]+)*")
EDITABLE = ("name", "description", "pattern", "condition", "severity", "title", "body", "group_by", "resolves", "is_enabled")


@transaction.atomic
def create_rule(*, actor: Actor, **values: Any) -> Rule:
    """`values` are the editable fields; InvalidInput names each that is wrong."""
    require(actor, "manage")
    rule = Rule(**_checked(values, Rule()))
    rule.validate_constraints()
    _require_free_name(rule)
    rule.save()
    record("alerts.rule.created", rule, actor=actor, change={"before": {}, "after": _shown(rule)})
    return rule


@transaction.atomic
def update_rule(rule: Rule, *, actor: Actor, **values: Any) -> Rule:
    """Change the named fields; alerts that are open keep their labels until they end."""
    require(actor, "manage", rule)
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    before = _shown(rule)
    for name, value in _checked(values, rule).items():
        setattr(rule, name, value)
    _require_free_name(rule)
    rule.save()
    after = _shown(rule)
    if changed := [name for name in after if after[name] != before[name]]:
        change = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
        record("alerts.rule.updated", rule, actor=actor, change=change)
    return rule


@transaction.atomic
def delete_rule(rule: Rule, *, actor: Actor) -> bool:
    """Remove a rule; its alerts stay. A built-in one is disabled instead, since the next start would bring it back. Whether it was removed."""
    require(actor, "manage", rule)
    if rule.is_builtin:
        Rule.objects.filter(pk=rule.pk).update(is_enabled=False)
        rule.is_enabled = False
        record("alerts.rule.disabled", rule, actor=actor)
        return False
    record("alerts.rule.deleted", rule, actor=actor, change={"before": _shown(rule), "after": {}})
    rule.delete()
    return True


def wrong_with(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with the fields of a rule, by field."""
    errors: dict[str, list[str]] = {}
    if not str(values.get("name", "")).strip():
        errors["name"] = ["Give the rule a name."]
    for name, needed in (("pattern", True), ("resolves", False)):
        if told := _wrong_pattern(str(values.get(name, "")), needed):
            errors[name] = [told]
    if values.get("severity") not in SEVERITIES:
        errors["severity"] = [f"One of {', '.join(SEVERITIES)}."]
    if not str(values.get("title", "")).strip():
        errors["title"] = ["Give the title that people read."]
    for name in ("title", "body"):
        if wrong := templating.check(str(values.get(name, ""))):
            errors.setdefault(name, wrong)
    try:
        matching.CONDITIONS.validate_python(values.get("condition") or [])
    except pydantic.ValidationError as error:
        errors["condition"] = [f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
    if told := _wrong_groups(values.get("group_by") or []):
        errors["group_by"] = [told]
    for field in Rule._meta.concrete_fields:
        longest = getattr(field, "max_length", None)
        if longest and len(str(values.get(field.name) or "")) > longest:
            errors[field.name] = [f"At most {longest} characters."]
    return errors


def _wrong_pattern(text: str, is_needed: bool) -> str:
    if not text and not is_needed:
        return ""
    if not PATTERN.fullmatch(text):
        return "Give the type of a fact such as scans.run.failed; * stands for anything."
    if not any(fnmatch.fnmatchcase(known, text) for known in types()):
        return f"No fact is called {text!r}. Choose one of the list; * stands for anything."
    return ""


def _wrong_groups(group_by: Any) -> str:
    if (
        not isinstance(group_by, list)
        or len(group_by) > 10
        or not all(isinstance(path, str) and re.fullmatch(matching.PATH, path) for path in group_by)
    ):
        return "Give a list of at most ten paths into the fact, such as source_id or data.outcome."
    try:
        for path in group_by:
            matching.check_path(path)
    except ValueError as error:
        return str(error).capitalize()
    return ""


def _checked(values: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    known = {name: value for name, value in values.items() if name in EDITABLE}
    if errors := wrong_with({**{name: getattr(rule, name) for name in EDITABLE}, **known}):
        raise invalid(errors)
    if "condition" in known:
        known["condition"] = [one.model_dump() for one in matching.CONDITIONS.validate_python(known["condition"] or [])]
    if "name" in known:
        known["name"] = str(known["name"]).strip()
    return known


def _require_free_name(rule: Rule) -> None:
    if Rule.objects.filter(name=rule.name).exclude(pk=rule.pk).exists():
        raise invalid({"name": ["Another rule has this name. Choose a different one."]})


def _shown(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in EDITABLE}
